"""What mutation testing found, written down as docs/mutants.md."""

import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

PAGE = Path("docs/mutants.md")
_RULES = "monitoring.clinical."
# The tests' exit codes where nothing failed, and where no test came by.
_UNNOTICED = {0, 5, 33}

_INTRODUCTION = """# Mutants

`scripts/mutants` changes the code of `monitoring/clinical` one small step at a time (a `<` becomes
`<=`, a number one more, a text another) and runs the specification, property and unit tests of the
rules. A mutant that no test notices has survived: either a test is missing, or the change makes no
difference that anybody could see. Times out counts as noticed. The table is what the newest runs
found; `scripts/mutants --sample N` tries a part drawn by lot.
"""


def write_report(verdicts: Mapping[str, int | None]) -> None:
    """Write the page from the exit code of every mutant's tests, None where it was not tried."""
    tried = {name: code for name, code in verdicts.items() if code is not None}
    survived = sorted(name for name, code in tried.items() if code in _UNNOTICED)
    lines = [_INTRODUCTION, _verdict(len(tried), len(survived), len(verdicts))]
    lines += ["", "| module | tried | killed | survived |", "|---|---|---|---|"]
    alive = Counter(map(_module, survived))
    for module, number in sorted(Counter(map(_module, tried)).items()):
        lines.append(f"| {module} | {number} | {number - alive[module]} | {alive[module]} |")
    lines += ["", "## Survivors", ""]
    lines += [f"* `{name.removeprefix(_RULES)}`: {_change(name)}" for name in survived]
    PAGE.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def _verdict(tried: int, survived: int, all_of_them: int) -> str:
    if not tried:
        return "No mutant has been tried yet."
    killed = tried - survived
    share = f"{100 * killed / tried:.1f} %"
    return f"**{share} killed: {killed} of {tried} tried, {all_of_them} mutants in all.**"


def _module(name: str) -> str:
    return name.removeprefix(_RULES).rpartition(".")[0]


def _change(name: str) -> str:
    """The lines that the mutant changes, as "old -> new"."""
    shown = subprocess.run(
        [sys.executable, "-m", "mutmut", "show", name], capture_output=True, text=True, check=False
    ).stdout.splitlines()
    old = [line[1:].strip() for line in shown if line[:1] == "-" and line[:3] != "---"]
    new = [line[1:].strip() for line in shown if line[:1] == "+" and line[:3] != "+++"]
    return f"`{_one(old)}` -> `{_one(new)}`"


def _one(lines: list[str]) -> str:
    return " ".join(lines).replace("`", "'")[:160]
