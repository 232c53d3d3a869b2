"""The CRS episodes of a whole stay, told from all that is known of it now."""

from datetime import datetime

import numpy as np

from db.engine import Store
from db.queries import census
from monitoring.clinical.episode_summary import EpisodeSummary, episodes_of
from monitoring.clinical.rulebook import load_rulebook
from monitoring.services.evaluate import load_facts
from monitoring.services.instants import to_us
from monitoring.services.patient import PatientPage
from monitoring.services.replay_watch import stay_moments

__all__ = ["EpisodeSummary", "episodes_now"]


def episodes_now(store: Store, page: PatientPage, *, now: datetime) -> tuple[EpisodeSummary, ...]:
    """The episodes of an open page's stay up to ``now`` or its discharge; none before any fact.

    A late or amended value counts at the time it was taken, and the limits in force now hold for
    the whole stay. What would have grown old between the facts has grown old here too.
    """
    with store.read() as session:
        encounter = census.encounter(session, page.head.encounter_id)
        begins, discharged = encounter.admitted_at, encounter.discharged_at
        ends = now if discharged is None else min(now, discharged)
        facts = load_facts(session, encounter, from_at=begins, to_at=ends)
    at_us = stay_moments(facts, from_at=begins, to_at=ends, policy=page.policy)
    if not at_us:
        return ()
    judged_us = np.array(sorted({*at_us, to_us(ends)}), dtype=np.int64)
    return episodes_of(facts, judged_us, rules=load_rulebook().crs, policy=page.policy)
