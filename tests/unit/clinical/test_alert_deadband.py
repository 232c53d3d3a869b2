"""A value that is not clearly better keeps up what was told of it (reference 8.3; ISA-18.2)."""

from dataclasses import replace

from monitoring.clinical.alert_state import ConditionAxis, TransitionKind
from monitoring.clinical.results import Condition, ConditionState
from tests.unit.clinical.alert_thread import (
    HIGH,
    LOW,
    NO_DATA,
    NORMAL,
    STREAMED,
    TIMING,
    Thread,
    event,
    grade,
    raised,
)


def near(severity: int, deadband: int) -> Condition:
    """Eased to a severity, and not clearly below that of the deadband; 0 is inside every limit."""
    state = ConditionState.ACTIVE if severity else ConditionState.NORMAL
    label = f"{severity}, not clearly below {deadband}"
    return replace(grade(severity), state=state, label=label, deadband_severity=deadband)


def kinds(*told: list[object]) -> list[TransitionKind]:
    return [one.kind for changes in told for one in changes]  # type: ignore[attr-defined]


def test_what_swings_within_its_deadband_is_told_once() -> None:
    thread = raised(0, severity=3, priority=HIGH)
    thread.takes(1)
    assert thread.says(10, near(2, 3)) == []
    assert (thread.now.severity, thread.now.label) == (3, "2, not clearly below 3")
    assert thread.says(20, grade(3, HIGH)) == []
    assert thread.now.owner == "nurse"


def test_what_eased_clearly_and_worsens_again_is_told_again() -> None:
    thread = raised(0, severity=3, priority=HIGH)
    thread.takes(1)
    assert kinds(thread.says(10, near(2, 2))) == [TransitionKind.EASED]
    assert kinds(thread.says(20, grade(3, HIGH))) == [TransitionKind.WORSENED]


def test_the_deadband_raises_nothing_that_was_never_told() -> None:
    thread = raised(0, severity=1)
    assert thread.says(10, near(1, 3)) == []
    assert thread.now.severity == 1
    assert Thread().says(0, near(0, 3)) == []
    pending = Thread(STREAMED)
    pending.says(0, grade(3))
    assert kinds(pending.says(1, near(0, 3))) == [TransitionKind.DROPPED]


def test_inside_the_limit_and_not_clearly_so_an_owned_alert_stays_open_until_it_is() -> None:
    thread = raised(0)
    thread.takes(1)
    assert thread.says(10, near(0, 2)) == []
    assert thread.now.condition is ConditionAxis.ACTIVE
    assert thread.now.label == "0, not clearly below 2"
    assert thread.says(20, grade(2)) == []
    thread.says(30, near(0, 2))
    assert kinds(thread.says(40, NORMAL)) == [
        TransitionKind.RETURNED_TO_NORMAL,
        TransitionKind.CLOSED,
    ]


def test_the_mildest_severity_has_a_deadband_too() -> None:
    thread = raised(0, severity=1)
    thread.takes(1)
    assert thread.says(5, near(0, 1)) == []
    assert thread.now.condition is ConditionAxis.ACTIVE


def test_it_stays_open_at_the_severity_that_the_value_is_not_clearly_below() -> None:
    thread = raised(0, severity=3, priority=HIGH)
    assert thread.says(10, near(0, 2)) == [
        event(TransitionKind.EASED, 10, severity=2, label="0, not clearly below 2")
    ]
    latching = Thread(replace(TIMING, latches_severity=True))
    latching.says(0, grade(3, HIGH))
    assert latching.says(10, near(2, 3)) == []
    assert latching.now.severity == 3
    # What is inside every limit has clearly left the higher ones, told once or not.
    assert kinds(latching.says(11, near(0, 2))) == [TransitionKind.EASED]
    assert kinds(latching.says(12, grade(3, HIGH))) == [TransitionKind.WORSENED]


def test_a_milder_problem_than_the_deadband_speaks_of_is_over() -> None:
    """A single 3 of NEWS2, then a total of 4 without one: that is no less than what was told."""
    thread = raised(0, severity=1)
    thread.takes(1)
    assert kinds(thread.says(5, near(0, 2))) == [
        TransitionKind.RETURNED_TO_NORMAL,
        TransitionKind.CLOSED,
    ]


def test_a_value_that_comes_back_within_the_deadband_ends_the_silence_alone() -> None:
    thread = raised(0)
    thread.says(5, NO_DATA)
    assert kinds(thread.says(10, near(0, 2))) == [TransitionKind.DATA_BACK]
    assert thread.now.condition is ConditionAxis.ACTIVE


def test_what_is_back_to_normal_is_not_made_active_by_a_deadband() -> None:
    thread = raised(0)
    thread.says(5, NORMAL)
    assert thread.says(8, near(0, 2)) == []
    assert thread.now.condition is ConditionAxis.NORMAL
    assert kinds(thread.says(10, grade(2))) == [TransitionKind.RECURRED]


def test_what_was_clearly_over_in_between_is_as_severe_as_it_is_now() -> None:
    thread = raised(0, severity=3, priority=HIGH)
    thread.says(5, NORMAL)
    (recurred,) = thread.says(8, near(2, 3))
    assert (recurred.kind, recurred.detail["severity"]) == (TransitionKind.RECURRED, 2)
    thread.takes(9)
    assert kinds(thread.says(10, grade(3, HIGH))) == [TransitionKind.WORSENED]


def test_a_milder_alert_covers_what_is_not_clearly_over_once_somebody_took_it() -> None:
    thread = raised(0)
    covered = replace(near(0, 2), priority=LOW, covered_by="hypotension")
    assert thread.says(5, covered) == []
    thread.takes(6)
    assert thread.says(7, covered) == [event(TransitionKind.INHIBITED, 7, by="hypotension")]
