"""Which immunotherapy a person received and when: day +N and the hours since count from here."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import therapies
from db.queries.census import EncounterRow
from monitoring.clinical.policy_types import THERAPY_CLASSES
from monitoring.services.change import Changed, change_facts
from monitoring.services.errors import RefusedError


def record_therapy(
    store: Store,
    *,
    encounter_id: int,
    product: str,
    therapy_class: str,
    doses: Sequence[tuple[datetime, str | None]],
    actor: str,
    now: datetime,
) -> int:
    """Record an immunotherapy with its doses (time, dose as written); the therapy's row id."""
    if therapy_class not in THERAPY_CLASSES:
        message = "The therapy class is car_t, bispecific or checkpoint_inhibitor."
        raise RefusedError(message)

    def change(session: Session, encounter: EncounterRow) -> Changed:
        therapy_id = therapies.insert(
            session,
            encounter_id=encounter.id,
            product=product,
            therapy_class=therapy_class,
            recorded_at=now,
            recorded_by=actor,
        )
        for infused_at, dose_text in doses:
            _insert_dose(session, encounter, therapy_id, infused_at, dose_text, actor, now)
        return Changed(
            entity="therapy",
            entity_id=str(therapy_id),
            moments=[_within_stay(encounter, infused_at) for infused_at, _ in doses],
            detail={"product": product},
        )

    recorded = change_facts(
        store,
        encounter_id=encounter_id,
        action="therapy.record",
        actor=actor,
        now=now,
        change=change,
    )
    assert recorded.entity_id is not None  # a therapy is new each time it is recorded
    return int(recorded.entity_id)


def record_dose(
    store: Store,
    *,
    encounter_id: int,
    therapy_id: int,
    infused_at: datetime,
    dose_text: str | None,
    actor: str,
    now: datetime,
) -> None:
    """Record one more dose; day +N counts from the newest (rule C18)."""

    def change(session: Session, encounter: EncounterRow) -> Changed:
        _insert_dose(session, encounter, therapy_id, infused_at, dose_text, actor, now)
        moments = [_within_stay(encounter, infused_at)]
        return Changed(entity="therapy", entity_id=str(therapy_id), moments=moments)

    change_facts(
        store,
        encounter_id=encounter_id,
        action="therapy.dose",
        actor=actor,
        now=now,
        change=change,
    )


def _within_stay(encounter: EncounterRow, infused_at: datetime) -> datetime:
    """From when a dose is judged: one given before the stay makes nobody overdue on arrival."""
    return max(infused_at, encounter.admitted_at)


def _insert_dose(
    session: Session,
    encounter: EncounterRow,
    therapy_id: int,
    infused_at: datetime,
    dose_text: str | None,
    actor: str,
    now: datetime,
) -> None:
    therapies.insert_dose(
        session,
        therapy_id=therapy_id,
        encounter_id=encounter.id,
        infused_at=infused_at,
        dose_text=dose_text,
        recorded_at=now,
        recorded_by=actor,
    )
