"""One alert's life at the bedside: who is called when, who owns it, and when it is silent.

Architecture, alert threads; clinical reference 8.3: an alert that nobody takes calls others, one of
high priority cannot be snoozed, acknowledging is not resolving, missing data clears nothing.
"""

from dataclasses import replace
from typing import Any

import pytest

from monitoring.clinical import alerts
from monitoring.clinical.alert_history import is_told, state_after
from monitoring.clinical.alert_state import (
    AcknowledgementAxis,
    AlertRefusedError,
    AlertState,
    AlertTiming,
    ConditionAxis,
    EscalationStep,
    Transition,
    TransitionKind,
    VisibilityAxis,
)
from monitoring.clinical.results import Condition, ConditionState, Priority

MINUTE_US = 60_000_000
LOW, MEDIUM, HIGH = Priority.LOW, Priority.MEDIUM, Priority.HIGH
# Nobody came: the charge nurse after 15 minutes, the physician after 30; again every 45.
TIMING = AlertTiming(
    debounce_s=0,
    repeat_after_s=45 * 60,
    acknowledgement_valid_s=60 * 60,
    snooze_at_most_s=60 * 60,
    escalation=(
        EscalationStep(after_s=15 * 60, role="charge_nurse"),
        EscalationStep(after_s=30 * 60, role="physician"),
    ),
)
STREAMED = replace(TIMING, debounce_s=5 * 60)


def grade(
    severity: int,
    priority: Priority = MEDIUM,
    *,
    criteria: tuple[str, ...] = ("fever",),
    covered_by: str | None = None,
) -> Condition:
    return Condition(
        problem="crs_grade",
        state=ConditionState.ACTIVE,
        priority=priority,
        severity=severity,
        label=f"CRS grade {severity}",
        criteria=criteria,
        covered_by=covered_by,
    )


def gone(state: ConditionState = ConditionState.NORMAL, covered_by: str | None = None) -> Condition:
    return Condition(
        problem="crs_grade",
        state=state,
        priority=MEDIUM,
        severity=0,
        label="No CRS",
        covered_by=covered_by,
    )


NORMAL, NO_DATA = gone(), gone(ConditionState.NO_DATA)


class Thread:
    """One patient's alert by the minute; what its events tell is compared after each of them."""

    def __init__(self, timing: AlertTiming = TIMING) -> None:
        self.timing = timing
        self.state: AlertState | None = None
        self.events: list[Transition] = []

    def says(self, minute: float, condition: Condition) -> list[Transition]:
        if self.state is None or self.state.closed:
            self.events = []
        return self._after(
            alerts.step(self.state, condition, now_us=us(minute), timing=self.timing)
        )

    def waits(self, minute: float) -> list[Transition]:
        return self._after(alerts.tick(self.now, now_us=us(minute), timing=self.timing))

    def takes(self, minute: float, by: str = "nurse", note: str | None = None) -> list[Transition]:
        return self._after(
            alerts.acknowledge(self.now, by=by, note=note, now_us=us(minute), timing=self.timing)
        )

    def snoozes(self, minute: float, until: float, by: str = "nurse") -> list[Transition]:
        return self._after(
            alerts.snooze(
                self.now,
                by=by,
                reason="physician is here",
                until_us=us(until),
                now_us=us(minute),
                timing=self.timing,
            )
        )

    @property
    def now(self) -> AlertState:
        assert self.state is not None
        return self.state

    def next_due(self) -> float | None:
        due_us = alerts.next_due_us(self.now, timing=self.timing)
        return None if due_us is None else due_us / MINUTE_US

    def _after(self, step: alerts.Step) -> list[Transition]:
        self.state, changes = step
        self.events += changes
        if self.state is not None and self.state.condition is not ConditionAxis.PENDING:
            told = state_after("crs_grade", self.events)
            assert told is not None
            assert replace(told, label="") == replace(self.state, label="")
        return list(changes)


def us(minute: float) -> int:
    return round(minute * MINUTE_US)


def event(kind: TransitionKind, minute: float, actor: str = "stormwatch", **detail: Any) -> object:
    return Transition(kind=kind, at_us=us(minute), actor=actor, detail=detail)


def raised(minute: float = 0, severity: int = 2, priority: Priority = MEDIUM) -> Thread:
    thread = Thread()
    thread.says(minute, grade(severity, priority))
    return thread


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


def test_a_rise_speaks_again_and_takes_the_alert_from_its_owner() -> None:
    thread = raised(0)
    thread.waits(15)
    thread.takes(16)

    told = thread.says(20, grade(3, HIGH, criteria=("fever", "vasopressor")))

    assert told == [
        event(
            TransitionKind.WORSENED,
            20,
            severity=[2, 3],
            new_criteria=["vasopressor"],
            priority=HIGH,
            trigger=HIGH,
            label="CRS grade 3",
        )
    ]
    assert (thread.now.owner, thread.now.acknowledged_until_us) == (None, None)
    assert thread.now.criteria == ("fever", "vasopressor")
    assert (thread.now.priority, thread.now.trigger_priority) == (HIGH, HIGH)
    assert (thread.now.escalation_level, thread.now.escalated_to) == (0, None)
    assert thread.now.waiting_since_us == us(20)


@pytest.mark.parametrize(
    "worse",
    [
        grade(3, MEDIUM),
        grade(2, HIGH),
        grade(2, MEDIUM, criteria=("low_pressure",)),
    ],
    ids=["severity", "priority", "criterion"],
)
def test_any_one_way_of_being_worse_speaks(worse: Condition) -> None:
    thread = raised(0)
    thread.takes(1)

    assert [one.kind for one in thread.says(2, worse)] == [TransitionKind.WORSENED]
    assert thread.now.acknowledgement is AcknowledgementAxis.UNACKNOWLEDGED


def test_a_new_criterion_of_a_milder_priority_triggers_by_its_own() -> None:
    thread = raised(0, severity=3, priority=HIGH)

    (told,) = thread.says(2, grade(2, LOW, criteria=("oxygen",)))

    assert (told.detail["priority"], told.detail["trigger"]) == (HIGH, LOW)
    assert (thread.now.priority, thread.now.trigger_priority) == (HIGH, LOW)
    assert thread.now.criteria == ("fever", "oxygen")


def test_getting_better_is_written_down_and_disturbs_nobody() -> None:
    thread = raised(0, severity=3, priority=HIGH)
    thread.takes(1)

    assert thread.says(2, grade(2, MEDIUM)) == [
        event(TransitionKind.EASED, 2, severity=2, label="CRS grade 2")
    ]

    assert thread.now.owner == "nurse"
    assert thread.now.severity == 2
    assert [one.kind for one in thread.says(3, grade(3, HIGH))] == [TransitionKind.WORSENED]


def test_what_policy_tells_once_stays_told() -> None:
    thread = Thread(replace(TIMING, latches_severity=True))
    thread.says(0, grade(3, HIGH))
    thread.takes(1)

    assert thread.says(2, grade(2, MEDIUM)) == []
    assert thread.now.severity == 3
    assert thread.says(3, grade(3, HIGH)) == []
    assert [one.kind for one in thread.says(4, grade(4, HIGH))] == [TransitionKind.WORSENED]


def test_a_pending_severity_is_not_latched_for_it_was_never_told() -> None:
    thread = Thread(replace(STREAMED, latches_severity=True))
    thread.says(0, grade(3, MEDIUM))

    thread.says(5, grade(2, MEDIUM))

    assert thread.now.severity == 2


def test_the_same_reading_again_is_no_news_but_its_words_are_the_newest() -> None:
    thread = raised(0)

    assert thread.says(5, replace(grade(2), label="CRS grade 2, SBP 84")) == []
    assert thread.now.label == "CRS grade 2, SBP 84"
    assert thread.now.condition is ConditionAxis.ACTIVE


def test_a_reading_too_says_what_time_has_made_due() -> None:
    thread = raised(0)

    assert [one.kind for one in thread.says(15, grade(2))] == [TransitionKind.ESCALATED]


def test_a_snoozed_alert_is_silent_until_its_end_and_then_waits_anew() -> None:
    thread = raised(0)
    thread.waits(15)

    assert thread.snoozes(20, until=80) == [
        event(
            TransitionKind.SNOOZED,
            20,
            actor="nurse",
            reason="physician is here",
            until_us=us(80),
        )
    ]

    assert thread.now.visibility is VisibilityAxis.SNOOZED
    assert thread.next_due() == 80
    assert thread.waits(79.9) == []
    assert thread.waits(80) == [event(TransitionKind.SNOOZE_RAN_OUT, 80)]
    assert thread.now.visibility is VisibilityAxis.SHOWN
    assert thread.now.snoozed_until_us is None
    assert (thread.now.waiting_since_us, thread.now.escalation_level) == (us(80), 0)
    assert thread.next_due() == 95


def test_a_snooze_holds_until_worse() -> None:
    thread = raised(0)
    thread.snoozes(1, until=60)

    thread.says(2, grade(3, HIGH))

    assert thread.now.visibility is VisibilityAxis.SHOWN
    assert thread.now.snoozed_until_us is None


def test_a_snooze_may_be_made_longer_and_not_shorter() -> None:
    thread = raised(0)
    thread.snoozes(0, until=30)
    thread.snoozes(1, until=30)

    with pytest.raises(
        AlertRefusedError,
        match=r"^This alert is snoozed for longer already\."
        r" Wait for its end or acknowledge it\.$",
    ):
        thread.snoozes(2, until=29)
    thread.snoozes(3, until=63)
    assert thread.now.snoozed_until_us == us(63)


@pytest.mark.parametrize("until", [10, 9, 70.1])
def test_a_snooze_ends_after_now_and_within_the_hour(until: float) -> None:
    thread = raised(0)

    with pytest.raises(
        AlertRefusedError, match=r"^A snooze lasts at most 60 minutes\. Choose an earlier end\.$"
    ):
        thread.snoozes(10, until=until)


@pytest.mark.parametrize(
    ("priority", "timing"),
    [(HIGH, TIMING), (MEDIUM, replace(TIMING, snooze_at_most_s=None))],
    ids=["high priority", "policy without snoozes"],
)
def test_what_must_not_be_silenced_cannot_be(priority: Priority, timing: AlertTiming) -> None:
    thread = Thread(timing)
    thread.says(0, grade(3, priority))

    with pytest.raises(
        AlertRefusedError,
        match=r"^An alert of high priority cannot be snoozed\. Acknowledge it instead\.$",
    ):
        thread.snoozes(1, until=10)


def test_a_covered_alert_is_snoozed_where_it_is_told() -> None:
    thread = Thread()
    thread.says(0, grade(2, covered_by="hypotension"))

    with pytest.raises(
        AlertRefusedError,
        match=r"^Another alert says this already\. Snooze that one instead\.$",
    ):
        thread.snoozes(1, until=10)


def test_nothing_is_asked_of_an_alert_that_is_closed_or_not_raised_yet() -> None:
    closed = raised(0)
    closed.takes(1)
    closed.says(2, NORMAL)
    pending = Thread(STREAMED)
    pending.says(0, grade(2))

    closed_words = r"^This alert is closed already\. Look at the patient page for what is open\.$"
    pending_words = r"^This alert has not been raised yet\. There is nothing to take\.$"
    for thread, words in ((closed, closed_words), (pending, pending_words)):
        with pytest.raises(AlertRefusedError, match=words):
            thread.takes(3)
        with pytest.raises(AlertRefusedError, match=words):
            thread.snoozes(3, until=4)


def test_what_another_alert_says_is_silent_from_the_first() -> None:
    thread = Thread()

    told = thread.says(0, grade(2, covered_by="hypotension"))

    assert [one.kind for one in told] == [TransitionKind.RAISED, TransitionKind.INHIBITED]
    assert told[1] == event(TransitionKind.INHIBITED, 0, by="hypotension")
    assert thread.now.visibility is VisibilityAxis.INHIBITED
    assert thread.now.inhibited_by == "hypotension"
    assert thread.next_due() is None, "nobody is called for it"
    assert thread.waits(10_000) == []


def test_a_pending_alert_is_not_covered_before_it_is_raised() -> None:
    thread = Thread(STREAMED)

    thread.says(0, grade(2, covered_by="hypotension"))
    assert thread.now.visibility is VisibilityAxis.SHOWN
    thread.says(5, grade(2, covered_by="hypotension"))
    assert thread.now.visibility is VisibilityAxis.INHIBITED


def test_a_cover_that_ends_lets_the_alert_speak_and_wait_from_then_on() -> None:
    thread = Thread()
    thread.says(0, grade(2, covered_by="hypotension"))
    assert thread.says(20, grade(2, covered_by="hypotension")) == []

    assert thread.says(40, grade(2)) == [event(TransitionKind.UNCOVERED, 40)]

    assert thread.now.visibility is VisibilityAxis.SHOWN
    assert thread.now.inhibited_by is None
    assert (thread.now.waiting_since_us, thread.now.spoken_us) == (us(40), us(40))
    assert thread.next_due() == 55


def test_a_cover_ends_a_snooze_and_comes_also_where_the_data_are_lost() -> None:
    thread = raised(0)
    thread.snoozes(1, until=30)

    told = thread.says(2, gone(ConditionState.NO_DATA, covered_by="hypotension"))

    assert [one.kind for one in told] == [TransitionKind.DATA_LOST, TransitionKind.INHIBITED]
    assert thread.now.snoozed_until_us is None
    assert thread.now.inhibited_by == "hypotension"


def test_what_somebody_owns_needs_nobody_anew_when_its_cover_ends() -> None:
    thread = raised(0)
    thread.takes(5)
    thread.says(10, grade(2, covered_by="hypotension"))
    assert thread.next_due() is None, "its cover asks again"
    assert thread.waits(65) == []

    thread.says(30, grade(2))

    assert thread.now.visibility is VisibilityAxis.SHOWN
    assert thread.now.owner == "nurse"
    assert thread.now.waiting_since_us == us(0)


def test_what_was_more_urgent_than_its_cover_is_told_until_somebody_took_it() -> None:
    thread = raised(0, severity=3, priority=HIGH)
    milder = grade(2, MEDIUM, covered_by="hypotension")

    thread.says(5, milder)
    assert thread.now.visibility is VisibilityAxis.SHOWN
    thread.takes(6)
    thread.says(7, milder)
    assert thread.now.visibility is VisibilityAxis.INHIBITED


def test_a_covered_alert_that_is_over_needs_nobody_of_its_own() -> None:
    thread = Thread()
    thread.says(0, grade(2, covered_by="hypotension"))

    told = thread.says(5, NORMAL)

    assert [one.kind for one in told] == [TransitionKind.RETURNED_TO_NORMAL, TransitionKind.CLOSED]
    assert thread.now.closed


def test_a_rise_breaks_through_a_cover_that_is_gone() -> None:
    thread = Thread()
    thread.says(0, grade(2, covered_by="hypotension"))

    told = thread.says(5, grade(3, HIGH))

    assert [one.kind for one in told] == [TransitionKind.WORSENED]
    assert thread.now.visibility is VisibilityAxis.SHOWN
    assert thread.now.inhibited_by is None


def test_only_what_is_shown_reached_the_screen_and_an_owned_one_is_uncovered_in_silence() -> None:
    thread = Thread()
    (first, covered) = thread.says(0, grade(2, covered_by="hypotension"))
    assert not is_told(first, thread.now)
    assert not is_told(covered, thread.now)
    (uncovered,) = thread.says(5, grade(2))
    assert is_told(uncovered, thread.now)
    thread.takes(6)
    thread.says(7, grade(2, covered_by="hypotension"))
    (uncovered,) = thread.says(8, grade(2))
    assert not is_told(uncovered, thread.now)
    (eased,) = thread.says(9, grade(1))
    assert is_told(eased, thread.now)


def test_events_without_their_beginning_are_refused() -> None:
    thread = raised(0)
    thread.takes(5)

    with pytest.raises(
        ValueError,
        match=r"^A thread begins pending or raised, not acknowledged\. Read all its events\.$",
    ):
        state_after("crs_grade", thread.events[1:])
    before = state_after("crs_grade", thread.events[:1])
    assert state_after("crs_grade", thread.events[1:], before=before) == thread.state
    assert state_after("crs_grade", []) is None
