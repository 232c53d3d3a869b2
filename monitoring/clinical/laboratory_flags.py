"""Neutropenic fever and the IEC-HS watch as problems that can become alerts.

Antibiotics within 60 minutes: clinical reference 5.1. The IEC-HS watch names what is present and is
never a diagnosis: 5.2. Both run beside CRS and none explains another away (9, item 4).
"""

from monitoring.clinical.conditions import no_data, normal
from monitoring.clinical.iec_hs import IecHsWatch
from monitoring.clinical.neutropenic_fever import AntibioticClock, NeutropenicFever
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.results import Condition, ConditionState, Truth

_US_PER_MINUTE = 60_000_000
_PRESENT = (Truth.YES, Truth.HELD)


def neutropenic_fever_condition(
    state: NeutropenicFever, policy: Policy, *, now_us: int
) -> Condition:
    """Active from fever with neutropenia until an antibiotic is charted; high once it is late."""
    usual = policy.priority["neutropenic_fever"]
    if state.present is Truth.UNKNOWN:
        missing = " and ".join(one.replace("_", " ") for one in state.missing)
        return no_data("neutropenic_fever", usual, None, missing)
    if state.present not in _PRESENT:
        return normal("neutropenic_fever", usual, "No neutropenic fever", *state.evidence)
    if state.clock is AntibioticClock.GIVEN and state.antibiotic is not None:
        text = f"Neutropenic fever, {state.antibiotic.display} given"
        return normal("neutropenic_fever", usual, text, *state.evidence, state.antibiotic)
    is_late = state.clock is AntibioticClock.OVERDUE
    words = "whether an antibiotic was given is not charted"
    if state.due_us is not None and state.clock is not AntibioticClock.UNKNOWN:
        minutes = abs(state.due_us - now_us) // _US_PER_MINUTE
        words = f"antibiotic overdue by {minutes} min" if is_late else f"due in {minutes} min"
    earlier = () if state.earlier_antibiotic is None else (state.earlier_antibiotic,)
    if earlier:
        words += f"; {earlier[0].display} ran before the fever"
    return Condition(
        problem="neutropenic_fever",
        state=ConditionState.ACTIVE,
        priority=policy.priority["neutropenic_fever_late"] if is_late else usual,
        severity=2 if is_late else 1,
        label=f"Neutropenic fever: {words}",
        criteria=("present", "late") if is_late else ("present",),
        evidence=(*state.evidence, *earlier),
        action="Cultures and the first antibiotic within the hour by local protocol.",
    )


def iec_hs_condition(watch: IecHsWatch, policy: Policy) -> Condition:
    """Worth a look by local policy: the criteria present, never a diagnosis."""
    priority = policy.priority["iec_hs_watch"]
    present = watch.present()
    evidence = tuple(dict.fromkeys(one for row in present for one in row.inputs))
    if watch.worth_a_look is Truth.NO:
        return normal("iec_hs_watch", priority, "No IEC-HS watch", *evidence)
    if watch.worth_a_look is Truth.UNKNOWN:
        return no_data("iec_hs_watch", priority, None, "ferritin and blood counts")
    return Condition(
        problem="iec_hs_watch",
        state=ConditionState.ACTIVE,
        priority=priority,
        severity=len(present),
        label=f"IEC-HS watch, no diagnosis: {', '.join(one.label for one in present)}",
        criteria=tuple(one.id for one in present),
        evidence=evidence,
        action="Look at the criteria with the physician; exclude infection and progression.",
    )
