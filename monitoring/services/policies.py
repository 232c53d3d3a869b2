"""Which local policy holds for a patient now."""

from sqlalchemy.orm import Session

from db.queries import policies
from db.queries.census import EncounterRow
from monitoring.clinical.policy import Policy, load_policy


def policy_for(session: Session, encounter: EncounterRow) -> Policy:
    """The house policy with the ward's and then the patient's own limits laid over it."""
    overrides = policies.current(
        session, kind="limits", ward_id=encounter.ward_id, encounter_id=encounter.id
    )
    return load_policy(overrides)
