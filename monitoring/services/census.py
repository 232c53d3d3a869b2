"""Who is where, what they received and what is usual for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import audit, baselines, census, therapies, versions
from db.queries.census import EncounterRow
from monitoring.services.change import Changed, change_facts
from monitoring.services.errors import RefusedError

CARE_SETTINGS = ("ward", "icu")
THERAPY_CLASSES = ("car_t", "bispecific", "checkpoint_inhibitor")


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


def record_therapy(
    store: Store,
    *,
    encounter_id: int,
    product: str,
    therapy_class: str,
    doses: Sequence[tuple[datetime, str | None]],
    actor: str,
    now: datetime,
) -> int:
    """Record an immunotherapy with its doses (time, dose as written); the therapy's row id."""
    if therapy_class not in THERAPY_CLASSES:
        message = "The therapy class is car_t, bispecific or checkpoint_inhibitor."
        raise RefusedError(message)

    def change(session: Session, encounter: EncounterRow) -> Changed:
        therapy_id = therapies.insert(
            session,
            encounter_id=encounter.id,
            product=product,
            therapy_class=therapy_class,
            recorded_at=now,
            recorded_by=actor,
        )
        for infused_at, dose_text in doses:
            _insert_dose(session, encounter, therapy_id, infused_at, dose_text, actor, now)
        return Changed(
            entity="therapy",
            entity_id=str(therapy_id),
            moments=[_within_stay(encounter, infused_at) for infused_at, _ in doses],
            detail={"product": product},
        )

    recorded = change_facts(
        store,
        encounter_id=encounter_id,
        action="therapy.record",
        actor=actor,
        now=now,
        change=change,
    )
    assert recorded.entity_id is not None  # a therapy is new each time it is recorded
    return int(recorded.entity_id)


def record_dose(
    store: Store,
    *,
    encounter_id: int,
    therapy_id: int,
    infused_at: datetime,
    dose_text: str | None,
    actor: str,
    now: datetime,
) -> None:
    """Record one more dose; day +N counts from the newest (rule C18)."""

    def change(session: Session, encounter: EncounterRow) -> Changed:
        _insert_dose(session, encounter, therapy_id, infused_at, dose_text, actor, now)
        moments = [_within_stay(encounter, infused_at)]
        return Changed(entity="therapy", entity_id=str(therapy_id), moments=moments)

    change_facts(
        store,
        encounter_id=encounter_id,
        action="therapy.dose",
        actor=actor,
        now=now,
        change=change,
    )


def set_baseline(
    store: Store,
    *,
    encounter_id: int,
    effective_from: datetime,
    systolic_mmhg: float | None,
    diastolic_mmhg: float | None,
    mean_mmhg: float | None,
    home_oxygen_device: str | None,
    home_oxygen_lpm: float | None,
    spo2_scale: int,
    actor: str,
    now: datetime,
) -> None:
    """Say what is usual for this person; the grade is judged against it from then on."""
    if spo2_scale not in (1, 2):
        message = "The NEWS2 SpO2 scale is 1 or 2."
        raise RefusedError(message)

    def change(session: Session, encounter: EncounterRow) -> Changed:
        row_id = baselines.insert(
            session,
            baselines.NewBaseline(
                encounter_id=encounter.id,
                effective_from=effective_from,
                systolic_mmhg=systolic_mmhg,
                diastolic_mmhg=diastolic_mmhg,
                mean_mmhg=mean_mmhg,
                home_oxygen_device=home_oxygen_device,
                home_oxygen_lpm=home_oxygen_lpm,
                spo2_scale=spo2_scale,
                set_by=actor,
                recorded_at=now,
            ),
        )
        return Changed(entity="baseline", entity_id=str(row_id), moments=[effective_from])

    change_facts(
        store,
        encounter_id=encounter_id,
        action="baseline.set",
        actor=actor,
        now=now,
        change=change,
    )


def _within_stay(encounter: EncounterRow, infused_at: datetime) -> datetime:
    """From when a dose is judged: one given before the stay makes nobody overdue on arrival."""
    return max(infused_at, encounter.admitted_at)


def _insert_dose(
    session: Session,
    encounter: EncounterRow,
    therapy_id: int,
    infused_at: datetime,
    dose_text: str | None,
    actor: str,
    now: datetime,
) -> None:
    therapies.insert_dose(
        session,
        therapy_id=therapy_id,
        encounter_id=encounter.id,
        infused_at=infused_at,
        dose_text=dose_text,
        recorded_at=now,
        recorded_by=actor,
    )


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
