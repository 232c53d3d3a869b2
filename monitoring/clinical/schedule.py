"""When the next set of observations and the next ICE are due, and when late becomes overdue.

Frequencies are local policy after the clinical reference, 7.3 (by CRS state) and 4.2 (NEWS2, Chart
4): of all rows that apply, the shortest interval wins.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.clinical.conditions import no_data, normal
from monitoring.clinical.confirmation import CRS, HIGHEST_SUGGESTED, ICANS
from monitoring.clinical.policy_types import Frequency, Policy
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
# How long after its end an episode counts as just resolved (clinical reference 7.3).
RECENTLY_US = 24 * 3600 * _US_PER_S
# The states of a score that is 0, and of one above it without any risk.
LOW_SCORES = ("news2_0", "news2_1_4")
_ESCALATES_FROM_GRADE = 2
_OVERDUE = ("overdue", "overdue_from_grade_2")
_ICE_OVERDUE = ("ice_overdue", "ice_overdue_urgent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When the next set or ICE is due. ``reason`` is the row of the policy that set the interval.

    ``priority`` is that of the overdue alert: higher from grade 2 on.
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
    return f"grade_{min(grade, HIGHEST_SUGGESTED)}"


def next_due(evaluation: Evaluation, last_set_us: int | None, policy: Policy) -> Due:
    """When the next set is due after the one at ``last_set_us``.

    Without any set it is due at the moment of the evaluation. Source: clinical reference 7.3, 4.2.
    """
    states = policy.schedule.states
    frequency = _strictest([states[name] for name in _states(evaluation, policy)])
    interval_us = int(frequency.interval_s * _US_PER_S)
    next_us = evaluation.at_us if last_set_us is None else last_set_us + interval_us
    return _due(next_us, frequency, policy, policy.priority[_key(_OVERDUE, evaluation, (CRS,))])


def next_ice_due(evaluation: Evaluation, policy: Policy) -> Due | None:
    """When the next ICE (CAPD under 12) is due after the newest one.

    None where no row asks for one: beyond the risk window, with neither CRS nor ICANS. Confusion
    that began or grew since the newest one makes it due at once. Without any it has been due since
    the newest dose, as one belongs to the baseline; without a dose it is due at the moment of the
    evaluation. Source: clinical reference 7.3, 2.4, 6.
    """
    icans = evaluation.icans
    if icans is None:
        return None
    tested_us = icans.tested_us
    if icans.confused_us is not None and (tested_us is None or tested_us < icans.confused_us):
        frequency = policy.schedule.ice["new_confusion"]
        return _due(icans.confused_us, frequency, policy, policy.priority[_ICE_OVERDUE[1]])
    names = [name for name in _crs_states(evaluation, policy) if name in policy.schedule.ice]
    grade = _higher(icans.grade, evaluation, ICANS)
    if grade:
        names.append(f"icans_{min(grade, HIGHEST_SUGGESTED)}")
    if not names:
        return None
    frequency = _strictest([policy.schedule.ice[name] for name in names])
    if tested_us is None:
        since_h = evaluation.hours_since_dose or 0.0
        next_us = evaluation.at_us - round(since_h * _HOUR_S * _US_PER_S)
    else:
        next_us = tested_us + int(frequency.interval_s * _US_PER_S)
    key = _key(_ICE_OVERDUE, evaluation, (CRS, ICANS))
    return _due(next_us, frequency, policy, policy.priority[key])


def ice_counts_s(grade: int | None, *, is_open: bool, policy: Policy) -> float:
    """How long an ICE counts in a CRS state: so many intervals, but never beyond policy's limit.

    Clinical reference 9 (item 1): beyond two intervals a value is no longer known.
    """
    interval_s = policy.schedule.ice[crs_state(grade, is_open=is_open)].interval_s
    return min(policy.freshness.expected_intervals * interval_s, policy.schedule.ice_s_at_most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How a schedule was kept: how often it was overdue, how long in all, and the windows missed.

    A spell counts one missed window, and one more for each further whole interval that it lasted.
    """

    spells: int
    missed: int
    overdue_s: float


def kept(asked: Sequence[tuple[int, Due | None]], *, until_us: int) -> Kept:
    """How a schedule was kept up to ``until_us``.

    ``asked`` is what was asked for from each moment on (microseconds since the epoch, ascending),
    as ``next_due`` or ``next_ice_due`` said then, None where nothing was. A spell ends with an
    assessment, or with a state that asks for less.
    """
    spells: list[tuple[int, int, float]] = []
    ends = [at_us for at_us, _ in asked[1:]] + [until_us]
    for (at_us, due), end_us in zip(asked, ends, strict=bool(asked)):
        if due is None:
            continue
        begin_us = max(at_us, due.overdue_at_us)
        if begin_us >= end_us:
            continue
        if spells and begin_us == at_us == spells[-1][1]:
            begin_us = spells.pop()[0]
        spells.append((begin_us, end_us, due.interval_s))
    lasted_s = [(end_us - begin_us) / _US_PER_S for begin_us, end_us, _ in spells]
    return Kept(
        spells=len(spells),
        missed=sum(
            1 + int(lasted // interval_s)
            for lasted, (_, _, interval_s) in zip(lasted_s, spells, strict=True)
        ),
        overdue_s=sum(lasted_s),
    )


def _strictest(frequencies: Sequence[Frequency]) -> Frequency:
    return min(frequencies, key=lambda one: one.interval_s)


def _due(next_us: int, frequency: Frequency, policy: Policy, priority: Priority) -> Due:
    grace_s = max(
        policy.schedule.overdue_fraction * frequency.interval_s,
        policy.schedule.overdue_at_least_s,
    )
    return Due(
        next_us=next_us,
        interval_s=frequency.interval_s,
        overdue_at_us=next_us + int(grace_s * _US_PER_S),
        reason=frequency.label,
        priority=priority,
    )


def _key(keys: tuple[str, str], evaluation: Evaluation, scales: tuple[str, ...]) -> str:
    """Which of the two priorities of an overdue alert holds: the second from grade 2 on."""
    grades = {CRS: evaluation.crs.grade}
    if evaluation.icans is not None:
        grades[ICANS] = evaluation.icans.grade
    worst = max(_higher(grades.get(scale), evaluation, scale) or 0 for scale in scales)
    return keys[worst >= _ESCALATES_FROM_GRADE]


def _higher(computed: int | None, evaluation: Evaluation, scale: str) -> int | None:
    """The higher of the computed grade and the one that a clinician confirmed."""
    word = evaluation.word_on(scale)
    known = [one for one in (computed, None if word is None else word.shown) if one is not None]
    return max(known, default=None)


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


def ice_overdue_condition(
    evaluation: Evaluation, symptoms: Sequence[Condition] = (), *, now_us: int, policy: Policy
) -> Condition:
    """The overdue ICE (CAPD under 12) now, by the rule of overdue observations.

    New confusion, or the confusion among ``symptoms``, that speaks at least as urgently asks for
    the same assessment and covers it.
    Source: clinical reference 7.3, 2.4; 8.2 for the priority.
    """
    usual = policy.priority["ice_overdue"]
    icans = evaluation.icans
    if icans is None:
        return no_data("ice_overdue", usual, None, "neurological assessment")
    due = next_ice_due(evaluation, policy)
    if due is None:
        return normal("ice_overdue", usual, f"No {icans.tool} asked for")
    if now_us <= due.overdue_at_us:
        return normal("ice_overdue", due.priority, f"{icans.tool} in time")
    hours, minutes = divmod((now_us - due.next_us) // (60 * _US_PER_S), 60)
    late = f"{hours} h {minutes} min" if hours else f"{minutes} min"
    return Condition(
        problem="ice_overdue",
        state=ConditionState.ACTIVE,
        priority=due.priority,
        severity=1 + (due.priority != usual),
        label=f"{icans.tool} overdue by {late}",
        criteria=("ice_overdue",),
        action=f"Assess {icans.tool} now.",
        covered_by=covering(
            (*evaluation.conditions, *symptoms),
            ("new_confusion", "symptom_confusion"),
            due.priority,
        ),
    )


def covering(
    conditions: Sequence[Condition], problems: tuple[str, ...], priority: Priority
) -> str | None:
    """The first of the active conditions, of these problems, as urgent as a priority; or None."""
    return next(
        (
            one.problem
            for one in conditions
            if one.problem in problems
            and one.state is ConditionState.ACTIVE
            and one.priority.rank >= priority.rank
        ),
        None,
    )


def _states(evaluation: Evaluation, policy: Policy) -> list[str]:
    names = _crs_states(evaluation, policy) + _news2_states(evaluation.news2)
    # Without any row that applies (a child beyond the risk window) the ward's slowest is kept.
    return names or ["risk_window"]


def _crs_states(evaluation: Evaluation, policy: Policy) -> list[str]:
    crs, names = evaluation.crs, []
    grade = _higher(crs.grade, evaluation, CRS)
    if grade != 0 or evaluation.episode.is_open:
        names.append(crs_state(grade, is_open=evaluation.episode.is_open))
        if grade == 1 and _is_fast(evaluation.news2, policy):
            names.append("grade_1_fast")
    elif _recently_resolved(evaluation):
        names.append("resolved")
    elif _in_risk_window(evaluation, policy):
        names.append("risk_window")
    if crs.status is GradeStatus.CANNOT_GRADE and crs.grade is not None:
        names.append("unknown")
    return names


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
    return [LOW_SCORES[news2.total != 0]]


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
    return resolved_us is not None and evaluation.at_us - resolved_us < RECENTLY_US


def _in_risk_window(evaluation: Evaluation, policy: Policy) -> bool:
    hours = evaluation.hours_since_dose
    # Without a recorded dose nobody can say that the risk has passed.
    return hours is None or hours * _HOUR_S <= risk_window_s(evaluation.therapy_class, policy)


def risk_window_s(therapy_class: str | None, policy: Policy) -> float:
    """How long after a dose of its class CRS is looked for; the longest where none is known."""
    windows_s = policy.schedule.risk_window_s
    return windows_s.get(therapy_class or "", max(windows_s.values()))
