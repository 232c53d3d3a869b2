"""Reading the limits of local policy: each inside a range that makes sense, or nothing is read.

The ranges are wide enough for every ward and too narrow for a slip of the finger (ADR 2).
"""

from collections.abc import Mapping
from types import MappingProxyType

from monitoring.clinical.policy_types import (
    STREAMED,
    FeverLimits,
    HypotensionLimits,
    HypoxiaLimits,
    News2Limits,
    StreamRule,
    TachycardiaLimits,
    WatchLimits,
)
from monitoring.clinical.rule_file import RuleTable

_MINUTE_S, _HOUR_S, _DAY_S = 60.0, 3600.0, 86400.0
# A run that decides must lie inside the history that the rules are given (``signals.LATCH_US``).
LONGEST_RUN_S = 3600.0


def cited(table: RuleTable) -> None:
    """The source of a table, and nothing left over in it."""
    table.text("source")
    table.finish()


def hypotension(table: RuleTable) -> HypotensionLimits:
    """When blood pressure is low, in mmHg."""
    limits = HypotensionLimits(
        systolic_mmhg=table.number("systolic_mmhg", low=60, high=130),
        mean_mmhg=table.number("mean_mmhg", low=40, high=90),
        baseline_fraction=table.number("baseline_fraction", low=0.5, high=1.0),
        baseline_cap_mmhg=table.number("baseline_cap_mmhg", low=60, high=200),
        severe_systolic_mmhg=table.number("severe_systolic_mmhg", low=40, high=120),
        systolic_hysteresis_mmhg=table.number("systolic_hysteresis_mmhg", low=0, high=20),
    )
    if limits.severe_systolic_mmhg > limits.systolic_mmhg:
        table.refuse("severe_systolic_mmhg must not lie above systolic_mmhg")
    cited(table)
    return limits


def fever(table: RuleTable) -> FeverLimits:
    """The fever flag above the rulebook's limit, in degrees Celsius."""
    limits = FeverLimits(
        high_c=table.number("high_c", low=38.0, high=42.0),
        hysteresis_c=table.number("hysteresis_c", low=0, high=1.0),
    )
    cited(table)
    return limits


def hypoxia(table: RuleTable) -> HypoxiaLimits:
    """When oxygen saturation is low, in per cent."""
    limits = HypoxiaLimits(
        spo2_percent=table.number("spo2_percent", low=80, high=99),
        spo2_scale_2_percent=table.number("spo2_scale_2_percent", low=75, high=95),
        severe_percent=table.number("severe_percent", low=70, high=95),
        hysteresis_percent=table.number("hysteresis_percent", low=0, high=5),
    )
    if limits.severe_percent > min(limits.spo2_percent, limits.spo2_scale_2_percent):
        table.refuse("severe_percent must not lie above the SpO2 limits of either scale")
    cited(table)
    return limits


def news2(table: RuleTable) -> News2Limits:
    """How far below a threshold of NEWS2 its alert is over, in points; what of a stream counts."""
    limits = News2Limits(
        hysteresis_points=table.integer("hysteresis_points", low=0, high=4),
        stream_s=table.number("stream_seconds", low=0, high=900),
        stream_gap_s=table.number("stream_gap_seconds", low=0, high=LONGEST_RUN_S),
    )
    cited(table)
    return limits


def tachycardia(table: RuleTable) -> TachycardiaLimits:
    """When the heart is fast, in beats a minute."""
    limits = TachycardiaLimits(
        heart_rate_above=table.number("heart_rate_above", low=90, high=200),
        hysteresis_bpm=table.number("hysteresis_bpm", low=0, high=30),
    )
    cited(table)
    return limits


def streams(table: RuleTable) -> Mapping[str, StreamRule]:
    """The debounce of each signal that a device can stream."""
    rules = {concept: _stream(table.table(concept)) for concept in STREAMED}
    table.finish()
    return MappingProxyType(rules)


def _stream(table: RuleTable) -> StreamRule:
    def readings(key: str) -> int:
        return table.integer(key, low=1, high=5)

    def seconds(key: str) -> float:
        return table.number(key, low=0, high=LONGEST_RUN_S)

    rule = StreamRule(
        raise_readings=readings("raise_readings"),
        raise_s=seconds("raise_seconds"),
        severe_readings=readings("severe_readings"),
        severe_s=seconds("severe_seconds"),
        clear_margin=table.number("clear_margin", low=0, high=30),
        clear_readings=readings("clear_readings"),
        clear_s=seconds("clear_seconds"),
        gap_s=table.number("gap_seconds", low=1, high=LONGEST_RUN_S),
        clear_gap_s=table.number("clear_gap_seconds", low=1, high=LONGEST_RUN_S),
    )
    most = max(rule.raise_readings, rule.severe_readings)
    runs_s = ((most - 1) * rule.gap_s, (rule.clear_readings - 1) * rule.clear_gap_s)
    if max(runs_s) > LONGEST_RUN_S:
        table.refuse("so many readings with such gaps would take longer than an hour")
    cited(table)
    return rule


def watch(device_off: RuleTable, ice: RuleTable, lingering: RuleTable) -> WatchLimits:
    """The limits of what is watched beside the vital signs."""
    limits = WatchLimits(
        device_off_after_s=device_off.number("after_minutes", low=1, high=60) * _MINUTE_S,
        cuff_off_after_s=device_off.number("cuff_after_minutes", low=1, high=60) * _MINUTE_S,
        device_off_intervals=device_off.number("after_intervals", low=1, high=10),
        device_forgotten_after_s=device_off.number("forget_after_hours", low=1, high=23) * _HOUR_S,
        ice_fall_points=ice.number("fall_points", low=1, high=10),
        # The rules are given 24 hours of history and can look no further.
        ice_within_s=ice.number("within_hours", low=1, high=24) * _HOUR_S,
        lingering_after_s=lingering.number("days", low=3, high=90) * _DAY_S,
    )
    for table in (device_off, ice, lingering):
        cited(table)
    return limits
