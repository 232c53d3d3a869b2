"""Alert threads, their immutable events, and who took or silenced them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from db.models.alert import Acknowledgement, AlertEvent, AlertThread, Snooze
from db.models.base import table
from db.prepared import Prepared, whole_row
from db.queries.rows import columns, instant, refuse_anonymous, values
from db.types import Document

_thread, _event = table(AlertThread), table(AlertEvent)
_acknowledgement, _snooze = table(Acknowledgement), table(Snooze)


class ThreadRow(NamedTuple):
    """A stored thread with its projection, and how many events it has."""

    id: int
    public_id: str
    encounter_id: int
    ward_id: int
    problem: str
    priority: str
    condition: str
    acknowledgement: str
    visibility: str
    raised_at: datetime
    closed_at: datetime | None
    owner: str | None
    snapshot: dict[str, Any]
    state: dict[str, Any]
    event_count: int


class OpenThread(NamedTuple):
    """Of a thread that is not closed what its next step needs, and how many events it has.

    What it froze when it was raised is several times as large, and no step looks at it.
    """

    id: int
    public_id: str
    state: dict[str, Any]
    event_count: int


class AlertEventRow(NamedTuple):
    """One transition of a thread."""

    id: int
    thread_id: int
    sequence: int
    at: datetime
    kind: str
    actor: str
    detail: dict[str, Any]


class AcknowledgementRow(NamedTuple):
    """A named person took the alert."""

    id: int
    thread_id: int
    by: str
    at: datetime
    note: str | None
    valid_until: datetime | None


class SnoozeRow(NamedTuple):
    """A named person silenced the alert for a while."""

    id: int
    thread_id: int
    by: str
    at: datetime
    reason: str
    until_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAlertEvent:
    """A transition to be appended; ``sequence`` counts a thread's events from 1."""

    thread_id: int
    sequence: int
    at: datetime
    kind: str
    actor: str
    detail: dict[str, Any]


def open_threads(session: Session, encounter_id: int) -> list[OpenThread]:
    """The threads of a patient that are not closed, oldest first."""
    return list(map(OpenThread._make, _OPEN.all(session, {"wanted": encounter_id})))


def open_of_problem(
    session: Session, problem: str, encounter_ids: Iterable[int]
) -> list[ThreadRow]:
    """The threads of one problem that are not closed, of some patients, oldest first."""
    parameters = {"wanted": problem, "encounters": list(encounter_ids)}
    return list(map(ThreadRow._make, session.execute(_OPEN_OF_PROBLEM, parameters)))


def threads(session: Session, encounter_id: int) -> list[ThreadRow]:
    """All threads of a patient, open and closed, oldest first."""
    return list(map(ThreadRow._make, session.execute(_THREADS_OF, {"wanted": encounter_id})))


def thread_by_public_id(session: Session, public_id: str) -> ThreadRow | None:
    """The thread that an address or a button names, or None."""
    row = session.execute(_THREAD_BY_PUBLIC_ID, {"wanted": public_id}).one_or_none()
    return None if row is None else ThreadRow._make(row)


def insert_thread(
    session: Session,
    *,
    encounter_id: int,
    ward_id: int,
    public_id: str,
    problem: str,
    priority: str,
    condition: str,
    acknowledgement: str,
    visibility: str,
    raised_at: datetime | None,
    closed_at: datetime | None,
    owner: str | None,
    snapshot: Document,
    state: Document,
) -> int:
    """Begin a thread; its row id. A patient's problem has one open thread (``IntegrityError``)."""
    thread_id: int = _INSERT_THREAD.scalar(
        session,
        {
            "encounter_id": encounter_id,
            "ward_id": ward_id,
            "public_id": public_id,
            "problem": problem,
            "priority": priority,
            "condition": condition,
            "acknowledgement": acknowledgement,
            "visibility": visibility,
            "raised_at": raised_at,
            "closed_at": closed_at,
            "owner": owner,
            "snapshot": snapshot,
            "state": state,
        },
    )
    return thread_id


def update_projection(session: Session, *, thread_id: int, **projection: Any) -> None:
    """Move what a thread shows to where its events took it.

    ``projection`` names columns of the thread. The snapshot can be given until the thread is
    raised; from then on the store refuses another (``IntegrityError``).
    """
    _update_projection(tuple(projection)).run(session, {"wanted": thread_id, **projection})


def insert_events(session: Session, events: Sequence[NewAlertEvent]) -> None:
    """Append transitions; each says who made it."""
    for event in events:
        refuse_anonymous(event.actor)
    if events:
        _INSERT_EVENTS.run(session, *map(values, events))


def events(session: Session, thread_id: int) -> list[AlertEventRow]:
    """A thread's transitions in their order."""
    return list(map(AlertEventRow._make, session.execute(_EVENTS, {"wanted": thread_id})))


def insert_acknowledgement(
    session: Session,
    *,
    thread_id: int,
    by: str,
    at: datetime,
    note: str | None,
    valid_until: datetime | None,
) -> int:
    """Write down that a named person took an alert; the row id."""
    refuse_anonymous(by)
    row_id: int = session.execute(
        _INSERT_ACKNOWLEDGEMENT,
        {"thread_id": thread_id, "by": by, "at": at, "note": note, "valid_until": valid_until},
    ).scalar_one()
    return row_id


def acknowledgements(session: Session, thread_id: int) -> list[AcknowledgementRow]:
    """Who took an alert, oldest first."""
    rows = session.execute(_ACKNOWLEDGEMENTS, {"wanted": thread_id})
    return list(map(AcknowledgementRow._make, rows))


def insert_snooze(
    session: Session, *, thread_id: int, by: str, at: datetime, reason: str, until_at: datetime
) -> int:
    """Write down that a named person silenced an alert; the row id."""
    refuse_anonymous(by)
    row_id: int = session.execute(
        _INSERT_SNOOZE,
        {"thread_id": thread_id, "by": by, "at": at, "reason": reason, "until_at": until_at},
    ).scalar_one()
    return row_id


def move_snooze_end(session: Session, snooze_id: int, *, until_at: datetime) -> None:
    """Move the end of a snooze; nothing else of it can change."""
    session.execute(_MOVE_SNOOZE_END, {"wanted": snooze_id, "moved": until_at})


def snoozes(session: Session, thread_id: int) -> list[SnoozeRow]:
    """Who silenced an alert and until when, oldest first."""
    return list(map(SnoozeRow._make, session.execute(_SNOOZES, {"wanted": thread_id})))


@cache
def _update_projection(names: tuple[str, ...]) -> Prepared:
    moved = {name: bindparam(name, type_=_thread.c[name].type) for name in names}
    return Prepared(update(_thread).where(_thread.c.id == bindparam("wanted")).values(**moved))


_EVENT_COUNT = (
    select(func.count())
    .where(_event.c.thread_id == _thread.c.id)
    .correlate(_thread)
    .scalar_subquery()
)
_THREADS = select(*columns(_thread, ThreadRow._fields[:-1]), _EVENT_COUNT).order_by(_thread.c.id)
_THREADS_OF = _THREADS.where(_thread.c.encounter_id == bindparam("wanted"))
_OPEN = Prepared(
    select(*columns(_thread, OpenThread._fields[:-1]), _EVENT_COUNT)
    .where(_thread.c.encounter_id == bindparam("wanted"), _thread.c.closed_at.is_(None))
    .order_by(_thread.c.id)
)
_OPEN_OF_PROBLEM = _THREADS.where(
    _thread.c.encounter_id.in_(bindparam("encounters", expanding=True)),
    _thread.c.problem == bindparam("wanted"),
    _thread.c.closed_at.is_(None),
)
_THREAD_BY_PUBLIC_ID = _THREADS.where(_thread.c.public_id == bindparam("wanted"))
_INSERT_THREAD = Prepared(insert(_thread).returning(_thread.c.id), writes=whole_row(_thread))
_INSERT_EVENTS = Prepared(insert(_event), writes=whole_row(_event))
_EVENTS = (
    select(*columns(_event, AlertEventRow._fields))
    .where(_event.c.thread_id == bindparam("wanted"))
    .order_by(_event.c.sequence)
)
_INSERT_ACKNOWLEDGEMENT = insert(_acknowledgement).returning(_acknowledgement.c.id)
_ACKNOWLEDGEMENTS = (
    select(*columns(_acknowledgement, AcknowledgementRow._fields))
    .where(_acknowledgement.c.thread_id == bindparam("wanted"))
    .order_by(_acknowledgement.c.id)
)
_INSERT_SNOOZE = insert(_snooze).returning(_snooze.c.id)
_MOVE_SNOOZE_END = (
    update(_snooze).where(_snooze.c.id == bindparam("wanted")).values(until_at=instant("moved"))
)
_SNOOZES = (
    select(*columns(_snooze, SnoozeRow._fields))
    .where(_snooze.c.thread_id == bindparam("wanted"))
    .order_by(_snooze.c.id)
)
