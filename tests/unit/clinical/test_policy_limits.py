"""How far a ward may move a limit: to each end of its range, and not a step beyond it (ADR 2)."""

from typing import Any

import pytest

from monitoring.clinical.policy import load_policy
from monitoring.clinical.rule_file import RuleFileError

# What else must hold at both ends: a severe limit lies at its own limit at most.
LOW_SEVERE = {"severe_systolic_mmhg": 60}
LOWEST_SEVERE = {"severe_percent": 70}
HIGH_SPO2 = {"spo2_percent": 95, "spo2_scale_2_percent": 95}

RANGES: list[tuple[str, str, float, float, dict[str, Any], dict[str, Any]]] = [
    ("hypotension", "systolic_mmhg", 60, 130, LOW_SEVERE, {}),
    ("hypotension", "mean_mmhg", 40, 90, {}, {}),
    ("hypotension", "baseline_fraction", 0.5, 1.0, {}, {}),
    ("hypotension", "baseline_cap_mmhg", 60, 200, {}, {}),
    ("hypotension", "severe_systolic_mmhg", 40, 120, {}, {"systolic_mmhg": 120}),
    ("hypotension", "systolic_hysteresis_mmhg", 0, 20, {}, {}),
    ("fever", "high_c", 38.0, 42.0, {}, {}),
    ("fever", "hysteresis_c", 0, 1.0, {}, {}),
    ("hypoxia", "spo2_percent", 80, 99, {"severe_percent": 80}, {}),
    ("hypoxia", "spo2_scale_2_percent", 75, 95, {"severe_percent": 75}, {}),
    ("hypoxia", "severe_percent", 70, 95, {}, HIGH_SPO2),
    ("hypoxia", "hysteresis_percent", 0, 5, {}, {}),
    ("tachycardia", "heart_rate_above", 90, 200, {}, {}),
    ("tachycardia", "hysteresis_bpm", 0, 30, {}, {}),
    ("news2", "hysteresis_points", 0, 4, {}, {}),
    ("news2", "stream_seconds", 0, 900, {}, {}),
    ("news2", "stream_gap_seconds", 0, 3600, {}, {}),
    ("device_off", "after_minutes", 1, 60, {}, {}),
    ("device_off", "cuff_after_minutes", 1, 60, {}, {}),
    ("device_off", "after_intervals", 1, 10, {}, {}),
    ("device_off", "forget_after_hours", 1, 23, {}, {}),
    ("ice", "fall_points", 1, 10, {}, {}),
    ("ice", "within_hours", 1, 24, {}, {}),
    ("lingering", "days", 3, 90, {}, {}),
]
STREAM_RANGES: list[tuple[str, float, float]] = [
    ("raise_readings", 1, 5),
    ("severe_readings", 1, 5),
    ("clear_readings", 1, 5),
    ("raise_seconds", 0, 3600),
    ("severe_seconds", 0, 3600),
    ("clear_seconds", 0, 3600),
    ("clear_margin", 0, 30),
    ("gap_seconds", 1, 3600),
    ("clear_gap_seconds", 1, 3600),
]
# So many readings within the hour.
CLOSE = {"gap_seconds": 900, "clear_gap_seconds": 900}


def refused(overrides: dict[str, Any]) -> str:
    with pytest.raises(RuleFileError) as error:
        load_policy(overrides)
    return str(error.value)


@pytest.mark.parametrize(
    ("table", "key", "low", "high", "at_low", "at_high"), RANGES, ids=lambda one: str(one)[:30]
)
def test_a_limit_goes_to_the_end_of_its_range_and_not_beyond(
    table: str, key: str, low: float, high: float, at_low: dict[str, Any], at_high: dict[str, Any]
) -> None:
    for edge, others, beyond in ((low, at_low, low - 0.5), (high, at_high, high + 0.5)):
        load_policy({table: {key: edge, **others}})
        reason = f"alerts.toml, {table}: {key} must lie between {low:g} and {high:g}."
        assert refused({table: {key: beyond, **others}}) == reason


@pytest.mark.parametrize(("key", "low", "high"), STREAM_RANGES)
def test_a_debounce_goes_to_the_end_of_its_range_and_not_beyond(
    key: str, low: float, high: float
) -> None:
    for edge, beyond in ((low, low - 1), (high, high + 1)):
        load_policy({"streams": {"spo2": {**CLOSE, key: edge}}})
        reason = f"alerts.toml, streams, spo2: {key} must lie between {low:g} and {high:g}."
        assert refused({"streams": {"spo2": {key: beyond}}}) == reason


def test_readings_and_their_gaps_may_take_an_hour_together_and_no_longer() -> None:
    load_policy({"streams": {"spo2": {"clear_readings": 5, "clear_gap_seconds": 900}}})

    too_long = refused({"streams": {"spo2": {"clear_readings": 5, "clear_gap_seconds": 901}}})

    assert too_long.endswith("so many readings with such gaps would take longer than an hour.")
