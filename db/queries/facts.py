"""Of stored observations what the rules look at, as columns, at a fraction of a row's cost."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Integer, bindparam, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from db.models.base import table
from db.models.census import Encounter
from db.models.observation import Observation
from db.prepared import Prepared
from db.queries.observations import latest_of, window_of
from db.queries.rows import instant, standing
from db.types import MICROSECOND, epoch_us

_observation, _encounter = table(Observation), table(Encounter)

# A source of this name and any that begins with it, followed by a colon, is a device that sends by
# itself and not a person who charts: "monitor:bed-7".
STREAM_SOURCE = "monitor"


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


def _columns(rows: Sequence[Sequence[Any]]) -> FactColumns:
    return FactColumns(*zip(*rows, strict=True)) if rows else FactColumns(*((),) * len(_FACT))


@cache
def _latest(*, as_known: bool) -> Prepared:
    of_one = _encounter.c.id == bindparam("encounter")
    return Prepared(latest_of(_FACT, of_one, bounded=True, as_known=as_known))


_FACT = (
    _observation.c.id,
    _observation.c.concept,
    epoch_us(_observation.c.taken_at),
    _observation.c.value_num,
    _observation.c.value_code,
    # As the engine answers, on one of them 0 or 1, so that no row is touched to make it a bool.
    type_coerce(
        or_(
            _observation.c.source == STREAM_SOURCE,
            func.substr(_observation.c.source, 1, len(STREAM_SOURCE) + 1) == f"{STREAM_SOURCE}:",
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
