"""What a person does with an alert thread: take it, or silence it for a while.

Handing it over is in ``hand_over``; what time and the rules do is in ``alerts``. Pure functions.
"""

from dataclasses import replace
from typing import Any, NamedTuple

from monitoring.clinical.alert_state import (
    AcknowledgementAxis,
    AlertRefusedError,
    AlertState,
    AlertTiming,
    ConditionAxis,
    Transition,
    TransitionKind,
    VisibilityAxis,
    by_system,
)
from monitoring.clinical.results import Priority

_US = 1_000_000

Answered = tuple[AlertState, tuple[Transition, ...]]


class Through(NamedTuple):
    """The alert with which another is taken that it covers, and until when it is taken itself."""

    problem: str
    until_us: int | None


def acknowledge(
    state: AlertState,
    *,
    by: str,
    note: str | None,
    now_us: int,
    timing: AlertTiming,
    through: Through | None = None,
) -> Answered:
    """A named person takes the alert; it closes at once where the condition is back to normal.

    One that is taken ``through`` its cover is nobody's again no later than that one
    (docs/adr/0006).
    """
    refuse_closed_or_pending(state)
    valid = timing.acknowledgement_valid_s
    ends_us = [None if valid is None else now_us + int(valid * _US)]
    if through is not None:
        ends_us.append(through.until_us)
    state = replace(
        state,
        acknowledgement=AcknowledgementAxis.ACKNOWLEDGED,
        owner=by,
        acknowledged_until_us=min((us for us in ends_us if us is not None), default=None),
        offered_to=None,
    )
    detail: dict[str, Any] = {"note": note, "valid_until_us": state.acknowledged_until_us}
    if through is not None:
        detail["through"] = through.problem
    taken = Transition(kind=TransitionKind.ACKNOWLEDGED, at_us=now_us, actor=by, detail=detail)
    if state.condition is ConditionAxis.NORMAL:
        return replace(state, closed=True), (taken, by_system(TransitionKind.CLOSED, now_us))
    return state, (taken,)


def snooze(
    state: AlertState, *, by: str, reason: str, until_us: int, now_us: int, timing: AlertTiming
) -> Answered:
    """A named person silences an alert until a time or until worse; never one of high priority."""
    refuse_closed_or_pending(state)
    if state.visibility is VisibilityAxis.INHIBITED:
        message = "Another alert says this already. Snooze that one instead."
        raise AlertRefusedError(message)
    if state.priority is Priority.HIGH or timing.snooze_at_most_s is None:
        message = "An alert of high priority cannot be snoozed. Acknowledge it instead."
        raise AlertRefusedError(message)
    if not now_us < until_us <= now_us + timing.snooze_at_most_s * _US:
        minutes = round(timing.snooze_at_most_s / 60)
        message = f"A snooze lasts at most {minutes} minutes. Choose an earlier end."
        raise AlertRefusedError(message)
    if state.visibility is VisibilityAxis.SNOOZED and until_us < (state.snoozed_until_us or 0):
        message = "This alert is snoozed for longer already. Wait for its end or acknowledge it."
        raise AlertRefusedError(message)
    state = replace(state, visibility=VisibilityAxis.SNOOZED, snoozed_until_us=until_us)
    detail = {"reason": reason, "until_us": until_us}
    return state, (Transition(kind=TransitionKind.SNOOZED, at_us=now_us, actor=by, detail=detail),)


def refuse_closed_or_pending(state: AlertState) -> None:
    """Refuse what a person asks of an alert that is not open (``AlertRefusedError``)."""
    if state.closed:
        message = "This alert is closed already. Look at the patient page for what is open."
        raise AlertRefusedError(message)
    if state.condition is ConditionAxis.PENDING:
        message = "This alert has not been raised yet. There is nothing to take."
        raise AlertRefusedError(message)
