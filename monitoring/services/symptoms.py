"""What a patient's symptoms ask for now and nobody has charted yet."""

from datetime import datetime

from db.engine import Store
from db.queries import census
from monitoring.clinical.symptom_triggers import Asked, asked_for
from monitoring.services.evaluate import load_facts
from monitoring.services.instants import to_us


def asked_now(store: Store, *, encounter_id: int, now: datetime) -> tuple[Asked, ...]:
    """The open demands of the symptoms at ``now``, by the rows of the policy."""
    with store.read() as session:
        encounter = census.encounter(session, encounter_id)
        facts = load_facts(session, encounter, from_at=now, to_at=now)
    return asked_for(facts.observations, at_us=to_us(now))
