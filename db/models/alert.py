"""Alert threads, their immutable events, and who took them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, RowId


class AlertThread(Base):
    """One patient's one problem, from raised to closed; only one thread of it is open at a time.

    The three axes of the state (condition, acknowledgement, visibility) are a projection of the
    events and are kept here for reading; ``state`` holds the whole state of the state machine.
    """

    __tablename__ = "alert_thread"
    __table_args__ = (
        Index("ix_alert_thread_open", "ward_id", "closed_at"),
        Index("ix_alert_thread_encounter", "encounter_id", "closed_at"),
        Index(
            "uq_alert_thread_problem_open",
            "encounter_id",
            "problem",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[RowId]
    public_id: Mapped[str] = mapped_column(unique=True)
    encounter_id: Mapped[int] = mapped_column(ForeignKey("encounter.id"))
    ward_id: Mapped[int] = mapped_column(ForeignKey("ward.id"))
    problem: Mapped[str]
    priority: Mapped[str]
    condition: Mapped[str]
    acknowledgement: Mapped[str]
    visibility: Mapped[str]
    raised_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    owner: Mapped[str | None]
    # The evidence at the moment of raising; never rewritten.
    snapshot: Mapped[dict[str, Any]]
    state: Mapped[dict[str, Any]]


class AlertEvent(Base):
    """One transition of a thread: from, to, why, by whom. Never changed."""

    __tablename__ = "alert_event"
    __table_args__ = (UniqueConstraint("thread_id", "sequence"),)

    id: Mapped[RowId]
    thread_id: Mapped[int] = mapped_column(ForeignKey("alert_thread.id"))
    sequence: Mapped[int]
    at: Mapped[datetime]
    kind: Mapped[str]
    actor: Mapped[str]
    detail: Mapped[dict[str, Any]]


class Acknowledgement(Base):
    """A named person took an alert; it counts until ``valid_until`` or until worse."""

    __tablename__ = "acknowledgement"

    id: Mapped[RowId]
    thread_id: Mapped[int] = mapped_column(ForeignKey("alert_thread.id"), index=True)
    by: Mapped[str]
    at: Mapped[datetime]
    note: Mapped[str | None]
    valid_until: Mapped[datetime | None]


class Snooze(Base):
    """A named person silenced an alert for a while; only its end can be moved."""

    __tablename__ = "snooze"

    id: Mapped[RowId]
    thread_id: Mapped[int] = mapped_column(ForeignKey("alert_thread.id"), index=True)
    by: Mapped[str]
    at: Mapped[datetime]
    reason: Mapped[str]
    until_at: Mapped[datetime]
