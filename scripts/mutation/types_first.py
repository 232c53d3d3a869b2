"""Which mutants the type check refuses: `scripts/check` would not let them in."""

import bisect
import hashlib
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

_KEPT = Path("var/mutants/types.json")
_CACHE = Path("var/mutants/mypy").absolute()
# Said where another line has been refused already.
_FOLLOWS = {"has-type"}


def refused() -> Mapping[str, str]:
    """What mypy, as strict as in pyproject.toml, says of each mutant that it refuses.

    Asked anew for the modules whose mutants were written anew, and for no other.
    """
    content = {
        str(path.relative_to("mutants")): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(Path("mutants/monitoring/clinical").rglob("*.py"))
        if Path(f"{path}.spans").is_file()
    }
    kept = json.loads(_KEPT.read_text(encoding="utf-8")) if _KEPT.is_file() else {}
    known = {file: one for file, one in kept.items() if one["content"] == content.get(file)}
    changed = [file for file in content if file not in known]
    if changed:
        found = dict(_ask(changed))
        for file in changed:
            module = _module(file)
            own = {name: code for name, code in found.items() if name.rpartition(".")[0] == module}
            known[file] = {"content": content[file], "refused": own}
        _KEPT.write_text(json.dumps(known), encoding="utf-8")
    return {name: code for one in known.values() for name, code in one["refused"].items()}


def _module(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _ask(files: Sequence[str]) -> Iterator[tuple[str, str]]:
    print(f"Asking the type check of the mutants of {len(files)} modules ...", file=sys.stderr)
    packages = Path("var/mutants/packages").absolute()
    asked = [part for file in files for part in ("--module", _module(file))]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", *asked),
            *("--output", "json", "--no-error-summary", "--cache-dir", str(_CACHE)),
        ],
        cwd="mutants",
        env=os.environ | {"MYPYPATH": str(packages)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in {0, 1}:
        sys.exit(f"mypy stopped with code {done.returncode}: {done.stderr or done.stdout[-2000:]}")
    said = _said(done.stdout.splitlines())
    for mutant, codes in said.items():
        original = f"{mutant.rpartition('__mutmut_')[0]}__mutmut_orig"
        # What is said of the unchanged function too is said of the way it is written down.
        if mutant != original and (left := codes - _FOLLOWS - said.get(original, set())):
            yield mutant, min(left)


def _said(lines: Sequence[str]) -> Mapping[str, set[str]]:
    spans: dict[str, list[tuple[int, int, str]]] = {}
    found: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        error = json.loads(line)
        file = error["file"]
        functions = spans.setdefault(file, _spans(file))
        place = bisect.bisect(functions, (error["line"], sys.maxsize, "")) - 1
        if error["severity"] == "error" and place >= 0 and error["line"] <= functions[place][1]:
            found[f"{_module(file)}.{functions[place][2]}"].add(error["code"])
    return found


def _spans(file: str) -> list[tuple[int, int, str]]:
    index = Path("mutants") / f"{file}.spans"
    if not index.is_file():
        return []
    spans = json.loads(index.read_text(encoding="utf-8"))["spans"]
    return sorted((first, last, name) for name, (first, last) in spans.items())
