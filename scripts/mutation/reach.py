"""Which tests reach which line of a function of the rules, and how long each takes."""

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

import coverage
import pytest

from scripts.mutation import switch

_KEPT = Path("var/mutants/reach.json").absolute()
_RULES = Path("monitoring/clinical")


@dataclass(frozen=True)
class Reach:
    """The tests by function and by line, the seconds by test, and what an import calls.

    ``lines`` is by the file and line of what mutmut wrote, ``ways`` says by file which tests take
    the same lines of it. ``remembered`` are the functions whose answers a cache may hold.
    """

    tests: dict[str, list[str]]
    lines: dict[str, dict[int, list[str]]]
    ways: dict[str, dict[str, int]]
    seconds: dict[str, float]
    at_import: frozenset[str]
    remembered: frozenset[str] = frozenset()

    def of(self, function: str, file: str, line: int, first: int) -> list[str]:
        """The tests that reach a line of a function, or the nearest line before it that any does.

        A part of a statement may have no line of its own to be seen at. What only imports the
        module reaches the line that begins a function, and calls nothing.
        """
        calling = self.tests.get(function, [])
        known = self.lines.get(file, {})
        for near in range(line, first, -1):
            if near in known and (found := set(known[near]).intersection(calling)):
                return [test for test in calling if test in found]
        return calling


def measure(
    items: Sequence[pytest.Item],
    caches: Sequence[object],
    at_import: frozenset[str],
    *,
    copies: int,
) -> Reach:
    """Run every test once in copies of this process, each with nothing read before.

    A test that needs the rulebook reaches what reads the rulebook, also where another test has
    read it already: every cache is emptied before each test. As long as nothing else changed only
    new tests, those of changed files and those that reach a changed module are run.
    """
    files = {str(item.path) for item in items}
    content = {file: _sum([Path(file)]) for file in files}
    rules = {str(file): _sum([file]) for file in sorted(_RULES.rglob("*.py"))}
    rest = _sum(
        path
        for folder in ("monitoring", "tests")
        for path in sorted(Path(folder).rglob("*"))
        if path.suffix in {".py", ".toml"}
        and str(path) not in rules
        and str(path.absolute()) not in files
    )
    kept = json.loads(_KEPT.read_text(encoding="utf-8")) if _KEPT.is_file() else {}
    if kept.get("rest") != rest:
        kept = {"content": {}, "rules": {}, "tests": {}, "remembered": []}
    known = {file for file, one in kept["content"].items() if content.get(file) == one}
    same = {file for file, one in kept["rules"].items() if rules.get(file) == one}
    tests = {
        name: one
        for name, one in kept["tests"].items()
        if one["file"] in known and same.issuperset(one["lines"]) and one["reaches"]
    }
    new = [item for item in items if item.nodeid not in tests]
    remembered = set(kept["remembered"])
    if new:
        print(f"Running {len(new)} tests once to see what they reach ...", file=sys.stderr)
        found = _in_copies(new, caches, copies)
        tests |= found["tests"]
        remembered |= found["remembered"]
        kept = {
            "rest": rest,
            "content": content,
            "rules": rules,
            "tests": tests,
            "remembered": sorted(remembered),
        }
        _KEPT.write_text(json.dumps(kept), encoding="utf-8")
    reaching = defaultdict(list)
    lines: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    ways: dict[str, dict[str, int]] = defaultdict(dict)
    for item in items:
        one = tests[item.nodeid]
        for function in one["reaches"]:
            reaching[function].append(item.nodeid)
        for file, own in one["lines"].items():
            ways[file][item.nodeid] = hash(tuple(sorted(own)))
            for line in own:
                lines[file][line].append(item.nodeid)
    seconds = {item.nodeid: tests[item.nodeid]["seconds"] for item in items}
    return Reach(dict(reaching), lines, ways, seconds, at_import, frozenset(remembered))


def _sum(paths: Iterable[Path]) -> str:
    text = "".join(f"{one} {hashlib.sha256(one.read_bytes()).hexdigest()}" for one in paths)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _in_copies(
    items: Sequence[pytest.Item], caches: Sequence[object], copies: int
) -> dict[str, Any]:
    reports = [Path(f"reach-{number}.json").absolute() for number in range(copies)]
    children = []
    for number, report in enumerate(reports):
        report.unlink(missing_ok=True)
        child = os.fork()
        if not child:
            os._exit(_run(items[number::copies], caches, report))
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    found: dict[str, Any] = {"tests": {}, "remembered": set()}
    for report in reports:
        own = json.loads(report.read_text(encoding="utf-8"))
        found["tests"] |= own["tests"]
        found["remembered"] |= set(own["remembered"])
    return found


def _run(items: Sequence[pytest.Item], caches: Sequence[object], report: Path) -> int:
    tests: dict[str, dict[str, Any]] = {}
    seen = coverage.Coverage(data_file=None, include=[f"{_RULES.absolute()}/*"])
    for item in items:
        for one in caches:
            one.cache_clear()
        switch.reached()
        seen.start()
        seen.switch_context(item.nodeid)
        began = time.process_time()
        item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
        lasted = time.process_time() - began
        seen.stop()
        reaches = sorted(switch.reached())
        if item.session.testsfailed:
            # It would find every mutant.
            print(f"Left out, fails without a mutant: {item.nodeid}", file=sys.stderr)
            item.session.testsfailed, reaches = 0, []
        tests[item.nodeid] = {
            "file": str(item.path),
            "seconds": lasted,
            "reaches": reaches,
            "lines": {},
        }
    data = seen.get_data()
    for file in data.measured_files():
        name = str(Path(file).relative_to(Path.cwd()))
        for line, reached_by in data.contexts_by_lineno(file).items():
            for test in reached_by:
                if test in tests and tests[test]["reaches"]:
                    tests[test]["lines"].setdefault(name, []).append(line)
    found = {"tests": tests, "remembered": sorted(switch.remembered())}
    report.write_text(json.dumps(found), encoding="utf-8")
    return 0
