"""What keeps the store honest and alive: quarantine, policy, users, audit, versions, heartbeats."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, RowId
from db.types import VerbatimText


class Quarantine(Base):
    """Input that could not be used, raw, with the reason: never dropped, never guessed.

    ``value_id`` is the ``source_id`` of the observation it would have been, where it says that
    much. ``resolved_observation_id`` is the observation of that name which the source sent in its
    place; empty where a person has dealt with it. ``place`` says where it stood: the file or
    message, the line and the column.
    """

    __tablename__ = "quarantine"
    __table_args__ = (UniqueConstraint("source", "source_id"),)

    id: Mapped[RowId]
    source: Mapped[str]
    source_id: Mapped[str]
    received_at: Mapped[datetime]
    reason_code: Mapped[str]
    reason: Mapped[str]
    raw: Mapped[str] = mapped_column(VerbatimText)
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None]
    value_id: Mapped[str | None]
    resolved_observation_id: Mapped[int | None] = mapped_column(ForeignKey("observation.id"))
    place: Mapped[str | None]


class PolicyVersion(Base):
    """A version of local policy; ward and encounter empty means the whole house."""

    __tablename__ = "policy_version"

    id: Mapped[RowId]
    kind: Mapped[str]
    version: Mapped[str]
    ward_id: Mapped[int | None] = mapped_column(ForeignKey("ward.id"))
    encounter_id: Mapped[int | None] = mapped_column(ForeignKey("encounter.id"), index=True)
    content: Mapped[dict[str, Any]]
    author: Mapped[str]
    reason: Mapped[str]
    effective_from: Mapped[datetime]
    recorded_at: Mapped[datetime]


class User(Base):
    """A member of the ward team. ``role`` is nurse, physician, charge_nurse or admin."""

    __tablename__ = "app_user"

    id: Mapped[RowId]
    username: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    role: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class AuditEvent(Base):
    """Who did what, chained by hash so that a removed or altered row shows."""

    __tablename__ = "audit_event"

    id: Mapped[RowId]
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    entity: Mapped[str]
    entity_id: Mapped[str]
    detail: Mapped[dict[str, Any]]
    # Unique, so that the chain cannot fork.
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)


class DataVersion(Base):
    """A ward's count of committed changes; moved in the transaction that changes.

    Locking this row first also puts one ward's commits in order, so that "id greater than the last
    one seen" never misses a row.
    """

    __tablename__ = "data_version"

    ward_id: Mapped[int] = mapped_column(ForeignKey("ward.id"), primary_key=True)
    version: Mapped[int]
    changed_at: Mapped[datetime]


class WatcherLease(Base):
    """Which process may watch now; taken over only after it ran out."""

    __tablename__ = "watcher_lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    acquired_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Heartbeat(Base):
    """The last sign of life of the watcher or of a live feed.

    ``kind`` is watcher or feed. A feed that closed in good order has ``closed_at`` and is
    not stale.
    """

    __tablename__ = "heartbeat"
    __table_args__ = (UniqueConstraint("kind", "name"),)

    id: Mapped[RowId]
    kind: Mapped[str]
    name: Mapped[str]
    ward_id: Mapped[int | None] = mapped_column(ForeignKey("ward.id"))
    encounter_id: Mapped[int | None] = mapped_column(ForeignKey("encounter.id"))
    beat_at: Mapped[datetime]
    expected_every_s: Mapped[float]
    closed_at: Mapped[datetime | None]
