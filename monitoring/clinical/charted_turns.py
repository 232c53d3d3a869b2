"""Of many moments those at which what is charted can turn: something is new, or grows too old.

At all others each criterion of CRS, and whether what it rests on still counts, is as at the moment
before, whatever the grade (clinical reference C8-C16, C23). A month of minutes has some thousands.
"""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.facts import EncounterFacts
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.timeline import US_PER_S, Charted, usable
from monitoring.clinical.turning_columns import Limits

# What the grade of CRS rests on beside treatments.
CRS_CONCEPTS = (
    "body_temperature",
    "systolic_bp",
    "diastolic_bp",
    "mean_arterial_pressure",
    "oxygen_device",
    "oxygen_flow",
    "oxygen_indication",
)


def turning_rows(
    at_us: NDArray[np.int64],
    wanted: NDArray[np.intp],
    charted: Mapping[str, Charted],
    facts: EncounterFacts,
    *,
    limits: Limits,
    policy: Policy,
) -> NDArray[np.intp] | None:
    """The places in ``at_us`` at which anything charted can turn; None where that is most of them.

    ``charted`` is by concept of ``CRS_CONCEPTS``, ``wanted`` are places that belong to them.
    """
    if 2 * sum(len(one.taken_us) for one in charted.values()) > len(at_us):
        return None
    turns = np.zeros(len(at_us) + 1, dtype=np.bool_)
    turns[wanted] = True
    for concept, given in charted.items():
        taken_us = usable(concept, given)[0].taken_us
        turns[at_us.searchsorted(taken_us)] = True
        stands_us = np.diff(taken_us, append=np.iinfo(np.int64).max)
        for limit_us in _limits_us(concept, limits, policy):
            old_us = taken_us[stands_us > limit_us] + limit_us
            turns[at_us.searchsorted(old_us, side="right")] = True
    edges_us = np.array(list(_edges_us(facts, policy)), dtype=np.int64)
    turns[at_us.searchsorted(edges_us)] = True
    return np.flatnonzero(turns[:-1])


def _limits_us(concept: str, limits: Limits, policy: Policy) -> list[int]:
    """The ages beyond which a value of a concept says something else."""
    if concept == "oxygen_indication":
        return [_us(policy.freshness.oxygen_indication_s_at_most)]
    if concept == "oxygen_device":
        return [*limits.oxygen_us.tolist()]
    if concept == "oxygen_flow":
        return [*limits.oxygen_us.tolist(), _us(policy.freshness.oxygen_flow_s_at_most)]
    return [*limits.levels_us.tolist()]


def _edges_us(facts: EncounterFacts, policy: Policy) -> Iterator[int]:
    """When what is told in spans begins and ends."""
    windows = policy.grading
    lasting_us = (0, _us(windows.fluids_for_hypotension_s), _us(windows.vasopressor_push_s))
    for span in facts.treatments:
        yield span.started_us
        if span.ended_us is not None:
            yield from (span.ended_us + longer_us for longer_us in lasting_us)
    for word in facts.attributions:
        yield word.from_us
        if word.until_us is not None:
            yield word.until_us
    yield from (baseline.effective_us for baseline in facts.baselines)


def _us(seconds: float) -> int:
    return int(seconds * US_PER_S)
