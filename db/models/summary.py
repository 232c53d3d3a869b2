"""The newest state of each patient, ready to be shown: a projection, made again at every change."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class PatientSummary(Base):
    """What a ward board shows of an encounter: its state as of ``at``, and its open alerts.

    Nothing is known only here: it follows from facts and evaluations. ``ward_version`` is the
    ward's data version with which it was last written, so that a board reads what is newer.
    """

    __tablename__ = "patient_summary"
    __table_args__ = (Index("ix_patient_summary_ward_feed", "ward_id", "ward_version"),)

    encounter_id: Mapped[int] = mapped_column(
        ForeignKey("encounter.id"), primary_key=True, autoincrement=False
    )
    ward_id: Mapped[int] = mapped_column(ForeignKey("ward.id"))
    ward_version: Mapped[int]
    at: Mapped[datetime | None]
    # Empty where nobody wrote it since the table was made: whoever looks makes it anew.
    document: Mapped[dict[str, Any] | None]
    # The open alerts that are told, oldest first; empty is not none but "look at the threads".
    alerts: Mapped[list[Any] | None]
