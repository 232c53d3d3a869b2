"""Which local policy holds for a patient now."""

from datetime import datetime

from sqlalchemy.orm import Session

from db.queries import policies
from db.queries.census import EncounterRow
from monitoring.clinical.policy import Policy, load_policy


def policy_for(session: Session, encounter: EncounterRow, now: datetime) -> Policy:
    """The house policy in force now, with the ward's and then the patient's own limits over it."""
    overrides = policies.current(
        session, kind="limits", ward_id=encounter.ward_id, encounter_id=encounter.id, at=now
    )
    return load_policy(overrides)
