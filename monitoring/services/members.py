"""Who belongs to the ward team: added by a named person, listed, never deleted."""

from datetime import datetime

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import audit, users
from monitoring.services.access import Member
from monitoring.services.errors import RefusedError


def add_member(store: Store, person: Member, *, actor: str, now: datetime) -> None:
    """Let a person sign in; raises ``RefusedError`` where the username is taken or empty."""
    if not person.username.strip() or not person.display_name.strip():
        message = "A member needs a username and the name that the team knows."
        raise RefusedError(message)

    def work(session: Session) -> None:
        if users.by_username(session, person.username) is not None:
            message = "This username is taken. Choose another one."
            raise RefusedError(message)
        row_id = users.insert(
            session,
            username=person.username,
            display_name=person.display_name,
            role=person.role.value,
            created_at=now,
        )
        audit.append(
            session,
            at=now,
            actor=actor,
            action="user.create",
            entity="user",
            entity_id=str(row_id),
            detail={"role": person.role.value},
        )

    store.write(work)


def members(store: Store) -> list[users.UserRow]:
    """Everybody by username, those who left among them."""
    with store.read() as session:
        return users.everyone(session)
