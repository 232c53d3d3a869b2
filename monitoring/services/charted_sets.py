"""Which observations make a set, and when the last one was taken."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.facts import EncounterFacts

CORE_VITALS = frozenset(
    {"body_temperature", "heart_rate", "respiratory_rate", "systolic_bp", "spo2"}
)
# A set counts as done when most of it was measured: three of the five vital signs.
_VITALS_OF_A_SET = 3


def last_set_us(facts: EncounterFacts) -> int | None:
    """When the last set of vital signs was taken, by the facts."""
    columns = facts.observations
    return set_taken_us(dict(zip(columns.concept, columns.taken_us.tolist(), strict=True)))


def last_sets_us(facts: EncounterFacts, at_us: NDArray[np.int64]) -> list[int | None]:
    """When the last set up to each moment was taken; None where there is none yet."""
    columns = facts.observations
    never_us = np.iinfo(np.int64).min
    newest = np.full((len(CORE_VITALS), len(at_us)), never_us)
    for place, concept in enumerate(sorted(CORE_VITALS)):
        taken_us = np.append(np.sort(columns.taken_us[columns.concept == concept]), never_us)
        newest[place] = taken_us[np.searchsorted(taken_us[:-1], at_us, side="right") - 1]
    found = np.sort(newest, axis=0)[-_VITALS_OF_A_SET].tolist()
    return [None if one == never_us else one for one in found]


def set_taken_us(newest: Mapping[str, int]) -> int | None:
    """When the last set was taken, from when each concept was last; None where there is none.

    A set counts when three of temperature, heart rate, respiration, systolic pressure and SpO2 are
    at least that new, so that one stray value does not reset the clock.
    """
    times = sorted(
        (taken_us for concept, taken_us in newest.items() if concept in CORE_VITALS), reverse=True
    )
    return times[_VITALS_OF_A_SET - 1] if len(times) >= _VITALS_OF_A_SET else None
