"""What the rules said, when and of when; for one moment the newest row counts, the older stay."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, insert, select
from sqlalchemy.orm import Session

from db.models.base import table
from db.models.census import Encounter
from db.models.evaluation import Evaluation
from db.prepared import Prepared, whole_row
from db.queries.rows import columns, instant, values
from db.types import Document

_evaluation = table(Evaluation)
_encounter = table(Encounter)


class EvaluationRow(NamedTuple):
    """A stored evaluation, whole."""

    id: int
    encounter_id: int
    ward_id: int
    at: datetime
    recorded_at: datetime
    rulebook: str
    crs_grade: int | None
    crs_status: str
    crs_peak: int | None
    news2_total: int | None
    news2_minimum: int | None
    document: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvaluation:
    """An evaluation to be appended."""

    encounter_id: int
    ward_id: int
    at: datetime
    recorded_at: datetime
    rulebook: str
    crs_grade: int | None
    crs_status: str
    crs_peak: int | None
    news2_total: int | None
    news2_minimum: int | None
    document: Document


def insert_many(session: Session, evaluations: Sequence[NewEvaluation]) -> None:
    """Append evaluations, in the order given."""
    if evaluations:
        _INSERT.run(session, *map(values, evaluations))


def latest(
    session: Session,
    encounter_ids: Iterable[int],
    *,
    at: datetime | None = None,
    as_known_at: datetime | None = None,
) -> list[EvaluationRow]:
    """The newest evaluation of each patient, of a moment at ``at`` or before; by index descent.

    Patients without one are left out.
    """
    rows = session.execute(
        _latest(bounded=at is not None, as_known=as_known_at is not None),
        {"encounters": list(encounter_ids), "at": at, "as_known_at": as_known_at},
    )
    return list(map(EvaluationRow._make, rows))


def before(session: Session, encounter_id: int, at: datetime) -> EvaluationRow | None:
    """The newest evaluation of a moment strictly before ``at``, or None."""
    row = _BEFORE.first(session, {"encounter": encounter_id, "at": at})
    return None if row is None else EvaluationRow._make(row)


def series(
    session: Session,
    encounter_id: int,
    from_at: datetime,
    to_at: datetime,
    *,
    as_known_at: datetime | None = None,
) -> list[EvaluationRow]:
    """One patient's evaluations from ``from_at`` to ``to_at``, one a moment, oldest first.

    ``as_known_at`` gives what had been said by then.
    """
    rows = session.execute(
        _series(as_known=as_known_at is not None),
        {"encounter": encounter_id, "from": from_at, "to": to_at, "as_known_at": as_known_at},
    )
    return list(map(EvaluationRow._make, rows))


def moments(session: Session, encounter_id: int, *, from_at: datetime) -> list[datetime]:
    """The moments from ``from_at`` on for which something was said, in no order."""
    return [at for (at,) in _MOMENTS.all(session, {"encounter": encounter_id, "from": from_at})]


@cache
def _latest(*, bounded: bool, as_known: bool) -> Select[Any]:
    seen = _evaluation.alias("seen")
    newest = select(seen.c.id).where(seen.c.encounter_id == _encounter.c.id)
    if bounded:
        newest = newest.where(seen.c.at <= instant("at"))
    if as_known:
        newest = newest.where(seen.c.recorded_at <= instant("as_known_at"))
    newest = newest.order_by(seen.c.at.desc(), seen.c.id.desc()).limit(1)
    return (
        select(*_ROW)
        .select_from(
            _encounter.join(
                _evaluation, _evaluation.c.id == newest.correlate(_encounter).scalar_subquery()
            )
        )
        .where(_encounter.c.id.in_(bindparam("encounters", expanding=True)))
        .order_by(_encounter.c.id)
    )


@cache
def _series(*, as_known: bool) -> Select[Any]:
    later = _evaluation.alias("later")
    replaced = (
        (later.c.encounter_id == _evaluation.c.encounter_id)
        & (later.c.at == _evaluation.c.at)
        & (later.c.id > _evaluation.c.id)
    )
    if as_known:
        replaced &= later.c.recorded_at <= instant("as_known_at")
    statement = select(*_ROW).where(
        _evaluation.c.encounter_id == bindparam("encounter"),
        _evaluation.c.at >= instant("from"),
        _evaluation.c.at <= instant("to"),
        ~select(later.c.id).where(replaced).correlate(_evaluation).exists(),
    )
    if as_known:
        statement = statement.where(_evaluation.c.recorded_at <= instant("as_known_at"))
    return statement.order_by(_evaluation.c.at)


_ROW = columns(_evaluation, EvaluationRow._fields)
_INSERT = Prepared(insert(_evaluation), writes=whole_row(_evaluation))
_MOMENTS = Prepared(
    select(_evaluation.c.at)
    .where(
        _evaluation.c.encounter_id == bindparam("encounter"), _evaluation.c.at >= instant("from")
    )
    .distinct()
)
_BEFORE = Prepared(
    select(*_ROW)
    .where(_evaluation.c.encounter_id == bindparam("encounter"), _evaluation.c.at < instant("at"))
    .order_by(_evaluation.c.at.desc(), _evaluation.c.id.desc())
    .limit(1)
)
