"""The newest state of each patient, ready to be shown: a projection, made again at every change."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class PatientSummary(Base):
    """What a ward board shows of an encounter, as of ``at``.

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
    at: Mapped[datetime]
    document: Mapped[dict[str, Any]]
