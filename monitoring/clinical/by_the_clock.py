"""The problems that time alone brings: observations or ICE overdue, a symptom nobody looked into.

No moment of an evaluation ends or begins them: whoever has a clock asks for them, at the bedside
after every change and with every sweep, and when a past is played again.
"""

from collections.abc import Iterable

from monitoring.clinical import schedule
from monitoring.clinical.conditions import normal
from monitoring.clinical.policy_types import SYMPTOM_PROBLEMS, Policy
from monitoring.clinical.results import Condition, ConditionState, Evaluation
from monitoring.clinical.symptom_triggers import Asked

_US_PER_MINUTE = 60_000_000
# What a symptom asked for this long ago is no longer told anew, and is not over either.
ASKED_AT_MOST_US = 24 * 60 * _US_PER_MINUTE


def clock_conditions(
    evaluation: Evaluation,
    *,
    last_set_us: int | None,
    asked: Iterable[Asked],
    now_us: int,
    policy: Policy,
) -> tuple[Condition, ...]:
    """What only the clock says at ``now_us`` of a patient whose newest evaluation this is.

    ``asked`` is all that symptoms asked for. Sources: clinical reference 7.3 (overdue), 6 (symptoms
    as triggers), 8.2 (priorities).
    """
    due = schedule.next_due(evaluation, last_set_us, policy)
    symptoms = symptom_conditions(evaluation, asked, now_us=now_us, policy=policy)
    return (
        schedule.overdue_condition(due, now_us=now_us, policy=policy),
        schedule.ice_overdue_condition(evaluation, symptoms, now_us=now_us, policy=policy),
        *symptoms,
    )


def turns(asked: Asked) -> tuple[int, ...]:
    """When what a symptom asked for begins to speak, is too old to, and is over."""
    ended = () if asked.ended_us is None else (asked.ended_us,)
    return (asked.due_us, asked.since_us + ASKED_AT_MOST_US + 1, *ended)


def symptom_conditions(
    evaluation: Evaluation, asked: Iterable[Asked], *, now_us: int, policy: Policy
) -> tuple[Condition, ...]:
    """Each watched symptom: active from when its observation is due until somebody charts it.

    Confusion is covered by a reduced consciousness or an ICANS grade that speaks as urgently.
    Symptoms never change the ASTCT grade. Source: clinical reference 6 [D].
    """
    open_now = {one.trigger.concept: one for one in asked if one.is_open(now_us)}
    return tuple(
        _symptom(problem, open_now.get(problem), evaluation, now_us, policy)
        for problem in SYMPTOM_PROBLEMS
    )


def _symptom(
    problem: str, asked: Asked | None, evaluation: Evaluation, now_us: int, policy: Policy
) -> Condition:
    priority = policy.priority[problem]
    if asked is None or now_us < asked.due_us:
        return normal(problem, priority, "No symptom asks for an observation")
    is_old = now_us - asked.since_us > ASKED_AT_MOST_US
    trigger = asked.trigger
    return Condition(
        problem=problem,
        state=ConditionState.NO_DATA if is_old else ConditionState.ACTIVE,
        priority=priority,
        severity=0 if is_old else asked.severity,
        label=f"{trigger.label} (grade {asked.severity}): {trigger.action.rstrip('.')}",
        criteria=() if is_old else (trigger.id,),
        action=trigger.action,
        covered_by=schedule.covering(
            evaluation.conditions, ("new_confusion", "icans_grade"), priority
        )
        if problem == "symptom_confusion"
        else None,
    )
