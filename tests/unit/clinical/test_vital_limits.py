"""What a streamed sign says at its limits, and what oxygen makes of it (clinical reference 8.3)."""

from dataclasses import replace

import numpy as np
import pytest

from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import ConditionState, Priority
from monitoring.clinical.vital_codes import (
    BEYOND,
    NEAR,
    NO_DATA,
    NORMAL,
    SEVERE,
    conditions,
    hypoxia_conditions,
    stream_of,
    vital_codes,
    vital_limits,
)

POLICY = load_policy()
LIMITS = vital_limits(POLICY, fever_c=38.0)
MINUTE_US = 60_000_000
FRESH_US = 15 * MINUTE_US


def codes(concept: str, *values: float) -> list[int]:
    """A value a minute, and the code of each look."""
    looks_us = MINUTE_US * np.arange(len(values))
    stream = stream_of(concept, looks_us, np.array(values))
    found = vital_codes(stream, LIMITS[concept], POLICY.streams[concept], fresh_us=FRESH_US)
    assert found.dtype == np.int8
    return found.tolist()


@pytest.mark.parametrize(
    ("concept", "at", "beyond", "code"),
    [
        ("body_temperature", 37.9, 38.0, BEYOND),
        ("body_temperature", 37.9, 39.5, SEVERE),
        ("body_temperature", 37.9, 39.4, NEAR),
        ("body_temperature", 37.9, 39.2, NEAR),
        ("body_temperature", 37.9, 39.1, BEYOND),
        ("heart_rate", 120.0, 121.0, BEYOND),
        ("spo2", 92.0, 91.0, BEYOND),
        ("spo2", 92.0, 85.0, BEYOND),
        ("spo2", 92.0, 84.0, SEVERE),
        ("systolic_bp", 90.0, 89.0, BEYOND),
        ("systolic_bp", 90.0, 85.0, BEYOND),
        ("systolic_bp", 90.0, 84.0, NEAR),
        ("systolic_bp", 90.0, 80.0, NEAR),
        ("systolic_bp", 90.0, 79.0, SEVERE),
    ],
)
def test_a_sign_is_beyond_its_limit_and_not_at_it(
    concept: str, at: float, beyond: float, code: int
) -> None:
    assert codes(concept, *[at] * 8) == [NORMAL] * 8
    assert codes(concept, *[beyond] * 8)[-1] == code


def test_a_value_stands_until_it_is_older_than_it_may_be() -> None:
    assert codes("spo2", 97.0, *[np.nan] * 16) == [NORMAL] * 16 + [NO_DATA]


def test_who_sends_nothing_and_what_is_impossible_is_no_data() -> None:
    looks_us = MINUTE_US * np.arange(3)
    nothing = stream_of("spo2", looks_us, None)
    limit, rule = LIMITS["spo2"], POLICY.streams["spo2"]
    assert vital_codes(nothing, limit, rule, fresh_us=FRESH_US).tolist() == [NO_DATA] * 3
    assert codes("spo2", 0.0, 101.0, 97.0) == [NO_DATA, NO_DATA, NORMAL]


def test_a_code_says_what_the_flag_of_a_charted_value_says() -> None:
    normal, leaving, _, beyond, near, severe, unknown = conditions("hypoxia", POLICY)
    assert [one.label for one in (normal, severe)] == ["hypoxia", "hypoxia"]
    assert (normal.state, normal.severity) == (ConditionState.NORMAL, 0)
    assert (leaving.state, leaving.criteria) == (ConditionState.ACTIVE, ())
    assert (beyond.priority, beyond.criteria) == (Priority.MEDIUM, ("spo2_limit",))
    assert (severe.priority, severe.severity) == (Priority.HIGH, 4)
    assert near == beyond
    deadbands = [one.deadband_severity for one in (normal, leaving, beyond, severe)]
    assert deadbands == [0, 2, 2, 4]
    _, leaving, leaving_near, beyond, near, severe, _ = conditions("hypotension", POLICY)
    assert replace(leaving_near, deadband_severity=1) == leaving
    assert replace(near, deadband_severity=1) == beyond
    assert [one.deadband_severity for one in (leaving, near, severe)] == [1, 2, 2]
    assert (unknown.state, unknown.severity) == (ConditionState.NO_DATA, 0)


@pytest.mark.parametrize(
    ("level", "priority", "severity"), [(2, "medium", 2), (3, "high", 3), (4, "high", 4)]
)
def test_oxygen_that_is_given_is_hypoxia_whatever_the_saturation(
    level: int, priority: str, severity: int
) -> None:
    normal, _, _, beyond, near, severe, unknown = hypoxia_conditions(level, POLICY)
    for one in (normal, unknown):
        assert (one.state, one.criteria) == (ConditionState.ACTIVE, ("new_oxygen",))
        assert (one.priority.value, one.severity) == (priority, severity)
    assert beyond.criteria == ("spo2_limit", "new_oxygen")
    assert (severe.severity, severe.priority) == (4, Priority.HIGH)
    deadbands = [one.deadband_severity for one in (normal, beyond, near, severe, unknown)]
    assert deadbands == [level, level, level, 4, level]


def test_without_oxygen_saturation_decides_and_where_oxygen_is_not_known_nothing_is_normal() -> (
    None
):
    by_sign = conditions("hypoxia", POLICY)
    assert hypoxia_conditions(0, POLICY) == by_sign
    assert hypoxia_conditions(1, POLICY) == (by_sign[-1], *by_sign[1:])
