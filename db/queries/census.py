"""Who is where: wards, beds, patients, encounters and their time in a bed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from db.models.base import table
from db.models.census import Bed, BedStay, Encounter, Patient, Ward
from db.models.operations import DataVersion
from db.prepared import Prepared
from db.queries.rows import columns, instant

_ward, _bed, _patient = table(Ward), table(Bed), table(Patient)
_encounter, _stay = table(Encounter), table(BedStay)


class WardRow(NamedTuple):
    """A ward."""

    id: int
    code: str
    name: str
    time_zone: str
    is_demo: bool


class BedRow(NamedTuple):
    """A bed position."""

    id: int
    ward_id: int
    label: str
    position: int


class PatientRow(NamedTuple):
    """A person, as the assigning system knows them."""

    id: int
    identifier_system: str
    identifier: str
    family_name: str
    given_name: str
    birth_date: date | None
    age_years_stated: float | None
    sex: str | None
    allergies: str | None


class EncounterRow(NamedTuple):
    """A stay in hospital, with what of its patient the rules ask for."""

    id: int
    public_id: str
    patient_id: int
    ward_id: int
    admitted_at: datetime
    discharged_at: datetime | None
    care_setting: str
    treatments_charted: bool
    time_shift_seconds: int | None
    birth_date: date | None
    age_years_stated: float | None
    sex: str | None


# Of an encounter's row what stands with its patient.
_OF_PATIENT = 3


class BedBoardRow(NamedTuple):
    """A bed and who lies in it; the encounter's part is None in an empty bed."""

    bed_id: int
    label: str
    position: int
    encounter_id: int | None
    encounter_public_id: str | None
    patient_id: int | None
    family_name: str | None
    given_name: str | None
    birth_date: date | None
    age_years_stated: float | None
    sex: str | None
    allergies: str | None
    admitted_at: datetime | None
    care_setting: str | None
    treatments_charted: bool | None
    in_bed_since: datetime | None


class StayRow(NamedTuple):
    """An encounter's time in one bed."""

    id: int
    encounter_id: int
    ward_id: int
    bed_id: int
    bed_label: str
    from_at: datetime
    until_at: datetime | None
    recorded_at: datetime
    recorded_by: str


def insert_ward(
    session: Session, *, code: str, name: str, time_zone: str, is_demo: bool, now: datetime
) -> int:
    """Open a ward, with its data version at 0; its row id."""
    ward_id: int = session.execute(
        _INSERT_WARD, {"code": code, "name": name, "time_zone": time_zone, "is_demo": is_demo}
    ).scalar_one()
    session.execute(_INSERT_VERSION, {"ward_id": ward_id, "version": 0, "changed_at": now})
    return ward_id


def ward_by_code(session: Session, code: str) -> WardRow | None:
    """The ward of a code, or None."""
    row = session.execute(_WARD_BY_CODE, {"wanted": code}).one_or_none()
    return None if row is None else WardRow._make(row)


def wards(session: Session) -> list[WardRow]:
    """Every ward, by code."""
    return list(map(WardRow._make, session.execute(_WARDS)))


def insert_beds(
    session: Session, *, ward_id: int, labels: Sequence[str], first_position: int
) -> None:
    """Add bed positions to a ward, in the order of their labels."""
    if labels:
        session.execute(
            insert(_bed),
            [
                {"ward_id": ward_id, "label": label, "position": position}
                for position, label in enumerate(labels, start=first_position)
            ],
        )


def beds(session: Session, ward_id: int) -> list[BedRow]:
    """A ward's beds by position, empty ones among them."""
    return list(map(BedRow._make, session.execute(_BEDS, {"ward": ward_id})))


def bed_board(session: Session, ward_id: int) -> list[BedBoardRow]:
    """Every bed of a ward by position, with the patient who lies in it now."""
    return list(map(BedBoardRow._make, session.execute(_BED_BOARD, {"ward": ward_id})))


def insert_patient(
    session: Session,
    *,
    identifier_system: str,
    identifier: str,
    family_name: str,
    given_name: str,
    birth_date: date | None,
    age_years_stated: float | None,
    sex: str | None,
    allergies: str | None,
) -> int:
    """Add a person; the row id."""
    patient_id: int = session.execute(
        _INSERT_PATIENT,
        {
            "identifier_system": identifier_system,
            "identifier": identifier,
            "family_name": family_name,
            "given_name": given_name,
            "birth_date": birth_date,
            "age_years_stated": age_years_stated,
            "sex": sex,
            "allergies": allergies,
        },
    ).scalar_one()
    return patient_id


def patient(session: Session, patient_id: int) -> PatientRow:
    """A person by row id; ``LookupError`` where there is none."""
    row = session.execute(_PATIENT, {"wanted": patient_id}).one_or_none()
    if row is None:
        message = f"There is no patient with row id {patient_id}."
        raise LookupError(message)
    return PatientRow._make(row)


def patient_by_identifier(session: Session, *, system: str, identifier: str) -> PatientRow | None:
    """The person whom a system knows by an identifier, or None."""
    row = session.execute(
        _PATIENT_BY_IDENTIFIER, {"system": system, "identifier": identifier}
    ).one_or_none()
    return None if row is None else PatientRow._make(row)


def insert_encounter(
    session: Session,
    *,
    public_id: str,
    patient_id: int,
    ward_id: int,
    admitted_at: datetime,
    care_setting: str,
    treatments_charted: bool,
    time_shift_seconds: int | None,
) -> int:
    """Open a stay; its row id."""
    encounter_id: int = session.execute(
        _INSERT_ENCOUNTER,
        {
            "public_id": public_id,
            "patient_id": patient_id,
            "ward_id": ward_id,
            "admitted_at": admitted_at,
            "care_setting": care_setting,
            "treatments_charted": treatments_charted,
            "time_shift_seconds": time_shift_seconds,
        },
    ).scalar_one()
    return encounter_id


def encounter(session: Session, encounter_id: int) -> EncounterRow:
    """A stay by row id; ``LookupError`` where there is none."""
    row = _ENCOUNTER_BY_ID.first(session, {"wanted": encounter_id})
    if row is None:
        message = f"There is no encounter with row id {encounter_id}."
        raise LookupError(message)
    return EncounterRow._make(row)


def encounter_by_public_id(session: Session, public_id: str) -> EncounterRow | None:
    """The stay that an address names, or None."""
    row = session.execute(_ENCOUNTER_BY_PUBLIC_ID, {"wanted": public_id}).one_or_none()
    return None if row is None else EncounterRow._make(row)


def encounters_of(session: Session, patient_id: int) -> list[EncounterRow]:
    """A person's stays, newest first."""
    rows = session.execute(_ENCOUNTERS_OF, {"patient": patient_id})
    return list(map(EncounterRow._make, rows))


def open_encounter(session: Session, patient_id: int) -> EncounterRow | None:
    """The stay of a person that has not ended, or None."""
    for found in encounters_of(session, patient_id):
        if found.discharged_at is None:
            return found
    return None


def open_encounter_ids(session: Session, ward_id: int | None = None) -> list[int]:
    """The stays of all who lie in a bed now (of one ward)."""
    if ward_id is None:
        return list(session.execute(_IN_BED).scalars())
    return list(session.execute(_IN_BED_OF_WARD, {"ward": ward_id}).scalars())


def encounters_between(
    session: Session, ward_id: int, *, from_at: datetime, to_at: datetime
) -> list[EncounterRow]:
    """The stays of a ward that lasted into a span of time, by row id."""
    rows = session.execute(_ENCOUNTERS_BETWEEN, {"ward": ward_id, "from": from_at, "to": to_at})
    return list(map(EncounterRow._make, rows))


def end_encounter(session: Session, *, encounter_id: int, discharged_at: datetime) -> None:
    """Write down the end of a stay."""
    session.execute(_END_ENCOUNTER, {"wanted": encounter_id, "ended": discharged_at})


def insert_stay(
    session: Session,
    *,
    encounter_id: int,
    ward_id: int,
    bed_id: int,
    from_at: datetime,
    recorded_at: datetime,
    recorded_by: str,
) -> int:
    """Put an encounter into a bed; the store refuses a bed that is taken (``IntegrityError``)."""
    stay_id: int = session.execute(
        _INSERT_STAY,
        {
            "encounter_id": encounter_id,
            "ward_id": ward_id,
            "bed_id": bed_id,
            "from_at": from_at,
            "recorded_at": recorded_at,
            "recorded_by": recorded_by,
        },
    ).scalar_one()
    return stay_id


def end_stay(session: Session, *, encounter_id: int, until_at: datetime) -> None:
    """Free the bed in which an encounter lies."""
    session.execute(_END_STAY, {"wanted": encounter_id, "ended": until_at})


def stays(session: Session, encounter_id: int) -> list[StayRow]:
    """The beds of an encounter, in the order of time."""
    return list(map(StayRow._make, session.execute(_STAYS, {"wanted": encounter_id})))


_INSERT_WARD = insert(_ward).returning(_ward.c.id)
_INSERT_VERSION = insert(table(DataVersion))
_WARDS = select(*columns(_ward, WardRow._fields)).order_by(_ward.c.code)
_WARD_BY_CODE = _WARDS.where(_ward.c.code == bindparam("wanted"))
_BEDS = (
    select(*columns(_bed, BedRow._fields))
    .where(_bed.c.ward_id == bindparam("ward"))
    .order_by(_bed.c.position, _bed.c.id)
)
_INSERT_PATIENT = insert(_patient).returning(_patient.c.id)
_PATIENTS = select(*columns(_patient, PatientRow._fields))
_PATIENT = _PATIENTS.where(_patient.c.id == bindparam("wanted"))
_PATIENT_BY_IDENTIFIER = _PATIENTS.where(
    _patient.c.identifier_system == bindparam("system"),
    _patient.c.identifier == bindparam("identifier"),
)
_INSERT_ENCOUNTER = insert(_encounter).returning(_encounter.c.id)
_ENCOUNTERS: Any = select(
    *columns(_encounter, EncounterRow._fields[:-_OF_PATIENT]),
    *columns(_patient, EncounterRow._fields[-_OF_PATIENT:]),
).select_from(_encounter.join(_patient))
_ENCOUNTER_BY_ID = Prepared(_ENCOUNTERS.where(_encounter.c.id == bindparam("wanted")))
_ENCOUNTER_BY_PUBLIC_ID = _ENCOUNTERS.where(_encounter.c.public_id == bindparam("wanted"))
_ENCOUNTERS_OF = _ENCOUNTERS.where(_encounter.c.patient_id == bindparam("patient")).order_by(
    _encounter.c.admitted_at.desc(), _encounter.c.id.desc()
)
_ENCOUNTERS_BETWEEN = _ENCOUNTERS.where(
    _encounter.c.ward_id == bindparam("ward"),
    _encounter.c.admitted_at < instant("to"),
    or_(_encounter.c.discharged_at.is_(None), _encounter.c.discharged_at > instant("from")),
).order_by(_encounter.c.id)
_END_ENCOUNTER = (
    update(_encounter)
    .where(_encounter.c.id == bindparam("wanted"))
    .values(discharged_at=instant("ended"))
)
_INSERT_STAY = insert(_stay).returning(_stay.c.id)
_END_STAY = (
    update(_stay)
    .where(_stay.c.encounter_id == bindparam("wanted"), _stay.c.until_at.is_(None))
    .values(until_at=instant("ended"))
)
_IN_BED = select(_stay.c.encounter_id).where(_stay.c.until_at.is_(None)).order_by(_stay.c.id)
_IN_BED_OF_WARD = _IN_BED.where(_stay.c.ward_id == bindparam("ward"))
_STAYS = (
    select(
        *columns(_stay, StayRow._fields[:4]),
        _bed.c.label,
        *columns(_stay, StayRow._fields[5:]),
    )
    .select_from(_stay.join(_bed, _bed.c.id == _stay.c.bed_id))
    .where(_stay.c.encounter_id == bindparam("wanted"))
    .order_by(_stay.c.from_at, _stay.c.id)
)
_LYING_IN_IT = (_stay.c.bed_id == _bed.c.id) & _stay.c.until_at.is_(None)
_BED_BOARD = (
    select(
        _bed.c.id,
        _bed.c.label,
        _bed.c.position,
        _encounter.c.id,
        _encounter.c.public_id,
        _patient.c.id,
        _patient.c.family_name,
        _patient.c.given_name,
        _patient.c.birth_date,
        _patient.c.age_years_stated,
        _patient.c.sex,
        _patient.c.allergies,
        _encounter.c.admitted_at,
        _encounter.c.care_setting,
        _encounter.c.treatments_charted,
        _stay.c.from_at,
    )
    .select_from(
        _bed.outerjoin(_stay, _LYING_IN_IT)
        .outerjoin(_encounter, _encounter.c.id == _stay.c.encounter_id)
        .outerjoin(_patient, _patient.c.id == _encounter.c.patient_id)
    )
    .where(_bed.c.ward_id == bindparam("ward"))
    .order_by(_bed.c.position, _bed.c.id)
)
