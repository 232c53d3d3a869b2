"""What of a NEWS2 an alert may speak of: a value that a device sent counts once it has lasted.

The score that is shown is that of the newest values, as the chart says. One stray reading of a
monitor must not call a team by it: of two readings in a row the milder one counts, and until both
are milder an alert that was told is not over. Clinical reference 8.3 (what streams must last; what
was charted counts at once); docs/adr/0027.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.facts import ShortHistoryError
from monitoring.clinical.scoring import News2Columns, Sets
from monitoring.clinical.step_chart import MISSING, POINTS_OF_CELL
from monitoring.clinical.timeline import US_PER_S, Series, Timeline

# What a bedside monitor sends of a set.
MONITORED = ("respiratory_rate", "spo2", "systolic_bp", "heart_rate", "body_temperature")
_THREE = 3


@dataclass(frozen=True, slots=True, eq=False)
class CountingColumns:
    """What counts of n sets; ``minimum``, ``any_three`` and ``complete`` as in ``News2Columns``.

    ``standing`` is the sum of points that are not known to be over.
    """

    minimum: NDArray[np.uint8]
    any_three: NDArray[np.bool_]
    complete: NDArray[np.bool_]
    standing: NDArray[np.uint8]

    def of(self, place: int) -> "Counting":
        """What counts of one set."""
        return Counting(
            minimum=int(self.minimum[place]),
            any_three=bool(self.any_three[place]),
            standing=int(self.standing[place]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """What counts of one set: the points, whether a single parameter has 3, what still stands."""

    minimum: int
    any_three: bool
    standing: int


def readings_before(
    timeline: Timeline, in_set: Mapping[str, NDArray[np.bool_]], gap_s: float
) -> dict[str, NDArray[np.float64]]:
    """For each vital sign that a device sent: the reading before the newest, at each moment.

    The newest itself where it was charted, where nothing was measured within ``gap_s`` before it,
    and NaN where it is not ``in_set``. Signs that were charted throughout are left out. Raises
    ``ShortHistoryError`` where the reading before is not at hand.
    """
    found = {}
    for concept in MONITORED:
        series = timeline.series[concept]
        if not series.streamed.any():
            continue
        before, is_cut = _before(series, gap_s, timeline.facts.observations.since_us.get(concept))
        if (timeline.at_moments(concept, is_cut) & in_set[concept]).any():
            raise ShortHistoryError(concept)
        values = timeline.at_moments(concept, before)
        found[concept] = np.where(in_set[concept], values, np.nan)
    return found


def counting(scored: News2Columns, before: Mapping[str, NDArray[np.float64]]) -> CountingColumns:
    """What counts of each set, by the sets with the readings ``before`` in them."""
    minimum, any_three, standing = scored.minimum, scored.any_three, scored.minimum
    earlier = scored.sets.with_columns(before)
    differs = np.zeros(len(minimum), dtype=np.bool_)
    for parameter in before:
        differs |= scored.sets.cells_of(parameter) != earlier.cells_of(parameter)
    rows = np.flatnonzero(differs)
    if len(rows):
        points, others = _points(scored.sets.at(rows)), _points(earlier.at(rows))
        # A reading that cannot be scored says nothing of the other one.
        others = np.where((points < 0) | (others < 0), points, others)
        milder = np.minimum(points, others)
        minimum, any_three, standing = minimum.copy(), any_three.copy(), standing.copy()
        minimum[rows] = milder.clip(0).sum(axis=0)
        any_three[rows] = (milder == _THREE).any(axis=0)
        standing[rows] = np.maximum(points, others).clip(0).sum(axis=0)
    return CountingColumns(minimum, any_three, scored.complete, standing)


def _points(sets: Sets) -> NDArray[np.int8]:
    """The points of each parameter, -1 where it cannot be scored."""
    cells = sets.cells()
    return np.where(cells == MISSING, -1, cells & POINTS_OF_CELL).astype(np.int8)


def _before(
    series: Series, gap_s: float, since_us: int | None
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """For each row the value that was measured before it, and where that is not at hand.

    What was sent twice for one instant is one reading. A row that was charted, and one with nothing
    within ``gap_s`` before it, has its own value. ``since_us`` is from when on a series that was
    cut short has all its values.
    """
    taken_us = series.taken_us[:-1]
    earlier = np.arange(-1, len(taken_us) - 1)
    if (taken_us[1:] == taken_us[:-1]).any():
        earlier = taken_us.searchsorted(taken_us) - 1
    is_sent = series.streamed[:-1]
    is_cut = np.zeros(len(series.taken_us), dtype=np.bool_)
    if since_us is not None:
        is_cut[:-1] = is_sent & (earlier < 0) & (taken_us < since_us)
    apart_us = taken_us - taken_us[earlier]
    follows = is_sent & (earlier >= 0) & (apart_us <= round(gap_s * US_PER_S))
    before = series.value.copy()
    before[:-1][follows] = series.value[earlier[follows]]
    return before, is_cut
