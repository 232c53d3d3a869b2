"""A ward of one bed in which the contract's stories happen."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import pysqlite3.dbapi2
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.engine import Store
from db.models import Observation
from db.queries import alerts, census
from db.queries.confirmations import NewConfirmation
from db.queries.evaluations import NewEvaluation
from db.queries.observations import NewObservation, NewSet
from db.queries.treatments import NewTreatment

NIGHT = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ward:
    """Row ids of a ward and of the patient in its first bed."""

    ward_id: int
    bed_id: int
    patient_id: int
    encounter_id: int


def open_ward(session: Session, code: str = "7B") -> Ward:
    """A ward with two beds, a patient in the first."""
    ward_id = census.insert_ward(
        session, code=code, name="Haematology", time_zone="Europe/Berlin", is_demo=False, now=NIGHT
    )
    census.insert_beds(session, ward_id=ward_id, labels=["01", "02"], first_position=0)
    bed, _ = census.beds(session, ward_id)
    patient_id = census.insert_patient(
        session,
        identifier_system="urn:test",
        identifier=f"{code}-1",
        family_name="Vega",
        given_name="Inés",
        birth_date=None,
        age_years_stated=61.0,
        sex="female",
        allergies=None,
    )
    encounter_id = census.insert_encounter(
        session,
        public_id=f"encounter-{code}",
        patient_id=patient_id,
        ward_id=ward_id,
        admitted_at=NIGHT,
        care_setting="ward",
        treatments_charted=True,
        time_shift_seconds=None,
    )
    census.insert_stay(
        session,
        encounter_id=encounter_id,
        ward_id=ward_id,
        bed_id=bed.id,
        from_at=NIGHT,
        recorded_at=NIGHT,
        recorded_by="clerk.brandt",
    )
    return Ward(ward_id=ward_id, bed_id=bed.id, patient_id=patient_id, encounter_id=encounter_id)


def a_set(
    ward: Ward,
    source_id: str,
    *,
    taken_at: datetime = NIGHT,
    recorded_at: datetime = NIGHT,
    recorded_by: str = "nurse.adeyemi",
) -> NewSet:
    """A set that a nurse charted."""
    return NewSet(
        encounter_id=ward.encounter_id,
        source="chart",
        source_id=source_id,
        taken_at=taken_at,
        recorded_at=recorded_at,
        recorded_by=recorded_by,
        partial_reason=None,
    )


def a_value(
    ward: Ward,
    concept: str,
    value: float | None,
    *,
    source_id: str | None = None,
    code: str | None = None,
    taken_at: datetime = NIGHT,
    recorded_at: datetime = NIGHT,
    sent: str | None = None,
) -> NewObservation:
    """One value of a set that a nurse charted; named by concept and time unless told otherwise."""
    return NewObservation(
        encounter_id=ward.encounter_id,
        ward_id=ward.ward_id,
        concept=concept,
        category="vital",
        value_num=value,
        value_code=code,
        value_sent=sent or str(value if code is None else code),
        unit_sent=None,
        taken_at=taken_at,
        taken_at_sent=None,
        recorded_at=recorded_at,
        recorded_by="nurse.adeyemi",
        source="chart",
        source_id=source_id or f"{concept}@{taken_at.isoformat()}",
        status="final",
        method=None,
        queried=False,
        supersedes_id=None,
        reason=None,
    )


def stored_rows(session: Session, ward_id: int) -> Sequence[Observation]:
    """Every row of a ward's patients, standing or not, in the order in which they were stored."""
    of_ward = Observation.ward_id == ward_id
    return session.scalars(select(Observation).where(of_ward).order_by(Observation.id)).all()


def a_confirmation(
    ward: Ward,
    *,
    scale: str = "astct_crs",
    grade: int = 2,
    computed_grade: int | None = 1,
    at: datetime = NIGHT,
    submission: str = "press 1",
) -> NewConfirmation:
    """A physician's word on a grade."""
    return NewConfirmation(
        encounter_id=ward.encounter_id,
        scale=scale,
        grade=grade,
        computed_grade=computed_grade,
        computed_status="graded",
        rulebook="stormwatch-rules@1",
        reason="needed a bolus that nobody charted",
        confirmed_by="dr.okonkwo",
        confirmed_at=at,
        recorded_at=at,
        valid_until=at + timedelta(hours=24),
        submission=submission,
    )


def a_treatment(
    ward: Ward,
    *,
    source_id: str = "treatment 1",
    started_at: datetime = NIGHT,
    ended_at: datetime | None = None,
    recorded_at: datetime = NIGHT,
) -> NewTreatment:
    """Norepinephrine, running unless it has an end."""
    return NewTreatment(
        encounter_id=ward.encounter_id,
        kind="vasopressor",
        agent="norepinephrine",
        dose_value=4.0,
        dose_unit="ug/min",
        route="intravenous",
        indication="hypotension",
        started_at=started_at,
        ended_at=ended_at,
        recorded_at=recorded_at,
        recorded_by="nurse.adeyemi",
        source="chart",
        source_id=source_id,
        status="in-progress" if ended_at is None else "completed",
        supersedes_id=None,
        reason=None,
    )


def an_evaluation(
    ward: Ward,
    *,
    at: datetime = NIGHT,
    recorded_at: datetime = NIGHT,
    crs_grade: int | None = 1,
) -> NewEvaluation:
    """What the rules said of a moment."""
    return NewEvaluation(
        encounter_id=ward.encounter_id,
        ward_id=ward.ward_id,
        at=at,
        recorded_at=recorded_at,
        rulebook="stormwatch-rules@1",
        crs_grade=crs_grade,
        crs_status="unknown" if crs_grade is None else "graded",
        crs_peak=crs_grade,
        news2_total=None,
        news2_minimum=3,
        document={"crs": {"grade": crs_grade}, "share": 0.1, "rows": [1, 2]},
    )


def a_thread(
    session: Session,
    ward: Ward,
    *,
    public_id: str = "thread-1",
    problem: str = "fever",
    condition: str = "active",
    closed_at: datetime | None = None,
) -> int:
    """An alert that nobody owns yet."""
    return alerts.insert_thread(
        session,
        encounter_id=ward.encounter_id,
        ward_id=ward.ward_id,
        public_id=public_id,
        problem=problem,
        priority="medium",
        condition=condition,
        acknowledgement="unacknowledged",
        visibility="shown",
        raised_at=NIGHT,
        closed_at=closed_at,
        owner=None,
        snapshot={"temperature": 38.4},
        state={"problem": problem},
    )


@contextmanager
def behind_the_back(store: Store) -> Iterator[psycopg.Connection | pysqlite3.dbapi2.Connection]:
    """A connection of an intruder, who has taken the guards away."""
    url = store.engine.url
    if store.is_sqlite:
        connection = pysqlite3.dbapi2.connect(url.database)
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in names.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
    else:
        connection = psycopg.connect(url.render_as_string(hide_password=False))
        connection.execute("SET session_replication_role = replica")
    yield connection
    connection.commit()
    connection.close()


def open_threads(session: Session, encounter_id: int) -> list[alerts.ThreadRow]:
    """The patient's alert threads that are not closed, whole, oldest first."""
    return [one for one in alerts.threads(session, encounter_id) if one.closed_at is None]
