"""Spoils a rule file at every place and asks the reader what it says of it.

``python -m tests.unit.clinical.spoiling`` writes ``golden/refusals.txt``; read what changed in it
before it is committed.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from monitoring.clinical import ctcae, guidance, laboratory_policy, symptom_triggers, tocilizumab
from monitoring.clinical.policy_reader import parse_policy
from monitoring.clinical.rule_file import RuleFileError, RuleTable, read_packaged
from monitoring.clinical.rulebook_reader import parse_crs, parse_news2
from monitoring.clinical.scales import astct_icans, ctcae_terms, lee_2014
from monitoring.clinical.scales.limit_grades import parse_limit_grades
from monitoring.clinical.scales.points_reader import parse_points
from monitoring.clinical.scales.quotients import parse_quotients

GOLDEN = Path(__file__).parent / "golden" / "refusals.txt"
Content = dict[str, Any]
Place = tuple[str | int, ...]
_MISSING = object()
# Instead of a number, a text, a list or a table: what a slip of the finger leaves behind.
_INSTEAD: dict[type, dict[str, object]] = {
    float: {"missing": _MISSING, "a text": "7", "low": -1e9, "high": 1e9, "broken": 0.123},
    str: {"missing": _MISSING, "a number": 7, "empty": " ", "odd": "odd"},
    list: {"missing": _MISSING, "a number": 7, "empty": [], "odd": ["odd"], "numbers": [-7]},
    dict: {"missing": _MISSING, "a number": 7},
    bool: {"a text": "yes"},
}


# Reading a file takes longer than all that its reader does.
_content = cache(read_packaged)


def _packaged(module: Any, load: Any) -> Callable[[Content], object]:
    def read(content: Content) -> object:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "read_packaged", lambda _: content)
            return getattr(load, "__wrapped__", load)()

    return read


def _table(file: str, parse: Callable[[RuleTable], object]) -> Callable[[Content], object]:
    return lambda content: parse(RuleTable(content, file))


READERS: dict[str, Callable[[Content], object]] = {
    "news2.toml": parse_news2,
    "astct_crs.toml": parse_crs,
    "astct_icans.toml": _packaged(astct_icans, astct_icans.load_icans),
    "alerts.toml": lambda content: parse_policy(
        "p", content, _content("frequencies.toml"), _content("laboratory.toml")
    ),
    "frequencies.toml": lambda content: parse_policy(
        "p", _content("alerts.toml"), content, _content("laboratory.toml")
    ),
    "laboratory.toml": laboratory_policy.parse_laboratory_policy,
    "guidelines.toml": _packaged(guidance, guidance.load_guidelines),
    "lee_2014.toml": _packaged(lee_2014, lee_2014.load_lee),
    "ctcae_v5.toml": _packaged(ctcae, ctcae.load_ctcae),
    "ctcae_v5_terms.toml": _packaged(ctcae_terms, ctcae_terms.load_terms),
    "symptom_triggers.toml": _packaged(symptom_triggers, symptom_triggers.load_symptom_triggers),
    "tocilizumab.toml": _packaged(tocilizumab, tocilizumab.load_tocilizumab),
    "ctcae_laboratory.toml": _table("ctcae_laboratory.toml", parse_limit_grades),
    "icaht.toml": _table("icaht.toml", parse_limit_grades),
    "hscore.toml": _table("hscore.toml", parse_points),
    "hlh_2004.toml": _table("hlh_2004.toml", parse_points),
    "iec_hs.toml": _table("iec_hs.toml", parse_points),
    "cartox_hlh.toml": _table("cartox_hlh.toml", parse_points),
    "sirs.toml": _table("sirs.toml", parse_points),
    "qsofa.toml": _table("qsofa.toml", parse_points),
    "febrile_neutropenia.toml": _table("febrile_neutropenia.toml", parse_points),
    "car_hematotox.toml": _table("car_hematotox.toml", parse_points),
    "easix.toml": _table("easix.toml", parse_quotients),
    "shock_index.toml": _table("shock_index.toml", parse_quotients),
}


@dataclass(frozen=True)
class Slip:
    """One place of a rule file spoiled in one way; ``what`` names the way."""

    file: str
    place: Place
    what: str
    instead: object

    def line(self) -> str:
        """What the reader says of it."""
        content = _changed(deepcopy(_content(self.file)), self.place, self.instead)
        try:
            READERS[self.file](content)
            said = "accepted"
        except RuleFileError as error:
            said = str(error).removeprefix(f"{self.file}: ").removeprefix(f"{self.file}, ")
        return f"{'.'.join(map(str, self.place))}, {self.what}: {said}"


def slips(file: str) -> list[Slip]:
    """Every place of one file, spoiled in every way."""
    content = _content(file)
    return [
        Slip(file, place, what, instead)
        for place in _places(content, ())
        for what, instead in _ways(_at(content, place))
    ]


def page(file: str) -> str:
    """What the reader of one file says of every spoiled place, a line each."""
    return "\n".join([f"# {file}", *(slip.line() for slip in slips(file))])


def _places(value: object, here: Place) -> Iterator[Place]:
    """Every place; of the rows of a list one for each set of keys."""
    if here:
        yield here
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _places(inner, (*here, key))
    elif isinstance(value, list):
        seen = set()
        for number, row in enumerate(value):
            if isinstance(row, dict) and (keys := frozenset(row)) not in seen:
                seen.add(keys)
                yield from _places(row, (*here, number))


def _ways(value: object) -> Iterator[tuple[str, object]]:
    kind = float if type(value) is int else type(value)
    yield from _INSTEAD[kind].items()
    if isinstance(value, dict):
        yield "two keys too many", value | {"surplus": 1, "beyond": 2}


def _at(content: Any, place: Place) -> Any:
    for key in place:
        content = content[key]
    return content


def _changed(content: Content, place: Place, instead: object) -> Content:
    parent = _at(content, place[:-1])
    if instead is _MISSING:
        del parent[place[-1]]
    else:
        parent[place[-1]] = instead
    return content


def golden() -> dict[str, list[str]]:
    """The lines of each file as they stand in the golden file."""
    pages = GOLDEN.read_text(encoding="utf-8").split("\n\n")
    return {(lines := one.strip().splitlines())[0].removeprefix("# "): lines[1:] for one in pages}


if __name__ == "__main__":
    GOLDEN.write_text("\n\n".join(map(page, READERS)) + "\n", encoding="utf-8")
