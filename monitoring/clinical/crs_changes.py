"""The single changes that could move a CRS grade, each as a nurse would chart it.

Lee 2019, Table 2 (clinical reference 1.2 to 1.4): the words are those of its criteria.
"""

from monitoring.clinical.changes import (
    Change,
    better,
    charted,
    given,
    stopped,
    without_treatment,
    worse,
)
from monitoring.clinical.facts import EncounterFacts
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.rulebook_types import CrsRules
from monitoring.clinical.vasopressors import own_name

_HOUR_S = 3600
_NORMAL_C = 36.8
_NORMAL_MMHG = {"systolic_bp": 125.0, "diastolic_bp": 75.0, "mean_arterial_pressure": 92.0}


def crs_changes(
    facts: EncounterFacts, at_us: int, rules: CrsRules, policy: Policy
) -> tuple[Change, ...]:
    """Every change worth asking about at a moment; which of them moves the grade is asked next."""
    low_lpm = rules.low_flow_to_lpm
    running = _running(facts, at_us, rules)
    counted = [agent for agent in sorted(rules.counted) if agent not in running]
    another = "a second vasopressor runs (vasopressin not counted)"
    starts = another if running & rules.counted else "a vasopressor is started"
    bolus_h = policy.grading.fluids_for_hypotension_s / _HOUR_S
    changes = [
        worse(
            f"the temperature reaches {rules.fever_c:.1f} C",
            charted({"body_temperature": rules.fever_c}),
        ),
        worse(
            "a fluid bolus is needed for hypotension",
            given("fluid_bolus", "crystalloid", indication="hypotension"),
        ),
        *(worse(starts, given("vasopressor", agent, runs=True)) for agent in counted[:1]),
        worse("oxygen is needed by nasal cannula", charted(_oxygen("nasal_cannula", 2.0))),
        worse(
            f"oxygen goes above {low_lpm:g} L/min",
            charted(_oxygen("nasal_cannula", low_lpm + 1)),
        ),
        worse("oxygen needs a mask", charted(_oxygen("simple_face_mask", None))),
        worse(
            "positive pressure is needed (CPAP, BiPAP, ventilation)",
            charted(_oxygen("bipap", None)),
        ),
        better(
            f"the temperature falls below {rules.fever_c:.1f} C",
            charted({"body_temperature": _NORMAL_C}),
        ),
        better("blood pressure is normal", charted(_NORMAL_MMHG)),
        better(f"no fluid bolus is needed for {bolus_h:g} h", without_treatment("fluid_bolus")),
        better("a mask is enough", charted(_oxygen("simple_face_mask", None))),
        better(
            f"oxygen by nasal cannula at {low_lpm:g} L/min is enough",
            charted(_oxygen("nasal_cannula", low_lpm)),
        ),
        better("oxygen is no longer needed", charted({"oxygen_device": "room_air"})),
    ]
    changes += [
        better(f"{agent.replace('_', ' ')} is stopped", stopped(agent))
        for agent in _running_as_written(facts, at_us)
    ]
    return tuple(changes)


def _oxygen(device: str, flow_lpm: float | None) -> dict[str, float | str]:
    values: dict[str, float | str] = {
        "oxygen_device": device,
        "oxygen_indication": "hypoxia",
    }
    return values if flow_lpm is None else {**values, "oxygen_flow": flow_lpm}


def _running_as_written(facts: EncounterFacts, at_us: int) -> tuple[str, ...]:
    found = dict.fromkeys(
        span.agent
        for span in facts.treatments
        if span.kind == "vasopressor"
        and span.started_us <= at_us
        and (span.ended_us is None or span.ended_us > at_us)
    )
    return tuple(found)


def _running(facts: EncounterFacts, at_us: int, rules: CrsRules) -> frozenset[str]:
    return frozenset(own_name(agent, rules) for agent in _running_as_written(facts, at_us))
