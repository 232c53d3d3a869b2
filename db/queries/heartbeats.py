"""Signs of life of the watcher and of live feeds."""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Executable, bindparam, select, update
from sqlalchemy.orm import Session

from db.models.base import table
from db.models.operations import Heartbeat
from db.queries.appending import conflict_insert
from db.queries.rows import columns, instant

_heartbeat = table(Heartbeat)


class HeartbeatRow(NamedTuple):
    """The last sign of life of one watcher or feed."""

    id: int
    kind: str
    name: str
    ward_id: int | None
    encounter_id: int | None
    beat_at: datetime
    expected_every_s: float
    closed_at: datetime | None


def beat(
    session: Session,
    *,
    kind: str,
    name: str,
    ward_id: int | None,
    encounter_id: int | None,
    beat_at: datetime,
    expected_every_s: float,
) -> None:
    """Say that it lives; a beat opens again what had been closed."""
    session.execute(
        _beat(conflict_insert(session)),
        {
            "kind": kind,
            "name": name,
            "ward_id": ward_id,
            "encounter_id": encounter_id,
            "beat_at": beat_at,
            "expected_every_s": expected_every_s,
            "closed_at": None,
        },
    )


def close(session: Session, *, kind: str, name: str, at: datetime) -> None:
    """Say that it ended in good order."""
    session.execute(_CLOSE, {"wanted_kind": kind, "wanted_name": name, "ended": at})


def read(session: Session, *, kind: str | None = None) -> list[HeartbeatRow]:
    """The last sign of life of each (of one kind), by kind and name."""
    if kind is None:
        rows = session.execute(_ALL)
    else:
        rows = session.execute(_OF_KIND, {"wanted_kind": kind})
    return list(map(HeartbeatRow._make, rows))


@cache
def _beat(insert: Any) -> Executable:
    statement = insert(_heartbeat)
    told = ("ward_id", "encounter_id", "beat_at", "expected_every_s", "closed_at")
    upsert: Executable = statement.on_conflict_do_update(
        index_elements=["kind", "name"], set_={name: statement.excluded[name] for name in told}
    )
    return upsert


_CLOSE = (
    update(_heartbeat)
    .where(
        _heartbeat.c.kind == bindparam("wanted_kind"), _heartbeat.c.name == bindparam("wanted_name")
    )
    .values(closed_at=instant("ended"))
)
_ALL = select(*columns(_heartbeat, HeartbeatRow._fields)).order_by(
    _heartbeat.c.kind, _heartbeat.c.name
)
_OF_KIND = _ALL.where(_heartbeat.c.kind == bindparam("wanted_kind"))
