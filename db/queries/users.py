"""The members of the ward team."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from db.models.base import table
from db.models.operations import User
from db.queries.rows import columns

_user = table(User)


class UserRow(NamedTuple):
    """A member of the ward team."""

    id: int
    username: str
    display_name: str
    role: str
    active: bool
    created_at: datetime


def insert(
    session: Session, *, username: str, display_name: str, role: str, created_at: datetime
) -> int:
    """Add a member; the row id. A username is taken once (``IntegrityError``)."""
    user_id: int = session.execute(
        _INSERT,
        {
            "username": username,
            "display_name": display_name,
            "role": role,
            "active": True,
            "created_at": created_at,
        },
    ).scalar_one()
    return user_id


def by_username(session: Session, username: str) -> UserRow | None:
    """The member of that username, active or not, or None."""
    row = session.execute(_BY_USERNAME, {"wanted": username}).one_or_none()
    return None if row is None else UserRow._make(row)


def everyone(session: Session) -> list[UserRow]:
    """All members by username, those who left among them."""
    return list(map(UserRow._make, session.execute(_EVERYONE)))


def set_active(session: Session, username: str, *, active: bool) -> None:
    """Let a member in, or no longer; nobody is deleted, what they did keeps its name."""
    session.execute(_SET_ACTIVE, {"wanted": username, "is_active": active})


_INSERT = sqlalchemy.insert(_user).returning(_user.c.id)
_EVERYONE = select(*columns(_user, UserRow._fields)).order_by(_user.c.username)
_BY_USERNAME = _EVERYONE.where(_user.c.username == bindparam("wanted"))
_SET_ACTIVE = (
    update(_user)
    .where(_user.c.username == bindparam("wanted"))
    .values(active=bindparam("is_active"))
)
