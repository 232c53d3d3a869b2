"""What a scale asks for, and its answers as columns in which unknown stays unknown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.concepts import LARGEST_NUMBER
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
    other ways to write one to it. Spaces, hyphens, slashes and capitals do not matter in either.
    ``advice`` says of what is often written and is no choice what to say instead.
    """

    name: str
    label: str
    kind: FieldKind
    unit: str = ""
    lowest: float = -LARGEST_NUMBER
    highest: float = LARGEST_NUMBER
    whole: bool = False
    choices: tuple[str, ...] = ()
    synonyms: Mapping[str, str] = field(default_factory=dict)
    advice: Mapping[str, str] = field(default_factory=dict)


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
    _said: dict[str, list[Any]] = field(default_factory=dict, repr=False)

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
        given = {}
        for name in names:
            value = (self._said.get(name) or self.said(name))[place]
            if value is not None:
                given[name] = value
        return given

    def said(self, name: str) -> list[Any]:
        """What every record said of one field, in the scale's own words; None where unknown."""
        if name not in self._said:
            self._said[name] = self._all_said(name)
        return self._said[name]

    def _all_said(self, name: str) -> list[Any]:
        asked = self.fields[name]
        if name in self.number:
            numbers = self.number[name].tolist()
            as_said = int if asked.whole else float
            return [None if one != one else as_said(one) for one in numbers]  # noqa: PLR0124 (NaN)
        if name in self.truth:
            words = {int(NO): False, int(YES): True, int(UNKNOWN): None}
            return [words[one] for one in self.truth[name].tolist()]
        if name in self.choice:
            return [
                None if one == UNKNOWN_CHOICE else asked.choices[one]
                for one in self.choice[name].tolist()
            ]
        return [
            list(compress(asked.choices, row)) if is_listed else None
            for row, is_listed in zip(
                self.chosen[name].tolist(), self.listed[name].tolist(), strict=True
            )
        ]
