"""In which order open alerts of one patient are listed: whoever sees only the first sees the worst.

In this order, each rule deciding only where those before it do not:

1. What waits for an owner, before what somebody has or has snoozed.
2. The higher priority (IEC 60601-1-8; clinical reference 8.2), technical alarms last.
3. What is still so, or not known to be over, before what is back to normal.
4. What the patient shows, before work that is due: a set or an ICE that is overdue for hours says
   less than a grade that has just risen, a device that is off less than a monitor that is silent.
5. A grade before the signs that it rests on, the higher grade first.
6. The newest news: since when it waits for an owner, else since it was raised.

Local policy: no publication orders alerts of equal priority. What waits long is not lost by this:
escalation calls by the clock whatever the order (ADR 6).
"""

from typing import NamedTuple

from monitoring.clinical.alert_state import AlertState, ConditionAxis, VisibilityAxis
from monitoring.clinical.results import Priority

_WORK = frozenset({"overdue", "ice_overdue", "device_off"})
_GRADES = frozenset({"crs_grade", "icans_grade"})


class Place(NamedTuple):
    """Where an alert stands; the smallest is listed first."""

    is_taken: bool
    less_urgent: int
    is_over: bool
    is_work: bool
    lower_grade: int
    older_us: int
    problem: str


def place(
    *,
    problem: str,
    priority: Priority,
    condition: str,
    severity: int,
    owner: str | None,
    is_snoozed: bool,
    raised_us: int | None,
    waiting_since_us: int | None,
) -> Place:
    """Where an alert stands among the open ones of its patient (the rules above)."""
    since_us = waiting_since_us if owner is None else raised_us
    return Place(
        is_taken=owner is not None or is_snoozed,
        less_urgent=-priority.rank,
        is_over=condition == ConditionAxis.NORMAL,
        is_work=problem in _WORK,
        lower_grade=-severity if problem in _GRADES else 0,
        older_us=-(since_us or 0),
        problem=problem,
    )


def place_of(state: AlertState) -> Place:
    """Where a thread stands among the open ones of its patient (the rules above)."""
    return place(
        problem=state.problem,
        priority=state.priority,
        condition=state.condition,
        severity=state.severity,
        owner=state.owner,
        is_snoozed=state.visibility is VisibilityAxis.SNOOZED,
        raised_us=state.raised_us,
        waiting_since_us=state.waiting_since_us,
    )
