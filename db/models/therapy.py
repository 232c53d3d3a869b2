"""Immunotherapy given, and the person's own baseline against which a value is judged."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, RowId


class Therapy(Base):
    """An immunotherapy product of an encounter.

    ``therapy_class`` is ``car_t``, ``bispecific`` or ``checkpoint_inhibitor``.
    """

    __tablename__ = "therapy"

    id: Mapped[RowId]
    encounter_id: Mapped[int] = mapped_column(ForeignKey("encounter.id"), index=True)
    product: Mapped[str]
    therapy_class: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]


class TherapyDose(Base):
    """One infusion or injection; day +N counts from here (rule C18: the most recent one)."""

    __tablename__ = "therapy_dose"
    __table_args__ = (UniqueConstraint("therapy_id", "infused_at"),)

    id: Mapped[RowId]
    therapy_id: Mapped[int] = mapped_column(ForeignKey("therapy.id"))
    encounter_id: Mapped[int] = mapped_column(ForeignKey("encounter.id"), index=True)
    infused_at: Mapped[datetime]
    dose_text: Mapped[str | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]


class Baseline(Base):
    """What is usual for this person, set by a named clinician; a new row replaces the last."""

    __tablename__ = "baseline"
    __table_args__ = (Index("ix_baseline_encounter", "encounter_id", "effective_from"),)

    id: Mapped[RowId]
    encounter_id: Mapped[int] = mapped_column(ForeignKey("encounter.id"))
    effective_from: Mapped[datetime]
    systolic_mmhg: Mapped[float | None]
    diastolic_mmhg: Mapped[float | None]
    mean_mmhg: Mapped[float | None]
    home_oxygen_device: Mapped[str | None]
    home_oxygen_lpm: Mapped[float | None]
    # NEWS2 SpO2 scale, 1 or 2; 2 only when a clinician set a target of 88-92 %.
    spo2_scale: Mapped[int]
    set_by: Mapped[str]
    recorded_at: Mapped[datetime]
