"""What a patient page draws: every value of a stay in a window, and what each one replaced.

Rows come out as they are stored, times as microseconds since the Unix epoch; nothing is judged
here.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session

from db.models import (
    Observation,
    User,
)
from db.models.base import table
from db.queries.rows import standing
from db.types import epoch_us

_observation = table(Observation)
_user = table(User)


class CourseRow(NamedTuple):
    """One current observation, as little of it as a figure needs."""

    id: int
    concept: str
    taken_us: int
    value_num: float | None
    value_code: str | None


class ReplacedRow(NamedTuple):
    """A value that is no longer current, and what took its place, why and by whom.

    ``status`` is that of the row in its place: amended or entered-in-error.
    """

    id: int
    concept: str
    taken_us: int
    value_num: float | None
    value_code: str | None
    recorded_us: int
    recorded_by: str
    status: str
    new_value_num: float | None
    new_value_code: str | None
    reason: str | None
    replaced_us: int
    replaced_by: str


class ValueRow(NamedTuple):
    """One current observation with where it came from; names as the ward knows them."""

    id: int
    set_id: int
    concept: str
    taken_us: int
    value_num: float | None
    value_code: str | None
    value_sent: str
    unit_sent: str | None
    method: str | None
    queried: bool
    status: str
    recorded_us: int
    recorded_by: str
    source: str


_FIRST_TAKEN = (
    select(epoch_us(_observation.c.taken_at))
    .where(_observation.c.encounter_id == bindparam("encounter_id"))
    .order_by(_observation.c.taken_at)
    .limit(1)
)

_in_window = and_(
    _observation.c.encounter_id == bindparam("encounter_id"),
    _observation.c.taken_at >= bindparam("from_at", type_=_observation.c.taken_at.type),
    _observation.c.taken_at <= bindparam("to_at", type_=_observation.c.taken_at.type),
)

_COURSE = (
    select(
        _observation.c.id,
        _observation.c.concept,
        epoch_us(_observation.c.taken_at),
        _observation.c.value_num,
        _observation.c.value_code,
    )
    .where(
        _in_window,
        _observation.c.concept.in_(bindparam("concepts", expanding=True)),
        standing(_observation, as_known=False),
    )
    .order_by(_observation.c.taken_at, _observation.c.id)
)

_author = _user.alias("author")

_VALUES = (
    select(
        _observation.c.id,
        _observation.c.set_id,
        _observation.c.concept,
        epoch_us(_observation.c.taken_at),
        _observation.c.value_num,
        _observation.c.value_code,
        _observation.c.value_sent,
        _observation.c.unit_sent,
        _observation.c.method,
        _observation.c.queried,
        _observation.c.status,
        epoch_us(_observation.c.recorded_at),
        func.coalesce(_author.c.display_name, _observation.c.recorded_by),
        _observation.c.source,
    )
    .outerjoin(_author, _author.c.username == _observation.c.recorded_by)
    .where(_in_window, standing(_observation, as_known=False))
    .order_by(_observation.c.taken_at.desc(), _observation.c.id.desc())
    .limit(bindparam("at_most"))
)

_later = _observation.alias("later")
_corrector = _user.alias("corrector")

_REPLACED = (
    select(
        _observation.c.id,
        _observation.c.concept,
        epoch_us(_observation.c.taken_at),
        _observation.c.value_num,
        _observation.c.value_code,
        epoch_us(_observation.c.recorded_at),
        func.coalesce(_author.c.display_name, _observation.c.recorded_by),
        _later.c.status,
        _later.c.value_num,
        _later.c.value_code,
        _later.c.reason,
        epoch_us(_later.c.recorded_at),
        func.coalesce(_corrector.c.display_name, _later.c.recorded_by),
    )
    .join(_later, _later.c.supersedes_id == _observation.c.id)
    .outerjoin(_author, _author.c.username == _observation.c.recorded_by)
    .outerjoin(_corrector, _corrector.c.username == _later.c.recorded_by)
    .where(_in_window)
    .order_by(_observation.c.taken_at.desc(), _later.c.id.desc())
)


def first_taken_us(session: Session, encounter_id: int) -> int | None:
    """When the oldest observation of a stay was taken; None before there is any."""
    found: int | None = session.execute(
        _FIRST_TAKEN, {"encounter_id": encounter_id}
    ).scalar_one_or_none()
    return found


def course(
    session: Session,
    encounter_id: int,
    *,
    from_at: datetime,
    to_at: datetime,
    concepts: Iterable[str],
) -> list[CourseRow]:
    """The current observations of some concepts in a window, by time; both ends included."""
    parameters = {
        "encounter_id": encounter_id,
        "from_at": from_at,
        "to_at": to_at,
        "concepts": list(concepts),
    }
    return [CourseRow._make(row) for row in session.execute(_COURSE, parameters)]


def values(
    session: Session, encounter_id: int, *, from_at: datetime, to_at: datetime, at_most: int
) -> list[ValueRow]:
    """The current observations of a window with their origin, newest first."""
    parameters = {
        "encounter_id": encounter_id,
        "from_at": from_at,
        "to_at": to_at,
        "at_most": at_most,
    }
    return [ValueRow._make(row) for row in session.execute(_VALUES, parameters)]


def replaced(
    session: Session, encounter_id: int, *, from_at: datetime, to_at: datetime
) -> list[ReplacedRow]:
    """What was amended or struck out in a window, newest first; a value changed twice is twice."""
    parameters = {"encounter_id": encounter_id, "from_at": from_at, "to_at": to_at}
    return [ReplacedRow._make(row) for row in session.execute(_REPLACED, parameters)]
