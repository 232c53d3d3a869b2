"""The ward of the contract's stories, in a fresh store on each engine."""

import pytest
from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import census
from tests.contract.ward import NIGHT, Ward


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
    return Ward(
        ward_id=ward_id, bed_id=bed.id, patient_id=patient_id, encounter_id=encounter_id
    )


@pytest.fixture
def ward(store: Store) -> Ward:
    """The ward, in the store under test."""
    return store.write(open_ward)
