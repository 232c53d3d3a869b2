"""What Lee 2014 and CTCAE v5.0 say of a patient now, beside the ASTCT grade, never in its place."""

from datetime import datetime

import numpy as np

from db.engine import Store
from db.queries import census
from db.queries import facts as stored_facts
from monitoring.clinical.also_grades import AlsoGrade, also_grades
from monitoring.clinical.organ_grades import TESTS
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.timeline import build
from monitoring.services.evaluate import columns_of, load_facts
from monitoring.services.instants import to_us
from monitoring.services.patient import PatientPage


def also_now(store: Store, page: PatientPage, *, now: datetime) -> tuple[AlsoGrade, ...]:
    """The "also" grades of an open page at ``now``; nothing before the first evaluation.

    A value counts as known for as long as it does for the ASTCT grade: the expected intervals of
    the schedule in force.
    """
    if page.due is None:
        return ()
    with store.read() as session:
        encounter = census.encounter(session, page.head.encounter_id)
        facts = load_facts(session, encounter, from_at=now, to_at=now)
        results = columns_of(stored_facts.of_stay(session, encounter.id, TESTS, to_at=now))
    timeline = build(facts, np.array([to_us(now)], dtype=np.int64))
    return also_grades(
        timeline,
        0,
        rulebook=load_rulebook(),
        policy=page.policy,
        results=results,
        limit_s=page.policy.freshness.expected_intervals * page.due.interval_s,
    )
