"""Limits as papers print them ("> 20", "2000-6000", "> 3 x ULN"), judged over columns.

A condition is yes, no or unknown. Whether an edge belongs to a limit is in its words: "< 4" leaves
4 out, "<= 9.2" takes 9.2 in, and a range takes both its ends in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.scales.fields import Columns
from monitoring.clinical.scales.quantities import QUANTITIES
from monitoring.clinical.truths import NO, UNKNOWN, YES

# 3 x 1.1 must not become 3.3000000000000003 and leave 3.3 below it.
_DECIMALS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """The values that a printed limit takes in; ``text`` is how the paper writes it."""

    text: str
    low: float = -np.inf
    high: float = np.inf
    with_low: bool = False
    with_high: bool = False

    def holds(
        self, values: NDArray[np.float64], times: NDArray[np.float64] | None = None
    ) -> NDArray[np.bool_]:
        """Where a value lies inside, bool (n,); False where it is NaN. Edges scale by ``times``."""
        low: float | NDArray[np.float64] = self.low
        high: float | NDArray[np.float64] = self.high
        if times is not None:
            low, high = np.round(low * times, _DECIMALS), np.round(high * times, _DECIMALS)
        above = values >= low if self.with_low else values > low
        below = values <= high if self.with_high else values < high
        return above & below

    def edges(self) -> tuple[float, ...]:
        """The printed numbers."""
        return tuple(edge for edge in (self.low, self.high) if np.isfinite(edge))


class Absence(StrEnum):
    """What the absence of one of several ways to meet an item means.

    UNKNOWN: the item is unknown. NAMED: a further test that is not always done; the item is judged
    by the others and the absence is named. SAME: another word for the same finding; one is enough.
    """

    UNKNOWN = "unknown"
    NAMED = "named"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One way to meet an item: a limit on a quantity, or a finding that is true.

    ``reference`` names the quantity whose multiples the limit counts ("> 3 x ULN"). ``only_if`` is
    a finding that must be true besides.
    """

    quantity: str | None
    unit: str
    interval: Interval | None
    reference: str | None
    truth: str | None
    only_if: str | None
    absence: Absence

    @property
    def quantities(self) -> tuple[str, ...]:
        """The quantities it looks at."""
        return tuple(one for one in (self.quantity, self.reference) if one is not None)

    @property
    def truths(self) -> tuple[str, ...]:
        """The findings it looks at."""
        return tuple(one for one in (self.truth, self.only_if) if one is not None)

    @property
    def field_names(self) -> tuple[str, ...]:
        """Every field that may carry what it looks at."""
        measured = (name for one in self.quantities for name in QUANTITIES[one].field_names)
        return (*measured, *self.truths)


class Inputs:
    """The records of a scale as quantities in the units that its table asks for."""

    def __init__(
        self, columns: Columns, values: Mapping[tuple[str, str], NDArray[np.float64]] | None = None
    ) -> None:
        """Values are converted on first use; ``values`` are known already, by quantity and unit."""
        self.columns = columns
        self._values = dict(values or {})
        self._truths: dict[Condition, NDArray[np.int8]] = {}

    def value(self, quantity: str, unit: str) -> NDArray[np.float64]:
        """The quantity in a unit, float64 (n,), NaN where unknown."""
        key = (quantity, unit)
        if key not in self._values:
            self._values[key] = QUANTITIES[quantity].read(self.columns, unit)
        return self._values[key]

    def truth_of(self, condition: Condition) -> NDArray[np.int8]:
        """Whether the condition is met, int8 (n,) of ``NO``, ``YES``, ``UNKNOWN``."""
        if condition not in self._truths:
            self._truths[condition] = self._truth_of(condition)
        return self._truths[condition]

    def _truth_of(self, condition: Condition) -> NDArray[np.int8]:
        if condition.truth is not None:
            met = self.columns.truth[condition.truth]
        else:
            met = self._within(condition)
        if condition.only_if is None:
            return met
        given = self.columns.truth[condition.only_if]
        no = (met == NO) | (given == NO)
        yes = (met == YES) & (given == YES)
        return np.where(no, NO, np.where(yes, YES, UNKNOWN))

    def _within(self, condition: Condition) -> NDArray[np.int8]:
        assert condition.quantity is not None
        assert condition.interval is not None
        values = self.value(condition.quantity, condition.unit)
        known = ~np.isnan(values)
        times = None
        if condition.reference is not None:
            times = self.value(condition.reference, condition.unit)
            known &= ~np.isnan(times)
        met = condition.interval.holds(values, times)
        return np.where(known, np.where(met, YES, NO), UNKNOWN)

    def lacking(self, conditions: tuple[Condition, ...]) -> dict[str, NDArray[np.bool_]]:
        """By field where it would have to be given for one of the conditions to be known."""
        masks: dict[str, NDArray[np.bool_]] = {}
        for condition in conditions:
            unknown = self.truth_of(condition) == UNKNOWN
            for name in condition.quantities:
                absent = unknown & np.isnan(self.value(name, condition.unit))
                field = QUANTITIES[name].asked_in(condition.unit)
                masks[field] = masks.get(field, False) | absent
            for name in condition.truths:
                absent = unknown & (self.columns.truth[name] == UNKNOWN)
                masks[name] = masks.get(name, False) | absent
        return masks


def element_truth(element: tuple[Condition, ...], inputs: Inputs) -> NDArray[np.int8]:
    """Whether any condition is met, int8 (n,); ``Absence`` says what an unknown one does."""
    truths = np.stack([inputs.truth_of(condition) for condition in element])
    needed = np.array([one.absence is Absence.UNKNOWN for one in element])[:, None]
    yes = (truths == YES).any(axis=0)
    unknown = ((truths == UNKNOWN) & needed).any(axis=0) | (truths == UNKNOWN).all(axis=0)
    return np.where(yes, YES, np.where(unknown, UNKNOWN, NO))
