"""A ward's data version: the order of its commits, and how a reader learns that something changed.

Every writing transaction first locks the ward and last advances its version. On PostgreSQL the lock
puts the ward's commits in order, so that "id greater than the last one seen" never misses a row; on
SQLite the writer's transaction has that order already.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from db.models.base import table
from db.models.operations import DataVersion
from db.prepared import Prepared

_version = table(DataVersion)

_LOCK = Prepared(
    select(_version.c.version).where(_version.c.ward_id == bindparam("ward")).with_for_update()
)
_ADVANCE = Prepared(
    update(_version)
    .where(_version.c.ward_id == bindparam("ward"))
    .values(
        version=_version.c.version + 1,
        changed_at=bindparam("now", type_=_version.c.changed_at.type),
    )
    .returning(_version.c.version)
)
_CURRENT = select(_version.c.ward_id, _version.c.version)
_CURRENT_OF = _CURRENT.where(_version.c.ward_id.in_(bindparam("wards", expanding=True)))


def lock_ward(session: Session, ward_id: int) -> int:
    """Wait until no other transaction changes this ward, and keep it so until the commit.

    Returns the version as it stands. Who locks two wards locks the lower id first. Raises
    ``LookupError`` for a ward that does not exist.
    """
    version: int | None = _LOCK.scalar(session, {"ward": ward_id})
    if version is None:
        message = f"There is no ward with row id {ward_id}."
        raise LookupError(message)
    return version


def advance(session: Session, ward_id: int, now: datetime) -> int:
    """Count one more change of a ward; the new version, visible to readers with the commit."""
    version: int = _ADVANCE.scalar(session, {"ward": ward_id, "now": now})
    return version


def current(session: Session, ward_ids: Iterable[int] | None = None) -> dict[int, int]:
    """The version of each ward (of those asked for), by row id."""
    if ward_ids is None:
        rows = session.execute(_CURRENT)
    else:
        rows = session.execute(_CURRENT_OF, {"wards": list(ward_ids)})
    return {row.ward_id: row.version for row in rows}
