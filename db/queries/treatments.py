"""Treatments given: appended once, ended or struck out by a row that takes the old one's place."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import NamedTuple

import sqlalchemy
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db.errors import SupersededError
from db.models.base import table
from db.models.treatment import Treatment
from db.prepared import Prepared
from db.queries.appending import append
from db.queries.rows import columns, refuse_anonymous, standing, values

_treatment = table(Treatment)


class TreatmentRow(NamedTuple):
    """A stored treatment, whole."""

    id: int
    encounter_id: int
    kind: str
    agent: str
    dose_value: float | None
    dose_unit: str | None
    route: str | None
    indication: str | None
    started_at: datetime
    ended_at: datetime | None
    recorded_at: datetime
    recorded_by: str
    source: str
    source_id: str
    status: str
    supersedes_id: int | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTreatment:
    """A treatment to be appended; ``source`` and ``source_id`` name it for good."""

    encounter_id: int
    kind: str
    agent: str
    dose_value: float | None
    dose_unit: str | None
    route: str | None
    indication: str | None
    started_at: datetime
    ended_at: datetime | None
    recorded_at: datetime
    recorded_by: str
    source: str
    source_id: str
    status: str
    supersedes_id: int | None
    reason: str | None


def insert(session: Session, treatment: NewTreatment) -> int | None:
    """Append a treatment; its row id, or None where its source had sent it before."""
    refuse_anonymous(treatment.recorded_by)
    new_ids = append(session, _treatment, [values(treatment)])
    return new_ids.get((treatment.source, treatment.source_id))


def by_id(session: Session, treatment_id: int) -> TreatmentRow:
    """One row, standing or not; ``LookupError`` where there is none."""
    row = session.execute(_BY_ID, {"wanted": treatment_id}).one_or_none()
    if row is None:
        message = "There is no such treatment. Reload the page and choose it again."
        raise LookupError(message)
    return TreatmentRow._make(row)


def current(
    session: Session, encounter_id: int, *, as_known_at: datetime | None = None
) -> list[TreatmentRow]:
    """One patient's treatments that stand, in the order of their start.

    ``as_known_at`` leaves out what was recorded later, and brings back what was corrected later.
    """
    rows = _current(as_known=as_known_at is not None).all(
        session, {"encounter": encounter_id, "as_known_at": as_known_at}
    )
    return list(map(TreatmentRow._make, rows))


def all_versions(session: Session, encounter_id: int) -> list[TreatmentRow]:
    """Everything that was ever recorded of one patient's treatments, in the order of recording."""
    rows = session.execute(_ALL_VERSIONS, {"encounter": encounter_id})
    return list(map(TreatmentRow._make, rows))


def supersede(
    session: Session,
    old: TreatmentRow,
    *,
    ended_at: datetime | None,
    status: str,
    recorded_at: datetime,
    recorded_by: str,
    reason: str | None,
) -> int:
    """Append the row that takes the place of ``old``; its id.

    Each correction adds a ``~`` to the identifier its source gave. Raises ``SupersededError`` where
    another correction was first.
    """
    refuse_anonymous(recorded_by)
    row = old._asdict() | {
        "ended_at": ended_at,
        "status": status,
        "recorded_at": recorded_at,
        "recorded_by": recorded_by,
        "source_id": f"{old.source_id}~",
        "supersedes_id": old.id,
        "reason": reason,
    }
    del row["id"]
    try:
        new_id: int = session.execute(_INSERT, row).scalar_one()
    except IntegrityError as error:
        message = "This treatment was changed meanwhile. Read it again and repeat the change."
        raise SupersededError(message) from error
    return new_id


@cache
def _current(*, as_known: bool) -> Prepared:
    return Prepared(
        select(*_ROW)
        .where(
            _treatment.c.encounter_id == bindparam("encounter"),
            standing(_treatment, as_known=as_known),
        )
        .order_by(_treatment.c.started_at, _treatment.c.id)
    )


_ROW = columns(_treatment, TreatmentRow._fields)
_INSERT = sqlalchemy.insert(_treatment).returning(_treatment.c.id)
_BY_ID = select(*_ROW).where(_treatment.c.id == bindparam("wanted"))
_ALL_VERSIONS = (
    select(*_ROW)
    .where(_treatment.c.encounter_id == bindparam("encounter"))
    .order_by(_treatment.c.id)
)
