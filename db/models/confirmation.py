"""A clinician's own word on a grade, kept beside what the rules had computed then."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, RowId


class GradeConfirmation(Base):
    """A clinician confirmed or overrode the grade of a scale at ``confirmed_at``.

    ``scale`` is astct_crs or astct_icans. ``computed_grade`` and ``computed_status`` are what the
    rules said then; the grade is empty where they could not say. A newer row of the same scale
    takes its place; nothing is withdrawn or rewritten. ``submission`` makes a second press
    harmless.
    """

    __tablename__ = "grade_confirmation"
    __table_args__ = (
        CheckConstraint("grade >= 0 AND grade <= 5", name="grade"),
        Index("ix_grade_confirmation_encounter", "encounter_id", "confirmed_at"),
    )

    id: Mapped[RowId]
    encounter_id: Mapped[int] = mapped_column(ForeignKey("encounter.id"))
    scale: Mapped[str]
    grade: Mapped[int]
    computed_grade: Mapped[int | None]
    computed_status: Mapped[str]
    rulebook: Mapped[str]
    reason: Mapped[str | None]
    confirmed_by: Mapped[str]
    confirmed_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    valid_until: Mapped[datetime]
    submission: Mapped[str] = mapped_column(unique=True)
