"""A clinician's word that a sign has another cause; withdrawn by a row that takes its place."""

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
from db.models.treatment import Attribution
from db.prepared import Prepared
from db.queries.rows import columns, refuse_anonymous, standing, values

_attribution = table(Attribution)


class AttributionRow(NamedTuple):
    """A stored attribution, whole."""

    id: int
    encounter_id: int
    element: str
    other_cause: str
    note: str | None
    from_at: datetime
    until_at: datetime | None
    attributed_by: str
    recorded_at: datetime
    supersedes_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAttribution:
    """An attribution to be appended; with ``supersedes_id`` it takes an earlier one's place."""

    encounter_id: int
    element: str
    other_cause: str
    note: str | None
    from_at: datetime
    until_at: datetime | None
    attributed_by: str
    recorded_at: datetime
    supersedes_id: int | None


def insert(session: Session, attribution: NewAttribution) -> int:
    """Append an attribution; its row id.

    Raises ``SupersededError`` where the one it should replace was replaced by another.
    """
    refuse_anonymous(attribution.attributed_by)
    try:
        new_id: int = session.execute(_INSERT, values(attribution)).scalar_one()
    except IntegrityError as error:
        if attribution.supersedes_id is None:
            raise
        message = "This attribution was changed meanwhile. Read it again and repeat the change."
        raise SupersededError(message) from error
    return new_id


def current(
    session: Session, encounter_id: int, *, as_known_at: datetime | None = None
) -> list[AttributionRow]:
    """One patient's attributions that stand, in the order of their start."""
    rows = _current(as_known=as_known_at is not None).all(
        session, {"encounter": encounter_id, "as_known_at": as_known_at}
    )
    return list(map(AttributionRow._make, rows))


@cache
def _current(*, as_known: bool) -> Prepared:
    return Prepared(
        select(*columns(_attribution, AttributionRow._fields))
        .where(
            _attribution.c.encounter_id == bindparam("encounter"),
            standing(_attribution, as_known=as_known),
        )
        .order_by(_attribution.c.from_at, _attribution.c.id)
    )


_INSERT = sqlalchemy.insert(_attribution).returning(_attribution.c.id)
