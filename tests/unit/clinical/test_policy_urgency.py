"""No local limit makes a worse state less urgent, or leaves a high alert to nobody."""

from typing import Any

import pytest

from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import Priority
from monitoring.clinical.rule_file import RuleFileError


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        (
            {"snooze": {"never": ["low"]}},
            "alerts.toml, snooze: never must list priorities and must include high.",
        ),
        (
            {"priority": {"crs_grade_4": "urgent"}},
            "alerts.toml, priority: crs_grade_4 must be technical, low, medium or high.",
        ),
        (
            {"priority": {"crs_grade_4": "technical"}},
            "alerts.toml, priority: crs_grade_4 is of the patient: low, medium or high.",
        ),
        (
            {"priority": {"crs_grade_3": "low"}},
            "alerts.toml, priority: crs_grade_3 must be at least as urgent as crs_grade_2.",
        ),
        (
            {"priority": {"hypotension": "high", "hypotension_severe": "medium"}},
            "alerts.toml, priority: hypotension_severe must be at least as urgent as hypotension.",
        ),
        (
            {"escalation": {"high": []}},
            "alerts.toml, escalation: high: somebody must be called; keep at least one step.",
        ),
    ],
)
def test_limits_that_would_hide_the_worst_are_refused(
    overrides: dict[str, Any], reason: str
) -> None:
    with pytest.raises(RuleFileError) as refused:
        load_policy(overrides)
    assert str(refused.value) == reason


def test_a_ward_may_make_a_milder_state_as_urgent_as_the_worse_one() -> None:
    policy = load_policy({"priority": {"crs_grade_2": "high"}})
    assert policy.priority["crs_grade_2"] is policy.priority["crs_grade_3"]


def test_a_ward_may_let_nobody_snooze_anything() -> None:
    policy = load_policy({"snooze": {"never": [one.value for one in Priority]}})

    assert policy.snooze_never == set(Priority)
    assert policy.timing("news2", Priority.LOW).snooze_at_most_s is None
