"""Column types shared by every table: instants in UTC, identifiers, JSON documents."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import JSON, BigInteger, ColumnElement, DateTime, Dialect, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

# SQLite gives a table its rowid only for a column declared INTEGER.
Identifier = BigInteger().with_variant(Integer, "sqlite")

# What a JSON column takes: plain JSON, or dataclasses of it, which are written as their fields.
Document: TypeAlias = Any

JsonDocument = JSON().with_variant(JSONB, "postgresql")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def to_epoch_us(instant: datetime) -> int:
    """Microseconds since the Unix epoch, exact; a naive datetime is refused with ``ValueError``."""
    if instant.tzinfo is None:
        message = "A datetime without a time zone cannot be stored; pass an aware one."
        raise ValueError(message)
    return (instant - EPOCH) // MICROSECOND


def from_epoch_us(instant_us: int) -> datetime:
    """The aware UTC datetime of microseconds since the Unix epoch, exact."""
    return EPOCH + timedelta(microseconds=instant_us)


class UTCDateTime(TypeDecorator[datetime]):
    """An instant: aware datetimes in, aware UTC datetimes out, microseconds kept.

    PostgreSQL keeps a ``timestamptz``. SQLite has no type for an instant: there it is a count of
    microseconds since the Unix epoch, which has one spelling only, sorts as it passes, and takes a
    third of the room of a text in every index. A naive datetime is a programming error and refused.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kept_as = BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True)
        return dialect.type_descriptor(kept_as)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        instant_us = to_epoch_us(value)
        return instant_us if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return from_epoch_us(value)
        instant: datetime = value
        return instant.astimezone(UTC)


class epoch_us(FunctionElement[int]):  # noqa: N801 - reads as the SQL function that it is
    """An instant's column as microseconds since the Unix epoch, straight from the store.

    Reading a long window as integers skips making a datetime of every row.
    """

    type = BigInteger()
    inherit_cache = True

    def __init__(self, instant: ColumnElement[datetime]) -> None:
        super().__init__(instant)


@compiles(epoch_us, "sqlite")
def _epoch_us_of_integer(element: epoch_us, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(epoch_us, "postgresql")
def _epoch_us_of_timestamp(element: epoch_us, compiler: SQLCompiler, **kw: Any) -> str:
    # extract() gives numeric here, so no microsecond is lost to a binary fraction.
    return f"(extract(epoch FROM {compiler.process(element.clauses, **kw)}) * 1000000)::bigint"


class VerbatimText(TypeDecorator[str]):
    """Text exactly as it arrived, whatever bytes were in it.

    Neither engine can hold an unpaired surrogate, and PostgreSQL no NUL. Text that has them is kept
    escaped under a mark and comes out as it went in.
    """

    impl = Text
    cache_ok = True
    _MARK = "[escaped] "

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or not self._needs_escape(value):
            return value
        return self._MARK + value.encode("unicode_escape").decode("ascii")

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or not value.startswith(self._MARK):
            return value
        return value.removeprefix(self._MARK).encode("ascii").decode("unicode_escape")

    def _needs_escape(self, value: str) -> bool:
        return (
            value.startswith(self._MARK)
            or "\0" in value
            or any("\ud800" <= character <= "\udfff" for character in value)
        )
