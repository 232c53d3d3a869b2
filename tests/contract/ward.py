"""A ward of one bed in which the contract's stories happen."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from db.queries import census
from db.queries.observations import NewObservation, NewSet

NIGHT = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ward:
    """Row ids of a ward and of the patient in its first bed."""

    ward_id: int
    bed_id: int
    patient_id: int
    encounter_id: int


def open_ward(session: Session, code: str = "7B") -> Ward:
    """A ward with two beds, a patient in the first."""
    ward_id = census.insert_ward(
        session, code=code, name="Haematology", time_zone="Europe/Berlin", is_demo=False, now=NIGHT
    )
    census.insert_beds(session, ward_id=ward_id, labels=["01", "02"], first_position=0)
    bed, _ = census.beds(session, ward_id)
    patient_id = census.insert_patient(
        session,
        identifier_system="urn:test",
        identifier=f"{code}-1",
        family_name="Vega",
        given_name="Inés",
        birth_date=None,
        age_years_stated=61.0,
        sex="female",
        allergies=None,
    )
    encounter_id = census.insert_encounter(
        session,
        public_id=f"encounter-{code}",
        patient_id=patient_id,
        ward_id=ward_id,
        admitted_at=NIGHT,
        care_setting="ward",
        treatments_charted=True,
        time_shift_seconds=None,
    )
    census.insert_stay(
        session,
        encounter_id=encounter_id,
        ward_id=ward_id,
        bed_id=bed.id,
        from_at=NIGHT,
        recorded_at=NIGHT,
        recorded_by="clerk.brandt",
    )
    return Ward(ward_id=ward_id, bed_id=bed.id, patient_id=patient_id, encounter_id=encounter_id)


def a_set(
    ward: Ward,
    source_id: str,
    *,
    taken_at: datetime = NIGHT,
    recorded_at: datetime = NIGHT,
    recorded_by: str = "nurse.adeyemi",
) -> NewSet:
    """A set that a nurse charted."""
    return NewSet(
        encounter_id=ward.encounter_id,
        source="chart",
        source_id=source_id,
        taken_at=taken_at,
        recorded_at=recorded_at,
        recorded_by=recorded_by,
        partial_reason=None,
    )


def a_value(
    ward: Ward,
    concept: str,
    value: float | None,
    *,
    source_id: str | None = None,
    code: str | None = None,
    taken_at: datetime = NIGHT,
    recorded_at: datetime = NIGHT,
    status: str = "final",
) -> NewObservation:
    """One value of a set that a nurse charted; named by concept and time unless told otherwise."""
    return NewObservation(
        encounter_id=ward.encounter_id,
        ward_id=ward.ward_id,
        concept=concept,
        category="vital",
        value_num=value,
        value_code=code,
        value_sent=str(value if code is None else code),
        unit_sent=None,
        taken_at=taken_at,
        taken_at_sent=None,
        recorded_at=recorded_at,
        recorded_by="nurse.adeyemi",
        source="chart",
        source_id=source_id or f"{concept}@{taken_at.isoformat()}",
        status=status,
        method=None,
        queried=False,
        supersedes_id=None,
        reason=None,
    )
