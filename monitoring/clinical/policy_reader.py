"""Reading the policy files into typed policy, with every value inside a range that makes sense."""

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from monitoring.clinical import policy_limits as limits
from monitoring.clinical.alert_state import EscalationStep
from monitoring.clinical.laboratory_policy import parse_laboratory_policy
from monitoring.clinical.policy_types import (
    ICE_STATES,
    PRIORITY_KEYS,
    PROBLEMS,
    ROLES,
    STATES,
    TECHNICAL,
    THERAPY_CLASSES,
    WORSENING,
    Frequency,
    Freshness,
    GradingWindows,
    Policy,
    Schedule,
)
from monitoring.clinical.results import Priority
from monitoring.clinical.rule_file import RuleTable

_HOUR_S = 3600.0
_MINUTE_S = 60.0
_DAY_S = 86400.0


def parse_policy(
    identity: str,
    alerts: Mapping[str, Any],
    frequencies: Mapping[str, Any],
    laboratory: Mapping[str, Any],
) -> Policy:
    """The typed policy from the content of its three files; raises ``RuleFileError``."""
    table = RuleTable(alerts, "alerts.toml")
    table.text("id")
    table.integer("version", low=1, high=9999)
    speak_again = _minutes_by_priority(table.table("speak_again_minutes"), low=0)
    snooze, late = table.table("snooze"), table.table("late")
    confirmation = table.table("confirmation")
    policy = Policy(
        id=identity,
        hypotension=limits.hypotension(table.table("hypotension")),
        fever=limits.fever(table.table("fever")),
        hypoxia=limits.hypoxia(table.table("hypoxia")),
        tachycardia=limits.tachycardia(table.table("tachycardia")),
        news2=limits.news2(table.table("news2")),
        streams=limits.streams(table.table("streams")),
        watch=limits.watch(table.table("device_off"), table.table("ice"), table.table("lingering")),
        grading=_grading(table.table("grading"), table.table("premedication_hours")),
        freshness=_freshness(table.table("freshness")),
        priority=_priorities(table.table("priority")),
        debounce_s=_debounce(table.table("debounce_s")),
        escalation=_escalation(table.table("escalation")),
        acknowledgement_valid_s=_minutes_by_priority(table.table("acknowledgement_minutes"), low=1),
        repeat_after_s=MappingProxyType({p: s or None for p, s in speak_again.items()}),
        told_once=_told_once(table.table("told_once")),
        snooze_longest_s=snooze.number("longest_minutes", low=1, high=60) * _MINUTE_S,
        snooze_never=_snooze_never(snooze),
        late_alert_window_s=late.number("alert_window_minutes", low=1, high=1440) * _MINUTE_S,
        confirmation_valid_s=confirmation.number("valid_hours", low=1, high=168) * _HOUR_S,
        schedule=_schedule(frequencies),
        laboratory=parse_laboratory_policy(laboratory),
    )
    limits.cited(late)
    limits.cited(confirmation)
    table.finish()
    return policy


def _grading(table: RuleTable, premedication: RuleTable) -> GradingWindows:
    windows = GradingWindows(
        # The rules are given 24 hours of history (evaluate.LOOKBACK_US) and can look no further.
        fever_lookback_s=table.number("fever_lookback_hours", low=1, high=24) * _HOUR_S,
        fluids_for_hypotension_s=table.number("fluids_for_hypotension_hours", low=0.25, high=24)
        * _HOUR_S,
        resolution_s=table.number("resolution_hours", low=1, high=168) * _HOUR_S,
        vasopressor_push_s=table.number("vasopressor_push_minutes", low=1, high=240) * _MINUTE_S,
        weaning_overlap_s=table.number("weaning_overlap_minutes", low=0, high=240) * _MINUTE_S,
        premedication_s=MappingProxyType(
            {
                kind: premedication.number(kind, low=0, high=2160) * _HOUR_S
                for kind in ("antipyretic", "corticosteroid", "anticytokine")
            }
        ),
    )
    limits.cited(premedication)
    limits.cited(table)
    return windows


def _freshness(table: RuleTable) -> Freshness:
    freshness = Freshness(
        expected_intervals=table.number("expected_intervals", low=1, high=6),
        oxygen_support_s_at_least=table.number("oxygen_support_hours_at_least", low=0, high=12)
        * _HOUR_S,
        oxygen_flow_s_at_most=table.number("oxygen_flow_hours_at_most", low=0.5, high=24) * _HOUR_S,
        oxygen_indication_s_at_most=table.number("oxygen_indication_hours_at_most", low=1, high=24)
        * _HOUR_S,
        set_window_s=table.number("set_window_minutes", low=1, high=120) * _MINUTE_S,
    )
    limits.cited(table)
    return freshness


def _priorities(table: RuleTable) -> Mapping[str, Priority]:
    priorities = {key: _priority(table, key) for key in PRIORITY_KEYS}
    for ladder in WORSENING:
        for milder, worse in pairwise(ladder):
            if priorities[worse].rank < priorities[milder].rank:
                table.refuse(f"{worse} must be at least as urgent as {milder}")
    limits.cited(table)
    return MappingProxyType(priorities)


def _priority(table: RuleTable, key: str) -> Priority:
    name = table.text(key)
    if name not in {p.value for p in Priority}:
        table.refuse(f"{key} must be technical, low, medium or high")
    if name == Priority.TECHNICAL.value and key not in TECHNICAL:
        table.refuse(f"{key} is of the patient: low, medium or high")
    return Priority(name)


def _debounce(table: RuleTable) -> Mapping[str, float]:
    seconds = {problem: table.number(problem, low=0, high=300) for problem in PROBLEMS}
    limits.cited(table)
    return MappingProxyType(seconds)


def _escalation(table: RuleTable) -> Mapping[Priority, tuple[EscalationStep, ...]]:
    result: dict[Priority, tuple[EscalationStep, ...]] = {}
    for priority in Priority:
        steps = []
        for row in table.rows(priority.value):
            after_s = row.number("after_minutes", low=0.5, high=1440) * _MINUTE_S
            steps.append(EscalationStep(after_s=after_s, role=row.text("role")))
            if steps[-1].role not in ROLES:
                row.refuse(f"role must be one of {', '.join(ROLES)}")
            row.finish()
        if [s.after_s for s in steps] != sorted({s.after_s for s in steps}):
            table.refuse(f"{priority.value}: steps must follow each other in time")
        if [ROLES.index(s.role) for s in steps] != sorted({ROLES.index(s.role) for s in steps}):
            table.refuse(f"{priority.value}: each step must call somebody above the one before")
        result[priority] = tuple(steps)
    if not result[Priority.HIGH]:
        table.refuse("high: somebody must be called; keep at least one step")
    limits.cited(table)
    return MappingProxyType(result)


def _minutes_by_priority(table: RuleTable, *, low: float) -> Mapping[Priority, float]:
    seconds = {p: table.number(p.value, low=low, high=1440) * _MINUTE_S for p in Priority}
    limits.cited(table)
    return MappingProxyType(seconds)


def _told_once(table: RuleTable) -> frozenset[str]:
    problems = table.texts("problems")
    if not set(problems) <= set(PROBLEMS) or "crs_grade" in problems:
        table.refuse("problems must be watched ones and not crs_grade: each rise of it is told")
    limits.cited(table)
    return frozenset(problems)


def _snooze_never(table: RuleTable) -> frozenset[Priority]:
    never = table.texts("never")
    if not set(never) <= {p.value for p in Priority} or Priority.HIGH.value not in never:
        table.refuse("never must list priorities and must include high")
    limits.cited(table)
    return frozenset(Priority(name) for name in never)


def _schedule(frequencies: Mapping[str, Any]) -> Schedule:
    table = RuleTable(frequencies, "frequencies.toml")
    table.text("id")
    table.integer("version", low=1, high=9999)
    states = _frequencies(table, "state", STATES)
    ice = _frequencies(table, "ice", ICE_STATES)
    overdue, fast, risk = table.table("overdue"), table.table("fast"), table.table("risk_window")
    days, validity = risk.table("days"), table.table("ice_validity")
    schedule = Schedule(
        states=states,
        ice=ice,
        # The rules are given 24 hours of history (evaluate.LOOKBACK_US) and can look no further.
        ice_s_at_most=validity.number("hours_at_most", low=4, high=24) * _HOUR_S,
        seizure_counts_s=validity.number("seizure_counts_hours", low=1, high=24) * _HOUR_S,
        overdue_fraction=overdue.number("fraction", low=0, high=1),
        overdue_at_least_s=overdue.number("at_least_minutes", low=0, high=120) * _MINUTE_S,
        fast_heart_rate_above=fast.number("heart_rate_above", low=80, high=200),
        fast_temperature_c_from=fast.number("temperature_c_from", low=38, high=42),
        risk_window_s=MappingProxyType(
            {name: days.number(name, low=1, high=365) * _DAY_S for name in THERAPY_CLASSES}
        ),
    )
    days.finish()
    for part in (overdue, fast, risk, validity):
        limits.cited(part)
    table.finish()
    return schedule


def _frequencies(table: RuleTable, key: str, expected: tuple[str, ...]) -> Mapping[str, Frequency]:
    """The rows of one of the two lists of frequencies, each state once and none left out."""
    found: dict[str, Frequency] = {}
    for row in table.rows(key):
        when = row.text("when")
        if when in found:
            row.refuse(f"{when} is listed twice")
        found[when] = Frequency(
            interval_s=row.number("minutes", low=5, high=720) * _MINUTE_S,
            label=row.text("label"),
            source=row.text("source"),
        )
        row.finish()
    if set(found) != set(expected):
        table.refuse(f"{key} must be exactly {', '.join(expected)}")
    return MappingProxyType(found)
