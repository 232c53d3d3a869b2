"""An alert's state read from its events alone: what was true of it at any time in the past.

The events are the record; the stored state is a projection of them, and a property test holds both
together. Only the label follows the current value without an event.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from monitoring.clinical.alert_state import (
    AcknowledgementAxis,
    AlertState,
    ConditionAxis,
    Transition,
    TransitionKind,
    VisibilityAxis,
)
from monitoring.clinical.results import Priority

_Kind = TransitionKind
_TAKEN = AcknowledgementAxis.ACKNOWLEDGED
_UNTAKEN = AcknowledgementAxis.UNACKNOWLEDGED


def is_told(event: Transition, state: AlertState) -> bool:
    """Whether an event reached the screen: the alert is shown and, where it was covered, unowned.

    ``state`` is the one after everything that happened to the thread at the same moment. An owner
    whose time is over as soon as the cover ends is reminded, and by that event alone.
    """
    # Events that were stored before they named the owner are read by the state.
    owner = event.detail.get("owner", state.owner) if event.kind is _Kind.UNCOVERED else None
    return state.visibility is VisibilityAxis.SHOWN and owner is None


def state_after(
    problem: str, events: Iterable[Transition], *, before: AlertState | None = None
) -> AlertState | None:
    """The state of one thread after its events, oldest first; None where there is none yet.

    ``before`` is the state that earlier events came to. Raises ``ValueError`` where the first event
    of a thread begins nothing.
    """
    state = before
    for event in events:
        if state is None:
            state = _begun(problem, event)
        state = replace(state, **_CHANGES[event.kind](state, event))
    return state


def _begun(problem: str, event: Transition) -> AlertState:
    if event.kind not in (_Kind.PENDING, _Kind.RAISED):
        message = f"A thread begins pending or raised, not {event.kind.value}. Read all its events."
        raise ValueError(message)
    return AlertState(
        problem=problem,
        priority=Priority(event.detail["priority"]),
        trigger_priority=Priority(event.detail["priority"]),
        severity=event.detail["severity"],
        criteria=(),
        label=event.detail["label"],
        condition=ConditionAxis.PENDING,
        acknowledgement=AcknowledgementAxis.NONE,
        visibility=VisibilityAxis.SHOWN,
        pending_since_us=event.at_us,
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


Change = Callable[[AlertState, Transition], Mapping[str, Any]]


def _speaks(event: Transition) -> dict[str, Any]:
    return {
        "waiting_since_us": event.at_us,
        "spoken_us": event.at_us,
        "escalation_level": 0,
        "escalated_to": None,
    }


def _unowned(event: Transition) -> dict[str, Any]:
    return {
        "acknowledgement": _UNTAKEN,
        "visibility": VisibilityAxis.SHOWN,
        "owner": None,
        "acknowledged_until_us": None,
        "snoozed_until_us": None,
        "inhibited_by": None,
        "offered_to": None,
        **_speaks(event),
    }


def _pending(_: AlertState, event: Transition) -> dict[str, Any]:
    return {"criteria": tuple(event.detail["criteria"])}


def _raised(_: AlertState, event: Transition) -> dict[str, Any]:
    return {
        "priority": Priority(event.detail["priority"]),
        "trigger_priority": Priority(event.detail["priority"]),
        "severity": event.detail["severity"],
        "criteria": tuple(event.detail["criteria"]),
        "label": event.detail["label"],
        "condition": ConditionAxis.ACTIVE,
        "acknowledgement": _UNTAKEN,
        "raised_us": event.at_us,
        "pending_since_us": None,
        **_speaks(event),
    }


def _worsened(state: AlertState, event: Transition) -> dict[str, Any]:
    return {
        "priority": Priority(event.detail["priority"]),
        "trigger_priority": Priority(event.detail["trigger"]),
        "severity": event.detail["severity"][1],
        "criteria": (*state.criteria, *event.detail["new_criteria"]),
        "label": event.detail["label"],
        "condition": ConditionAxis.ACTIVE,
        **_unowned(event),
    }


def _active(_: AlertState, event: Transition) -> dict[str, Any]:
    return {
        "condition": ConditionAxis.ACTIVE,
        "severity": event.detail["severity"],
        "label": event.detail["label"],
    }


def _recurred(state: AlertState, event: Transition) -> dict[str, Any]:
    return {**_active(state, event), "spoken_us": event.at_us}


def _escalated(state: AlertState, event: Transition) -> dict[str, Any]:
    return {
        "escalation_level": state.escalation_level + 1,
        "escalated_to": event.detail["role"],
        "spoken_us": event.at_us,
    }


def _acknowledged(_: AlertState, event: Transition) -> dict[str, Any]:
    return {
        "acknowledgement": _TAKEN,
        "owner": event.actor,
        "acknowledged_until_us": event.detail["valid_until_us"],
        "offered_to": None,
    }


def _snoozed(_: AlertState, event: Transition) -> dict[str, Any]:
    until_us = event.detail["until_us"]
    return {"visibility": VisibilityAxis.SNOOZED, "snoozed_until_us": until_us}


def _snooze_ran_out(_: AlertState, event: Transition) -> dict[str, Any]:
    return {"visibility": VisibilityAxis.SHOWN, "snoozed_until_us": None, **_speaks(event)}


def _inhibited(_: AlertState, event: Transition) -> dict[str, Any]:
    return {
        "visibility": VisibilityAxis.INHIBITED,
        "inhibited_by": event.detail["by"],
        "snoozed_until_us": None,
    }


def _uncovered(state: AlertState, event: Transition) -> dict[str, Any]:
    speaks = {} if state.acknowledgement is _TAKEN else _speaks(event)
    return {"visibility": VisibilityAxis.SHOWN, "inhibited_by": None, **speaks}


_CHANGES: Mapping[TransitionKind, Change] = {
    _Kind.PENDING: _pending,
    _Kind.DROPPED: lambda _, __: {"closed": True},
    _Kind.RAISED: _raised,
    _Kind.WORSENED: _worsened,
    _Kind.RECURRED: _recurred,
    _Kind.REPEATED: lambda _, event: {"spoken_us": event.at_us},
    _Kind.EASED: _active,
    _Kind.DATA_LOST: lambda _, __: {"condition": ConditionAxis.NO_DATA},
    _Kind.DATA_BACK: _active,
    _Kind.RETURNED_TO_NORMAL: lambda _, __: {"condition": ConditionAxis.NORMAL},
    _Kind.ESCALATED: _escalated,
    _Kind.ACKNOWLEDGED: _acknowledged,
    _Kind.ACKNOWLEDGEMENT_RAN_OUT: lambda _, event: _unowned(event),
    _Kind.HAND_OVER_OFFERED: lambda _, event: {"offered_to": event.detail["to"]},
    _Kind.HAND_OVER_DECLINED: lambda _, __: {"offered_to": None},
    _Kind.HANDED_OVER: _acknowledged,
    _Kind.SNOOZED: _snoozed,
    _Kind.SNOOZE_RAN_OUT: _snooze_ran_out,
    _Kind.INHIBITED: _inhibited,
    _Kind.UNCOVERED: _uncovered,
    _Kind.CLOSED: lambda _, __: {"closed": True, "offered_to": None},
}
