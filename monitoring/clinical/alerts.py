"""The alert state machine: one thread a patient and problem.

The condition says what the patient is, the acknowledgement whether somebody took it, the visibility
whether it may draw attention. A thread closes only when the condition is known to be normal *and*
somebody took it. Missing data closes nothing. What a person does with it is in ``alert_answers``.
Every function here is pure and total.
"""

from dataclasses import replace
from math import ceil
from typing import Any

from monitoring.clinical.alert_state import (
    AcknowledgementAxis,
    AlertState,
    AlertTiming,
    ConditionAxis,
    Transition,
    TransitionKind,
    VisibilityAxis,
    by_system,
)
from monitoring.clinical.results import Condition, ConditionState, Priority

_US = 1_000_000

Step = tuple[AlertState | None, tuple[Transition, ...]]


def step(
    state: AlertState | None, condition: Condition, *, now_us: int, timing: AlertTiming
) -> Step:
    """What becomes of a thread when the rules spoke again; total over every input.

    ``state`` is None where no thread is open. The result is None where none is open after, else the
    new state with ``closed`` set on the last one of a thread.
    """
    if state is None or state.closed:
        begun, changes = _begin(condition, now_us=now_us, timing=timing)
        return _cover(begun, changes, condition, now_us=now_us)
    if state.problem != condition.problem:
        message = "An alert thread steps on its own problem only."
        raise ValueError(message)
    if condition.state is ConditionState.ACTIVE or _stands(state, condition):
        after, changes = _active(state, condition, now_us=now_us, timing=timing)
        after, changes = _cover(after, changes, condition, now_us=now_us)
    elif condition.state is ConditionState.NO_DATA:
        after, changes = _no_data(state, now_us=now_us)
        after, changes = _cover(after, changes, condition, now_us=now_us)
    else:
        after, changes = _normal(state, now_us=now_us)
    if after is None or after.closed:
        return after, changes
    aged, later = tick(after, now_us=now_us, timing=timing)
    return aged, (*changes, *later)


def tick(
    state: AlertState, *, now_us: int, timing: AlertTiming
) -> tuple[AlertState, tuple[Transition, ...]]:
    """What only time changes: an acknowledgement or snooze runs out, an escalation is due."""
    changes: list[Transition] = []
    still_wrong = state.condition in (ConditionAxis.ACTIVE, ConditionAxis.NO_DATA)
    until_us = state.acknowledged_until_us
    if (
        state.acknowledgement is AcknowledgementAxis.ACKNOWLEDGED
        and still_wrong
        # What is covered is asked for again by its cover.
        and state.visibility is not VisibilityAxis.INHIBITED
        and until_us is not None
        and now_us >= until_us
    ):
        state = _unowned(state, now_us=now_us)
        changes.append(by_system(TransitionKind.ACKNOWLEDGEMENT_RAN_OUT, now_us))
    if (
        state.visibility is VisibilityAxis.SNOOZED
        and state.snoozed_until_us is not None
        and now_us >= state.snoozed_until_us
    ):
        # Whoever snoozed it was there: those above are called only when nobody comes from now on.
        state = replace(
            state, visibility=VisibilityAxis.SHOWN, snoozed_until_us=None, **_anew(now_us)
        )
        changes.append(by_system(TransitionKind.SNOOZE_RAN_OUT, now_us))
    waiting = (
        state.acknowledgement is AcknowledgementAxis.UNACKNOWLEDGED
        and state.visibility is VisibilityAxis.SHOWN
    )
    since_us = state.waiting_since_us
    if not waiting or since_us is None:
        return state, tuple(changes)
    while state.escalation_level < len(timing.escalation):
        due = timing.escalation[state.escalation_level]
        if now_us - since_us < due.after_s * _US:
            break
        state = replace(
            state,
            escalation_level=state.escalation_level + 1,
            escalated_to=due.role,
            spoken_us=now_us,
        )
        changes.append(
            by_system(
                TransitionKind.ESCALATED, now_us, role=due.role, trigger=state.trigger_priority
            )
        )
    if (
        not changes
        and still_wrong
        and timing.repeat_after_s is not None
        and state.spoken_us is not None
        and now_us - state.spoken_us >= timing.repeat_after_s * _US
    ):
        state = replace(state, spoken_us=now_us)
        changes.append(by_system(TransitionKind.REPEATED, now_us))
    return state, tuple(changes)


def next_due_us(state: AlertState, *, timing: AlertTiming) -> int | None:
    """When time alone next changes an open thread whose condition stays as it is; None is never.

    Before it ``tick``, and ``step`` with an unchanged condition, change nothing.
    """
    if state.closed:
        return None
    still_wrong = state.condition in (ConditionAxis.ACTIVE, ConditionAxis.NO_DATA)
    times: list[int] = []
    if state.condition is ConditionAxis.PENDING and state.pending_since_us is not None:
        times.append(state.pending_since_us + ceil(timing.debounce_s * _US))
    if (
        state.acknowledgement is AcknowledgementAxis.ACKNOWLEDGED
        and still_wrong
        and state.visibility is not VisibilityAxis.INHIBITED
        and state.acknowledged_until_us is not None
    ):
        times.append(state.acknowledged_until_us)
    if state.visibility is VisibilityAxis.SNOOZED and state.snoozed_until_us is not None:
        times.append(state.snoozed_until_us)
    if (
        state.acknowledgement is AcknowledgementAxis.UNACKNOWLEDGED
        and state.visibility is VisibilityAxis.SHOWN
    ):
        if state.waiting_since_us is not None and state.escalation_level < len(timing.escalation):
            after_s = timing.escalation[state.escalation_level].after_s
            times.append(state.waiting_since_us + ceil(after_s * _US))
        if still_wrong and timing.repeat_after_s is not None and state.spoken_us is not None:
            times.append(state.spoken_us + ceil(timing.repeat_after_s * _US))
    return min(times, default=None)


def _begin(condition: Condition, *, now_us: int, timing: AlertTiming) -> Step:
    # No data is no reason to raise this problem: overdue and stale feeds are problems of their own.
    if condition.state is not ConditionState.ACTIVE:
        return None, ()
    state = AlertState(
        problem=condition.problem,
        priority=condition.priority,
        trigger_priority=condition.priority,
        severity=condition.severity,
        criteria=condition.criteria,
        label=condition.label,
        condition=ConditionAxis.PENDING,
        acknowledgement=AcknowledgementAxis.NONE,
        visibility=VisibilityAxis.SHOWN,
        pending_since_us=now_us,
        raised_us=None,
        waiting_since_us=None,
        spoken_us=None,
        escalation_level=0,
        owner=None,
        acknowledged_until_us=None,
        snoozed_until_us=None,
        inhibited_by=None,
        closed=False,
    )
    if timing.debounce_s > 0:
        return state, (by_system(TransitionKind.PENDING, now_us, **_news(state)),)
    return _raise(state, now_us=now_us)


def _raise(state: AlertState, *, now_us: int) -> Step:
    raised = replace(
        state,
        condition=ConditionAxis.ACTIVE,
        acknowledgement=AcknowledgementAxis.UNACKNOWLEDGED,
        trigger_priority=state.priority,
        raised_us=now_us,
        pending_since_us=None,
        **_anew(now_us),
    )
    return raised, (by_system(TransitionKind.RAISED, now_us, **_news(raised)),)


def _stands(state: AlertState, condition: Condition) -> bool:
    """Whether a value inside its limit again is not clearly so: what was told still stands."""
    return (
        condition.state is ConditionState.NORMAL
        and 0 < condition.deadband_severity <= state.severity
        and state.condition in (ConditionAxis.ACTIVE, ConditionAxis.NO_DATA)
    )


def _active(state: AlertState, condition: Condition, *, now_us: int, timing: AlertTiming) -> Step:
    higher = condition.priority.rank > state.priority.rank
    new_criteria = tuple(c for c in condition.criteria if c not in state.criteria)
    severity = condition.severity
    is_pending = state.condition is ConditionAxis.PENDING
    if timing.latches_severity and not is_pending and condition.state is ConditionState.ACTIVE:
        severity = max(severity, state.severity)
    elif state.condition in (ConditionAxis.ACTIVE, ConditionAxis.NO_DATA):
        # What was clearly over in between has no deadband.
        severity = max(severity, min(state.severity, condition.deadband_severity))
    # Most readings say what the one before said.
    is_news = higher or bool(new_criteria) or severity != state.severity
    is_back = not is_pending and state.condition is not ConditionAxis.ACTIVE
    after = state
    if is_news or is_back or condition.label != state.label:
        after = replace(
            state,
            severity=severity,
            priority=condition.priority if higher else state.priority,
            criteria=(*state.criteria, *new_criteria),
            label=condition.label,
            condition=state.condition if is_pending else ConditionAxis.ACTIVE,
        )
    if is_pending:
        since_us = now_us if state.pending_since_us is None else state.pending_since_us
        waited = now_us - since_us >= timing.debounce_s * _US
        return _raise(after, now_us=now_us) if waited else (after, ())
    if severity > state.severity or higher or new_criteria:
        worsened = by_system(
            TransitionKind.WORSENED,
            now_us,
            severity=[state.severity, severity],
            new_criteria=list(new_criteria),
            priority=after.priority,
            trigger=condition.priority,
            label=condition.label,
        )
        return _unowned(after, now_us=now_us, trigger=condition.priority), (worsened,)
    kind = {
        # It came back before anybody took it: the same thread speaks again.
        ConditionAxis.NORMAL: TransitionKind.RECURRED,
        ConditionAxis.NO_DATA: TransitionKind.DATA_BACK,
    }.get(state.condition)
    if kind is TransitionKind.RECURRED:
        after = replace(after, spoken_us=now_us)
    elif kind is None and severity < state.severity:
        kind = TransitionKind.EASED
    if kind is None:
        return after, ()
    return after, (by_system(kind, now_us, severity=after.severity, label=after.label),)


def _cover(
    state: AlertState | None,
    changes: tuple[Transition, ...],
    condition: Condition,
    *,
    now_us: int,
) -> Step:
    """Silence a thread whose news another alert tells, and let it speak when that ends."""
    if state is None or state.condition in (ConditionAxis.PENDING, ConditionAxis.NORMAL):
        return state, changes
    is_inhibited = state.visibility is VisibilityAxis.INHIBITED
    by = condition.covered_by
    # A thread that was more urgent than its cover once is told of until somebody took it and its
    # value is known to have eased: a value that is not known any more makes nothing less urgent.
    is_taken = state.acknowledgement is AcknowledgementAxis.ACKNOWLEDGED
    has_eased = is_taken and condition.state is not ConditionState.NO_DATA
    may_be_silent = has_eased or state.priority.rank <= condition.priority.rank
    if by is not None and not is_inhibited and may_be_silent:
        state = replace(
            state,
            visibility=VisibilityAxis.INHIBITED,
            inhibited_by=by,
            snoozed_until_us=None,
        )
        return state, (*changes, by_system(TransitionKind.INHIBITED, now_us, by=by))
    if by is not None and is_inhibited and by != state.inhibited_by:
        # Who takes an alert takes what it covers: it has to be known which one that is.
        state = replace(state, inhibited_by=by)
        return state, (*changes, by_system(TransitionKind.INHIBITED, now_us, by=by))
    if by is None and is_inhibited:
        # What somebody owns needs nobody anew.
        speaks = {} if is_taken else _anew(now_us)
        uncovered = by_system(TransitionKind.UNCOVERED, now_us, owner=state.owner)
        state = replace(state, visibility=VisibilityAxis.SHOWN, inhibited_by=None, **speaks)
        return state, (*changes, uncovered)
    return state, changes


def _no_data(state: AlertState, *, now_us: int) -> Step:
    if state.condition in (ConditionAxis.NO_DATA, ConditionAxis.PENDING, ConditionAxis.NORMAL):
        return state, ()
    return replace(state, condition=ConditionAxis.NO_DATA), (
        by_system(TransitionKind.DATA_LOST, now_us),
    )


def _normal(state: AlertState, *, now_us: int) -> Step:
    if state.condition is ConditionAxis.PENDING:
        return replace(state, closed=True), (by_system(TransitionKind.DROPPED, now_us),)
    if state.condition is ConditionAxis.NORMAL:
        return state, ()
    back = by_system(TransitionKind.RETURNED_TO_NORMAL, now_us)
    normal = replace(state, condition=ConditionAxis.NORMAL)
    # What another alert said already needs nobody of its own once it is over.
    is_covered = state.visibility is VisibilityAxis.INHIBITED
    if is_covered or state.acknowledgement is AcknowledgementAxis.ACKNOWLEDGED:
        closed = replace(normal, closed=True, offered_to=None)
        return closed, (back, by_system(TransitionKind.CLOSED, now_us))
    return normal, (back,)


def _unowned(state: AlertState, *, now_us: int, trigger: Priority | None = None) -> AlertState:
    """Speak again: nobody owns it, no snooze holds it, escalation starts anew."""
    return replace(
        state,
        acknowledgement=AcknowledgementAxis.UNACKNOWLEDGED,
        visibility=VisibilityAxis.SHOWN,
        owner=None,
        acknowledged_until_us=None,
        snoozed_until_us=None,
        inhibited_by=None,
        offered_to=None,
        **_anew(now_us),
        trigger_priority=state.trigger_priority if trigger is None else trigger,
    )


def _anew(now_us: int) -> dict[str, Any]:
    """It speaks, and waits for an owner from now on."""
    return {
        "waiting_since_us": now_us,
        "spoken_us": now_us,
        "escalation_level": 0,
        "escalated_to": None,
    }


def _news(state: AlertState) -> dict[str, Any]:
    """What an alert begins with, for whoever reads its events alone."""
    return {
        "priority": state.priority,
        "severity": state.severity,
        "criteria": list(state.criteria),
        "label": state.label,
    }
