"""Input that could not be used: kept raw with its reason until a person has looked at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from db.models.base import table
from db.models.operations import Quarantine
from db.queries.appending import append
from db.queries.rows import columns, instant, refuse_anonymous, values

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


@dataclass(frozen=True, slots=True, kw_only=True)
class NewQuarantine:
    """A piece of input to be kept; ``raw`` is kept exactly, whatever bytes it holds."""

    source: str
    source_id: str
    received_at: datetime
    reason_code: str
    reason: str
    raw: str


def insert(session: Session, item: NewQuarantine) -> bool:
    """Keep what could not be used; False where its source had sent it before."""
    return insert_many(session, [item]) == 1


def insert_many(session: Session, items: Sequence[NewQuarantine]) -> int:
    """Keep several; how many of them were not kept before."""
    return len(append(session, _quarantine, [values(item) for item in items]))


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
