"""What clinicians said of a grade; the newest word on a scale counts, the older stay readable."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from db.models.base import table
from db.models.confirmation import GradeConfirmation
from db.prepared import Prepared
from db.queries.rows import columns, instant, refuse_anonymous, values

_confirmation = table(GradeConfirmation)


class ConfirmationRow(NamedTuple):
    """A stored confirmation, whole."""

    id: int
    encounter_id: int
    scale: str
    grade: int
    computed_grade: int | None
    computed_status: str
    rulebook: str
    reason: str | None
    confirmed_by: str
    confirmed_at: datetime
    recorded_at: datetime
    valid_until: datetime
    submission: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConfirmation:
    """A confirmation to be appended."""

    encounter_id: int
    scale: str
    grade: int
    computed_grade: int | None
    computed_status: str
    rulebook: str
    reason: str | None
    confirmed_by: str
    confirmed_at: datetime
    recorded_at: datetime
    valid_until: datetime
    submission: str


def insert(session: Session, confirmation: NewConfirmation) -> int | None:
    """Append a confirmation; its row id, or None where this submission was stored before.

    The caller holds the ward's lock, so nobody stores the same submission in between.
    """
    refuse_anonymous(confirmation.confirmed_by)
    known = session.execute(_KNOWN, {"submission": confirmation.submission}).scalar_one_or_none()
    if known is not None:
        return None
    new_id: int = session.execute(_INSERT, values(confirmation)).scalar_one()
    return new_id


def current(
    session: Session, encounter_id: int, *, as_known_at: datetime | None = None
) -> list[ConfirmationRow]:
    """Everything clinicians said of one patient's grades, oldest first.

    ``as_known_at`` leaves out what was recorded later.
    """
    if as_known_at is None:
        rows = _CURRENT.all(session, {"encounter": encounter_id})
    else:
        rows = _AS_KNOWN.all(session, {"encounter": encounter_id, "as_known_at": as_known_at})
    return list(map(ConfirmationRow._make, rows))


_INSERT = sqlalchemy.insert(_confirmation).returning(_confirmation.c.id)
_KNOWN = select(_confirmation.c.id).where(_confirmation.c.submission == bindparam("submission"))
_SAID = (
    select(*columns(_confirmation, ConfirmationRow._fields))
    .where(_confirmation.c.encounter_id == bindparam("encounter"))
    .order_by(_confirmation.c.confirmed_at, _confirmation.c.id)
)
_CURRENT = Prepared(_SAID)
_AS_KNOWN = Prepared(_SAID.where(_confirmation.c.recorded_at <= instant("as_known_at")))
