"""Which tests reach which function, and how long each takes."""

import hashlib
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts.mutation import switch

_KEPT = Path("var/mutants/reach.json").absolute()


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
    read it already: every cache is emptied before each test. As long as nothing else changed only
    the tests of changed files are run anew.
    """
    files = {str(item.path) for item in items}
    content = {file: _sum([Path(file)]) for file in files}
    rest = _sum(
        path
        for path in sorted(Path().rglob("*"))
        if path.suffix in {".py", ".toml", ".md"}
        and str(path.absolute()) not in files
        # What this writes itself.
        and not path.match("docs/mutants*.md")
    )
    kept = json.loads(_KEPT.read_text(encoding="utf-8")) if _KEPT.is_file() else {"rest": ""}
    if kept["rest"] != rest:
        kept = {"rest": rest, "content": {}, "tests": {}, "remembered": []}
    known = {file for file, one in kept["content"].items() if content.get(file) == one}
    tests = {name: one for name, one in kept["tests"].items() if one["file"] in known}
    new = [item for item in items if item.nodeid not in tests]
    remembered = set(kept["remembered"])
    if new:
        print(f"Running {len(new)} tests once to see what they reach ...", file=sys.stderr)
        found = _in_a_copy(new, caches)
        tests |= found["tests"]
        remembered |= set(found["remembered"])
        kept = {"rest": rest, "content": content, "tests": tests, "remembered": sorted(remembered)}
        _KEPT.write_text(json.dumps(kept), encoding="utf-8")
    reaching = defaultdict(list)
    for item in items:
        for function in tests[item.nodeid]["reaches"]:
            reaching[function].append(item.nodeid)
    seconds = {item.nodeid: tests[item.nodeid]["seconds"] for item in items}
    return Reach(dict(reaching), seconds, at_import, frozenset(remembered))


def _sum(paths: Iterable[Path]) -> str:
    text = "".join(f"{one} {hashlib.sha256(one.read_bytes()).hexdigest()}" for one in paths)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _in_a_copy(items: Sequence[pytest.Item], caches: Sequence[object]) -> dict[str, Any]:
    report = Path("reach-new.json").absolute()
    report.unlink(missing_ok=True)
    child = os.fork()
    if not child:
        os._exit(_run(items, caches, report))
    os.waitpid(child, 0)
    if not report.is_file():
        sys.exit("A test fails where no mutant is switched on; run scripts/test first.")
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return found


def _run(items: Sequence[pytest.Item], caches: Sequence[object], report: Path) -> int:
    tests = {}
    for item in items:
        for one in caches:
            one.cache_clear()
        switch.reached()
        began = time.process_time()
        item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
        tests[item.nodeid] = {
            "file": str(item.path),
            "seconds": time.process_time() - began,
            "reaches": sorted(switch.reached()),
        }
        if item.session.testsfailed:
            print(f"failed without a mutant: {item.nodeid}", file=sys.stderr)
            return 1
    found = {"tests": tests, "remembered": sorted(switch.remembered())}
    report.write_text(json.dumps(found), encoding="utf-8")
    return 0
