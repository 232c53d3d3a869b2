"""When the next set of observations is due, and when late becomes overdue.

Frequencies are local policy after the clinical reference, 7.3 (by CRS state) and 4.2 (NEWS2, Chart
4): of all rows that apply, the shortest interval wins.
"""

from dataclasses import dataclass

from monitoring.clinical.policy_types import Policy
from monitoring.clinical.results import (
    Condition,
    ConditionState,
    Evaluation,
    GradeStatus,
    News2Score,
    Priority,
)

_US_PER_S = 1_000_000
_HOUR_S = 3600.0
_ESCALATES_FROM_GRADE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When the next set is due. ``reason`` is the row of the policy that set the interval.

    ``priority`` is that of the overdue alert: higher from CRS grade 2 on.
    """

    next_us: int
    interval_s: float
    overdue_at_us: int
    reason: str
    priority: Priority


def crs_state(grade: int | None, *, is_open: bool) -> str:
    """The row of the frequency table for a CRS grade; None is a grade that is not known."""
    if grade is None:
        return "unknown"
    if grade == 0:
        return "resolving" if is_open else "risk_window"
    return f"grade_{grade}"


def next_due(evaluation: Evaluation, last_set_us: int | None, policy: Policy) -> Due:
    """When the next set is due after the one at ``last_set_us``.

    Without any set it is due at the moment of the evaluation. Source: clinical reference 7.3, 4.2.
    """
    states = policy.schedule.states
    applying = [states[name] for name in _states(evaluation, policy)]
    frequency = min(applying, key=lambda one: one.interval_s)
    interval_us = int(frequency.interval_s * _US_PER_S)
    next_us = evaluation.at_us if last_set_us is None else last_set_us + interval_us
    grace_s = max(
        policy.schedule.overdue_fraction * frequency.interval_s,
        policy.schedule.overdue_at_least_s,
    )
    is_high = (evaluation.crs.grade or 0) >= _ESCALATES_FROM_GRADE
    return Due(
        next_us=next_us,
        interval_s=frequency.interval_s,
        overdue_at_us=next_us + int(grace_s * _US_PER_S),
        reason=frequency.label,
        priority=policy.priority["overdue_from_grade_2" if is_high else "overdue"],
    )


def overdue_condition(due: Due, *, now_us: int, policy: Policy) -> Condition:
    """The overdue problem now: active once now is later than due and its grace."""
    late = now_us > due.overdue_at_us
    minutes = (now_us - due.next_us) // (60 * _US_PER_S)
    return Condition(
        problem="overdue",
        state=ConditionState.ACTIVE if late else ConditionState.NORMAL,
        priority=due.priority,
        severity=int(due.priority != policy.priority["overdue"]) + 1 if late else 0,
        label=f"Observations overdue by {minutes} min" if late else "Observations in time",
        criteria=("overdue",) if late else (),
        action="Chart a full set now." if late else None,
    )


def _states(evaluation: Evaluation, policy: Policy) -> list[str]:
    crs = evaluation.crs
    names: list[str] = []
    if crs.grade != 0 or evaluation.episode.is_open:
        names.append(crs_state(crs.grade, is_open=evaluation.episode.is_open))
        if crs.grade == 1 and _is_fast(evaluation.news2, policy):
            names.append("grade_1_fast")
    elif _recently_resolved(evaluation):
        names.append("resolved")
    elif _in_risk_window(evaluation, policy):
        names.append("risk_window")
    if crs.status is GradeStatus.CANNOT_GRADE and crs.grade is not None:
        names.append("unknown")
    names += _news2_states(evaluation.news2)
    # Without any row that applies (a child beyond the risk window) the ward's slowest is kept.
    return names or ["risk_window"]


def _news2_states(news2: News2Score) -> list[str]:
    if not news2.applicable:
        return []
    if news2.risk == "high":
        return ["news2_7"]
    if news2.risk == "medium":
        return ["news2_5_6"]
    if news2.risk == "low_medium":
        return ["news2_single_3"]
    if not news2.complete:
        return []
    return ["news2_0" if news2.total == 0 else "news2_1_4"]


def _is_fast(news2: News2Score, policy: Policy) -> bool:
    limits = {
        "heart_rate": (policy.schedule.fast_heart_rate_above, False),
        "body_temperature": (policy.schedule.fast_temperature_c_from, True),
    }
    for part in news2.parts:
        value = part.evidence.value if part.evidence is not None else None
        if part.parameter not in limits or value is None:
            continue
        limit, inclusive = limits[part.parameter]
        if value > limit or (inclusive and value >= limit):
            return True
    return False


def _recently_resolved(evaluation: Evaluation) -> bool:
    resolved_us = evaluation.episode.resolved_us
    return resolved_us is not None and evaluation.at_us - resolved_us < 24 * _HOUR_S * _US_PER_S


def _in_risk_window(evaluation: Evaluation, policy: Policy) -> bool:
    hours = evaluation.hours_since_dose
    # Without a recorded dose nobody can say that the risk has passed.
    return hours is None or hours * _HOUR_S <= policy.schedule.risk_window_s
