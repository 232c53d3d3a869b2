"""The times of an alert thread apart from the rest of its state: which are due, and what became.

A step keeps each of them, or takes it away, or sets it to a fixed time from then on.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from typing import Any

from monitoring.clinical import alerts
from monitoring.clinical.alert_state import AlertState, AlertTiming
from monitoring.clinical.timeline import US_PER_S

_NAMES = (
    "pending_since_us",
    "raised_us",
    "waiting_since_us",
    "spoken_us",
    "acknowledged_until_us",
    "snoozed_until_us",
)
_PENDING, _, _WAITING, _SPOKEN, _ACKNOWLEDGED, _SNOOZED = range(len(_NAMES))
# One a name; where the state has none, any number stands in its place.
Times = Sequence[int]
# Which time (its place), and how long after it something is due.
Waits = tuple[tuple[int, int], ...]

# The moment of a step that is tried, and times longer after it than any policy's.
NOW_US = 2**60
_LATER_US = 2**61
NO_TIMES: Times = (0,) * len(_NAMES)
NOT_DUE: Times = tuple(range(_LATER_US, _LATER_US + len(_NAMES)))
# What a step says of a time beside microseconds from then on.
KEPT = -1


def without_times(state: AlertState) -> AlertState:
    """The state with 0 for whatever time it has."""
    return with_times(state, NO_TIMES)


def with_times(state: AlertState, times: Times) -> AlertState:
    """The state with other times where it has any."""
    own: dict[str, Any] = {
        name: us for name, us in zip(_NAMES, times, strict=True) if getattr(state, name) is not None
    }
    return replace(state, **own)


def waits(state: AlertState, timing: AlertTiming) -> Waits:
    """All that a step may ask of the times of a state, whatever else is asked first."""
    repeat_s = timing.repeat_after_s
    every = (
        (_PENDING, ceil(timing.debounce_s * US_PER_S)),
        (_ACKNOWLEDGED, 0),
        (_SNOOZED, 0),
        *((_WAITING, ceil(one.after_s * US_PER_S)) for one in timing.escalation),
        *(() if repeat_s is None else ((_SPOKEN, ceil(repeat_s * US_PER_S)),)),
    )
    return tuple(one for one in every if getattr(state, _NAMES[one[0]]) is not None)


def due(state: AlertState, timing: AlertTiming) -> Waits:
    """What decides when time alone changes a state (``alerts.next_due_us``), asked one by one."""
    found = []
    for place in range(len(_NAMES)):
        times = list(NOT_DUE)
        times[place] = 0
        soonest = alerts.next_due_us(with_times(state, times), timing=timing)
        if soonest is not None and soonest < _LATER_US:
            found.append((place, soonest))
    return tuple(found)


def overdue(asked: Waits, times: Times, now_us: int) -> int:
    """Which of what is asked is due, a bit each."""
    bits = 0
    for bit, (place, after_us) in enumerate(asked):
        if now_us - times[place] >= after_us:
            bits |= 1 << bit
    return bits


def times_tried(asked: Waits, late: int) -> Times:
    """Times of which just those are due at ``NOW_US``, no two alike.

    Of two that are asked of one time, the later is due only where the earlier is.
    """
    times = list(NOT_DUE)
    for bit, (place, after_us) in enumerate(asked):
        if late >> bit & 1:
            times[place] = min(times[place], NOW_US - after_us - 1 - place)
    assert overdue(asked, times, NOW_US) == late
    return times


def times_since(after: AlertState, before: Times, now_us: int) -> tuple[int, ...]:
    """What a step at ``now_us`` did to each time: ``KEPT``, or how long after it that lies now.

    A step sets no time that lies before it.
    """
    found = []
    for name, old in zip(_NAMES, before, strict=True):
        new = getattr(after, name)
        found.append(KEPT if new is None or new == old else new - now_us)
    return tuple(found)
