"""What was observed: true when, and known when.

``as_known_at`` on a reading function answers with what had been recorded by then and not been
corrected by then; without it, with what is known now. A fact is never changed: ``supersede`` puts a
new row in its place.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    bindparam,
    func,
    insert,
    select,
    union,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db.errors import SupersededError
from db.integrity import CHECKED_COLUMNS, chain_digest, observation_checksum
from db.models.base import table
from db.models.census import Encounter
from db.models.observation import Observation
from db.prepared import Prepared
from db.queries.observation_sets import (
    InsertedSet,
    NewObservation,
    NewSet,
    insert_set,
    insert_sets,
)
from db.queries.rows import columns, instant, refuse_anonymous, standing

__all__ = [
    "InsertedSet",
    "NewObservation",
    "NewSet",
    "ObservationRow",
    "by_id",
    "by_source",
    "chain_digest",
    "history",
    "insert_set",
    "insert_sets",
    "is_superseded",
    "latest_of",
    "latest_per_concept",
    "names_of_concepts",
    "supersede",
    "verify_checksums",
    "window",
    "window_of",
]

_observation = table(Observation)
_encounter = table(Encounter)


class ObservationRow(NamedTuple):
    """A stored observation, whole."""

    id: int
    encounter_id: int
    ward_id: int
    set_id: int
    concept: str
    category: str
    value_num: float | None
    value_code: str | None
    value_sent: str
    unit_sent: str | None
    taken_at: datetime
    taken_at_sent: str | None
    recorded_at: datetime
    recorded_by: str
    source: str
    source_id: str
    status: str
    method: str | None
    queried: bool
    supersedes_id: int | None
    reason: str | None


Columns = tuple[ColumnElement[Any], ...]

_ROW: Columns = columns(_observation, ObservationRow._fields)


def window(
    session: Session,
    encounter_id: int,
    *,
    from_at: datetime,
    to_at: datetime,
    as_known_at: datetime | None = None,
) -> list[ObservationRow]:
    """One patient's standing observations taken from ``from_at`` to ``to_at``, oldest first.

    Both ends are included. Values that were corrected or struck out are left out.
    """
    rows = window_of(_ROW, as_known=as_known_at is not None).all(
        session,
        {"encounter": encounter_id, "from": from_at, "to": to_at, "as_known_at": as_known_at},
    )
    return list(map(ObservationRow._make, rows))


def latest_per_concept(
    session: Session,
    encounter_ids: Iterable[int],
    *,
    at: datetime | None = None,
    as_known_at: datetime | None = None,
) -> list[ObservationRow]:
    """The newest standing observation of each concept of each patient, taken at ``at`` or before.

    Each is found by a descent of the index ``ix_observation_latest``, so that the cost does not
    grow with the length of the history: first the concepts that a patient has, one descent each,
    then the newest value of each.
    """
    wanted = list(encounter_ids)
    if not wanted:
        return []
    rows = session.execute(
        _latest_rows(bounded=at is not None, as_known=as_known_at is not None),
        {"encounters": wanted, "at": at, "as_known_at": as_known_at},
    )
    return list(map(ObservationRow._make, rows.all()))


def by_id(session: Session, observation_id: int) -> ObservationRow:
    """One row, standing or not; ``LookupError`` where there is none."""
    return _one(session.execute(_BY_ID, {"wanted": observation_id}).one_or_none())


def by_source(session: Session, *, source: str, source_id: str) -> ObservationRow:
    """The row that a source knows by this identifier; ``LookupError`` where there is none."""
    found = session.execute(_BY_SOURCE, {"source": source, "source_id": source_id})
    return _one(found.one_or_none())


def history(session: Session, observation_id: int) -> list[ObservationRow]:
    """All versions of one value, oldest first, whichever of them is asked for."""
    rows = session.execute(_HISTORY, {"wanted": observation_id})
    return list(map(ObservationRow._make, rows))


def is_superseded(session: Session, observation_id: int) -> bool:
    """Whether a later row corrects or strikes out this one."""
    found = session.execute(_SUCCESSOR, {"wanted": observation_id}).scalar_one_or_none()
    return found is not None


def supersede(
    session: Session,
    old: ObservationRow,
    *,
    status: str,
    value_num: float | None,
    value_code: str | None,
    value_sent: str,
    unit_sent: str | None,
    queried: bool,
    recorded_at: datetime,
    recorded_by: str,
    reason: str,
) -> int:
    """Append the row that takes the place of ``old``; its id.

    ``status`` is ``amended`` with the right value, or ``entered-in-error`` with none. Each
    correction adds a ``~`` to the identifier its source gave.

    Raises ``SupersededError`` where another correction was first, ``AnonymousActorError`` where
    nobody is named as its author.
    """
    refuse_anonymous(recorded_by)
    row = old._asdict() | {
        "status": status,
        "value_num": value_num,
        "value_code": value_code,
        "value_sent": value_sent,
        "unit_sent": unit_sent,
        "queried": queried,
        "recorded_at": recorded_at,
        "recorded_by": recorded_by,
        "source_id": f"{old.source_id}~",
        "supersedes_id": old.id,
        "reason": reason,
    }
    del row["id"]
    row["checksum"] = observation_checksum(row)
    try:
        new_id: int = session.execute(_INSERT, row).scalar_one()
    except IntegrityError as error:
        message = "This value was corrected meanwhile. Read its newest version and try again."
        raise SupersededError(message) from error
    return new_id


def verify_checksums(session: Session, *, after_id: int = 0) -> Iterator[int]:
    """The ids of the rows that do not say what was recorded; nothing where all are whole."""
    for row in session.execute(_ALL, {"after": after_id}).yield_per(5000):
        if row.checksum != observation_checksum(row._asdict()):
            yield row.id


def _one(row: Any) -> ObservationRow:
    if row is None:
        message = "There is no such observation. Reload the page and choose it again."
        raise LookupError(message)
    return ObservationRow._make(row)


@cache
def window_of(wanted: Columns, *, as_known: bool) -> Prepared:
    return Prepared(
        select(*wanted)
        .where(
            _observation.c.encounter_id == bindparam("encounter"),
            _observation.c.taken_at >= instant("from"),
            _observation.c.taken_at <= instant("to"),
            standing(_observation, as_known=as_known),
        )
        .order_by(_observation.c.taken_at, _observation.c.id)
    )


@cache
def _latest_rows(*, bounded: bool, as_known: bool) -> Select[Any]:
    of_several = _encounter.c.id.in_(bindparam("encounters", expanding=True))
    return latest_of(_ROW, of_several, bounded=bounded, as_known=as_known)


def latest_of(
    wanted: Columns, of_whom: ColumnElement[bool], *, bounded: bool, as_known: bool
) -> Select[Any]:
    names = names_of_concepts(of_whom)
    seen = _observation.alias("seen")
    newest = select(seen.c.id).where(
        seen.c.encounter_id == names.c.encounter_id,
        seen.c.concept == names.c.concept,
        standing(seen, as_known=as_known),
    )
    if bounded:
        newest = newest.where(seen.c.taken_at <= instant("at"))
    newest = newest.order_by(seen.c.taken_at.desc(), seen.c.id.desc()).limit(1)
    return select(*wanted).select_from(
        names.join(_observation, _observation.c.id == newest.correlate(names).scalar_subquery())
    )


def names_of_concepts(of_whom: ColumnElement[bool]) -> CTE:
    """Each patient's concepts, found by hopping along the index from one to the next."""
    held = _observation.alias("held")
    first = select(func.min(held.c.concept)).where(held.c.encounter_id == _encounter.c.id)
    names = (
        select(
            _encounter.c.id.label("encounter_id"),
            first.correlate(_encounter).scalar_subquery().label("concept"),
        )
        .where(of_whom)
        .cte("names", recursive=True)
    )
    following = select(func.min(held.c.concept)).where(
        held.c.encounter_id == names.c.encounter_id, held.c.concept > names.c.concept
    )
    return names.union_all(
        select(names.c.encounter_id, following.correlate(names).scalar_subquery()).where(
            names.c.concept.is_not(None)
        )
    )


def _chain() -> CTE:
    """The versions of a value: from the one asked for to the first, and to the last."""
    step = select(_observation.c.id, _observation.c.supersedes_id)
    older = step.where(_observation.c.id == bindparam("wanted")).cte("older", recursive=True)
    older = older.union_all(step.join(older, _observation.c.id == older.c.supersedes_id))
    newer = step.where(_observation.c.id == bindparam("wanted")).cte("newer", recursive=True)
    newer = newer.union_all(step.join(newer, _observation.c.supersedes_id == newer.c.id))
    return union(select(older.c.id), select(newer.c.id)).cte("chain")


_INSERT = insert(_observation).returning(_observation.c.id)
_BY_ID = select(*_ROW).where(_observation.c.id == bindparam("wanted"))
_BY_SOURCE = select(*_ROW).where(
    _observation.c.source == bindparam("source"),
    _observation.c.source_id == bindparam("source_id"),
)
_SUCCESSOR = select(_observation.c.id).where(_observation.c.supersedes_id == bindparam("wanted"))
_HISTORY = (
    select(*_ROW).where(_observation.c.id.in_(select(_chain().c.id))).order_by(_observation.c.id)
)
_ALL = (
    select(_observation.c.id, *columns(_observation, CHECKED_COLUMNS), _observation.c.checksum)
    .where(_observation.c.id > bindparam("after"))
    .order_by(_observation.c.id)
)
