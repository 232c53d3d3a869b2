"""What the patient page reads: who the person is, the course of the stay, and what is behind it.

Rows come out as they are stored, times as microseconds since the Unix epoch; nothing is judged
here.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, and_, bindparam, cast, func, or_, select
from sqlalchemy.orm import Session

from db.models import (
    AlertEvent,
    AlertThread,
    Attribution,
    Baseline,
    Bed,
    BedStay,
    Encounter,
    Evaluation,
    GradeConfirmation,
    Observation,
    Patient,
    PolicyVersion,
    Therapy,
    TherapyDose,
    Treatment,
    User,
    Ward,
)
from db.models.base import table
from db.types import epoch_us

_ward = table(Ward)
_bed = table(Bed)
_stay = table(BedStay)
_encounter = table(Encounter)
_patient = table(Patient)
_therapy = table(Therapy)
_dose = table(TherapyDose)
_observation = table(Observation)
_evaluation = table(Evaluation)
_thread = table(AlertThread)
_event = table(AlertEvent)
_user = table(User)
_author = _user.alias("author")
_treatment = table(Treatment)
_attribution = table(Attribution)
_baseline = table(Baseline)
_confirmation = table(GradeConfirmation)
_policy = table(PolicyVersion)


class HeadRow(NamedTuple):
    """The person, the stay and the bed; the bed is None once the stay in it has ended."""

    encounter_id: int
    public_id: str
    ward_id: int
    ward_code: str
    ward_name: str
    time_zone: str
    bed: str | None
    family_name: str
    given_name: str
    identifier: str
    birth_date: date | None
    age_years_stated: float | None
    sex: str | None
    allergies: str | None
    admitted_us: int
    discharged_us: int | None


class GradePointRow(NamedTuple):
    """The suggested grades from a moment on; those of ICANS are None in old evaluations.

    ``confirmed`` are the clinicians' words that stood then, as the evaluation's document has them.
    """

    id: int
    at_us: int
    crs_grade: int | None
    crs_status: str
    fever_waived: bool | None
    resolving: bool | None
    icans_grade: int | None
    icans_status: str | None
    confirmed: list[dict[str, Any]] | None


class AlertRow(NamedTuple):
    """An open alert of one patient, with the name of its owner.

    ``escalated_to`` is the role that was called last, ``offered_to`` who was asked to take it over,
    ``waiting_since_us`` when it last came to be nobody's, ``inhibited_by`` the problem whose alert
    says this one already.
    """

    public_id: str
    problem: str
    label: str
    priority: str
    condition: str
    acknowledgement: str
    visibility: str
    raised_us: int | None
    owner: str | None
    owner_name: str | None
    snapshot: dict[str, Any]
    escalated_to: str | None
    offered_to: str | None
    snoozed_until_us: int | None
    severity: int
    waiting_since_us: int | None
    inhibited_by: str | None


class StatedRow(NamedTuple):
    """What a clinician said of a grade, under the name that the ward knows."""

    id: int
    scale: str
    grade: int
    computed_grade: int | None
    reason: str | None
    by: str
    at_us: int
    valid_until_us: int


class Provenance(NamedTuple):
    """Who recorded a row, and when it became known."""

    id: int
    recorded_by: str
    recorded_us: int


class Mark(NamedTuple):
    """What moves with one patient's page: equal marks mean that nothing on it changed.

    ``evaluation`` is the newest one of the newest moment: whatever is observed, put right or given
    has the patient judged again up to there. ``alert_event`` is the newest of the alerts that are
    open, ``open_alerts`` how many those are. The others are the newest rows of what is rare. So it
    costs the same on the first day of a stay and on the last.
    """

    evaluation: int
    alert_event: int
    open_alerts: int
    attribution: int
    baseline: int
    dose: int
    stay: int
    discharged_us: int
    policy: int


_HEAD = (
    select(
        _encounter.c.id,
        _encounter.c.public_id,
        _ward.c.id,
        _ward.c.code,
        _ward.c.name,
        _ward.c.time_zone,
        _bed.c.label,
        _patient.c.family_name,
        _patient.c.given_name,
        _patient.c.identifier,
        _patient.c.birth_date,
        _patient.c.age_years_stated,
        _patient.c.sex,
        _patient.c.allergies,
        epoch_us(_encounter.c.admitted_at),
        epoch_us(_encounter.c.discharged_at),
    )
    .select_from(_encounter)
    .join(_patient, _patient.c.id == _encounter.c.patient_id)
    .join(_ward, _ward.c.id == _encounter.c.ward_id)
    .outerjoin(_stay, and_(_stay.c.encounter_id == _encounter.c.id, _stay.c.until_at.is_(None)))
    .outerjoin(_bed, _bed.c.id == _stay.c.bed_id)
    .where(_encounter.c.public_id == bindparam("public_id"))
)

_GRADES = (
    select(
        _evaluation.c.id,
        epoch_us(_evaluation.c.at),
        _evaluation.c.crs_grade,
        _evaluation.c.crs_status,
        _evaluation.c.document["crs"]["fever_waived"].as_boolean(),
        _evaluation.c.document["crs"]["resolving"].as_boolean(),
        _evaluation.c.document["icans"]["grade"].as_integer(),
        _evaluation.c.document["icans"]["status"].as_string(),
        _evaluation.c.document["confirmed"].as_json(),
    )
    .where(
        _evaluation.c.encounter_id == bindparam("encounter_id"),
        _evaluation.c.at >= bindparam("from_at", type_=_evaluation.c.at.type),
        _evaluation.c.at <= bindparam("to_at", type_=_evaluation.c.at.type),
    )
    .order_by(_evaluation.c.at, _evaluation.c.id)
)

_ALERTS = (
    select(
        _thread.c.public_id,
        _thread.c.problem,
        _thread.c.state["label"].as_string(),
        _thread.c.priority,
        _thread.c.condition,
        _thread.c.acknowledgement,
        _thread.c.visibility,
        epoch_us(_thread.c.raised_at),
        _thread.c.owner,
        func.coalesce(_author.c.display_name, _thread.c.owner),
        _thread.c.snapshot,
        _thread.c.state["escalated_to"].as_string(),
        _thread.c.state["offered_to"].as_string(),
        cast(_thread.c.state["snoozed_until_us"].as_string(), BigInteger),
        _thread.c.state["severity"].as_integer(),
        cast(_thread.c.state["waiting_since_us"].as_string(), BigInteger),
        _thread.c.state["inhibited_by"].as_string(),
    )
    .outerjoin(_author, _author.c.username == _thread.c.owner)
    .where(
        _thread.c.encounter_id == bindparam("encounter_id"),
        _thread.c.closed_at.is_(None),
        _thread.c.condition != "pending",
    )
    .order_by(_thread.c.id)
)


_STATED = (
    select(
        _confirmation.c.id,
        _confirmation.c.scale,
        _confirmation.c.grade,
        _confirmation.c.computed_grade,
        _confirmation.c.reason,
        func.coalesce(_author.c.display_name, _confirmation.c.confirmed_by),
        epoch_us(_confirmation.c.confirmed_at),
        epoch_us(_confirmation.c.valid_until),
    )
    .outerjoin(_author, _author.c.username == _confirmation.c.confirmed_by)
    .where(_confirmation.c.encounter_id == bindparam("encounter_id"))
    .order_by(_confirmation.c.confirmed_at, _confirmation.c.id)
)


def stated(session: Session, encounter_id: int) -> list[StatedRow]:
    """Everything clinicians said of one patient's grades, oldest first."""
    return [
        StatedRow._make(row) for row in session.execute(_STATED, {"encounter_id": encounter_id})
    ]


def head(session: Session, public_id: str) -> HeadRow | None:
    """The person and the stay behind an opaque id; None where there is no such stay."""
    row = session.execute(_HEAD, {"public_id": public_id}).first()
    return None if row is None else HeadRow._make(row)


def grades(
    session: Session, encounter_id: int, *, from_at: datetime, to_at: datetime
) -> list[GradePointRow]:
    """The suggested grade at every evaluated moment of a window; for one moment the newest row."""
    parameters = {"encounter_id": encounter_id, "from_at": from_at, "to_at": to_at}
    newest: dict[int, GradePointRow] = {}
    for row in session.execute(_GRADES, parameters):
        point = GradePointRow._make(row)
        newest[point.at_us] = point
    return list(newest.values())


def open_alerts(session: Session, encounter_id: int) -> list[AlertRow]:
    """Every open alert of one patient that has been raised, oldest first."""
    return [AlertRow._make(row) for row in session.execute(_ALERTS, {"encounter_id": encounter_id})]


_RECORDED = {
    "observation": (_observation, _observation.c.recorded_by),
    "treatment": (_treatment, _treatment.c.recorded_by),
    "attribution": (_attribution, _attribution.c.attributed_by),
    "baseline": (_baseline, _baseline.c.set_by),
    "therapy_dose": (_dose, _dose.c.recorded_by),
}


def provenance(session: Session, table_name: str, row_ids: Iterable[int]) -> list[Provenance]:
    """Who recorded some rows of a table of facts, and when; ``KeyError`` for another table."""
    source, recorded_by = _RECORDED[table_name]
    statement = (
        select(
            source.c.id,
            func.coalesce(_author.c.display_name, recorded_by),
            epoch_us(source.c.recorded_at),
        )
        .outerjoin(_author, _author.c.username == recorded_by)
        .where(source.c.id.in_(bindparam("ids", expanding=True)))
    )
    return [Provenance._make(row) for row in session.execute(statement, {"ids": list(row_ids)})]


def mark(session: Session, encounter_id: int, ward_id: int) -> Mark:
    """The mark of one patient's page."""
    own = {"encounter_id": encounter_id, "ward_id": ward_id}
    row = session.execute(_MARK, own).one()
    return Mark._make(part or 0 for part in row)


def _newest_of(source: Any) -> Any:
    return (
        select(func.max(source.c.id))
        .where(source.c.encounter_id == bindparam("encounter_id"))
        .scalar_subquery()
    )


_is_open = and_(_thread.c.encounter_id == bindparam("encounter_id"), _thread.c.closed_at.is_(None))
_newest_event = (
    select(_event.c.id)
    .where(_event.c.thread_id == _thread.c.id)
    .order_by(_event.c.sequence.desc())
    .limit(1)
    .correlate(_thread)
    .scalar_subquery()
)
_MARK = select(
    select(_evaluation.c.id)
    .where(_evaluation.c.encounter_id == bindparam("encounter_id"))
    .order_by(_evaluation.c.at.desc(), _evaluation.c.id.desc())
    .limit(1)
    .scalar_subquery(),
    select(func.max(_newest_event)).where(_is_open).scalar_subquery(),
    select(func.count(_thread.c.id)).where(_is_open).scalar_subquery(),
    _newest_of(_attribution),
    _newest_of(_baseline),
    _newest_of(_dose),
    _newest_of(_stay),
    select(epoch_us(_encounter.c.discharged_at))
    .where(_encounter.c.id == bindparam("encounter_id"))
    .scalar_subquery(),
    select(func.max(_policy.c.id))
    .where(
        or_(
            _policy.c.encounter_id == bindparam("encounter_id"),
            and_(_policy.c.encounter_id.is_(None), _policy.c.ward_id == bindparam("ward_id")),
            and_(_policy.c.encounter_id.is_(None), _policy.c.ward_id.is_(None)),
        )
    )
    .scalar_subquery(),
)
