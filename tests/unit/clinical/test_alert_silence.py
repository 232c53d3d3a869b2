"""When an alert is silent: snoozed by a person or told by another alert, and until when.

Architecture, alert threads; clinical reference 8.3: a snooze lasts at most an hour and never for
high priority; what another alert says already is silent as long as that one lasts.
"""

from dataclasses import replace

import pytest

from monitoring.clinical.alert_history import is_told, state_after
from monitoring.clinical.alert_state import (
    AlertRefusedError,
    AlertTiming,
    TransitionKind,
    VisibilityAxis,
)
from monitoring.clinical.results import ConditionState, Priority
from tests.unit.clinical.alert_thread import (
    HIGH,
    MEDIUM,
    NORMAL,
    STREAMED,
    TIMING,
    Thread,
    event,
    gone,
    grade,
    raised,
    us,
)


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

    assert thread.says(40, grade(2)) == [event(TransitionKind.UNCOVERED, 40, owner=None)]

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


def test_a_milder_alert_silences_no_urgent_one_whose_value_is_not_known_any_more() -> None:
    """NEWS2 of 8 was taken, then nothing is charted: a grade of less urgency is no cover."""
    thread = raised(0, severity=3, priority=HIGH)
    thread.takes(1)

    told = thread.says(30, gone(ConditionState.NO_DATA, covered_by="hypotension"))

    assert [one.kind for one in told] == [TransitionKind.DATA_LOST]
    assert thread.now.visibility is VisibilityAxis.SHOWN
    assert thread.now.owner == "nurse"


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


def test_who_takes_the_cover_takes_what_it_covers_and_says_through_which() -> None:
    thread = Thread()
    thread.says(0, grade(2, covered_by="hypotension"))

    (taken,) = thread.takes(4, through="hypotension")

    assert taken.detail["through"] == "hypotension"
    assert (thread.now.owner, thread.now.visibility) == ("nurse", VisibilityAxis.INHIBITED)
    (uncovered,) = thread.says(30, grade(2))
    assert uncovered == event(TransitionKind.UNCOVERED, 30, owner="nurse")
    assert not is_told(uncovered, thread.now)
    assert "through" not in raised(0).takes(1)[0].detail


def test_what_is_taken_through_its_cover_is_taken_no_longer_than_that_one() -> None:
    for cover_until, until in ((34, 34), (90, 64), (None, 64)):
        thread = Thread()
        thread.says(0, grade(2, covered_by="hypotension"))
        (taken,) = thread.takes(4, through="hypotension", cover_until=cover_until)
        assert taken.detail["valid_until_us"] == us(until)
        thread.says(10, grade(2))
        assert thread.next_due() == until


def test_what_got_worse_since_its_cover_was_taken_speaks_when_the_cover_ends() -> None:
    thread = Thread()
    thread.says(0, grade(2, covered_by="hypotension"))
    thread.takes(4, through="hypotension")
    thread.says(10, grade(3, HIGH, covered_by="hypotension"))

    (uncovered,) = thread.says(30, grade(3, HIGH))

    assert uncovered == event(TransitionKind.UNCOVERED, 30, owner=None)
    assert is_told(uncovered, thread.now)
    assert thread.next_due() == 45, "it waits for an owner from then on"


def test_an_owner_whose_hour_ended_under_a_cover_is_reminded_and_hears_no_news() -> None:
    thread = raised(0)
    thread.takes(5)
    thread.says(10, grade(2, covered_by="hypotension"))

    uncovered, ran_out = thread.says(70, grade(2))

    assert ran_out.kind is TransitionKind.ACKNOWLEDGEMENT_RAN_OUT
    assert [is_told(one, thread.now) for one in (uncovered, ran_out)] == [False, True]
    # As it was stored before the event named the owner.
    assert is_told(replace(uncovered, detail={}), thread.now)


def test_another_cover_is_named_for_it_is_the_one_that_is_taken() -> None:
    thread = Thread()
    thread.says(0, grade(2, covered_by="hypotension"))

    assert thread.says(5, grade(2, covered_by="hypoxia")) == [
        event(TransitionKind.INHIBITED, 5, by="hypoxia")
    ]

    assert thread.now.inhibited_by == "hypoxia"
    assert thread.says(6, grade(2, covered_by="hypoxia")) == []


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
