"""What a scale asks for, and how records become columns in which unknown stays unknown.

A record is a mapping of field names to plain values, as one line of JSON holds them. Absent and
null both mean unknown. A field or a value that the scale does not know is refused by name: a
mistyped field that is silently ignored would be a finding that nobody grades.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.truths import NO, UNKNOWN, YES

UNKNOWN_CHOICE = -1


class FieldKind(StrEnum):
    """How a field is answered."""

    NUMBER = "number"
    TRUTH = "truth"
    CHOICE = "choice"
    CHOICES = "choices"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing a scale asks for.

    ``lowest`` and ``highest`` close the range of a number in ``unit`` (UCUM); ``whole`` asks for a
    whole number. ``choices`` are the answers of a choice or of a list of choices; ``synonyms`` maps
    other ways to write one to it. Spaces, hyphens and capitals do not matter in either.
    """

    name: str
    label: str
    kind: FieldKind
    unit: str = ""
    lowest: float = -np.inf
    highest: float = np.inf
    whole: bool = False
    choices: tuple[str, ...] = ()
    synonyms: Mapping[str, str] = field(default_factory=dict)


class RecordError(ValueError):
    """A record cannot be graded; the message names the field and says what it takes.

    ``place`` is the record's place in what was read, from 0. The message holds no value of a
    patient.
    """

    def __init__(self, place: int, message: str) -> None:
        """``message`` stands alone; whoever knows the line number adds it."""
        super().__init__(message)
        self.place = place


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """``n`` records by field name.

    ``number`` is float64 (n,), NaN where unknown. ``truth`` is int8 (n,) of ``truths.NO``, ``YES``,
    ``UNKNOWN``. ``choice`` is int8 (n,), the place in the field's choices or ``UNKNOWN_CHOICE``.
    ``chosen`` is bool (n, number of choices) for a list; ``listed`` is bool (n,), False where the
    list itself is unknown (an empty list is known: none).
    """

    n: int
    fields: Mapping[str, Field]
    number: Mapping[str, NDArray[np.float64]]
    truth: Mapping[str, NDArray[np.int8]]
    choice: Mapping[str, NDArray[np.int8]]
    chosen: Mapping[str, NDArray[np.bool_]]
    listed: Mapping[str, NDArray[np.bool_]]

    def is_known(self, name: str) -> NDArray[np.bool_]:
        """Where the field was answered, bool (n,)."""
        if name in self.number:
            return ~np.isnan(self.number[name])
        if name in self.listed:
            return self.listed[name]
        codes, unknown = (
            (self.truth[name], UNKNOWN)
            if name in self.truth
            else (self.choice[name], np.int8(UNKNOWN_CHOICE))
        )
        return np.not_equal(codes, unknown)

    def given(self, place: int, names: Iterable[str]) -> dict[str, Any]:
        """What one record said of these fields, in the scale's own words; unknown ones left out."""
        given = ((name, self._given(place, name)) for name in names)
        return {name: value for name, value in given if value is not None}

    def _given(self, place: int, name: str) -> Any:
        choices = self.fields[name].choices
        if name in self.number:
            value = float(self.number[name][place])
            return None if np.isnan(value) else int(value) if self.fields[name].whole else value
        if name in self.truth:
            truth = self.truth[name][place]
            return None if truth == UNKNOWN else bool(truth == YES)
        if name in self.choice:
            chosen = self.choice[name][place]
            return None if chosen == UNKNOWN_CHOICE else choices[chosen]
        if not self.listed[name][place]:
            return None
        return [choices[one] for one in np.flatnonzero(self.chosen[name][place])]


def spelled(text: str) -> str:
    """The one spelling under which a choice is looked up: "Non-rebreather" and "non_rebreather"."""
    return "_".join(text.strip().lower().replace("-", " ").replace("_", " ").split())


def read_columns(records: Sequence[Mapping[str, Any]], fields: Sequence[Field]) -> Columns:
    """The records as columns; raises ``RecordError`` at the first one that cannot be read."""
    known = {one.name: one for one in fields}
    places = {one.name: _places(one) for one in fields if one.choices}
    n = len(records)

    def of(kind: FieldKind) -> list[Field]:
        return [one for one in fields if one.kind is kind]

    columns = Columns(
        n=n,
        fields=known,
        number={one.name: np.full(n, np.nan) for one in of(FieldKind.NUMBER)},
        truth={one.name: np.full(n, UNKNOWN, dtype=np.int8) for one in of(FieldKind.TRUTH)},
        choice={
            one.name: np.full(n, UNKNOWN_CHOICE, dtype=np.int8) for one in of(FieldKind.CHOICE)
        },
        chosen={
            one.name: np.zeros((n, len(one.choices)), dtype=np.bool_)
            for one in of(FieldKind.CHOICES)
        },
        listed={one.name: np.zeros(n, dtype=np.bool_) for one in of(FieldKind.CHOICES)},
    )
    for place, record in enumerate(records):
        for name, value in record.items():
            asked = known.get(name)
            if asked is None:
                raise RecordError(place, _unknown_field(name, known))
            if value is None:
                continue
            match asked.kind:
                case FieldKind.NUMBER:
                    columns.number[name][place] = _number(place, asked, value)
                case FieldKind.TRUTH:
                    columns.truth[name][place] = _truth(place, asked, value)
                case FieldKind.CHOICE:
                    columns.choice[name][place] = _choice(place, asked, places[name], value)
                case FieldKind.CHOICES:
                    columns.listed[name][place] = True
                    for one in _listed(place, asked, value):
                        chosen = _choice(place, asked, places[name], one)
                        columns.chosen[name][place, chosen] = True
    return columns


def _places(asked: Field) -> dict[str, int]:
    by_spelling = {spelled(name): place for place, name in enumerate(asked.choices)}
    others = {spelled(other): by_spelling[spelled(own)] for other, own in asked.synonyms.items()}
    return {**others, **by_spelling}


def _unknown_field(name: str, known: Mapping[str, Field]) -> str:
    # A field's name is structure; one that is far too long may be data in the wrong place.
    shown = name if len(name) <= 40 else f"{name[:40]}..."
    return f"Unknown field {shown!r}. Known are: {', '.join(known)}."


def _number(place: int, asked: Field, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise RecordError(place, f"{asked.name} takes a number{_in_unit(asked)}, or leave it out.")
    if not asked.lowest <= value <= asked.highest:
        limits = f"from {asked.lowest:g} to {asked.highest:g}"
        if asked.highest == np.inf:
            limits = f"of {asked.lowest:g} or more"
        message = f"{asked.name} takes a number{_in_unit(asked)} {limits}; check value and unit."
        raise RecordError(place, message)
    if asked.whole and value != int(value):
        raise RecordError(place, f"{asked.name} takes a whole number.")
    return float(value)


def _in_unit(asked: Field) -> str:
    return f" in {asked.unit}" if asked.unit else ""


def _truth(place: int, asked: Field, value: Any) -> np.int8:
    if not isinstance(value, bool):
        raise RecordError(place, f"{asked.name} takes true or false, or leave it out.")
    return YES if value else NO


def _choice(place: int, asked: Field, places: Mapping[str, int], value: Any) -> int:
    found = places.get(spelled(value)) if isinstance(value, str) else None
    if found is None:
        shown = f"Unknown value {value!r}" if _is_word(value) else "Unknown value"
        message = f"{shown} for {asked.name}. It takes: {', '.join(asked.choices)}."
        raise RecordError(place, message)
    return found


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 40


def _listed(place: int, asked: Field, value: Any) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise RecordError(place, f"{asked.name} takes a list, [] for none, or leave it out.")
    return value
