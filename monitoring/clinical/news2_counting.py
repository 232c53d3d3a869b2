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
from monitoring.clinical.scoring import News2Columns
from monitoring.clinical.step_chart import MISSING, POINTS_OF_CELL, Column
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
    if before:
        earlier = scored.with_columns(before)
        rows = _differing(scored, earlier, before)
        if len(rows):
            newest, other = scored.cells[:, rows], earlier.cells[:, rows]
            # A reading that cannot be scored says nothing of the other one.
            is_known = (newest != MISSING) & (other != MISSING)
            points = np.where(newest == MISSING, 0, newest & POINTS_OF_CELL)
            others = np.where(is_known, other & POINTS_OF_CELL, points)
            milder = np.minimum(points, others)
            minimum, any_three, standing = minimum.copy(), any_three.copy(), standing.copy()
            minimum[rows] = milder.sum(axis=0)
            any_three[rows] = (milder == _THREE).any(axis=0)
            standing[rows] = np.maximum(points, others).sum(axis=0)
    return CountingColumns(minimum, any_three, scored.complete, standing)


def _differing(
    scored: News2Columns, earlier: News2Columns, before: Mapping[str, Column]
) -> NDArray[np.intp]:
    """The sets of which a reading before lies in another band."""
    differs = np.zeros(len(scored.minimum), dtype=np.bool_)
    for parameter in before:
        differs |= scored.cells_of(parameter) != earlier.cells_of(parameter)
    return np.flatnonzero(differs)


def _before(
    series: Series, gap_s: float, since_us: int | None
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """For each row the value that was measured before it, and where that is not at hand.

    What was sent twice for one instant is one reading. A row that was charted, and one with nothing
    within ``gap_s`` before it, has its own value. ``since_us`` is from when on a series that was
    cut short has all its values.
    """
    taken_us = series.taken_us[:-1]
    earlier = taken_us.searchsorted(taken_us) - 1
    is_sent = series.streamed[:-1]
    is_cut = np.zeros(len(series.taken_us), dtype=np.bool_)
    if since_us is not None:
        is_cut[:-1] = is_sent & (earlier < 0) & (taken_us < since_us)
    apart_us = taken_us - taken_us.take(earlier, mode="clip")
    follows = is_sent & (earlier >= 0) & (apart_us <= round(gap_s * US_PER_S))
    before = series.value.copy()
    before[:-1][follows] = series.value[earlier[follows]]
    return before, is_cut
