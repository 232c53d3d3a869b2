"""An alert changes hands at the end of a shift: offered, taken or declined, never without an owner.

Architecture, alert threads: hand-over of ownership.
"""

from dataclasses import replace

import pytest

from monitoring.clinical import alert_answers, alerts, hand_over
from monitoring.clinical.alert_history import state_after
from monitoring.clinical.alert_state import (
    AlertRefusedError,
    AlertState,
    AlertTiming,
    Transition,
    TransitionKind,
)
from monitoring.clinical.results import Condition, ConditionState, Priority

MINUTE_US = 60_000_000
TIMING = AlertTiming(
    debounce_s=0,
    repeat_after_s=None,
    acknowledgement_valid_s=3600,
    snooze_at_most_s=None,
    escalation=(),
)
FEVER = Condition(
    problem="fever",
    state=ConditionState.ACTIVE,
    priority=Priority.MEDIUM,
    severity=1,
    label="Fever",
    criteria=("fever",),
)
NOT_OFFERED = r"^This alert is not offered to you\. Acknowledge it to take it\.$"
NOT_OWNER = r"^Only its owner can hand an alert over\. Acknowledge it first\.$"
NOBODY = r"^Choose another person to hand the alert over to\.$"


def taken() -> tuple[AlertState, list[Transition]]:
    """A fever that the day nurse took at once."""
    state, begun = alerts.step(None, FEVER, now_us=0, timing=TIMING)
    assert state is not None
    state, taking = alert_answers.acknowledge(state, by="day", note=None, now_us=0, timing=TIMING)
    return state, [*begun, *taking]


def offered(note: str | None = "end of shift") -> tuple[AlertState, list[Transition]]:
    state, events = taken()
    state, changes = hand_over.offer(state, by="day", to="night", note=note, now_us=MINUTE_US)
    return state, [*events, *changes]


def test_who_offers_an_alert_stays_its_owner() -> None:
    state, events = offered()

    assert (state.owner, state.offered_to) == ("day", "night")
    assert events[-1] == Transition(
        kind=TransitionKind.HAND_OVER_OFFERED,
        at_us=MINUTE_US,
        actor="day",
        detail={"to": "night", "note": "end of shift"},
    )
    assert state_after("fever", events) == state


def test_who_takes_it_over_owns_it_for_the_whole_time_from_then_on() -> None:
    state, events = offered()

    state, changes = hand_over.take_over(state, by="night", now_us=2 * MINUTE_US, timing=TIMING)

    until_us = 62 * MINUTE_US
    assert (state.owner, state.offered_to) == ("night", None)
    assert state.acknowledged_until_us == until_us
    assert changes == (
        Transition(
            kind=TransitionKind.HANDED_OVER,
            at_us=2 * MINUTE_US,
            actor="night",
            detail={"giver": "day", "valid_until_us": until_us},
        ),
    )
    assert state_after("fever", [*events, *changes]) == state


def test_where_policy_lets_an_acknowledgement_last_so_does_one_taken_over() -> None:
    state, _ = offered()
    lasting = replace(TIMING, acknowledgement_valid_s=None)

    state, _ = hand_over.take_over(state, by="night", now_us=2 * MINUTE_US, timing=lasting)

    assert state.acknowledged_until_us is None


@pytest.mark.parametrize("by", ["night", "day"], ids=["declined", "taken back"])
def test_a_declined_offer_leaves_the_owner(by: str) -> None:
    state, events = offered()

    state, changes = hand_over.decline(state, by=by, note="in theatre", now_us=3 * MINUTE_US)

    assert (state.owner, state.offered_to) == ("day", None)
    assert changes == (
        Transition(
            kind=TransitionKind.HAND_OVER_DECLINED,
            at_us=3 * MINUTE_US,
            actor=by,
            detail={"to": "night", "note": "in theatre"},
        ),
    )
    assert state_after("fever", [*events, *changes]) == state


def test_only_its_owner_offers_an_alert() -> None:
    state, _ = taken()
    unowned, _ = alerts.step(None, FEVER, now_us=0, timing=TIMING)
    assert unowned is not None

    for one, by in ((state, "night"), (unowned, "day")):
        with pytest.raises(AlertRefusedError, match=NOT_OWNER):
            hand_over.offer(one, by=by, to="other", note=None, now_us=MINUTE_US)


@pytest.mark.parametrize("to", ["", "  ", "day"])
def test_an_offer_needs_another_person(to: str) -> None:
    state, _ = taken()

    with pytest.raises(AlertRefusedError, match=NOBODY):
        hand_over.offer(state, by="day", to=to, note=None, now_us=MINUTE_US)


def test_nobody_but_who_was_asked_takes_it_over_or_declines() -> None:
    state, _ = offered()

    with pytest.raises(AlertRefusedError, match=NOT_OFFERED):
        hand_over.take_over(state, by="other", now_us=MINUTE_US, timing=TIMING)
    with pytest.raises(AlertRefusedError, match=NOT_OFFERED):
        hand_over.decline(state, by="other", note=None, now_us=MINUTE_US)


def test_where_nothing_was_offered_nothing_is_taken_back() -> None:
    state, _ = taken()

    with pytest.raises(AlertRefusedError, match=NOT_OFFERED):
        hand_over.decline(state, by="day", note=None, now_us=MINUTE_US)


def test_a_newer_offer_takes_the_place_of_the_older() -> None:
    state, _ = offered()

    state, _ = hand_over.offer(state, by="day", to="physician", note=None, now_us=2 * MINUTE_US)

    with pytest.raises(AlertRefusedError, match=NOT_OFFERED):
        hand_over.take_over(state, by="night", now_us=3 * MINUTE_US, timing=TIMING)


def test_the_end_of_the_fever_ends_the_offer_and_nothing_more_is_asked_of_it() -> None:
    state, events = offered()
    normal = replace(FEVER, state=ConditionState.NORMAL, severity=0, criteria=())

    closed, changes = alerts.step(state, normal, now_us=2 * MINUTE_US, timing=TIMING)

    assert closed is not None
    assert closed.offered_to is None
    assert state_after("fever", [*events, *changes]) == closed
    words = r"^This alert is closed already\."
    with pytest.raises(AlertRefusedError, match=words):
        hand_over.offer(closed, by="day", to="night", note=None, now_us=3 * MINUTE_US)
    with pytest.raises(AlertRefusedError, match=words):
        hand_over.take_over(closed, by="night", now_us=3 * MINUTE_US, timing=TIMING)
    with pytest.raises(AlertRefusedError, match=words):
        hand_over.decline(closed, by="day", note=None, now_us=3 * MINUTE_US)


def test_an_offer_ends_where_the_acknowledgement_does() -> None:
    state, _ = offered()

    state, _ = alerts.tick(state, now_us=61 * MINUTE_US, timing=TIMING)

    assert (state.owner, state.offered_to) == (None, None)


def test_acknowledging_it_oneself_ends_an_offer() -> None:
    state, _ = offered()

    state, _ = alert_answers.acknowledge(
        state, by="other", note=None, now_us=MINUTE_US, timing=TIMING
    )

    assert (state.owner, state.offered_to) == ("other", None)
