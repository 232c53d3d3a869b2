"""Input that could not be used: kept raw with its reason until a person has looked at it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from db.models.base import table
from db.models.observation import Observation
from db.models.operations import Quarantine
from db.queries.appending import append
from db.queries.rows import columns, instant, refuse_anonymous, values

_quarantine = table(Quarantine)
_observation = table(Observation)


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
    value_id: str | None
    resolved_observation_id: int | None
    place: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewQuarantine:
    """A piece of input to be kept; ``raw`` is kept exactly, whatever bytes it holds.

    ``value_id`` is the ``source_id`` of the observation it would have been, None where it does not
    say that much. ``place`` is where it stood: the file or message, the line and the column.
    """

    source: str
    source_id: str
    received_at: datetime
    reason_code: str
    reason: str
    raw: str
    value_id: str | None = None
    place: str | None = None


def insert(session: Session, item: NewQuarantine) -> bool:
    """Keep what could not be used; False where its source had sent it before."""
    return insert_many(session, [item]) == 1


def insert_many(session: Session, items: Sequence[NewQuarantine]) -> int:
    """Keep several; how many of them were not kept before."""
    return len(append(session, _quarantine, [values(item) for item in items]))


def waiting(
    session: Session, *, reason_code: str | None = None, skip: int = 0, at_most: int | None = None
) -> list[QuarantineRow]:
    """What nobody has looked at yet, oldest first; of one reason where it is named."""
    wanted = _WAITING
    if reason_code is not None:
        wanted = wanted.where(_quarantine.c.reason_code == reason_code)
    return list(map(QuarantineRow._make, session.execute(wanted.offset(skip).limit(at_most))))


def waiting_count(session: Session) -> int:
    """How many pieces wait."""
    count: int = session.execute(_WAITING_COUNT).scalar_one()
    return count


def waiting_by_reason(session: Session) -> dict[str, int]:
    """How many pieces wait for each reason, the most frequent first."""
    return dict(map(tuple, session.execute(_WAITING_BY_REASON)))


def everything(session: Session) -> list[QuarantineRow]:
    """All that was ever kept, oldest first, what is resolved among it."""
    return list(map(QuarantineRow._make, session.execute(_EVERYTHING)))


def by_id(session: Session, quarantine_id: int) -> QuarantineRow | None:
    """One piece of input, or None."""
    row = session.execute(_BY_ID, {"wanted": quarantine_id}).one_or_none()
    return None if row is None else QuarantineRow._make(row)


def waiting_values(session: Session, source: str) -> set[str]:
    """The observations, by the source's identifier, of which the source sent unusable input."""
    return set(session.execute(_WAITING_VALUES, {"source": source}).scalars())


def resolve(session: Session, quarantine_id: int, *, by: str, at: datetime) -> None:
    """A named person has dealt with it."""
    refuse_anonymous(by)
    session.execute(_RESOLVE, {"wanted": quarantine_id, "by_whom": by, "when": at})


def resolve_values(
    session: Session, *, source: str, value_ids: Collection[str], by: str, at: datetime
) -> list[int]:
    """What waits of these observations is resolved by what the source sent in its place.

    Only where that observation is stored; its row id is kept beside the input, which stays as it
    came. Returns the row ids of what was resolved.
    """
    refuse_anonymous(by)
    wanted = {"of_source": source, "values": sorted(value_ids), "by_whom": by, "when": at}
    return sorted(session.execute(_RESOLVE_VALUES, wanted).scalars())


_EVERYTHING = select(*columns(_quarantine, QuarantineRow._fields)).order_by(_quarantine.c.id)
_WAITING = _EVERYTHING.where(_quarantine.c.resolved_at.is_(None))
_WAITING_COUNT = select(func.count()).where(_quarantine.c.resolved_at.is_(None))
_WAITING_BY_REASON = (
    select(_quarantine.c.reason_code, func.count())
    .where(_quarantine.c.resolved_at.is_(None))
    .group_by(_quarantine.c.reason_code)
    .order_by(func.count().desc(), _quarantine.c.reason_code)
)
_BY_ID = _EVERYTHING.where(_quarantine.c.id == bindparam("wanted"))
_RESOLVE = (
    update(_quarantine)
    .where(_quarantine.c.id == bindparam("wanted"), _quarantine.c.resolved_at.is_(None))
    .values(resolved_at=instant("when"), resolved_by=bindparam("by_whom"))
)
_WAITING_VALUES = select(_quarantine.c.value_id).where(
    _quarantine.c.source == bindparam("source"),
    _quarantine.c.resolved_at.is_(None),
    _quarantine.c.value_id.is_not(None),
)
_RESOLVE_VALUES = (
    update(_quarantine)
    .where(
        _quarantine.c.source == bindparam("of_source"),
        _quarantine.c.value_id.in_(bindparam("values", expanding=True)),
        _quarantine.c.resolved_at.is_(None),
        _observation.c.source == _quarantine.c.source,
        _observation.c.source_id == _quarantine.c.value_id,
    )
    .values(
        resolved_at=instant("when"),
        resolved_by=bindparam("by_whom"),
        resolved_observation_id=_observation.c.id,
    )
    .returning(_quarantine.c.id)
)
