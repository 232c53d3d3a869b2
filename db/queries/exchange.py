"""What one stay consists of, whole: for giving it out and for knowing what a source sent before.

Corrected and struck-out rows are among them; the order is that of insertion.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from db.models.base import table
from db.models.census import Patient
from db.models.observation import Observation, ObservationSet
from db.models.treatment import Attribution
from db.queries.attributions import AttributionRow
from db.queries.census import PatientRow
from db.queries.observations import ObservationRow
from db.queries.rows import columns

_observation = table(Observation)
_set = table(ObservationSet)
_attribution = table(Attribution)
_patient = table(Patient)


class SetRow(NamedTuple):
    """A stored set, without its values."""

    id: int
    source: str
    source_id: str
    taken_at: datetime
    recorded_at: datetime
    recorded_by: str
    partial_reason: str | None


class SentRow(NamedTuple):
    """A value as its source sent it first, before any correction."""

    source_id: str
    concept: str
    method: str | None
    taken_at: datetime
    value_num: float | None
    value_code: str | None


def patients_by_identifier(session: Session, identifier: str) -> list[PatientRow]:
    """Everyone whom some system knows by this identifier."""
    rows = session.execute(_PATIENTS, {"identifier": identifier})
    return list(map(PatientRow._make, rows))


def observations_of(session: Session, encounter_id: int) -> list[ObservationRow]:
    """Every observation row of a stay."""
    rows = session.execute(_OBSERVATIONS, {"encounter": encounter_id})
    return list(map(ObservationRow._make, rows))


def sets_of(session: Session, encounter_id: int) -> list[SetRow]:
    """Every observation set of a stay."""
    return list(map(SetRow._make, session.execute(_SETS, {"encounter": encounter_id})))


def sent_by(session: Session, encounter_id: int, source: str) -> list[SentRow]:
    """What a source sent of a stay so far."""
    rows = session.execute(_SENT, {"encounter": encounter_id, "source": source})
    return list(map(SentRow._make, rows))


def attributions_of(session: Session, encounter_id: int) -> list[AttributionRow]:
    """Every attribution of a stay, withdrawn ones among them."""
    rows = session.execute(_ATTRIBUTIONS, {"encounter": encounter_id})
    return list(map(AttributionRow._make, rows))


def encounter_of_set(session: Session, *, source: str, source_id: str) -> int | None:
    """The stay that holds a set a source sent, or None."""
    found: int | None = session.execute(
        _ENCOUNTER_OF_SET, {"source": source, "source_id": source_id}
    ).scalar_one_or_none()
    return found


_PATIENTS = (
    select(*columns(_patient, PatientRow._fields))
    .where(_patient.c.identifier == bindparam("identifier"))
    .order_by(_patient.c.identifier_system)
)
_OBSERVATIONS = (
    select(*columns(_observation, ObservationRow._fields))
    .where(_observation.c.encounter_id == bindparam("encounter"))
    .order_by(_observation.c.id)
)
_SETS = (
    select(*columns(_set, SetRow._fields))
    .where(_set.c.encounter_id == bindparam("encounter"))
    .order_by(_set.c.id)
)
_SENT: Any = select(*columns(_observation, SentRow._fields)).where(
    _observation.c.encounter_id == bindparam("encounter"),
    _observation.c.source == bindparam("source"),
    _observation.c.supersedes_id.is_(None),
)
_ATTRIBUTIONS = (
    select(*columns(_attribution, AttributionRow._fields))
    .where(_attribution.c.encounter_id == bindparam("encounter"))
    .order_by(_attribution.c.id)
)
_ENCOUNTER_OF_SET = select(_set.c.encounter_id).where(
    _set.c.source == bindparam("source"), _set.c.source_id == bindparam("source_id")
)
