"""How a watched problem is written down when nothing is wrong, or when nobody can know."""

from monitoring.clinical.results import Condition, ConditionState, InputEvidence, Priority


def normal(problem: str, priority: Priority, label: str, *evidence: InputEvidence) -> Condition:
    """The problem is known to be absent."""
    return Condition(
        problem=problem,
        state=ConditionState.NORMAL,
        priority=priority,
        severity=0,
        label=label,
        evidence=evidence,
    )


def no_data(problem: str, priority: Priority, newest: InputEvidence | None, what: str) -> Condition:
    """Missing is not normal; the last value stays in sight with its age."""
    if newest is None:
        label = f"No {what} yet"
    else:
        hours, minutes = divmod(int(newest.age_s) // 60, 60)
        age = f"{hours} h {minutes} min" if hours else f"{minutes} min"
        label = f"Last {what} {newest.display}, {age} ago"
    return Condition(
        problem=problem,
        state=ConditionState.NO_DATA,
        priority=priority,
        severity=0,
        label=label,
        evidence=() if newest is None else (newest,),
        action=f"Chart the {what}.",
    )
