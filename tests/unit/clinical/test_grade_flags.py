"""What a replay says of score and grade, where nothing is shown, is what the bedside says.

RCP 2017, Chart 2; clinical reference C4 and C5: signs without fever, and fever perhaps hidden.
"""

import pytest

from monitoring.clinical.grade_flags import (
    news2_condition,
    news2_risk_condition,
    signs_without_fever,
    without_fever_conditions,
)
from monitoring.clinical.news2_counting import Counting
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import Condition, ConditionState, InputEvidence, Priority
from monitoring.clinical.rulebook import load_rulebook
from tests.spec import bedside

POLICY, NEWS2 = load_policy(), load_rulebook().news2
GIVEN = InputEvidence(
    concept="treatment",
    display="dexamethasone",
    value=None,
    taken_us=0,
    age_s=0.0,
    table="treatment",
    row_id=1,
    stale=False,
)


def heard(one: Condition) -> tuple[object, ...]:
    """What decides who hears of it, and whether it is news."""
    return one.problem, one.state, one.priority, one.severity, one.criteria, one.deadband_severity


@pytest.mark.parametrize(
    ("story", "risk", "not_below", "state", "priority", "severity"),
    [
        ("0 set", "low", None, "normal", Priority.LOW, 0),
        ("0 set, RR 25", "low_medium", None, "active", Priority.LOW, 1),
        ("0 set, RR 25, HR 95", "low_medium", "medium", "active", Priority.LOW, 1),
        ("0 set, RR 22, HR 112", "low", "medium", "normal", Priority.LOW, 0),
        ("0 set, RR 22, HR 95", "low", None, "normal", Priority.LOW, 0),
        ("0 set, RR 22, HR 112, SpO2 95", "medium", "medium", "active", Priority.MEDIUM, 2),
        ("0 set, RR 22, HR 112, SpO2 95, BP 104/70", "medium", "high", "active",
         Priority.MEDIUM, 2),
        ("0 set, RR 25, HR 131, SpO2 91", "high", "high", "active", Priority.HIGH, 3),
        ("0 set, no RR", "incomplete", "high", "no_data", Priority.LOW, 0),
        ("0 set, no T, RR 22, HR 112, SpO2 95", "medium", "high", "active", Priority.MEDIUM, 2),
        ("0 set, no T, RR 25, HR 135, SpO2 93", "high", "high", "active", Priority.HIGH, 3),
    ],
)  # fmt: skip
def test_a_risk_alone_is_heard_as_the_score_is(
    story: str,
    risk: str,
    not_below: str | None,
    state: str,
    priority: Priority,
    severity: int,
) -> None:
    news2 = bedside.judge(bedside.read(story))[-1].news2

    # All of it was charted.
    counting = Counting(
        minimum=news2.minimum,
        any_three=news2.any_three,
        standing=news2.minimum,
        standing_three=news2.any_three,
    )
    by_risk = news2_risk_condition(risk, not_below, POLICY)

    assert news2.risk == risk
    assert heard(by_risk) == heard(news2_condition(news2, counting, NEWS2, POLICY))
    assert (by_risk.state, by_risk.priority, by_risk.severity) == (state, priority, severity)
    assert by_risk.criteria == ("low_medium", "medium", "high")[:severity]
    assert by_risk.label == f"NEWS2 {risk.replace('_', ' ')}"


@pytest.mark.parametrize("premedicated", [False, True])
@pytest.mark.parametrize(
    ("story", "speaks"),
    [
        ("0 set", None),
        ("0 set, BP 84/60", Priority.MEDIUM),
        ("0 set, high flow nasal cannula 40", Priority.HIGH),
        ("0 set, T 38.5, BP 84/60", None),
        ("0 set, no T, BP 84/60", None),
    ],
)
def test_signs_without_fever_are_heard_of_who_was_premedicated_as_perhaps_masked(
    story: str, speaks: Priority | None, premedicated: bool
) -> None:
    crs = bedside.judge(bedside.read(story))[-1].crs
    given = (GIVEN,) if premedicated else ()

    found = signs_without_fever(crs, POLICY, premedicated=premedicated)

    shown = without_fever_conditions(crs, given, POLICY, fever_is_attributed=False)
    assert [heard(one) for one in found] == [heard(one) for one in shown]
    if not premedicated:
        assert found == shown
    active = [one for one in found if one.state is ConditionState.ACTIVE]
    assert [one.priority for one in active] == ([] if speaks is None else [speaks])
    if active:
        problem = "possible_masked_crs" if premedicated else "hypotension_without_fever"
        assert active[0].problem == problem
