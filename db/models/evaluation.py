"""What the rules said of a patient at a moment, with the rulebook that said it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, RowId


class Evaluation(Base):
    """A suggested grade, score and flags at ``at`` as they were computed at ``recorded_at``.

    The newest row for a moment wins; older rows stay, so what was known then has an answer.
    ``crs_status`` is graded, at_least, unknown or cannot_grade; ``crs_grade`` is empty when it is
    unknown.
    """

    __tablename__ = "evaluation"
    __table_args__ = (Index("ix_evaluation_encounter", "encounter_id", "at", "id"),)

    id: Mapped[RowId]
    encounter_id: Mapped[int] = mapped_column(ForeignKey("encounter.id"))
    ward_id: Mapped[int] = mapped_column(ForeignKey("ward.id"))
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    rulebook: Mapped[str]
    crs_grade: Mapped[int | None]
    crs_status: Mapped[str]
    crs_peak: Mapped[int | None]
    news2_total: Mapped[int | None]
    news2_minimum: Mapped[int | None]
    # Evidence, missing inputs, flags and the episode state to go on from.
    document: Mapped[dict[str, Any]]
