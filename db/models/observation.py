"""Observations: one row a value, append-only, with the time of truth and the time of knowledge."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, RowId

_CORRECTS = text("supersedes_id IS NOT NULL")


class ObservationSet(Base):
    """Values that were recorded together in one submit or one message."""

    __tablename__ = "observation_set"
    __table_args__ = (UniqueConstraint("source", "source_id"),)

    id: Mapped[RowId]
    encounter_id: Mapped[int] = mapped_column(ForeignKey("encounter.id"), index=True)
    source: Mapped[str]
    # The submission key of a form, or the message identifier: the same one is stored once.
    source_id: Mapped[str]
    taken_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    partial_reason: Mapped[str | None]


class Observation(Base):
    """One vital sign, laboratory value, symptom or assessment.

    ``value_num`` is in the concept's canonical UCUM unit; ``value_code`` holds a coded value. What
    the source said stays beside it (``value_sent``, ``unit_sent``, ``taken_at_sent``). A correction
    is a new row whose ``supersedes_id`` names the old one; ``status`` is a FHIR Observation status
    (``preliminary``, ``final``, ``amended``, ``corrected``, ``entered-in-error``). ``checksum``
    covers every other column but ``id``.
    """

    __tablename__ = "observation"
    __table_args__ = (
        UniqueConstraint("source", "source_id"),
        # A misspelt status would let a struck-out value be seen.
        CheckConstraint(
            "status IN ('preliminary', 'final', 'amended', 'corrected', 'entered-in-error')",
            name="status",
        ),
        # With the status, so that a descent to the newest standing value ends in the index.
        Index("ix_observation_latest", "encounter_id", "concept", "taken_at", "id", "status"),
        # All that the rules read of a patient's day, in one piece.
        Index(
            "ix_observation_facts",
            "encounter_id",
            "taken_at",
            "id",
            "concept",
            "value_num",
            "value_code",
            "source",
            "status",
        ),
        # Unique: a fact has one successor at most, so two people cannot both correct one value.
        # Of the corrections alone, since each row that is judged is looked up among them.
        Index(
            "ix_observation_supersedes_id",
            "supersedes_id",
            unique=True,
            sqlite_where=_CORRECTS,
            postgresql_where=_CORRECTS,
        ),
    )

    id: Mapped[RowId]
    encounter_id: Mapped[int] = mapped_column(ForeignKey("encounter.id"))
    ward_id: Mapped[int] = mapped_column(ForeignKey("ward.id"))
    set_id: Mapped[int] = mapped_column(ForeignKey("observation_set.id"))
    concept: Mapped[str]
    # vital, laboratory, symptom or assessment
    category: Mapped[str]
    value_num: Mapped[float | None]
    value_code: Mapped[str | None]
    value_sent: Mapped[str]
    unit_sent: Mapped[str | None]
    taken_at: Mapped[datetime]
    taken_at_sent: Mapped[str | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    source: Mapped[str]
    source_id: Mapped[str]
    status: Mapped[str]
    # The site of a temperature, the severity note of a symptom: whatever qualifies the value.
    method: Mapped[str | None]
    # Set where the value lies in the improbable range and was confirmed or arrived from a feed.
    queried: Mapped[bool] = mapped_column(default=False)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("observation.id"))
    reason: Mapped[str | None]
    checksum: Mapped[bytes] = mapped_column(LargeBinary(16))
