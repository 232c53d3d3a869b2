"""Treatments given, and a clinician's word on the cause of a sign."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, RowId


class Treatment(Base):
    """A drug, fluid or support given at a moment or over a span.

    ``kind`` is one of anticytokine, corticosteroid, antipyretic, fluid_bolus, vasopressor,
    inotrope, ventilation, transfusion, dialysis, electrolyte, cardiac, other. A span still running
    has no ``ended_at``. Ending or striking out is a new row with ``supersedes_id``.
    """

    __tablename__ = "treatment"
    __table_args__ = (
        UniqueConstraint("source", "source_id"),
        Index("ix_treatment_encounter", "encounter_id", "started_at"),
    )

    id: Mapped[RowId]
    encounter_id: Mapped[int] = mapped_column(ForeignKey("encounter.id"))
    kind: Mapped[str]
    agent: Mapped[str]
    dose_value: Mapped[float | None]
    dose_unit: Mapped[str | None]
    route: Mapped[str | None]
    # Why it was given, where that decides the grade: hypotension, hypoxia, fever, prophylaxis.
    indication: Mapped[str | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    source: Mapped[str]
    source_id: Mapped[str]
    status: Mapped[str]
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("treatment.id"), unique=True)
    reason: Mapped[str | None]


class Attribution(Base):
    """A clinician attributes an element of CRS to another cause for a time (rule C17).

    ``element`` is fever, hypotension or hypoxia. A withdrawn attribution is a new row with
    ``supersedes_id`` and its own ``until_at``.
    """

    __tablename__ = "attribution"
    __table_args__ = (Index("ix_attribution_encounter", "encounter_id", "from_at"),)

    id: Mapped[RowId]
    encounter_id: Mapped[int] = mapped_column(ForeignKey("encounter.id"))
    element: Mapped[str]
    other_cause: Mapped[str]
    note: Mapped[str | None]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    attributed_by: Mapped[str]
    recorded_at: Mapped[datetime]
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("attribution.id"), unique=True)
