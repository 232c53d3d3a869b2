"""Who is where: wards, beds, patients, encounters and bed stays."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, RowId

_WHILE_OPEN: Any = {
    "sqlite_where": text("until_at IS NULL"),
    "postgresql_where": text("until_at IS NULL"),
}


class Ward(Base):
    """A place whose patients are watched together."""

    __tablename__ = "ward"

    id: Mapped[RowId]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    time_zone: Mapped[str]
    is_demo: Mapped[bool] = mapped_column(default=False)


class Bed(Base):
    """A bed position of a ward, shown even when it is empty."""

    __tablename__ = "bed"
    __table_args__ = (UniqueConstraint("ward_id", "label"),)

    id: Mapped[RowId]
    ward_id: Mapped[int] = mapped_column(ForeignKey("ward.id"))
    label: Mapped[str]
    position: Mapped[int]


class Patient(Base):
    """A person, known by an identifier that its assigning system gave."""

    __tablename__ = "patient"
    __table_args__ = (UniqueConstraint("identifier_system", "identifier"),)

    id: Mapped[RowId]
    identifier_system: Mapped[str]
    identifier: Mapped[str]
    family_name: Mapped[str]
    given_name: Mapped[str]
    birth_date: Mapped[date | None]
    # Where a source gives an age and no birth date, the age in years is kept as it was given.
    age_years_stated: Mapped[float | None]
    sex: Mapped[str | None]
    allergies: Mapped[str | None]


class Encounter(Base):
    """One stay in hospital. ``public_id`` is the only identifier that a page address may carry."""

    __tablename__ = "encounter"

    id: Mapped[RowId]
    public_id: Mapped[str] = mapped_column(unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    ward_id: Mapped[int] = mapped_column(ForeignKey("ward.id"), index=True)
    admitted_at: Mapped[datetime]
    discharged_at: Mapped[datetime | None]
    # 'ward' or 'icu'. In intensive care, silence about vasopressors is not "none" (rule C23).
    care_setting: Mapped[str]
    # Whether treatments are charted here at all; where they are not, none is known to be absent.
    treatments_charted: Mapped[bool]
    # For a source that counts hours or shifts its dates: the constant that places it in time.
    time_shift_seconds: Mapped[int | None]


class BedStay(Base):
    """An encounter's time in one bed; the bed board is the stays without an end.

    A bed holds one encounter and an encounter one bed: the store refuses a second open stay.
    """

    __tablename__ = "bed_stay"
    __table_args__ = (
        Index("ix_bed_stay_open", "ward_id", "until_at"),
        Index("uq_bed_stay_bed_open", "bed_id", unique=True, **_WHILE_OPEN),
        Index("uq_bed_stay_encounter_open", "encounter_id", unique=True, **_WHILE_OPEN),
    )

    id: Mapped[RowId]
    encounter_id: Mapped[int] = mapped_column(ForeignKey("encounter.id"), index=True)
    ward_id: Mapped[int] = mapped_column(ForeignKey("ward.id"))
    bed_id: Mapped[int] = mapped_column(ForeignKey("bed.id"))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
