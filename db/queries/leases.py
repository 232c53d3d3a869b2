"""Who may do a thing that only one process may do: held for a time, taken over when it ran out.

Every act is one statement, so two holders at once cannot be. The clock is the caller's: processes
on several machines need clocks that agree to well within the length of the lease.
"""

from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Executable, bindparam, case, delete, or_, select, update
from sqlalchemy.orm import Session

from db.models.base import table
from db.models.operations import WatcherLease
from db.queries.appending import conflict_insert
from db.queries.rows import columns, instant

_lease = table(WatcherLease)


class LeaseRow(NamedTuple):
    """A lease, running or run out."""

    name: str
    holder: str
    acquired_at: datetime
    expires_at: datetime


def acquire(session: Session, *, name: str, holder: str, now: datetime, seconds: float) -> bool:
    """Take a lease that is free, ran out or is one's own already; False where another holds it."""
    taken = session.execute(
        _acquire(conflict_insert(session)),
        {
            "name": name,
            "holder": holder,
            "acquired_at": now,
            "expires_at": now + timedelta(seconds=seconds),
        },
    )
    return taken.scalar_one_or_none() is not None


def renew(session: Session, *, name: str, holder: str, now: datetime, seconds: float) -> bool:
    """Hold on to one's own lease; False where it ran out, even if nobody took it meanwhile."""
    held = session.execute(
        _RENEW,
        {
            "wanted": name,
            "by": holder,
            "now": now,
            "until": now + timedelta(seconds=seconds),
        },
    )
    return held.scalar_one_or_none() is not None


def release(session: Session, *, name: str, holder: str) -> None:
    """Give one's own lease back; another's is left alone."""
    session.execute(_RELEASE, {"wanted": name, "by": holder})


def read(session: Session, name: str) -> LeaseRow | None:
    """Who holds or last held a lease, or None."""
    row = session.execute(_READ, {"wanted": name}).one_or_none()
    return None if row is None else LeaseRow._make(row)


@cache
def _acquire(insert: Any) -> Executable:
    statement = insert(_lease)
    asked = statement.excluded
    is_own = _lease.c.holder == asked.holder
    upsert: Executable = statement.on_conflict_do_update(
        index_elements=["name"],
        set_={
            "holder": asked.holder,
            "acquired_at": case((is_own, _lease.c.acquired_at), else_=asked.acquired_at),
            "expires_at": asked.expires_at,
        },
        where=or_(is_own, _lease.c.expires_at <= asked.acquired_at),
    ).returning(_lease.c.holder)
    return upsert


_MINE = (_lease.c.name == bindparam("wanted")) & (_lease.c.holder == bindparam("by"))
_RENEW = (
    update(_lease)
    .where(_MINE, _lease.c.expires_at > instant("now"))
    .values(expires_at=instant("until"))
    .returning(_lease.c.holder)
)
_RELEASE = delete(_lease).where(_MINE)
_READ = select(*columns(_lease, LeaseRow._fields)).where(_lease.c.name == bindparam("wanted"))
