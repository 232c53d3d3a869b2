"""From when on the next set and the next ICE are overdue, at each moment of a judged past.

What is due is asked of the schedule once for each stretch in which the same is asked for; within it
the time moves with the last set alone (clinical reference 7.3).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical import schedule
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.results import Evaluation
from monitoring.clinical.timeline import NEVER_US
from monitoring.clinical.turning_columns import mark_turns
from monitoring.clinical.turns import Turns

NOT_DUE_US = int(np.iinfo(np.int64).max)


def late_times_us(
    judged: Turns, sets_us: Sequence[int | None], policy: Policy
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """From when on a set, and an ICE, is late: int64 (n,) each, ``NOT_DUE_US`` where none is asked.

    ``sets_us`` is when the last set up to each moment was taken, None before any.
    """
    at_us = judged.at_us
    taken_us = np.array([NEVER_US if us is None else us for us in sets_us], dtype=np.int64)
    since_us = np.where(taken_us == NEVER_US, at_us, taken_us)
    set_us, ice_us = np.empty((2, len(at_us)), dtype=np.int64)
    begins = np.flatnonzero(_asks_anew(judged, taken_us == NEVER_US, policy)).tolist()
    for begin, end in zip(begins, [*begins[1:], len(at_us)], strict=True):
        first, stretch = judged.near(begin), slice(begin, end)
        due = schedule.next_due(first, sets_us[begin], policy)
        set_us[stretch] = since_us[stretch] + (due.overdue_at_us + 1 - since_us[begin])
        ice = schedule.next_ice_due(first, policy)
        ice_us[stretch] = NOT_DUE_US if ice is None else ice.overdue_at_us + 1
        if ice is not None and _is_due_whenever_asked(first):
            ice_us[stretch] += at_us[stretch] - at_us[begin]
    return set_us, ice_us


def _is_due_whenever_asked(evaluation: Evaluation) -> bool:
    """Whether an ICE is due at the moment that is asked about, as nothing says since when."""
    icans = evaluation.icans
    return (
        icans is not None
        and icans.tested_us is None
        and icans.confused_us is None
        and evaluation.hours_since_dose is None
    )


def _asks_anew(
    judged: Turns, is_without_set: NDArray[np.bool_], policy: Policy
) -> NDArray[np.bool_]:
    """Where the schedule may ask for something else than right before: at a turn, or by time."""
    resolved_us = np.array(
        [NEVER_US if (us := one.episode.resolved_us) is None else us for one in judged.turned]
    )
    window_s = np.array(
        [schedule.risk_window_s(one.therapy_class, policy) for one in judged.turned]
    )
    anew = np.zeros(len(judged), dtype=np.bool_)
    anew[judged.places] = True
    columns = (
        is_without_set,
        judged.at_us - resolved_us[judged.runs] < schedule.RECENTLY_US,
        judged.hours_since_dose * 3600.0 <= window_s[judged.runs],
    )
    mark_turns(anew, columns)
    return anew
