"""Between tables and plain rows: which columns make a row, and what a record writes."""

from collections.abc import Callable, Iterable
from dataclasses import Field
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar, Protocol

from sqlalchemy import BindParameter, ColumnElement, FromClause, bindparam, not_, select

from db.errors import AnonymousActorError
from db.types import UTCDateTime

ENTERED_IN_ERROR = "entered-in-error"


class Record(Protocol):
    """Any dataclass whose fields are named as the columns it is written to."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


def columns(source: FromClause, names: Iterable[str]) -> tuple[ColumnElement[Any], ...]:
    """The columns of a table that make a row, in the row's order."""
    return tuple(source.c[name] for name in names)


def values(record: Record) -> dict[str, Any]:
    """What a record writes, by column; shallow, so that a large document is not copied."""
    names, read = _fields(type(record))
    return dict(zip(names, read(record), strict=True))


def instant(name: str) -> BindParameter[datetime]:
    """A bound instant."""
    return bindparam(name, type_=UTCDateTime)


def standing(table: FromClause, *, as_known: bool) -> ColumnElement[bool]:
    """Facts that no later row corrected; with ``as_known``, none that was known at that time.

    The statement then takes ``as_known_at``. A row that is itself marked as entered in error hides
    what it supersedes and is not shown.
    """
    later = table.alias("later")
    corrected = later.c.supersedes_id == table.c.id
    if as_known:
        corrected &= later.c.recorded_at <= instant("as_known_at")
    holds = not_(select(later.c.id).where(corrected).correlate(table).exists())
    if as_known:
        holds &= table.c.recorded_at <= instant("as_known_at")
    if "status" in table.c:
        holds &= table.c.status != ENTERED_IN_ERROR
    return holds


def refuse_anonymous(actor: str) -> None:
    """Refuse an act that nobody stands for, before it is written."""
    if actor.strip().casefold() in {"", "anonymous", "unknown", "none", "null"}:
        message = "This act needs a named person or program behind it. Sign in and repeat it."
        raise AnonymousActorError(message)


@cache
def _fields(kind: type[Record]) -> tuple[tuple[str, ...], Callable[[Record], tuple[Any, ...]]]:
    names = tuple(kind.__dataclass_fields__)
    return names, attrgetter(*names)
