"""Tries one mutant in a process of its own: of a function that only an import calls.

``python -m scripts.mutation.afresh MUTANT PYTEST_ARGUMENT...``; the exit code is 1 where a test, or
the import itself, noticed it. The pages, which name all that an import makes, are asked first.
"""

import os
import sys

import pytest

from scripts.mutation import switch

_PAGES = ("--rootdir=.", "-p", "no:cacheprovider", "-p", "no:xdist", "-k", "page")

if __name__ == "__main__":
    switch.install()
    switch.turn_on(sys.argv[1])
    for arguments in ([*_PAGES, "tests/spec/test_spec.py"], sys.argv[2:]):
        if pytest.main(["-x", "-q", *arguments]) != pytest.ExitCode.OK:
            os._exit(1)
    os._exit(0)
