"""Who may use the dashboard: the members of the ward team."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import audit, users


class Role(StrEnum):
    """What a member is on the ward."""

    NURSE = "nurse"
    CHARGE_NURSE = "charge_nurse"
    PHYSICIAN = "physician"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of the ward team who may sign in."""

    username: str
    display_name: str
    role: Role


# Whom a visitor of the demo may choose to be. The people are invented, as the patients are.
DEMO_MEMBERS = (
    Member(username="demo.nurse", display_name="Nurse Adeyemi", role=Role.NURSE),
    Member(username="demo.charge", display_name="Charge nurse Lindqvist", role=Role.CHARGE_NURSE),
    Member(username="demo.physician", display_name="Dr Okonkwo", role=Role.PHYSICIAN),
)


def member(store: Store, usernames: Iterable[str]) -> Member | None:
    """The active member who bears one of the names, the first name first, or None."""
    with store.read() as session:
        for username in usernames:
            row = users.by_username(session, username)
            if row is not None and row.active:
                return Member(
                    username=row.username, display_name=row.display_name, role=Role(row.role)
                )
    return None


def refuse(store: Store, username: str, *, now: datetime) -> None:
    """Note in the audit that somebody was refused whom the hospital knows and the ward does not."""
    store.write(
        lambda session: audit.append(
            session,
            at=now,
            actor=username,
            action="sign_in.refuse",
            entity="user",
            entity_id=username,
            detail={"reason": "no role"},
        )
    )


def sign_in(store: Store, person: Member, *, demo: bool, now: datetime) -> None:
    """Note in the audit that a member signed in."""
    _note(store, person, "sign_in.accept", demo=demo, now=now)


def sign_out(store: Store, person: Member, *, demo: bool, now: datetime) -> None:
    """Note in the audit that a member signed out."""
    _note(store, person, "sign_out", demo=demo, now=now)


def _note(store: Store, person: Member, action: str, *, demo: bool, now: datetime) -> None:
    store.write(
        lambda session: audit.append(
            session,
            at=now,
            actor=person.username,
            action=action,
            entity="user",
            entity_id=person.username,
            detail={"role": person.role.value, "demo": demo},
        )
    )


def ensure_demo_members(
    store: Store,
    *,
    actor: str,
    now: datetime,
    members: Iterable[Member] = DEMO_MEMBERS,
) -> None:
    """Let the invented members of the demo exist; those who do are left as they are."""

    def work(session: Session) -> None:
        for person in members:
            if users.by_username(session, person.username) is not None:
                continue
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
                detail={"role": person.role.value, "demo": True},
            )

    store.write(work)
