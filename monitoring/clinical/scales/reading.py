"""How records become columns in which unknown stays unknown.

A record is a mapping of field names to plain values, as one line of JSON holds them. Absent and
null both mean unknown. A field or a value that the scale does not know is refused by name: a
mistyped field that is silently ignored would be a finding that nobody grades.
"""

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np

from monitoring.clinical.concepts import LARGEST_NUMBER
from monitoring.clinical.scales.fields import (
    UNKNOWN_CHOICE,
    Columns,
    Field,
    FieldKind,
    RecordError,
)
from monitoring.clinical.spelling import spelled
from monitoring.clinical.truths import NO, UNKNOWN, YES


def read_columns(
    records: Sequence[Mapping[str, Any]],
    fields: Sequence[Field],
    refused: dict[int, str] | None = None,
) -> Columns:
    """The records as columns; raises ``RecordError`` at the first one that cannot be read.

    With ``refused`` nothing is raised: what is wrong with a record is put there under its place,
    and its row says nothing.
    """
    n = len(records)
    known = {one.name: one for one in fields}
    # A list takes a value many times faster than an array takes an element.
    values: dict[str, list[Any]] = {one.name: [_NOTHING[one.kind]] * n for one in fields}
    takers = {one.name: (_taker(one), values[one.name]) for one in fields}
    for place, record in enumerate(records):
        try:
            for name, value in record.items():
                if name not in takers:
                    raise _CannotTakeError(_unknown_field(name, known))
                if value is not None:
                    take, column = takers[name]
                    column[place] = take(value)
        except _CannotTakeError as error:
            if refused is None:
                raise RecordError(place, str(error)) from None
            refused[place] = str(error)
            for one in fields:
                values[one.name][place] = _NOTHING[one.kind]
    return _as_columns(n, known, values)


# A range that begins as near to 0 as this begins above it.
_NEAR_NOTHING = 1e-6
_NOTHING: Mapping[FieldKind, Any] = {
    FieldKind.NUMBER: np.nan,
    FieldKind.TRUTH: int(UNKNOWN),
    FieldKind.CHOICE: UNKNOWN_CHOICE,
    FieldKind.CHOICES: None,
}


class _CannotTakeError(Exception):
    """A value that a field does not take; the message says what it takes."""


def _as_columns(n: int, known: Mapping[str, Field], values: Mapping[str, list[Any]]) -> Columns:
    def of(kind: FieldKind) -> list[str]:
        return [name for name, one in known.items() if one.kind is kind]

    chosen, listed = {}, {}
    for name in of(FieldKind.CHOICES):
        listed[name] = np.array([one is not None for one in values[name]], dtype=np.bool_)
        chosen[name] = np.zeros((n, len(known[name].choices)), dtype=np.bool_)
        for place, codes in enumerate(values[name]):
            if codes:
                chosen[name][place, codes] = True
    return Columns(
        n=n,
        fields=known,
        number={name: np.array(values[name]) for name in of(FieldKind.NUMBER)},
        truth={name: np.array(values[name], dtype=np.int8) for name in of(FieldKind.TRUTH)},
        choice={name: np.array(values[name], dtype=np.int8) for name in of(FieldKind.CHOICE)},
        chosen=chosen,
        listed=listed,
    )


def _taker(asked: Field) -> Callable[[Any], Any]:
    """What turns one JSON value into the column's own; raises ``_CannotTakeError``."""
    match asked.kind:
        case FieldKind.NUMBER:
            return _number_taker(asked)
        case FieldKind.TRUTH:
            return _truth_taker(asked)
        case FieldKind.CHOICE:
            return _choice_taker(asked)
        case FieldKind.CHOICES:
            return _choices_taker(asked)


def _number_taker(asked: Field) -> Callable[[Any], float]:
    lowest, highest, whole = asked.lowest, asked.highest, asked.whole
    in_unit = f" in {asked.unit}" if asked.unit else ""
    limits = in_words(asked)

    def take(value: Any) -> float:
        # A bool is an int in Python and never a measurement.
        if type(value) not in (float, int) or not isfinite(value):
            message = f"{asked.name} takes a number{in_unit}, or leave it out."
            raise _CannotTakeError(message)
        if not lowest <= value <= highest:
            message = f"{asked.name} takes a number{in_unit} {limits}; check value and unit."
            raise _CannotTakeError(message)
        if whole and value != int(value):
            message = f"{asked.name} takes a whole number."
            raise _CannotTakeError(message)
        return float(value)

    return take


def in_words(asked: Field) -> str:
    """The range of a number: "from 25 to 45", "above 0, up to 70"."""
    highest = f"{asked.highest:g}" if asked.highest < LARGEST_NUMBER else f"{asked.highest:,.0f}"
    if 0 < asked.lowest < _NEAR_NOTHING:
        return f"above 0, up to {highest}"
    return f"from {asked.lowest:g} to {highest}"


def _truth_taker(asked: Field) -> Callable[[Any], int]:
    no, yes = int(NO), int(YES)

    def take(value: Any) -> int:
        if value is True:
            return yes
        if value is False:
            return no
        message = f"{asked.name} takes true or false, or leave it out."
        raise _CannotTakeError(message)

    return take


def _choice_taker(asked: Field) -> Callable[[Any], int]:
    by_spelling = {spelled(name): place for place, name in enumerate(asked.choices)}
    by_spelling |= {
        spelled(other): by_spelling[spelled(own)] for other, own in asked.synonyms.items()
    }
    advice = {spelled(name): text for name, text in asked.advice.items()}
    as_written: dict[str, int] = {}

    def take(value: Any) -> int:
        if isinstance(value, str):
            code = as_written.get(value)
            if code is None and (code := by_spelling.get(spelled(value))) is not None:
                as_written[value] = code
            if code is not None:
                return code
        takes = f"It takes: {', '.join(asked.choices)}."
        if isinstance(value, str):
            takes = advice.get(spelled(value), takes)
        message = f"{_shown(value)} for {asked.name}. {takes}"
        raise _CannotTakeError(message)

    return take


def _choices_taker(asked: Field) -> Callable[[Any], list[int]]:
    take_one = _choice_taker(asked)

    def take(value: Any) -> list[int]:
        if not isinstance(value, list | tuple):
            message = f"{asked.name} takes a list, [] for none, or leave it out."
            raise _CannotTakeError(message)
        return [take_one(one) for one in value]

    return take


def _unknown_field(name: str, known: Mapping[str, Field]) -> str:
    # A field's name is structure; one that is far too long may be data in the wrong place.
    shown = name if len(name) <= 40 else f"{name[:40]}..."
    return f"Unknown field {shown!r}. Known are: {', '.join(known)}."


def _shown(value: Any) -> str:
    """The value where it is a word or a code, as choices are; anything else may be data."""
    if isinstance(value, str) and len(value) <= 40:
        return f"Unknown value {value!r}"
    return "Unknown value"
