"""From stored rows to the rules and back: what a patient's facts say at each moment."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import chain
from typing import TypeVar

import numpy as np
from sqlalchemy.orm import Session

from db.queries import (
    attributions,
    baselines,
    confirmations,
    evaluations,
    summaries,
    therapies,
    treatments,
)
from db.queries import facts as stored_facts
from db.queries.census import EncounterRow
from monitoring.clinical import evaluate as rules
from monitoring.clinical.facts import (
    AttributionSpan,
    BaselineRecord,
    Dose,
    EncounterFacts,
    GradeStatement,
    ObservationColumns,
    ShortHistoryError,
    TreatmentSpan,
)
from monitoring.clinical.policy import Policy
from monitoring.clinical.policy_course import PolicyCourse
from monitoring.clinical.results import EpisodeState, Evaluation
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.signals import NEEDED_SHORT
from monitoring.services.instants import from_us, to_us
from monitoring.services.stored_evaluation import StoredEvaluation, stored_before
from monitoring.services.summary import summary_of

T = TypeVar("T")

_LOOKBACK = timedelta(microseconds=rules.LOOKBACK_US)


def age_years(birth_date: date | None, stated_years: float | None, on: date) -> float | None:
    """Age on a day in years and a part of one: from the birth date, else as the source stated it.

    An infant's limits change by days and months (rule C19), so the part of a year is kept. None
    where neither is known.
    """
    if birth_date is None:
        return stated_years
    before_birthday = (on.month, on.day) < (birth_date.month, birth_date.day)
    completed = on.year - birth_date.year - before_birthday
    # The first of March stands in for a 29 February that the year does not have.
    year = birth_date.year + completed
    is_leap_birthday = (birth_date.month, birth_date.day) == (2, 29)
    birthday = date(year, 3, 1) if is_leap_birthday else birth_date.replace(year=year)
    return completed + max(0, (on - birthday).days) / 366


def load_facts(
    session: Session,
    encounter: EncounterRow,
    *,
    from_at: datetime,
    to_at: datetime,
    as_known_at: datetime | None = None,
) -> EncounterFacts:
    """What the rules need to judge every moment from ``from_at`` to ``to_at``.

    Observations reach back over the rules' look-back, and to the newest value of each concept
    before it; ``as_known_at`` leaves out what was recorded later.
    """
    observed = stored_facts.within(
        session,
        encounter.id,
        from_at=from_at - _LOOKBACK,
        to_at=to_at,
        as_known_at=as_known_at,
    )
    return facts_with(
        session, encounter, columns_of(observed), to_at=to_at, as_known_at=as_known_at
    )


def judge_enough(
    session: Session,
    encounter: EncounterRow,
    judging: Callable[[EncounterFacts], T],
    *,
    from_at: datetime,
    to_at: datetime,
) -> T:
    """What is judged of the facts of ``load_facts``, the streams among them as far as needed.

    A monitor's day is ten thousand values, of which the last few minutes decide, as a rule. Where
    they do not, everything is read. What was impossible was refused where it came in, so that of
    values that are left out none had to be told of.
    """
    observed, since_us = stored_facts.recent(
        session,
        encounter.id,
        NEEDED_SHORT,
        from_at=from_at - _LOOKBACK,
        at=from_at,
        to_at=to_at,
    )
    columns = replace(columns_of(observed), since_us=since_us)
    facts = facts_with(session, encounter, columns, to_at=to_at)
    try:
        return judging(facts)
    except ShortHistoryError:
        observed = stored_facts.within(
            session, encounter.id, from_at=from_at - _LOOKBACK, to_at=to_at
        )
        return judging(replace(facts, observations=columns_of(observed)))


def facts_with(
    session: Session,
    encounter: EncounterRow,
    observations: ObservationColumns,
    *,
    to_at: datetime,
    as_known_at: datetime | None = None,
) -> EncounterFacts:
    """These observations with all else that the rules need to know of a stay."""
    encounter_id = encounter.id
    return EncounterFacts(
        observations=observations,
        treatments=tuple(
            TreatmentSpan(
                row_id=row.id,
                kind=row.kind,
                agent=row.agent,
                indication=row.indication,
                started_us=to_us(row.started_at),
                ended_us=None if row.ended_at is None else to_us(row.ended_at),
                dose_value=row.dose_value,
                dose_unit=row.dose_unit,
            )
            for row in treatments.current(session, encounter_id, as_known_at=as_known_at)
        ),
        attributions=tuple(
            AttributionSpan(
                row_id=row.id,
                element=row.element,
                from_us=to_us(row.from_at),
                until_us=None if row.until_at is None else to_us(row.until_at),
            )
            for row in attributions.current(session, encounter_id, as_known_at=as_known_at)
        ),
        baselines=tuple(
            BaselineRecord(
                row_id=row.id,
                effective_us=to_us(row.effective_from),
                systolic_mmhg=row.systolic_mmhg,
                diastolic_mmhg=row.diastolic_mmhg,
                mean_mmhg=row.mean_mmhg,
                home_oxygen_device=row.home_oxygen_device,
                home_oxygen_lpm=row.home_oxygen_lpm,
                spo2_scale=row.spo2_scale,
            )
            for row in baselines.current(session, encounter_id, as_known_at=as_known_at)
        ),
        doses=tuple(
            Dose(
                row_id=row.id,
                product=row.product,
                therapy_class=row.therapy_class,
                infused_us=to_us(row.infused_at),
            )
            for row in therapies.current(session, encounter_id, as_known_at=as_known_at)
        ),
        age_years=age_years(encounter.birth_date, encounter.age_years_stated, to_at.date()),
        care_setting=encounter.care_setting,
        treatments_charted=encounter.treatments_charted,
        sex=encounter.sex,
        statements=tuple(
            GradeStatement(
                row_id=row.id,
                scale=row.scale,
                grade=row.grade,
                computed_grade=row.computed_grade,
                stated_us=to_us(row.confirmed_at),
                valid_until_us=to_us(row.valid_until),
                by=row.confirmed_by,
            )
            for row in confirmations.current(session, encounter_id, as_known_at=as_known_at)
        ),
    )


def columns_of(facts: stored_facts.FactColumns) -> ObservationColumns:
    """Stored values as the columns that the rules look at."""
    return ObservationColumns(
        row_id=np.array(facts.id, dtype=np.int64),
        concept=np.array(facts.concept, dtype=object),
        taken_us=np.array(facts.taken_us, dtype=np.int64),
        value=np.array(facts.value_num, dtype=np.float64),  # None becomes NaN
        code=np.array(facts.value_code, dtype=object),
        streamed=np.array(facts.streamed, dtype=np.bool_),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The evaluations of a span of time, the facts behind them, and what stood before them."""

    facts: EncounterFacts
    before: StoredEvaluation | None
    evaluations: tuple[Evaluation, ...]


def moments(facts: EncounterFacts, *, from_at: datetime, to_at: datetime) -> list[int]:
    """Every instant in the span at which something that the rules look at changed."""
    from_us_, to_us_ = to_us(from_at), to_us(to_at)
    taken_us = facts.observations.taken_us

    def changes() -> Iterable[int | None]:
        yield from taken_us[taken_us.searchsorted(from_us_) :].tolist()
        for span in facts.treatments:
            yield span.started_us
            yield span.ended_us
        for attribution in facts.attributions:
            yield attribution.from_us
            yield attribution.until_us
        for baseline in facts.baselines:
            yield baseline.effective_us
        for dose in facts.doses:
            yield dose.infused_us
        for statement in facts.statements:
            yield statement.stated_us
            yield statement.valid_until_us

    return sorted({us for us in changes() if us is not None and from_us_ <= us <= to_us_})


def judge(
    session: Session,
    encounter: EncounterRow,
    *,
    from_at: datetime,
    to_at: datetime,
    policy: Policy | PolicyCourse,
    extra_moments: Sequence[datetime] = (),
) -> Judged:
    """Evaluate every moment from ``from_at`` to ``to_at`` anew, going on from what stood before.

    Each moment is judged by the policy in force at it.
    """
    before = stored_before(session, encounter.id, from_at)

    def judging(facts: EncounterFacts) -> Judged:
        at_us = {*moments(facts, from_at=from_at, to_at=to_at), *map(to_us, extra_moments)}
        judged = judge_facts(facts, at_us, before, policy)
        return Judged(facts=facts, before=before, evaluations=tuple(judged))

    return judge_enough(session, encounter, judging, from_at=from_at, to_at=to_at)


def judge_facts(
    facts: EncounterFacts,
    at_us: Iterable[int],
    before: Evaluation | StoredEvaluation | None,
    policy: Policy | PolicyCourse,
    *,
    turns_only: bool = False,
) -> Sequence[Evaluation]:
    """The rules' word on facts at some moments, going on from the evaluation before them.

    Of a course of policies each moment is judged by the one in force at it. ``turns_only`` as in
    ``monitoring.clinical.evaluate``.
    """
    course = PolicyCourse.of([(0, policy)]) if isinstance(policy, Policy) else policy
    found: list[Sequence[Evaluation]] = []
    for held, moments_us in course.spans(at_us):
        before = found[-1][-1] if found else before
        found.append(
            rules.evaluate(
                facts,
                at_us=np.array(moments_us, dtype=np.int64),
                prior=EpisodeState() if before is None else before.episode,
                previous=None if before is None else before.crs,
                icans=None if before is None else before.icans,
                confirmed=() if before is None else before.confirmed,
                rulebook=load_rulebook(),
                policy=held,
                turns_only=turns_only,
            )
        )
    return found[0] if turns_only and len(found) == 1 else tuple(chain.from_iterable(found))


def evaluation_before(session: Session, encounter_id: int, at: datetime) -> Evaluation | None:
    """The newest stored evaluation of a moment strictly before ``at``."""
    stored = stored_before(session, encounter_id, at)
    return None if stored is None else stored.whole()


def store_evaluations(
    session: Session,
    encounter: EncounterRow,
    judged: Sequence[Evaluation],
    *,
    facts: EncounterFacts,
    policy: Policy,
    recorded_at: datetime,
    recorded_us: Mapping[int, int],
) -> None:
    """Append evaluations; for one moment the newest row wins and the older stay.

    ``recorded_us`` gives for a moment when it became known, where that was not ``recorded_at``. The
    last one, with the ``facts`` it judged, becomes what the boards show.
    """
    recorded_at_us = to_us(recorded_at)
    evaluations.insert_many(
        session,
        [
            evaluations.NewEvaluation(
                encounter_id=encounter.id,
                ward_id=encounter.ward_id,
                at=from_us(evaluation.at_us),
                recorded_at=from_us(recorded_us.get(evaluation.at_us, recorded_at_us)),
                rulebook=evaluation.rulebook,
                crs_grade=evaluation.crs.grade,
                crs_status=evaluation.crs.status.value,
                crs_peak=evaluation.crs.peak,
                news2_total=evaluation.news2.total,
                news2_minimum=evaluation.news2.minimum,
                document=evaluation,
            )
            for evaluation in judged
        ],
    )
    last = judged[-1]
    summaries.put_state(
        session,
        encounter_id=encounter.id,
        ward_id=encounter.ward_id,
        at=from_us(last.at_us),
        document=summary_of(last, facts, policy),
    )
