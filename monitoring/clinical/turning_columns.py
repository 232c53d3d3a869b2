"""The columns that a pass over many stays looks at, kept only where one of them turns."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Levels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """The ages up to which a value may count, as levels: few limits, however many the moments.

    ``levels_us`` ascend, ``oxygen_us`` likewise for the oxygen. ``level_of`` is the level by what
    stands before, the grade (0 unknown, k + 1 for grade k) times 2, and 1 more in an open episode;
    ``oxygen_of`` is the oxygen's level by that level.
    """

    levels_us: NDArray[np.int64]
    level_of: Levels
    oxygen_us: NDArray[np.int64]
    oxygen_of: Levels


def limits_of(limit_us: NDArray[np.int64], oxygen_at_least_us: int) -> Limits:
    """The limits of a policy, as ``episode_spans.PassRules`` has them."""
    levels_us = np.unique(limit_us)
    at_least_us = np.maximum(levels_us, oxygen_at_least_us)
    oxygen_us = np.unique(at_least_us)
    return Limits(
        levels_us,
        levels_us.searchsorted(limit_us.ravel()).astype(np.uint8),
        oxygen_us,
        oxygen_us.searchsorted(at_least_us).astype(np.uint8),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What is charted at some moments, the same up to the next of them: (k,) each.

    ``places`` ascend and say which moments they are, each stay's first among them. ``truths`` is
    int8 (7, k) if the data are fresh, the fever row unused. ``is_febrile`` says that the newest
    temperature is fever. The ages are how many levels of the limits they lie beyond.
    """

    places: NDArray[np.intp]
    truths: NDArray[np.int8]
    is_febrile: NDArray[np.bool_]
    temperature_old: Levels
    pressure_old: Levels
    oxygen_old: Levels

    def at(self, places: NDArray[np.intp], rows: NDArray[np.intp]) -> "Seen":
        """The same at more places; ``rows`` says which of those before stands for each."""
        if len(places) == len(self.places):
            return self
        return Seen(
            places,
            self.truths.take(rows, axis=1),
            self.is_febrile.take(rows),
            self.temperature_old.take(rows),
            self.pressure_old.take(rows),
            self.oxygen_old.take(rows),
        )


def mark_turns(turns: NDArray[np.bool_], columns: Iterable[NDArray[Any]]) -> None:
    """Mark in ``turns`` the rows at which one of the columns is another than right before."""
    for column in columns:
        turns[1:] |= column[1:] != column[:-1]
