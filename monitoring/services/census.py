"""Who is where: wards and beds, admission, moves and discharge."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import audit, census, versions
from monitoring.services.errors import RefusedError

CARE_SETTINGS = ("ward", "icu")


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientDetails:
    """A person as the assigning system knows them; None where it does not say."""

    identifier_system: str
    identifier: str
    family_name: str
    given_name: str
    birth_date: date | None = None
    age_years_stated: float | None = None
    sex: str | None = None
    allergies: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """An encounter that was opened."""

    encounter_id: int
    public_id: str


def ensure_ward(
    store: Store,
    *,
    code: str,
    name: str,
    time_zone: str,
    beds: Sequence[str],
    is_demo: bool,
    actor: str,
    now: datetime,
) -> int:
    """The ward of a code with at least these beds, created where it is missing; its row id.

    Raises ``RefusedError`` for a time zone that is not in the IANA list.
    """
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        message = f"The time zone {time_zone} is not known. Use a name such as Europe/Berlin."
        raise RefusedError(message) from unknown

    def work(session: Session) -> int:
        ward = census.ward_by_code(session, code)
        if ward is None:
            ward_id = census.insert_ward(
                session, code=code, name=name, time_zone=time_zone, is_demo=is_demo, now=now
            )
        else:
            ward_id = ward.id
        versions.lock_ward(session, ward_id)
        present = {bed.label for bed in census.beds(session, ward_id)}
        missing = [label for label in beds if label not in present]
        census.insert_beds(session, ward_id=ward_id, labels=missing, first_position=len(present))
        if ward is None or missing:
            audit.append(
                session,
                at=now,
                actor=actor,
                action="ward.ensure",
                entity="ward",
                entity_id=code,
                detail={"beds_added": missing},
            )
            versions.advance(session, ward_id, now)
        return ward_id

    return store.write(work)


def admit(
    store: Store,
    *,
    ward_id: int,
    bed_label: str,
    patient: PatientDetails,
    admitted_at: datetime,
    care_setting: str,
    treatments_charted: bool,
    actor: str,
    now: datetime,
    public_id: str | None = None,
    time_shift_seconds: int | None = None,
) -> Admitted:
    """Admit a patient to a free bed.

    Raises ``RefusedError`` where the bed is unknown or taken, or the patient is in a bed already.
    """
    if care_setting not in CARE_SETTINGS:
        message = "The care setting is either ward or icu."
        raise RefusedError(message)

    def work(session: Session) -> Admitted:
        versions.lock_ward(session, ward_id)
        bed = _free_bed(session, ward_id, bed_label)
        known = census.patient_by_identifier(
            session, system=patient.identifier_system, identifier=patient.identifier
        )
        if known is not None and census.open_encounter(session, known.id) is not None:
            message = "This patient has a bed already. Move or discharge the patient first."
            raise RefusedError(message)
        patient_id = (
            census.insert_patient(
                session,
                identifier_system=patient.identifier_system,
                identifier=patient.identifier,
                family_name=patient.family_name,
                given_name=patient.given_name,
                birth_date=patient.birth_date,
                age_years_stated=patient.age_years_stated,
                sex=patient.sex,
                allergies=patient.allergies,
            )
            if known is None
            else known.id
        )
        opaque = public_id or uuid4().hex
        encounter_id = census.insert_encounter(
            session,
            public_id=opaque,
            patient_id=patient_id,
            ward_id=ward_id,
            admitted_at=admitted_at,
            care_setting=care_setting,
            treatments_charted=treatments_charted,
            time_shift_seconds=time_shift_seconds,
        )
        census.insert_stay(
            session,
            encounter_id=encounter_id,
            ward_id=ward_id,
            bed_id=bed,
            from_at=admitted_at,
            recorded_at=now,
            recorded_by=actor,
        )
        _audit(session, "encounter.admit", opaque, {"bed": bed_label}, actor=actor, now=now)
        versions.advance(session, ward_id, now)
        return Admitted(encounter_id=encounter_id, public_id=opaque)

    return store.write(work)


def move(
    store: Store, *, encounter_id: int, bed_label: str, at: datetime, actor: str, now: datetime
) -> None:
    """Move a patient to another free bed of the same ward."""

    def work(session: Session) -> None:
        encounter = census.encounter(session, encounter_id)
        versions.lock_ward(session, encounter.ward_id)
        bed = _free_bed(session, encounter.ward_id, bed_label)
        census.end_stay(session, encounter_id=encounter_id, until_at=at)
        census.insert_stay(
            session,
            encounter_id=encounter_id,
            ward_id=encounter.ward_id,
            bed_id=bed,
            from_at=at,
            recorded_at=now,
            recorded_by=actor,
        )
        _audit(
            session, "encounter.move", encounter.public_id, {"bed": bed_label}, actor=actor, now=now
        )
        versions.advance(session, encounter.ward_id, now)

    store.write(work)


def discharge(store: Store, *, encounter_id: int, at: datetime, actor: str, now: datetime) -> None:
    """End a stay and free its bed; nothing recorded is lost."""

    def work(session: Session) -> None:
        encounter = census.encounter(session, encounter_id)
        versions.lock_ward(session, encounter.ward_id)
        census.end_stay(session, encounter_id=encounter_id, until_at=at)
        census.end_encounter(session, encounter_id=encounter_id, discharged_at=at)
        _audit(session, "encounter.discharge", encounter.public_id, {}, actor=actor, now=now)
        versions.advance(session, encounter.ward_id, now)

    store.write(work)


def _free_bed(session: Session, ward_id: int, label: str) -> int:
    beds = {bed.label: bed for bed in census.bed_board(session, ward_id)}
    if label not in beds:
        message = f"There is no bed {label} on this ward. Choose one of its beds."
        raise RefusedError(message)
    if beds[label].encounter_id is not None:
        message = f"Bed {label} is taken. Choose a free bed."
        raise RefusedError(message)
    return beds[label].bed_id


def _audit(
    session: Session,
    action: str,
    public_id: str,
    detail: dict[str, str],
    *,
    actor: str,
    now: datetime,
) -> None:
    audit.append(
        session,
        at=now,
        actor=actor,
        action=action,
        entity="encounter",
        entity_id=public_id,
        detail=detail,
    )
