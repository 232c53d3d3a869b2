"""One patient's page: who it is, why this grade, and what is open.

``open_page`` is everything that is small and always shown; the columns of a window for the figure
and the tables are of ``course``. ``mark`` says cheaply whether either would be different now.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import baselines, census, evaluations, observations, therapies, treatments
from db.queries import patient as rows
from db.queries import patient_course as course_rows
from db.queries.patient import AlertRow, HeadRow, Mark, StatedRow
from monitoring.clinical import schedule
from monitoring.clinical.alert_state import ConditionAxis
from monitoring.clinical.facts import BaselineRecord
from monitoring.clinical.not_judged import NOT_JUDGED
from monitoring.clinical.policy import Policy
from monitoring.clinical.results import Evaluation
from monitoring.clinical.schedule import Due
from monitoring.services.charted_sets import set_taken_us
from monitoring.services.evaluate import age_years
from monitoring.services.instants import to_us
from monitoring.services.policies import policy_for
from monitoring.services.stored_evaluation import readable

__all__ = [
    "AlertRow",
    "HeadRow",
    "Mark",
    "PatientPage",
    "StatedRow",
    "mark",
    "open_page",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseGiven:
    """One dose of an immunotherapy."""

    product: str
    therapy_class: str
    infused_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestValue:
    """The newest current observation of a concept."""

    row_id: int
    value: float | None
    code: str | None
    taken_us: int
    method: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentGiven:
    """A treatment; ``ended_us`` equals ``started_us`` for a dose, None still runs."""

    row_id: int
    kind: str
    agent: str
    dose_value: float | None
    dose_unit: str | None
    route: str | None
    indication: str | None
    started_us: int
    ended_us: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientPage:
    """What is always shown of one patient, as of one moment of the store.

    ``doses`` and ``stated`` oldest first; ``alerts`` are those that are told, ``covered`` what each
    of them says for others, by its problem; ``latest`` by concept; ``due`` None before anything was
    observed, ``ice_due`` also where no ICE is asked for. ``not_judged``: the newest look at the
    patient failed, and ``evaluation`` is of an earlier one, None where that cannot be read.
    """

    head: HeadRow
    age_years: float | None
    doses: tuple[DoseGiven, ...]
    baseline: BaselineRecord | None
    evaluation: Evaluation | None
    not_judged: bool
    due: Due | None
    ice_due: Due | None
    stated: tuple[StatedRow, ...]
    alerts: tuple[AlertRow, ...]
    covered: Mapping[str, tuple[AlertRow, ...]]
    latest: dict[str, LatestValue]
    treatments: tuple[TreatmentGiven, ...]
    first_taken_us: int | None
    policy: Policy
    mark: Mark


def open_page(store: Store, *, public_id: str, now: datetime) -> PatientPage | None:
    """The page of the stay behind an opaque id as the store is now; None where there is none."""
    with store.read() as session:
        head = rows.head(session, public_id)
        if head is None:
            return None
        encounter = census.encounter(session, head.encounter_id)
        policy = policy_for(session, encounter, now)
        latest = {
            row.concept: LatestValue(
                row_id=row.id,
                value=row.value_num,
                code=row.value_code,
                taken_us=to_us(row.taken_at),
                method=row.method,
            )
            for row in observations.latest_per_concept(session, [head.encounter_id])
        }
        judged = next(iter(evaluations.latest(session, [head.encounter_id])), None)
        evaluation = readable(judged)
        open_alerts = tuple(rows.open_alerts(session, head.encounter_id))
        last_set_us = set_taken_us({name: one.taken_us for name, one in latest.items()})
        return PatientPage(
            head=head,
            age_years=age_years(head.birth_date, head.age_years_stated, now.date()),
            doses=_doses(session, head.encounter_id),
            baseline=_baseline(session, head.encounter_id, now=now),
            evaluation=evaluation,
            not_judged=(evaluation is None) != (judged is None)
            or any(map(_says_not_judged, open_alerts)),
            due=None if evaluation is None else schedule.next_due(evaluation, last_set_us, policy),
            ice_due=None if evaluation is None else schedule.next_ice_due(evaluation, policy),
            stated=tuple(rows.stated(session, head.encounter_id)),
            alerts=tuple(one for one in open_alerts if one.inhibited_by is None),
            covered=_covered(open_alerts),
            latest=latest,
            treatments=_treatments(session, head.encounter_id),
            first_taken_us=course_rows.first_taken_us(session, head.encounter_id),
            policy=policy,
            mark=rows.mark(session, head.encounter_id, head.ward_id),
        )


def ward_code(store: Store, public_id: str | None) -> str | None:
    """The code of the ward on which a stay lies, None where the identifier names nobody."""
    with store.read() as session:
        stay = None if public_id is None else census.encounter_by_public_id(session, public_id)
        return next(
            (ward.code for ward in census.wards(session) if stay and ward.id == stay.ward_id), None
        )


def mark(store: Store, *, encounter_id: int, ward_id: int) -> Mark:
    """The mark of one page now; an equal one means that nothing on it has changed."""
    with store.read() as session:
        return rows.mark(session, encounter_id, ward_id)


def _says_not_judged(alert: AlertRow) -> bool:
    return alert.problem == NOT_JUDGED and alert.condition == ConditionAxis.ACTIVE


def _covered(alerts: Iterable[AlertRow]) -> dict[str, tuple[AlertRow, ...]]:
    """What each alert that is told says for others, and those for others in turn."""
    above = {one.problem: one.inhibited_by for one in alerts if one.inhibited_by is not None}
    found: dict[str, tuple[AlertRow, ...]] = {}
    for one in alerts:
        cover = above.get(one.problem)
        if cover is None:
            continue
        while cover in above:
            cover = above[cover]
        found[cover] = (*found.get(cover, ()), one)
    return found


def _doses(session: Session, encounter_id: int) -> tuple[DoseGiven, ...]:
    doses = [
        DoseGiven(
            product=row.product,
            therapy_class=row.therapy_class,
            infused_us=to_us(row.infused_at),
        )
        for row in therapies.current(session, encounter_id)
    ]
    return tuple(sorted(doses, key=lambda dose: dose.infused_us))


def _baseline(session: Session, encounter_id: int, *, now: datetime) -> BaselineRecord | None:
    """The baseline in force: the newest one that is effective by now."""
    in_force = [
        row for row in baselines.current(session, encounter_id) if row.effective_from <= now
    ]
    if not in_force:
        return None
    row = max(in_force, key=lambda one: (one.effective_from, one.id))
    return BaselineRecord(
        row_id=row.id,
        effective_us=to_us(row.effective_from),
        systolic_mmhg=row.systolic_mmhg,
        diastolic_mmhg=row.diastolic_mmhg,
        mean_mmhg=row.mean_mmhg,
        home_oxygen_device=row.home_oxygen_device,
        home_oxygen_lpm=row.home_oxygen_lpm,
        spo2_scale=row.spo2_scale,
    )


def _treatments(session: Session, encounter_id: int) -> tuple[TreatmentGiven, ...]:
    return tuple(
        TreatmentGiven(
            row_id=row.id,
            kind=row.kind,
            agent=row.agent,
            dose_value=row.dose_value,
            dose_unit=row.dose_unit,
            route=row.route,
            indication=row.indication,
            started_us=to_us(row.started_at),
            ended_us=None if row.ended_at is None else to_us(row.ended_at),
        )
        for row in treatments.current(session, encounter_id)
    )
