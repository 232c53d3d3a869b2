"""Rows that ask a scale: a record as a line of JSON holds it, written without quotation marks.

``temp_c: 38.5, vasopressors: [norepinephrine], ventilated: true`` is a record; an empty cell is the
record of which nothing is known.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from monitoring.clinical.scales.answer import Answer

_WORD = re.compile(r"[A-Za-z][\w-]*")
# A whole number in a cell is exact.
_EXACTLY = 9
_LITERALS = {"true", "false", "null"}
Check = Callable[[Answer, re.Match[str]], bool]


def read(cell: str) -> dict[str, Any]:
    """The record of a cell."""
    quoted = _WORD.sub(lambda m: m[0] if m[0] in _LITERALS else f'"{m[0]}"', cell)
    record: dict[str, Any] = json.loads(f"{{{quoted}}}")
    return record


def is_value(found: float | None, cell: str) -> bool:
    """Whether a grade or total is that of a cell, to the decimals it is written with.

    "none" is that nothing can be said.
    """
    if cell == "none" or found is None:
        return cell == "none" and found is None
    _, _, decimals = cell.partition(".")
    return abs(found - float(cell)) <= 0.5 * 10.0 ** -(len(decimals) or _EXACTLY)


def holds(answer: Answer, claim: str) -> bool:
    """Whether one claim, such as "missing fio2" or "met fever", is true of an answer."""
    for pattern, check in _CLAIMS.items():
        match = re.fullmatch(pattern, claim)
        if match is not None:
            return check(answer, match)
    message = f"The handbook does not know the claim {claim!r} on an answer."
    raise ValueError(message)


_CLAIMS: dict[str, Check] = {
    r"nothing missing": lambda a, _: not a.missing,
    r"missing (\w+)": lambda a, m: m[1] in a.missing,
    r"not missing (\w+)": lambda a, m: m[1] not in a.missing,
    r"flag (\w+)": lambda a, m: m[1] in a.flags,
    r"no flag (\w+)": lambda a, m: m[1] not in a.flags,
    r"met (\w+)": lambda a, m: m[1] in {one.id for one in a.evidence},
    r"not met (\w+)": lambda a, m: m[1] not in {one.id for one in a.evidence},
    r"(\w+) scores ([\d.]+)": lambda a, m: is_value((a.parts or {})[m[1]], m[2]),
    r"no part (\w+)": lambda a, m: (a.parts or {})[m[1]] is None,
    r"at least (\d+)": lambda a, m: (a.details or {}).get("minimum") == float(m[1]),
    r'is "(\w+)" (\w+)': lambda a, m: str((a.details or {}).get(m[1])) == m[2],
    r'says "(.+)"': lambda a, m: m[1] in a.reason,
    r'raised "(.+)"': lambda a, m: any(m[1] in line for line in a.would_raise),
    r"nothing raises it": lambda a, _: not a.would_raise,
    r'lowered "(.+)"': lambda a, m: any(m[1] in line for line in a.would_lower),
}
