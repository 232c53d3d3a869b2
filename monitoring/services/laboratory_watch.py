"""What a stay's laboratory values say now: neutropenic fever and its clock, the IEC-HS watch.

Both look at the whole stay and not at its last day, so the watcher asks them at each of its sweeps,
and not every recording.
"""

from dataclasses import replace
from datetime import datetime

import numpy as np
from sqlalchemy.orm import Session

from db.queries import facts as stored_facts
from monitoring.clinical.iec_hs import iec_hs_watch
from monitoring.clinical.laboratory_flags import iec_hs_condition, neutropenic_fever_condition
from monitoring.clinical.neutropenic_fever import neutropenic_fever
from monitoring.clinical.policy import Policy
from monitoring.services.evaluate import Judged, columns_of
from monitoring.services.instants import to_us
from monitoring.services.laboratory_trends import TESTS
from monitoring.services.settle import snapshot_of
from monitoring.services.threads import EncounterThreads

LOOKED_AT = ("body_temperature", *TESTS)


def step_laboratory(
    session: Session,
    threads: EncounterThreads,
    judged: Judged,
    encounter_id: int,
    *,
    now: datetime,
    policy: Policy,
) -> None:
    """Let neutropenic fever and the IEC-HS watch move their alerts."""
    observed = stored_facts.of_stay(session, encounter_id, LOOKED_AT, to_at=now)
    facts = replace(judged.facts, observations=columns_of(observed))
    at_us = np.array([to_us(now)], dtype=np.int64)
    (fever,) = neutropenic_fever(facts, at_us=at_us, policy=policy.laboratory)
    (watch,) = iec_hs_watch(facts, at_us=at_us, policy=policy.laboratory)
    for condition in (
        neutropenic_fever_condition(fever, policy, now_us=to_us(now)),
        iec_hs_condition(watch, policy),
    ):
        snapshot = snapshot_of(condition, judged.evaluations[-1])
        threads.step(condition, now_us=to_us(now), snapshot=snapshot)
