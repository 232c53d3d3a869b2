"""Local policy: a ward may change its limits, and no misspelt limit is silently without effect."""

from typing import Any

import pytest

from monitoring.clinical.policy import load_policy, packaged_limits
from monitoring.clinical.policy_course import PolicyCourse
from monitoring.clinical.results import Priority
from monitoring.clinical.rule_file import RuleFileError
from tests.spec import bedside


def test_the_packaged_policy_names_itself_and_is_read_once() -> None:
    assert load_policy().id == "stormwatch-policy@7.2.2"
    assert load_policy() is load_policy({})


def test_a_store_keeps_the_three_files_that_the_policy_was_read_from() -> None:
    kept = packaged_limits()
    assert list(kept) == ["alerts", "frequencies", "laboratory"]
    assert kept["alerts"]["hypoxia"]["spo2_percent"] == load_policy().hypoxia.spo2_percent
    versions = ".".join(str(one["version"]) for one in kept.values())
    assert load_policy().id == f"stormwatch-policy@{versions}"


def test_the_limits_in_hours_minutes_and_days_are_read_as_seconds() -> None:
    policy = load_policy()
    assert policy.watch.device_off_after_s == 300
    assert policy.watch.cuff_off_after_s == 1800
    assert policy.watch.device_forgotten_after_s == 4 * 3600
    assert policy.watch.ice_within_s == 24 * 3600
    assert policy.watch.lingering_after_s == 14 * 86400
    assert policy.grading.weaning_overlap_s == 3600
    assert policy.grading.vasopressor_push_s == 3600
    assert policy.freshness.set_window_s == 1800


def test_a_ward_that_accepts_lower_saturation_is_not_alarmed_by_it() -> None:
    told = bedside.read("0 set, SpO2 90")
    lenient = load_policy({"hypoxia": {"spo2_percent": 88.0, "hysteresis_percent": 1.0}})

    usual = bedside.judge(told)[-1]
    here = bedside.judge(told, lenient)[-1]

    assert _state(usual, "hypoxia") == "active"
    assert _state(here, "hypoxia") == "normal"


def test_an_override_changes_what_it_names_and_the_identity() -> None:
    policy = load_policy({"frequencies": {"grade_2": 30}, "hypotension": {"systolic_mmhg": 95}})

    assert policy.schedule.states["grade_2"].interval_s == 1800
    assert policy.schedule.states["grade_2"].label == "CRS grade 2: every 30 min"
    assert policy.hypotension.systolic_mmhg == 95
    assert policy.hypotension.mean_mmhg == load_policy().hypotension.mean_mmhg
    assert policy.id.startswith("stormwatch-policy@7.2.2+")
    # Old conclusions name it so: the same override has this name in every release.
    assert load_policy({"hypoxia": {"spo2_percent": 90.0}, "fever": {"high_c": 39.0}}).id == (
        "stormwatch-policy@7.2.2+b0ff6be75c25"
    )
    assert load_policy().schedule.states["grade_2"].interval_s == 3600
    neurology = load_policy({"ice_frequencies": {"grade_2": 120}}).schedule
    assert neurology.ice["grade_2"].label == "CRS grade 2: every 120 min"
    assert neurology.ice["grade_2"].interval_s == 7200
    assert neurology.states == load_policy().schedule.states


def test_the_same_override_has_the_same_identity_whatever_its_order() -> None:
    one = load_policy({"hypoxia": {"spo2_percent": 90}, "fever": {"high_c": 39}})
    other = load_policy({"fever": {"high_c": 39}, "hypoxia": {"spo2_percent": 90}})

    assert one.id == other.id
    assert one.id != load_policy({"hypoxia": {"spo2_percent": 91}, "fever": {"high_c": 39}}).id


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        (
            {"hypoxia": {"spo2": 90}},
            "policy override, hypoxia: spo2 cannot be overridden; see alerts.toml for what can.",
        ),
        (
            {"hypoxya": {}},
            "policy override: hypoxya cannot be overridden; see alerts.toml for what can.",
        ),
        (
            {"hypoxia": {"spo2_percent": 20}},
            "alerts.toml, hypoxia: spo2_percent must lie between 80 and 99.",
        ),
        (
            {"hypoxia": {"spo2_percent": "90"}},
            "alerts.toml, hypoxia: spo2_percent must be a number.",
        ),
        ({"hypoxia": 90}, "policy override: hypoxia must be a table."),
        (
            {"hypoxia": {"source": "the chief"}},
            "policy override, hypoxia: source cannot be overridden; see alerts.toml for what can.",
        ),
        ({"id": "x"}, "policy override: id cannot be overridden; see alerts.toml for what can."),
        (
            {"version": 7},
            "policy override: version cannot be overridden; see alerts.toml for what can.",
        ),
        (
            {"frequencies": {"grade_9": 30}},
            "policy override, frequencies: grade_9 is not a state; see frequencies.toml.",
        ),
        (
            {"frequencies": {"grade_2": 1}},
            "frequencies.toml, state 7: minutes must lie between 5 and 720.",
        ),
        (
            {"frequencies": 30},
            "policy override, frequencies: must be a table of state and minutes.",
        ),
        (
            {"frequencies": {"grade_2": "hourly"}},
            "frequencies.toml, state 7: minutes must be a number.",
        ),
        (
            {"grading": {"fever_lookback_hours": 48}},
            "alerts.toml, grading: fever_lookback_hours must lie between 1 and 24.",
        ),
        (
            {"escalation": {"high": [{"after_minutes": 5, "role": "physician"}] * 2}},
            "alerts.toml, escalation: high: steps must follow each other in time.",
        ),
        (
            {
                "escalation": {
                    "high": [
                        {"after_minutes": 2, "role": "physician"},
                        {"after_minutes": 5, "role": "charge_nurse"},
                    ]
                }
            },
            "alerts.toml, escalation: high: each step must call somebody above the one before.",
        ),
        (
            {"escalation": {"low": [{"after_minutes": 5, "role": "a"}]}},
            (
                "alerts.toml, escalation, low 1: role must be one of charge_nurse, physician,"
                " rapid_response."
            ),
        ),
        (
            {"hypotension": {"severe_systolic_mmhg": 100}},
            "alerts.toml, hypotension: severe_systolic_mmhg must not lie above systolic_mmhg.",
        ),
        (
            {"hypoxia": {"severe_percent": 90}},
            (
                "alerts.toml, hypoxia: severe_percent must not lie above the SpO2 limits of"
                " either scale."
            ),
        ),
        (
            {"tachycardia": {"heart_rate_above": 300}},
            "alerts.toml, tachycardia: heart_rate_above must lie between 90 and 200.",
        ),
        (
            {"streams": {"spo2": {"raise_seconds": 7200}}},
            "alerts.toml, streams, spo2: raise_seconds must lie between 0 and 3600.",
        ),
        (
            {"streams": {"spo2": {"raise_readings": 0.5}}},
            "alerts.toml, streams, spo2: raise_readings must lie between 1 and 5.",
        ),
        (
            {"streams": {"spo2": {"raise_readings": 5, "gap_seconds": 3600}}},
            (
                "alerts.toml, streams, spo2: so many readings with such gaps would take longer"
                " than an hour."
            ),
        ),
        (
            {"streams": {"spo2": {"severe_readings": 5, "gap_seconds": 3600}}},
            (
                "alerts.toml, streams, spo2: so many readings with such gaps would take longer"
                " than an hour."
            ),
        ),
        (
            {"streams": {"spo2": {"clear_readings": 5, "gap_seconds": 3600}}},
            (
                "alerts.toml, streams, spo2: so many readings with such gaps would take longer"
                " than an hour."
            ),
        ),
        (
            {"told_once": {"problems": ["crs_grade"]}},
            (
                "alerts.toml, told_once: problems must be watched ones and not crs_grade: each"
                " rise of it is told."
            ),
        ),
        (
            {"streams": {"respiratory_rate": {}}},
            (
                "policy override, streams: respiratory_rate cannot be overridden; see"
                " alerts.toml for what can."
            ),
        ),
    ],
)
def test_an_override_that_makes_no_sense_is_refused(overrides: dict[str, Any], reason: str) -> None:
    with pytest.raises(RuleFileError) as refused:
        load_policy(overrides)
    assert str(refused.value) == reason


def test_a_high_alert_reaches_the_charge_nurse_in_two_minutes_and_is_never_snoozed() -> None:
    timing = load_policy().timing("crs_grade", Priority.HIGH)

    assert [(step.after_s, step.role) for step in timing.escalation] == [
        (120.0, "charge_nurse"),
        (180.0, "physician"),
        (300.0, "rapid_response"),
    ]
    assert timing.snooze_at_most_s is None
    assert timing.repeat_after_s == 600


@pytest.mark.parametrize(
    ("problem", "priority", "minutes", "repeated", "called", "once", "pending_s"),
    [
        ("crs_grade", Priority.HIGH, 240, 10, [2, 3, 5], False, 0),
        ("crs_grade", Priority.MEDIUM, 480, 30, [5, 30], False, 0),
        ("news2", Priority.LOW, 720, None, [], True, 0),
        ("device_off", Priority.TECHNICAL, 240, None, [15], False, 0),
        ("ice_overdue", Priority.MEDIUM, 480, 30, [5, 30], False, 300),
    ],
)
def test_the_times_of_an_alert_are_those_of_the_table(
    problem: str,
    priority: Priority,
    minutes: float,
    repeated: float | None,
    called: list[float],
    once: bool,
    pending_s: float,
) -> None:
    policy = load_policy()

    timing = policy.timing(problem, priority)

    assert timing.acknowledgement_valid_s == minutes * 60
    assert timing.repeat_after_s == (None if repeated is None else repeated * 60)
    assert [step.after_s / 60 for step in timing.escalation] == called
    assert timing.snooze_at_most_s == (None if priority is Priority.HIGH else 3600)
    assert timing.latches_severity is once
    assert timing.debounce_s == pending_s
    assert policy.timing(problem, priority) is timing, "made once"


def test_a_problem_that_nobody_watches_has_no_times() -> None:
    with pytest.raises(KeyError):
        load_policy().timing("shoe_size", Priority.LOW)


def test_what_was_true_then_is_judged_by_the_limits_of_then() -> None:
    first, second, third = (
        load_policy({"hypoxia": {"spo2_percent": percent}}) for percent in (90.0, 91.0, 93.0)
    )
    course = PolicyCourse.of([(100, first), (200, second), (300, third)])

    assert [course.at(us) for us in (0, 100, 199)] == [first] * 3
    assert [course.at(us) for us in (200, 299)] == [second] * 2
    assert [course.at(us) for us in (300, 10**9)] == [third] * 2
    assert course.newest is third
    assert course.spans([250, 350, 50, 300, 199, 200]) == [
        (first, [50, 199]),
        (second, [200, 250]),
        (third, [300, 350]),
    ]
    assert course.spans([]) == []
    assert course.spans([250]) == [(second, [250])]
    assert PolicyCourse.of([(100, first)]).spans([7, 5]) == [(first, [5, 7])]


def test_a_low_alert_waits_for_the_shift_review() -> None:
    timing = load_policy().timing("news2", Priority.LOW)

    assert timing.escalation == ()
    assert timing.repeat_after_s is None
    assert timing.snooze_at_most_s == 3600


def _state(evaluation: bedside.Evaluation, problem: str) -> str:
    return next(c.state.value for c in evaluation.conditions if c.problem == problem)
