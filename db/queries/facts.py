"""Of stored observations what the rules look at, as columns, at a fraction of a row's cost."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, and_, bindparam, case, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from db.models.base import table
from db.models.census import Encounter
from db.models.observation import Observation
from db.prepared import Prepared
from db.queries.observations import latest_of, names_of_concepts, window_of
from db.queries.rows import instant, standing
from db.types import MICROSECOND, epoch_us, from_epoch_us

_observation, _encounter = table(Observation), table(Encounter)

# A source of this name and any that begins with it, followed by a colon, is a device that sends by
# itself and not a person who charts: "monitor:bed-7".
STREAM_SOURCE = "monitor"
# A concept with so many values within half an hour comes as a stream.
_MANY = 20
_SHORT = timedelta(minutes=30)


class FactColumns(NamedTuple):
    """Columns of one length, oldest first; ``taken_us`` are microseconds since 1970, UTC.

    ``streamed`` says that a device sent it by itself (``STREAM_SOURCE``). Plain tuples: a record
    for each of two hundred values would take as long as reading them.
    """

    id: Sequence[int]
    concept: Sequence[str]
    taken_us: Sequence[int]
    value_num: Sequence[float | None]
    value_code: Sequence[str | None]
    streamed: Sequence[int]


def within(
    session: Session,
    encounter_id: int,
    *,
    from_at: datetime,
    to_at: datetime,
    as_known_at: datetime | None = None,
) -> FactColumns:
    """The window, and before it the newest value of each concept.

    The same rows as ``observations.latest_per_concept`` just before ``from_at`` and
    ``observations.window``; no datetime is made of any of them.
    """
    as_known = as_known_at is not None
    asked = {
        "encounter": encounter_id,
        "from": from_at,
        "to": to_at,
        "at": from_at - MICROSECOND,
        "as_known_at": as_known_at,
    }
    before = _latest(as_known=as_known).all(session, asked)
    inside = window_of(_FACT, as_known=as_known).all(session, asked)
    # The window comes in its order, and whatever was before it is older.
    return _columns([*sorted(before, key=_WHEN), *inside])


def recent(
    session: Session,
    encounter_id: int,
    often: Sequence[str],
    *,
    from_at: datetime,
    at: datetime,
    to_at: datetime,
) -> tuple[FactColumns, Mapping[str, int]]:
    """``within``, but of those concepts of ``often`` that come as a stream only the last half hour.

    Counted from the newest value at ``at`` or before. Beside the columns, from when on the values
    of a shortened concept are there (microseconds since 1970), besides the newest before.
    """
    asked = {"encounter": encounter_id, "from": from_at, "to": to_at, "at": at}
    (found,) = _often(tuple(often)).all(session, asked)
    since_us = {
        concept: newest_us - _SHORT // MICROSECOND
        for concept, newest_us, oldest_us in zip(often, found[::2], found[1::2], strict=True)
        if oldest_us is not None and newest_us - oldest_us <= _SHORT // MICROSECOND
    }
    if not since_us:
        return within(session, encounter_id, from_at=from_at, to_at=to_at), {}
    begins = {
        _since(one): from_epoch_us(since_us[one]) if one in since_us else from_at for one in often
    }
    rows = _each_since(tuple(often)).all(session, asked | begins)
    return _columns(sorted(rows, key=_WHEN)), since_us


def of_stay(
    session: Session, encounter_id: int, concepts: Iterable[str], *, to_at: datetime
) -> FactColumns:
    """Every standing value of some concepts up to a moment, oldest first, however long ago.

    Laboratory values go back for weeks.
    """
    rows = session.execute(
        _OF_STAY, {"encounter": encounter_id, "concepts": list(concepts), "to": to_at}
    )
    return _columns(rows.all())


def _since(concept: str) -> str:
    return f"since_{concept}"


def _columns(rows: Sequence[Sequence[Any]]) -> FactColumns:
    return FactColumns(*zip(*rows, strict=True)) if rows else FactColumns(*((),) * len(_FACT))


@cache
def _latest(*, as_known: bool) -> Prepared:
    of_one = _encounter.c.id == bindparam("encounter")
    return Prepared(latest_of(_FACT, of_one, bounded=True, as_known=as_known))


@cache
def _often(concepts: tuple[str, ...]) -> Prepared:
    """Of each concept when its newest value was taken, and when the last of a stream's few."""

    def taken_us(concept: str, back: int) -> ColumnElement[int]:
        return (
            select(epoch_us(_observation.c.taken_at))
            .where(
                _observation.c.encounter_id == bindparam("encounter"),
                _observation.c.concept == concept,
                _observation.c.taken_at >= instant("from"),
                _observation.c.taken_at <= instant("at"),
            )
            .order_by(_observation.c.taken_at.desc())
            .limit(1)
            .offset(back)
            .scalar_subquery()
        )

    return Prepared(select(*(taken_us(one, back) for one in concepts for back in (0, _MANY - 1))))


@cache
def _each_since(concepts: tuple[str, ...]) -> Prepared:
    """The values of each concept from a time of its own on, and the newest before."""
    names = names_of_concepts(_encounter.c.id == bindparam("encounter"))
    begins = case(
        {one: instant(_since(one)) for one in concepts},
        value=names.c.concept,
        else_=instant("from"),
    )
    seen = _observation.alias("seen")
    before = (
        select(seen.c.taken_at)
        .where(
            seen.c.encounter_id == names.c.encounter_id,
            seen.c.concept == names.c.concept,
            seen.c.taken_at < begins,
            standing(seen, as_known=False),
        )
        .order_by(seen.c.taken_at.desc(), seen.c.id.desc())
        .limit(1)
        .correlate(names)
        .scalar_subquery()
    )
    # By way of the ids: the index that finds them does not hold the values.
    own = _observation.alias("own")
    of_each = (
        (own.c.encounter_id == names.c.encounter_id)
        & (own.c.concept == names.c.concept)
        & (own.c.taken_at >= func.coalesce(before, begins))
        & (own.c.taken_at <= instant("to"))
    )
    return Prepared(
        select(*_FACT)
        .select_from(names.join(own, of_each).join(_observation, _observation.c.id == own.c.id))
        .where(standing(own, as_known=False))
    )


_FACT = (
    _observation.c.id,
    _observation.c.concept,
    epoch_us(_observation.c.taken_at),
    _observation.c.value_num,
    _observation.c.value_code,
    # As the engine answers, on one of them 0 or 1, so that no row is touched to make it a bool.
    type_coerce(
        and_(
            or_(
                _observation.c.source == STREAM_SOURCE,
                func.substr(_observation.c.source, 1, len(STREAM_SOURCE) + 1)
                == f"{STREAM_SOURCE}:",
            ),
            # Who corrects what a device sent has looked, and says it by hand.
            _observation.c.status != "amended",
        ),
        Integer,
    ),
)
_WHEN = itemgetter(2, 0)  # when it was taken, then the row
_OF_STAY = (
    select(*_FACT)
    .where(
        _observation.c.encounter_id == bindparam("encounter"),
        _observation.c.concept.in_(bindparam("concepts", expanding=True)),
        _observation.c.taken_at <= instant("to"),
        standing(_observation, as_known=False),
    )
    .order_by(_observation.c.taken_at, _observation.c.id)
)
