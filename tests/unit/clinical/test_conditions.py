"""How a problem is written down when nothing is wrong, and when nobody can know (missing is not
normal: clinical reference, 9)."""

import pytest

from monitoring.clinical.conditions import no_data, normal
from monitoring.clinical.results import Condition, ConditionState, InputEvidence, Priority


def pulse(age_s: float) -> InputEvidence:
    return InputEvidence(
        concept="heart_rate",
        display="88 /min",
        value=88.0,
        taken_us=0,
        age_s=age_s,
        table="observation",
        row_id=1,
        stale=True,
    )


def test_what_is_absent_has_no_severity_and_asks_for_nothing() -> None:
    assert normal("tachycardia", Priority.LOW, "Heart rate not fast", pulse(60)) == Condition(
        problem="tachycardia",
        state=ConditionState.NORMAL,
        priority=Priority.LOW,
        severity=0,
        label="Heart rate not fast",
        evidence=(pulse(60),),
    )


def test_what_was_never_charted_is_asked_for() -> None:
    assert no_data("tachycardia", Priority.LOW, None, "heart rate") == Condition(
        problem="tachycardia",
        state=ConditionState.NO_DATA,
        priority=Priority.LOW,
        severity=0,
        label="No heart rate yet",
        action="Chart the heart rate.",
    )


@pytest.mark.parametrize(
    ("age_s", "words"),
    [
        (0, "0 min"),
        (59.9, "0 min"),
        (60, "1 min"),
        (43 * 60 + 30, "43 min"),
        (3599, "59 min"),
        (3600, "1 h 0 min"),
        (3661, "1 h 1 min"),
        (26 * 3600 + 59 * 60, "26 h 59 min"),
    ],
)
def test_what_is_too_old_stays_in_sight_with_its_age(age_s: float, words: str) -> None:
    found = no_data("tachycardia", Priority.LOW, pulse(age_s), "heart rate")

    assert found.label == f"Last heart rate 88 /min, {words} ago"
    assert found.evidence == (pulse(age_s),)
    assert (found.state, found.severity) == (ConditionState.NO_DATA, 0)
    assert found.action == "Chart the heart rate."
