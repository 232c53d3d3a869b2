"""Which tests reach which function, and how long each takes."""

import hashlib
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.mutation import switch


@dataclass(frozen=True)
class Reach:
    """The tests by function, the seconds by test, and the functions that an import calls.

    ``remembered`` are those whose answers a cache may hold.
    """

    tests: dict[str, list[str]]
    seconds: dict[str, float]
    at_import: frozenset[str]
    remembered: frozenset[str] = frozenset()


def measure(
    items: Sequence[pytest.Item], caches: Sequence[object], at_import: frozenset[str]
) -> Reach:
    """Run every test once in a copy of this process, each with nothing read before.

    A test that needs the rulebook reaches what reads the rulebook, also where another test has
    read it already: every cache is emptied before each test.
    """
    report = Path(f"reach-{_stamp()}.json").absolute()
    if report.is_file():
        return _read(report, at_import)
    print("Running the tests once to see what they reach ...", file=sys.stderr)
    child = os.fork()
    if not child:
        os._exit(_run(items, caches, report))
    os.waitpid(child, 0)
    if not report.is_file():
        sys.exit("A test fails where no mutant is switched on; run scripts/test first.")
    return _read(report, at_import)


def _read(report: Path, at_import: frozenset[str]) -> Reach:
    found = json.loads(report.read_text(encoding="utf-8"))
    remembered = frozenset(found["remembered"])
    return Reach(found["tests"], found["seconds"], at_import, remembered)


def _stamp() -> str:
    files = [one for one in sorted(Path().rglob("*")) if one.suffix in {".py", ".toml", ".md"}]
    text = "".join(f"{one} {hashlib.sha256(one.read_bytes()).hexdigest()}" for one in files)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _run(items: Sequence[pytest.Item], caches: Sequence[object], report: Path) -> int:
    tests = defaultdict(list)
    seconds = {}
    for item in items:
        for one in caches:
            one.cache_clear()
        switch.reached()
        began = time.process_time()
        item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
        seconds[item.nodeid] = time.process_time() - began
        if item.session.testsfailed:
            print(f"failed without a mutant: {item.nodeid}", file=sys.stderr)
            return 1
        for function in switch.reached():
            tests[function].append(item.nodeid)
    found = {"tests": tests, "seconds": seconds, "remembered": sorted(switch.remembered())}
    report.write_text(json.dumps(found), encoding="utf-8")
    return 0
