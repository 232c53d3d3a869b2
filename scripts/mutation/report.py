"""What became of the mutants, written down as docs/mutants.md and docs/mutants.json."""

import difflib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from math import sqrt
from pathlib import Path

from scripts.mutation.verdicts import Module

PAGE, RECORD = Path("docs/mutants.md"), Path("docs/mutants.json")
_FOREWORD = Path("scripts/mutation/foreword.md")
_ALIVE = ("survived", "unreached")


def write_report(modules: Sequence[Module]) -> None:
    """Write the page and, for each module, what was tried on which content."""
    counts = {
        one.name: Counter(verdict.end for verdict in one.verdicts.values()) for one in modules
    }
    lines = [_FOREWORD.read_text(encoding="utf-8").rstrip() + "\n", *_verdict(modules, counts)]
    lines += ["", "| module | mutants | tried | refused by types | killed | ended | survived |"]
    lines += ["|---|---|---|---|---|---|---|"]
    record = {}
    for one in modules:
        found = counts[one.name]
        alive = sum(found[end] for end in _ALIVE)
        cells = [len(one.mutants), found.total(), found["types"], found["killed"], found["ended"]]
        lines.append(f"| {one.name} | {' | '.join(map(str, [*cells, alive]))} |")
        record[one.name] = {"content": one.content, "mutants": len(one.mutants)} | dict(found)
    lines += ["", "## Survivors", ""]
    lines += [f"* {line}" for one in modules for line in survivors(one)]
    PAGE.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    RECORD.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def show(modules: Sequence[Module]) -> None:
    """Print what survived."""
    for one in modules:
        for line in survivors(one):
            print(line)


def survivors(one: Module) -> Iterator[str]:
    """A line for each survivor of a module: its function and the change."""
    made = Path("mutants") / one.path
    spans = json.loads(Path(f"{made}.spans").read_text(encoding="utf-8"))["spans"]
    text = made.read_text(encoding="utf-8").split("\n")
    for mutant in one.ended(_ALIVE):
        name = mutant.rpartition(".")[2]
        function = name.partition("__mutmut_")[0]
        old, new = (
            text[spans[of][0] - 1 : spans[of][1]] for of in (f"{function}__mutmut_orig", name)
        )
        called = function.removeprefix("x").lstrip("ǁ").removeprefix("_").replace("ǁ", ".")
        unreached = ", which no test reaches" if one.verdicts[mutant].end == "unreached" else ""
        yield f"`{one.name}.{called}`{unreached}: {_change(old, new)}"


def _change(old: Sequence[str], new: Sequence[str]) -> str:
    lines = [line for line in difflib.ndiff(old, new) if "__mutmut_" not in line]
    was, becomes = (
        " ".join(line[2:].strip() for line in lines if line.startswith(sign)).replace("`", "'")
        for sign in ("- ", "+ ")
    )
    return f"`{was[:160]}` -> `{becomes[:160] or 'nothing'}`"


def _verdict(modules: Sequence[Module], counts: dict[str, Counter[str]]) -> Iterator[str]:
    """The share caught, estimated module by module where only a part was tried.

    A module that changed since it was tried has no verdict and no part in the share.
    """
    caught, variance, total, refused = 0.0, 0.0, 0, 0
    asked = [one for one in modules if counts[one.name].total() > counts[one.name]["types"]]
    for one in asked:
        found = counts[one.name]
        left = len(one.mutants) - found["types"]
        total += len(one.mutants)
        refused += found["types"]
        tried = found.total() - found["types"]
        if not left or not tried:
            continue
        dead = found["killed"] + found["ended"]
        share = dead / tried
        caught += left * share
        # One more of each keeps a module of which all tried ones died from seeming certain.
        careful = (dead + 1) / (tried + 2)
        variance += left**2 * careful * (1 - careful) / tried * (1 - tried / left)
    tried_all = sum(counts[one.name].total() for one in asked)
    half = 100 * 1.96 * sqrt(variance) / total
    share = 100 * (refused + caught) / total
    yield (
        f"**{share:.1f} % caught** (± {half:.1f} points at 95 %, each module weighed"
        f" by its mutants): {total} mutants of {len(asked)} modules, {tried_all} with a verdict,"
        f" {refused} of them refused by the type check. Of those that the type check lets through"
        f" the tests caught {100 * caught / (total - refused):.1f} %"
        f" (± {half * total / (total - refused):.1f})."
    )
    if len(asked) < len(modules):
        yield ""
        yield f"{len(modules) - len(asked)} modules were not tried as they stand today."
