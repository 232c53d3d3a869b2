"""Which observations make a set, and when the last one was taken."""

from collections.abc import Mapping

from monitoring.clinical.facts import EncounterFacts

_CORE_VITALS = frozenset(
    {"body_temperature", "heart_rate", "respiratory_rate", "systolic_bp", "spo2"}
)
# A set counts as done when most of it was measured: three of the five vital signs.
_VITALS_OF_A_SET = 3


def last_set_us(facts: EncounterFacts) -> int | None:
    """When the last set of vital signs was taken, by the facts."""
    columns = facts.observations
    return set_taken_us(dict(zip(columns.concept, columns.taken_us.tolist(), strict=True)))


def set_taken_us(newest: Mapping[str, int]) -> int | None:
    """When the last set was taken, from when each concept was last; None where there is none.

    A set counts when three of temperature, heart rate, respiration, systolic pressure and SpO2 are
    at least that new, so that one stray value does not reset the clock.
    """
    times = sorted(
        (taken_us for concept, taken_us in newest.items() if concept in _CORE_VITALS), reverse=True
    )
    return times[_VITALS_OF_A_SET - 1] if len(times) >= _VITALS_OF_A_SET else None
