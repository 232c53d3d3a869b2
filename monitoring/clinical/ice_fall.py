"""A fall of the ICE score: the newest whole assessment against the best of the hours before it.

ICE: clinical reference 2.1 (ten points, five items); a fall of 3 or more: 8.2.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.concepts import ICE_ITEMS
from monitoring.clinical.conditions import no_data, normal
from monitoring.clinical.evidence import EvidenceBook
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.results import Condition, ConditionState, InputEvidence
from monitoring.clinical.timeline import US_PER_S, Timeline

_TOTAL = "ice_total"
_ITEMS = tuple(one.code for one in ICE_ITEMS)
_EPSILON = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class IceChart:
    """When anything of an ICE was charted, ascending, and what was newest of each part then.

    ``taken_us`` and ``points`` are (6, n): the five items, and a total from a source without them.
    """

    times_us: NDArray[np.int64]
    taken_us: NDArray[np.int64]
    points: NDArray[np.float64]


_NO_ICE = IceChart(
    np.empty(0, dtype=np.int64),
    np.empty((len(_ITEMS) + 1, 0), dtype=np.int64),
    np.empty((len(_ITEMS) + 1, 0)),
)


def ice_chart(timeline: Timeline) -> IceChart:
    """Every ICE of a timeline, looked up once for all of its moments."""
    series = [timeline.series[name] for name in (*_ITEMS, _TOTAL)]
    if not any(map(len, series)):
        return _NO_ICE
    times_us = np.unique(np.concatenate([one.taken_us[:-1] for one in series]))
    rows = [one.latest(times_us) for one in series]
    return IceChart(
        times_us,
        np.array([one.taken_us[row] for one, row in zip(series, rows, strict=True)]),
        np.array([one.value[row] for one, row in zip(series, rows, strict=True)]),
    )


def ice_fall_condition(
    timeline: Timeline, chart: IceChart, place: int, *, policy: Policy, book: EvidenceBook
) -> Condition:
    """Whether ICE fell; without a whole assessment within the hours nobody can know.

    ``chart`` is the timeline's ``ice_chart``.
    """
    within_s, priority = policy.watch.ice_within_s, policy.priority["ice_fall"]
    at_us = int(timeline.at_us[place])
    times_us, points = ice_points(
        chart,
        from_us=at_us - int(within_s * US_PER_S),
        to_us=at_us,
        set_window_s=policy.freshness.set_window_s,
    )
    if len(points) == 0:
        return no_data("ice_fall", priority, None, "whole ICE of the last day")
    best = int(np.argmax(points))
    fall = float(points[best] - points[-1])
    evidence = tuple(
        _evidence(timeline, place, int(times_us[row]), float(points[row]), book, within_s)
        for row in dict.fromkeys((best, len(points) - 1))
    )
    if fall < policy.watch.ice_fall_points - _EPSILON:
        return normal("ice_fall", priority, f"ICE {points[-1]:g}, not falling", *evidence)
    return Condition(
        problem="ice_fall",
        state=ConditionState.ACTIVE,
        priority=priority,
        severity=round(fall),
        label=f"ICE fell by {fall:g}: {points[best]:g} to {points[-1]:g}",
        criteria=("ice_fall",),
        evidence=evidence,
        action="Repeat ICE; assess consciousness and seizures; tell the physician.",
    )


def ice_points(
    chart: IceChart, *, from_us: int, to_us: int, set_window_s: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """When ICE was known whole from ``from_us`` to ``to_us``, ascending, and its points.

    No item older than ``from_us`` is used. The sum of five items within one set, or a total from a
    source without items; of a total and items that differ the lower counts.
    """
    own = slice(*chart.times_us.searchsorted((from_us, to_us + 1)).tolist())
    times_us = chart.times_us[own]
    if len(times_us) == 0:
        return times_us, np.empty(0)
    oldest_us = np.maximum(times_us - int(set_window_s * US_PER_S), from_us)
    parts = np.where(chart.taken_us[:, own] >= oldest_us, chart.points[:, own], np.nan)
    # fmin takes the one that is known where the other is not.
    points = np.fmin(parts[:-1].sum(axis=0), parts[-1])
    whole = ~np.isnan(points)
    return times_us[whole], points[whole]


def _evidence(
    timeline: Timeline,
    place: int,
    taken_us: int,
    points: float,
    book: EvidenceBook,
    within_s: float,
) -> InputEvidence:
    """The assessment behind a total, pointing at one of its rows."""
    name = next(
        name for name in (_TOTAL, *_ITEMS) if taken_us in timeline.series[name].taken_us[:-1]
    )
    row = int(np.searchsorted(timeline.series[name].taken_us[:-1], taken_us, side="right")) - 1
    shown = book.row(name, row, place, within_s)
    return replace(shown, concept=_TOTAL, display=f"ICE {points:g}", value=points)
