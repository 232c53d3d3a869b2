"""What became of the mutants, written down as docs/mutants.md beside docs/mutants.json."""

import difflib
from collections.abc import Iterator, Sequence
from math import sqrt
from pathlib import Path

from scripts.mutation import reasons
from scripts.mutation.verdicts import ALIVE, Module, function_of, save

PAGE = Path("docs/mutants.md")
_FOREWORD = Path("scripts/mutation/foreword.md")


def write_report(modules: Sequence[Module]) -> None:
    """Write the page, and the verdicts by function."""
    save(modules)
    said = reasons.read()
    lines = [_FOREWORD.read_text(encoding="utf-8").rstrip() + "\n", *_verdict(modules)]
    lines += ["", "| module | mutants | tried | refused by types | killed | ended | survived |"]
    lines += ["|---|---|---|---|---|---|---|"]
    for one in modules:
        found = one.counts()
        alive = sum(found[end] for end in ALIVE)
        cells = [len(one.mutants), found.total(), found["types"], found["killed"], found["ended"]]
        lines.append(f"| {one.name} | {' | '.join(map(str, [*cells, alive]))} |")
    told = [line for one in modules for line in survivors(one)]
    unexplained = [line for line in told if line not in said]
    lines += ["", f"## Survivors that a test could find: {len(unexplained)}", ""]
    lines += [f"* {line}" for line in unexplained]
    lines += ["", f"## Survivors with a reason: {len(told) - len(unexplained)}", ""]
    for line in dict.fromkeys(line for line in told if line in said):
        lines.append(f"* {line}. {said[line]}")
    lines += _stale(said, told, modules)
    PAGE.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def show(modules: Sequence[Module]) -> None:
    """Print what survived and has no reason."""
    said = reasons.read()
    for one in modules:
        for line in survivors(one):
            if line not in said:
                print(f"* {line}")


def survivors(one: Module) -> Iterator[str]:
    """A line for each survivor of a module: its function and the change."""
    for mutant in one.ended(ALIVE):
        yield _line(one, mutant)


def _stale(said: dict[str, str], told: Sequence[str], modules: Sequence[Module]) -> list[str]:
    """The reasons for what is no survivor any more, unless its mutant waits to be tried."""
    left = set(said) - set(told)
    untried = {
        _line(one, mutant)
        for one in modules
        for function, mutants in one.functions().items()
        if any(line.startswith(f"`{one.name}.{function}`") for line in left)
        for mutant in mutants
        if mutant not in one.verdicts
    }
    found = [line for line in said if line in left - untried]
    if not found:
        return []
    head = f"## Reasons that stand for no survivor, to be taken out of {reasons.PAGE}: {len(found)}"
    return ["", head, "", *(f"* {line}" for line in found)]


def _line(one: Module, mutant: str) -> str:
    return f"`{one.name}.{function_of(mutant)}`: {_change(*one.change(mutant))}"


def _change(old: Sequence[str], new: Sequence[str]) -> str:
    lines = [line for line in difflib.ndiff(old, new) if "__mutmut_" not in line]
    was, becomes = (
        " ".join(line[2:].strip() for line in lines if line.startswith(sign)).replace("`", "'")
        for sign in ("- ", "+ ")
    )
    return f"`{was[:160]}` -> `{becomes[:160] or 'nothing'}`"


def _verdict(modules: Sequence[Module]) -> Iterator[str]:
    """The share caught, estimated module by module where only a part was tried."""
    caught, variance, total, refused = 0.0, 0.0, 0, 0
    asked = [one for one in modules if one.counts().total() > one.counts()["types"]]
    asked += [one for one in modules if one.counts()["types"] == len(one.mutants)]
    for one in asked:
        found = one.counts()
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
    if not total:
        yield "Nothing has been tried."
        return
    tried_all = sum(one.counts().total() for one in asked)
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
