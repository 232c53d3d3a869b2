"""Correct one value: a new row supersedes the old one, which stays readable with the reason."""

from datetime import datetime

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import observations
from db.queries.census import EncounterRow
from monitoring.services.change import Changed, Recorded, change_facts
from monitoring.services.errors import RefusedError
from monitoring.services.possible import refuse_impossible

AMENDED = "amended"
ENTERED_IN_ERROR = "entered-in-error"


def amend_value(
    store: Store,
    *,
    observation_id: int,
    value: float | None,
    code: str | None,
    value_sent: str,
    unit_sent: str | None,
    reason: str,
    actor: str,
    now: datetime,
    queried: bool = False,
) -> Recorded:
    """Put a right value in place of a wrong one; everything from its own time is judged again."""
    if (value is None) == (code is None):
        message = "Give the right value, or strike the wrong one out."
        raise RefusedError(message)
    return _supersede(
        store,
        observation_id=observation_id,
        status=AMENDED,
        value=value,
        code=code,
        value_sent=value_sent,
        unit_sent=unit_sent,
        queried=queried,
        reason=reason,
        actor=actor,
        now=now,
    )


def strike_out(
    store: Store, *, observation_id: int, reason: str, actor: str, now: datetime
) -> Recorded:
    """Mark a value as entered in error; the rules no longer see it, readers still do."""
    return _supersede(
        store,
        observation_id=observation_id,
        status=ENTERED_IN_ERROR,
        value=None,
        code=None,
        value_sent="",
        unit_sent=None,
        queried=False,
        reason=reason,
        actor=actor,
        now=now,
    )


def _supersede(
    store: Store,
    *,
    observation_id: int,
    status: str,
    value: float | None,
    code: str | None,
    value_sent: str,
    unit_sent: str | None,
    queried: bool,
    reason: str,
    actor: str,
    now: datetime,
) -> Recorded:
    if not reason.strip():
        message = "Say why the value is changed. The reason stays beside the old value."
        raise RefusedError(message)

    with store.read() as session:
        old = observations.by_id(session, observation_id)
    if status == AMENDED:
        refuse_impossible(old.concept, value, code)

    def change(session: Session, _encounter: EncounterRow) -> Changed:
        if observations.is_superseded(session, observation_id):
            message = "This value was changed already. Look at its newest version and try again."
            raise RefusedError(message)
        row_id = observations.supersede(
            session,
            old,
            status=status,
            value_num=value,
            value_code=code,
            value_sent=value_sent,
            unit_sent=unit_sent,
            queried=queried,
            recorded_at=now,
            recorded_by=actor,
            reason=reason,
        )
        return Changed(
            entity="observation",
            entity_id=str(row_id),
            set_id=old.set_id,
            moments=[old.taken_at],
            detail={"supersedes": old.id, "reason": reason},
        )

    return change_facts(
        store,
        encounter_id=old.encounter_id,
        action=f"observation.{status}",
        actor=actor,
        now=now,
        change=change,
    )
