"""What of a NEWS2 an alert may speak of: a value that a device sent counts once it has lasted.

The score that is shown is that of the newest values, as the chart says. One stray reading of a
monitor must not call a team by it: of two readings in a row the milder one counts, and until both
are milder an alert that was told is not over. Clinical reference 8.3 (what streams must last; what
was charted counts at once); docs/adr/0027.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.facts import ShortHistoryError
from monitoring.clinical.policy_types import News2Limits
from monitoring.clinical.scoring import PARAMETERS, News2Columns, Sets
from monitoring.clinical.signals import newest
from monitoring.clinical.step_chart import MISSING, POINTS_OF_CELL
from monitoring.clinical.timeline import US_PER_S, Series, Timeline

# What a bedside monitor sends of a set.
MONITORED = ("respiratory_rate", "spo2", "systolic_bp", "heart_rate", "body_temperature")
_THREE = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountingColumns:
    """What counts of n sets; ``minimum``, ``any_three`` and ``complete`` as in ``News2Columns``.

    ``standing`` is the sum of points that are not known to be over, ``standing_three`` whether a
    single parameter of 3 is not. ``rows`` are the sets of which a reading counts for less than it
    shows, ``held_back`` (7, rows) which parameters those are.
    """

    minimum: NDArray[np.uint8]
    any_three: NDArray[np.bool_]
    complete: NDArray[np.bool_]
    standing: NDArray[np.uint8]
    standing_three: NDArray[np.bool_]
    rows: NDArray[np.intp]
    held_back: NDArray[np.bool_]

    def of(self, place: int) -> "Counting":
        """What counts of one set."""
        row = int(self.rows.searchsorted(place))
        is_held = row < len(self.rows) and self.rows[row] == place
        return Counting(
            minimum=int(self.minimum[place]),
            any_three=bool(self.any_three[place]),
            standing=int(self.standing[place]),
            standing_three=bool(self.standing_three[place]),
            held_back=tuple(compress(PARAMETERS, self.held_back[:, row])) if is_held else (),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """What counts of one set: the points, whether a single parameter has 3, what still stands.

    ``held_back`` are the parameters whose reading counts for less than it shows.
    """

    minimum: int
    any_three: bool
    standing: int
    standing_three: bool
    held_back: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Before:
    """The reading before the newest of a sign, at each moment, and where that is long ago.

    ``is_alone`` marks where nothing was measured since the newest for so long that nothing will
    confirm it.
    """

    value: NDArray[np.float64]
    is_alone: NDArray[np.bool_]


def readings_before(
    timeline: Timeline, in_set: Mapping[str, NDArray[np.bool_]], limits: News2Limits
) -> dict[str, Before]:
    """For each vital sign that a device sent: the reading before the newest, at each moment.

    The newest itself where it was charted, where nothing was measured within the policy's gap
    before it, and NaN where it is not ``in_set``. Signs that were charted throughout are left out.
    Raises ``ShortHistoryError`` where the reading before is not at hand.
    """
    found = {}
    for concept in MONITORED if limits.stream_gap_s else ():
        series = timeline.series[concept]
        if not series.streamed.any():
            continue
        since_us = timeline.facts.observations.since_us.get(concept)
        before, is_cut = _before(series, limits, since_us)
        if (timeline.at_moments(concept, is_cut) & in_set[concept]).any():
            raise ShortHistoryError(concept)
        values = timeline.at_moments(concept, before)
        found[concept] = Before(
            value=np.where(in_set[concept], values, np.nan),
            is_alone=timeline.age_us(concept) > round(limits.stream_gap_s * US_PER_S),
        )
    return found


def counting_of(scored: News2Columns, before: Mapping[str, Before]) -> CountingColumns:
    """What counts of each set, by the sets with the readings ``before`` in them."""
    minimum, any_three, standing = scored.minimum, scored.any_three, scored.minimum
    standing_three, held_back = any_three, np.zeros((len(PARAMETERS), 0), dtype=np.bool_)
    earlier = scored.sets.with_columns({name: one.value for name, one in before.items()})
    differs = np.zeros(len(minimum), dtype=np.bool_)
    for parameter in before:
        differs |= scored.sets.cells_of(parameter) != earlier.cells_of(parameter)
    rows = np.flatnonzero(differs)
    if len(rows):
        points, others = _points(scored.sets.at(rows)), _points(earlier.at(rows))
        # A reading that cannot be scored says nothing of the other one.
        others = np.where((points < 0) | (others < 0), points, others)
        milder, harsher = np.minimum(points, others), np.maximum(points, others)
        for place, parameter in enumerate(PARAMETERS):
            if parameter in before:
                alone = before[parameter].is_alone[rows]
                milder[place] = np.where(alone, points[place], milder[place])
        held_back = milder < points
        minimum, any_three, standing = minimum.copy(), any_three.copy(), standing.copy()
        standing_three = standing_three.copy()
        minimum[rows] = milder.clip(0).sum(axis=0)
        any_three[rows] = (milder == _THREE).any(axis=0)
        standing[rows] = harsher.clip(0).sum(axis=0)
        standing_three[rows] = (harsher == _THREE).any(axis=0)
    return CountingColumns(
        minimum=minimum,
        any_three=any_three,
        complete=scored.complete,
        standing=standing,
        standing_three=standing_three,
        rows=rows,
        held_back=held_back,
    )


def _points(sets: Sets) -> NDArray[np.int8]:
    """The points of each parameter, -1 where it cannot be scored."""
    cells = sets.cells()
    return np.where(cells == MISSING, -1, cells & POINTS_OF_CELL).astype(np.int8)


def _before(
    series: Series, limits: News2Limits, since_us: int | None
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """For each row the value that was measured before it, and where that is not at hand.

    That is the newest reading so long before it as a value must last, or one that was charted since
    or for the same instant. A row that was charted, and one with nothing within the gap before it,
    has its own value. ``since_us`` is from when on a series that was cut short has all its values.
    """
    taken_us, is_sent = series.taken_us[:-1], series.streamed[:-1]
    lasts_us = max(1, round(limits.stream_s * US_PER_S))
    earlier = taken_us.searchsorted(taken_us - lasts_us, side="right") - 1
    by_hand = newest(~is_sent)
    # Of a row that a device sent for the same instant there is nothing charted after it.
    earlier = np.maximum(earlier, by_hand)
    is_cut = np.zeros(len(series.taken_us), dtype=np.bool_)
    if since_us is not None:
        is_cut[:-1] = is_sent & (earlier < 0) & (taken_us[:1] < since_us)
    apart_us = taken_us - taken_us[earlier]
    follows = is_sent & (earlier >= 0) & (apart_us <= round(limits.stream_gap_s * US_PER_S))
    before = series.value.copy()
    before[:-1][follows] = series.value[earlier[follows]]
    return before, is_cut
