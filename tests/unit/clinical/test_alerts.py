"""One alert's life at the bedside: who is called when, who owns it, and when it is silent.

Architecture, alert threads; clinical reference 8.3: an alert that nobody takes calls others, one of
high priority cannot be snoozed, acknowledging is not resolving, missing data clears nothing.
"""

from dataclasses import replace

import pytest

from monitoring.clinical.alert_history import state_after
from monitoring.clinical.alert_state import (
    AcknowledgementAxis,
    AlertState,
    ConditionAxis,
    TransitionKind,
    VisibilityAxis,
)
from monitoring.clinical.results import Condition
from tests.unit.clinical.alert_thread import (
    HIGH,
    LOW,
    MEDIUM,
    NO_DATA,
    NORMAL,
    STREAMED,
    TIMING,
    Thread,
    event,
    grade,
    raised,
    us,
)


def test_a_charted_grade_is_raised_at_once_and_keeps_what_triggered_it() -> None:
    thread = Thread()

    told = thread.says(3, grade(2, criteria=("fever", "low_pressure")))

    assert told == [
        event(
            TransitionKind.RAISED,
            3,
            priority=MEDIUM,
            severity=2,
            criteria=["fever", "low_pressure"],
            label="CRS grade 2",
        )
    ]
    assert thread.state == AlertState(
        problem="crs_grade",
        priority=MEDIUM,
        trigger_priority=MEDIUM,
        severity=2,
        criteria=("fever", "low_pressure"),
        label="CRS grade 2",
        condition=ConditionAxis.ACTIVE,
        acknowledgement=AcknowledgementAxis.UNACKNOWLEDGED,
        visibility=VisibilityAxis.SHOWN,
        pending_since_us=None,
        raised_us=us(3),
        waiting_since_us=us(3),
        spoken_us=us(3),
        escalation_level=0,
        owner=None,
        acknowledged_until_us=None,
        snoozed_until_us=None,
        inhibited_by=None,
        closed=False,
    )


@pytest.mark.parametrize("condition", [NORMAL, NO_DATA])
def test_neither_a_normal_value_nor_a_missing_one_raises_anything(condition: Condition) -> None:
    thread = Thread()

    assert thread.says(0, condition) == []
    assert thread.state is None


def test_a_streamed_value_waits_until_it_has_lasted() -> None:
    thread = Thread(STREAMED)

    told = thread.says(1, grade(2))

    assert [one.kind for one in told] == [TransitionKind.PENDING]
    assert told[0].detail == {
        "priority": MEDIUM,
        "severity": 2,
        "criteria": ["fever"],
        "label": "CRS grade 2",
    }
    assert thread.now.condition is ConditionAxis.PENDING
    assert thread.now.acknowledgement is AcknowledgementAxis.NONE
    assert thread.now.pending_since_us == us(1)
    assert (thread.now.raised_us, thread.now.spoken_us, thread.now.waiting_since_us) == (None,) * 3
    assert thread.now.owner is None
    assert thread.next_due() == 6
    assert thread.says(5.9, grade(2)) == []
    assert thread.waits(5.95) == []
    told = thread.says(6, grade(3, HIGH))
    assert [one.kind for one in told] == [TransitionKind.RAISED]
    assert (thread.now.raised_us, thread.now.severity) == (us(6), 3)
    assert thread.now.trigger_priority is HIGH
    assert thread.now.pending_since_us is None


def test_a_pending_thread_tells_from_its_events_that_it_waits() -> None:
    thread = Thread(STREAMED)
    thread.says(1, grade(2, criteria=("fever", "low_pressure")))

    assert state_after("crs_grade", thread.events) == thread.state


def test_a_streamed_value_that_was_short_is_dropped_and_one_lost_keeps_waiting() -> None:
    thread = Thread(STREAMED)
    thread.says(1, grade(2))
    assert thread.says(2, NO_DATA) == []
    assert thread.now.condition is ConditionAxis.PENDING

    assert thread.says(3, NORMAL) == [event(TransitionKind.DROPPED, 3)]

    assert thread.now.closed
    assert thread.next_due() is None
    assert [one.kind for one in thread.says(9, grade(2))] == [TransitionKind.PENDING]
    assert thread.now.pending_since_us == us(9)


def test_an_alert_steps_on_its_own_problem_only() -> None:
    thread = raised()
    other = replace(grade(2), problem="fever")

    with pytest.raises(ValueError, match=r"^An alert thread steps on its own problem only\.$"):
        thread.says(1, other)


def test_nobody_came_calls_the_next_ones_and_then_says_it_again() -> None:
    thread = raised(10)
    assert thread.next_due() == 25
    assert thread.waits(24.9) == []

    assert thread.waits(25) == [
        event(TransitionKind.ESCALATED, 25, role="charge_nurse", trigger=MEDIUM)
    ]

    assert (thread.now.escalation_level, thread.now.escalated_to) == (1, "charge_nurse")
    assert thread.now.spoken_us == us(25)
    assert thread.next_due() == 40
    assert [one.detail["role"] for one in thread.waits(40)] == ["physician"]
    assert (thread.now.escalation_level, thread.now.escalated_to) == (2, "physician")
    assert thread.next_due() == 85
    assert thread.waits(84.9) == []
    assert thread.waits(85) == [event(TransitionKind.REPEATED, 85)]
    assert thread.now.spoken_us == us(85)
    assert thread.next_due() == 130


def test_a_watcher_that_slept_calls_all_who_are_due_by_now() -> None:
    thread = raised(0)

    assert [one.detail["role"] for one in thread.waits(31)] == ["charge_nurse", "physician"]


def test_a_policy_without_repeating_or_calling_leaves_it_standing() -> None:
    thread = Thread(replace(TIMING, repeat_after_s=None, escalation=()))
    thread.says(0, grade(2))

    assert thread.next_due() is None
    assert thread.waits(10_000) == []


def test_the_escalation_follows_the_trigger_and_not_the_patient_who_looks_better() -> None:
    thread = raised(0, severity=3, priority=HIGH)
    thread.says(5, grade(2, MEDIUM))

    assert thread.waits(15) == [
        event(TransitionKind.ESCALATED, 15, role="charge_nurse", trigger=HIGH)
    ]
    assert thread.now.priority is HIGH, "the highest since it was raised"


def test_whoever_takes_it_owns_it_and_nobody_else_is_called() -> None:
    thread = raised(0)

    assert thread.takes(5, note="fluids running") == [
        event(
            TransitionKind.ACKNOWLEDGED,
            5,
            actor="nurse",
            note="fluids running",
            valid_until_us=us(65),
        )
    ]

    assert (thread.now.owner, thread.now.acknowledged_until_us) == ("nurse", us(65))
    assert thread.now.acknowledgement is AcknowledgementAxis.ACKNOWLEDGED
    assert not thread.now.closed
    assert thread.next_due() == 65
    assert thread.waits(64.9) == []


def test_what_nobody_cared_for_within_the_time_looks_for_an_owner_anew() -> None:
    thread = raised(0)
    thread.takes(5)

    assert thread.waits(65) == [event(TransitionKind.ACKNOWLEDGEMENT_RAN_OUT, 65)]

    assert (thread.now.owner, thread.now.acknowledged_until_us) == (None, None)
    assert thread.now.acknowledgement is AcknowledgementAxis.UNACKNOWLEDGED
    assert (thread.now.waiting_since_us, thread.now.spoken_us) == (us(65), us(65))
    assert thread.now.escalation_level == 0
    assert thread.next_due() == 80


def test_an_acknowledgement_without_an_end_lasts() -> None:
    thread = Thread(replace(TIMING, acknowledgement_valid_s=None))
    thread.says(0, grade(2))

    told = thread.takes(5)

    assert told[0].detail == {"note": None, "valid_until_us": None}
    assert thread.next_due() is None
    assert thread.waits(10_000) == []


def test_data_lost_under_an_acknowledgement_still_asks_again() -> None:
    thread = raised(0)
    thread.takes(5)
    assert thread.says(10, NO_DATA) == [event(TransitionKind.DATA_LOST, 10)]
    assert thread.next_due() == 65

    assert [one.kind for one in thread.waits(65)] == [TransitionKind.ACKNOWLEDGEMENT_RAN_OUT]


def test_missing_data_clears_nothing_and_the_value_that_came_back_says_so() -> None:
    thread = raised(0)

    assert thread.says(5, NO_DATA) == [event(TransitionKind.DATA_LOST, 5)]
    assert thread.now.condition is ConditionAxis.NO_DATA
    assert (thread.now.severity, thread.now.label) == (2, "CRS grade 2")
    assert thread.says(6, NO_DATA) == []
    assert thread.says(7, grade(2)) == [
        event(TransitionKind.DATA_BACK, 7, severity=2, label="CRS grade 2")
    ]
    assert thread.now.condition is ConditionAxis.ACTIVE
    assert thread.now.spoken_us == us(0), "that is no news to anybody"


def test_an_unowned_alert_without_data_goes_on_calling_and_repeating() -> None:
    thread = raised(0)
    thread.says(5, NO_DATA)
    assert thread.next_due() == 15
    thread.waits(30)
    assert thread.next_due() == 75

    assert [one.kind for one in thread.waits(75)] == [TransitionKind.REPEATED]


def test_back_to_normal_is_left_in_sight_until_somebody_takes_it() -> None:
    thread = raised(0)

    assert thread.says(5, NORMAL) == [event(TransitionKind.RETURNED_TO_NORMAL, 5)]
    assert not thread.now.closed
    assert thread.says(6, NORMAL) == []
    assert thread.says(7, NO_DATA) == []
    assert thread.now.condition is ConditionAxis.NORMAL
    told = thread.takes(8)
    assert [one.kind for one in told] == [TransitionKind.ACKNOWLEDGED, TransitionKind.CLOSED]
    assert told[1] == event(TransitionKind.CLOSED, 8)
    assert thread.now.closed


def test_what_is_normal_again_still_calls_but_is_not_repeated() -> None:
    thread = raised(0)
    thread.says(5, NORMAL)
    assert thread.next_due() == 15

    assert [one.detail["role"] for one in thread.waits(30)] == ["charge_nurse", "physician"]
    assert thread.next_due() is None
    assert thread.waits(10_000) == []


def test_what_somebody_owns_closes_by_itself_when_it_is_over() -> None:
    thread = raised(0)
    thread.takes(5)

    assert thread.says(9, NORMAL) == [
        event(TransitionKind.RETURNED_TO_NORMAL, 9),
        event(TransitionKind.CLOSED, 9),
    ]
    assert thread.now.closed
    assert (thread.now.owner, thread.now.offered_to) == ("nurse", None)


def test_after_its_end_the_next_rise_begins_a_thread_of_its_own() -> None:
    thread = raised(0, severity=3, priority=HIGH)
    thread.takes(5)
    thread.says(9, NORMAL)

    assert [one.kind for one in thread.says(20, grade(1, LOW))] == [TransitionKind.RAISED]
    assert (thread.now.priority, thread.now.severity, thread.now.owner) == (LOW, 1, None)


def test_what_comes_back_before_anybody_took_it_speaks_in_the_same_thread() -> None:
    thread = raised(0)
    thread.says(5, NORMAL)

    assert thread.says(10, grade(1)) == [
        event(TransitionKind.RECURRED, 10, severity=1, label="CRS grade 1")
    ]
    assert thread.now.condition is ConditionAxis.ACTIVE
    assert (thread.now.raised_us, thread.now.spoken_us) == (us(0), us(10))
    assert thread.now.waiting_since_us == us(0), "nobody came since then"
