"""Handing an alert over: offered by who owns it, and owned by that person until another takes it.

Between offer and taking there is no moment without an owner; a worse condition or the end of the
acknowledgement ends the offer, and then the alert looks for an owner anew.
"""

from dataclasses import replace

from monitoring.clinical.alert_answers import refuse_closed_or_pending
from monitoring.clinical.alert_state import (
    AcknowledgementAxis,
    AlertRefusedError,
    AlertState,
    AlertTiming,
    Transition,
    TransitionKind,
)

_US = 1_000_000

Handed = tuple[AlertState, tuple[Transition, ...]]


def offer(state: AlertState, *, by: str, to: str, note: str | None, now_us: int) -> Handed:
    """The owner asks another person to take the alert; a newer offer takes the older one's place.

    Raises ``AlertRefusedError`` for who does not own it, and for an offer to oneself.
    """
    refuse_closed_or_pending(state)
    if not _is_owner(state, by):
        message = "Only its owner can hand an alert over. Acknowledge it first."
        raise AlertRefusedError(message)
    if not to.strip() or to == by:
        message = "Choose another person to hand the alert over to."
        raise AlertRefusedError(message)
    offered = replace(state, offered_to=to)
    return offered, (_event(TransitionKind.HAND_OVER_OFFERED, by, now_us, to=to, note=note),)


def take_over(state: AlertState, *, by: str, now_us: int, timing: AlertTiming) -> Handed:
    """Who was asked takes the alert; the acknowledgement counts from now on.

    Raises ``AlertRefusedError`` for whom it was not offered to.
    """
    refuse_closed_or_pending(state)
    _refuse_not_offered(state, by)
    valid = timing.acknowledgement_valid_s
    until_us = None if valid is None else now_us + int(valid * _US)
    taken = replace(state, owner=by, acknowledged_until_us=until_us, offered_to=None)
    event = _event(
        TransitionKind.HANDED_OVER, by, now_us, giver=state.owner, valid_until_us=until_us
    )
    return taken, (event,)


def decline(state: AlertState, *, by: str, note: str | None, now_us: int) -> Handed:
    """Who was asked declines, or the owner takes the offer back; the owner stays.

    Raises ``AlertRefusedError`` for anybody else, and where nothing was offered.
    """
    refuse_closed_or_pending(state)
    if state.offered_to is None or not _is_owner(state, by):
        _refuse_not_offered(state, by)
    kept = replace(state, offered_to=None)
    detail = {"to": state.offered_to, "note": note}
    return kept, (_event(TransitionKind.HAND_OVER_DECLINED, by, now_us, **detail),)


def _is_owner(state: AlertState, person: str) -> bool:
    return state.acknowledgement is AcknowledgementAxis.ACKNOWLEDGED and state.owner == person


def _refuse_not_offered(state: AlertState, person: str) -> None:
    if state.offered_to != person:
        message = "This alert is not offered to you. Acknowledge it to take it."
        raise AlertRefusedError(message)


def _event(kind: TransitionKind, actor: str, at_us: int, **detail: str | int | None) -> Transition:
    return Transition(kind=kind, at_us=at_us, actor=actor, detail=detail)
