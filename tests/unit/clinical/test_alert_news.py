"""What an alert that is open says anew, and what it only writes down.

Architecture, alert threads; clinical reference 8.3: a thread speaks again when worse, and whatever
policy tells once stays told.
"""

from dataclasses import replace

import pytest

from monitoring.clinical.alert_state import (
    AcknowledgementAxis,
    ConditionAxis,
    TransitionKind,
)
from monitoring.clinical.results import Condition
from tests.unit.clinical.alert_thread import (
    HIGH,
    LOW,
    MEDIUM,
    STREAMED,
    TIMING,
    Thread,
    event,
    grade,
    raised,
    us,
)


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
    assert set(worse.criteria) <= set(thread.now.criteria)
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
