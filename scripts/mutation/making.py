"""Makes the mutants with mutmut, beside a copy of all that the tests need, in ``mutants``."""

import contextlib
import shutil
import sys
import warnings
from pathlib import Path

from mutmut.__main__ import create_mutants
from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir, walk_all_files

MUTANTS = Path("mutants")


def make(workers: int) -> None:
    """Write every mutant of the rules down; a module that did not change is left as it is."""
    _forget_what_is_copied()
    MUTANTS.mkdir(exist_ok=True)
    log = Path("var/mutants/making.log")
    with log.open("w", encoding="utf-8") as writing, contextlib.redirect_stdout(writing):
        copy_src_dir()
        copy_also_copy_files()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            create_mutants(workers)


def _forget_what_is_copied() -> None:
    # The tool copies what is missing: rule files and tests would stay as they once were.
    for folder in ("tests", "docs", "db", "dashboard", "sample_data", "scripts"):
        shutil.rmtree(MUTANTS / folder, ignore_errors=True)
    for root, name in walk_all_files():
        if not name.endswith(".py"):
            (MUTANTS / root / name).unlink(missing_ok=True)
    for made in MUTANTS.glob("monitoring/**/*.py"):
        if not made.relative_to(MUTANTS).is_file():
            for part in (made, *made.parent.glob(f"{made.name}.*")):
                part.unlink()


def leave_for_the_mutants() -> None:
    """Let what is imported from now on come from the copy."""
    here = str(Path.cwd())
    sys.path[:] = [str(MUTANTS.absolute())] + [
        one for one in sys.path if str(Path(one or ".").resolve()) != here
    ]
