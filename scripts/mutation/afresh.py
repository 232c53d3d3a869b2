"""Tries one mutant in a process of its own: of a function that only an import calls.

``python -m scripts.mutation.afresh MUTANT PYTEST_ARGUMENT...``; the exit code is 1 where a test, or
the import itself, noticed it.
"""

import os
import sys

import pytest

from scripts.mutation import switch

if __name__ == "__main__":
    switch.install()
    switch.turn_on(sys.argv[1])
    os._exit(int(pytest.main(["-x", "-q", *sys.argv[2:]]) != pytest.ExitCode.OK))
