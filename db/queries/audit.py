"""Who did what: written by the services in the transaction of the act, chained by hash.

Each event's hash covers what it says and the hash of the event before it, so that an altered, a
removed and a moved event show. Cutting off the newest events shows against a head that was noted
elsewhere: every report of ``verify`` gives it. No feature reads this.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from db.integrity import canonical
from db.models.base import table
from db.models.operations import AuditEvent
from db.prepared import Prepared, whole_row
from db.queries.rows import refuse_anonymous

_event = table(AuditEvent)

# What stands for the event before the first.
BEGINNING = bytes(32)

# Names the lock under which PostgreSQL appends one event after another, across all wards.
_CHAIN_LOCK = 7_306_097_116


class FaultKind(StrEnum):
    """What is wrong with an event of the chain."""

    ALTERED = "altered"
    # The event that stood before this one is gone, or this one was moved.
    BROKEN_BEFORE = "broken_before"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFault:
    """One event of the chain that does not hold."""

    event_id: int
    kind: FaultKind


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What a check of the whole chain found; ``head`` is worth noting down outside the store.

    ``noted_head_found`` is None where no head was given to look for.
    """

    events: int
    head: bytes
    faults: tuple[AuditFault, ...]
    noted_head_found: bool | None

    @property
    def ok(self) -> bool:
        """Whether the chain holds and still contains the head that was noted."""
        return not self.faults and self.noted_head_found is not False


def append(
    session: Session,
    *,
    at: datetime,
    actor: str,
    action: str,
    entity: str,
    entity_id: str,
    detail: Mapping[str, Any],
) -> int:
    """Append an event to the chain inside the transaction of the act; its row id.

    On PostgreSQL transactions that append wait for each other until they commit, so append last.
    Raises ``AnonymousActorError`` where nobody is named.
    """
    refuse_anonymous(actor)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_LOCK_CHAIN, {"key": _CHAIN_LOCK})
    previous: bytes = _HEAD.scalar(session) or BEGINNING
    row = {
        "at": at,
        "actor": actor,
        "action": action,
        "entity": entity,
        "entity_id": entity_id,
        "detail": dict(detail),
        "previous_hash": previous,
    }
    event_id: int = _INSERT.scalar(session, {**row, "hash": _hash(row)})
    return event_id


def verify(session: Session, *, noted_head: bytes | None = None) -> AuditReport:
    """Read the whole chain and say where it does not hold.

    ``noted_head`` is the head of an earlier report: it must still be part of the chain.
    """
    faults: list[AuditFault] = []
    previous, count, found = BEGINNING, 0, noted_head == BEGINNING
    for row in session.execute(_CHAIN).yield_per(5000):
        if row.previous_hash != previous:
            faults.append(AuditFault(event_id=row.id, kind=FaultKind.BROKEN_BEFORE))
        if row.hash != _hash(row._asdict()):
            faults.append(AuditFault(event_id=row.id, kind=FaultKind.ALTERED))
        previous, count = row.hash, count + 1
        found = found or previous == noted_head
    return AuditReport(
        events=count,
        head=previous,
        faults=tuple(faults),
        noted_head_found=None if noted_head is None else found,
    )


_SAID = ("at", "actor", "action", "entity", "entity_id", "detail")


def _hash(row: Mapping[str, Any]) -> bytes:
    said = canonical([row[name] for name in _SAID])
    return sha256(row["previous_hash"] + said).digest()


_LOCK_CHAIN = select(func.pg_advisory_xact_lock(bindparam("key")))
_HEAD = Prepared(select(_event.c.hash).order_by(_event.c.id.desc()).limit(1))
_INSERT = Prepared(insert(_event).returning(_event.c.id), writes=whole_row(_event))
_CHAIN = select(_event).order_by(_event.c.id)
