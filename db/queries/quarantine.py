"""Input that could not be used: kept raw with its reason until a person has looked at it."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from db.models.base import table
from db.models.operations import Quarantine
from db.queries.appending import append
from db.queries.rows import columns, instant, refuse_anonymous

_quarantine = table(Quarantine)


class QuarantineRow(NamedTuple):
    """One piece of input that waits."""

    id: int
    source: str
    source_id: str
    received_at: datetime
    reason_code: str
    reason: str
    raw: str
    resolved_at: datetime | None
    resolved_by: str | None


def insert(
    session: Session,
    *,
    source: str,
    source_id: str,
    received_at: datetime,
    reason_code: str,
    reason: str,
    raw: str,
) -> bool:
    """Keep what could not be used; False where the same was kept before.

    ``raw`` is kept exactly, whatever bytes it holds.
    """
    row = {
        "source": source,
        "source_id": source_id,
        "received_at": received_at,
        "reason_code": reason_code,
        "reason": reason,
        "raw": raw,
    }
    return bool(append(session, _quarantine, [row]))


def waiting(session: Session) -> list[QuarantineRow]:
    """What nobody has looked at yet, oldest first."""
    return list(map(QuarantineRow._make, session.execute(_WAITING)))


def resolve(session: Session, quarantine_id: int, *, by: str, at: datetime) -> None:
    """A named person has dealt with it."""
    refuse_anonymous(by)
    session.execute(_RESOLVE, {"wanted": quarantine_id, "by_whom": by, "when": at})


_WAITING = (
    select(*columns(_quarantine, QuarantineRow._fields))
    .where(_quarantine.c.resolved_at.is_(None))
    .order_by(_quarantine.c.id)
)
_RESOLVE = (
    update(_quarantine)
    .where(_quarantine.c.id == bindparam("wanted"), _quarantine.c.resolved_at.is_(None))
    .values(resolved_at=instant("when"), resolved_by=bindparam("by_whom"))
)
