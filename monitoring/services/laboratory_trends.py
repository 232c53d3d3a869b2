"""What each laboratory test of a stay has done up to now."""

from datetime import datetime

from db.engine import Store
from db.queries import census
from db.queries import facts as stored_facts
from monitoring.clinical.concepts import CONCEPTS, Category
from monitoring.clinical.laboratory import LaboratoryTrend, LaboratoryValue, trends
from monitoring.services.evaluate import columns_of, facts_with
from monitoring.services.instants import to_us
from monitoring.services.patient import PatientPage

__all__ = ["TESTS", "LaboratoryTrend", "LaboratoryValue", "trends_now"]

TESTS = tuple(code for code, one in CONCEPTS.items() if one.category is Category.LABORATORY)


def trends_now(store: Store, page: PatientPage, *, now: datetime) -> tuple[LaboratoryTrend, ...]:
    """The trend of every test that was ever resulted, in the order of the dictionary."""
    with store.read() as session:
        results = stored_facts.of_stay(session, page.head.encounter_id, TESTS, to_at=now)
        if not results.id:
            return ()
        encounter = census.encounter(session, page.head.encounter_id)
        facts = facts_with(session, encounter, columns_of(results), to_at=now)
    return trends(facts, TESTS, at_us=to_us(now), policy=page.policy.laboratory)
