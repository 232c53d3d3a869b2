"""Statements that are compiled once and then run on SQLite's own cursor.

Recording one set of observations runs some twenty-five small statements. SQLAlchemy's way to each
takes fifty microseconds, SQLite's answer five. Here SQLAlchemy still writes the SQL and converts
what goes in and comes out, but does so once for a statement and not at every run. On PostgreSQL,
where the network's way is the longer one, the statement goes SQLAlchemy's whole way.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from types import MappingProxyType
from typing import Any

import pysqlite3.dbapi2 as sqlite
from sqlalchemy import Connection, Dialect, Executable, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from db.driver_errors import without_values
from db.engine import driver_connection

Parameters = Mapping[str, Any]
Rows = Sequence[Sequence[Any]]
_Convert = Callable[[Any], Any]
# How many rows one INSERT takes, as long as there are so many. Within a savepoint SQLite keeps what
# each statement changes and, at its end, walks through all that was kept so far: ten thousand rows
# one by one take thirty times as long as together. Few sizes, since each is a text of its own that
# the driver keeps compiled.
_TOGETHER = (64, 8, 1)
_NONE: Parameters = MappingProxyType({})


class Prepared:
    """One statement, run many times with other parameters.

    ``writes`` are the columns of an INSERT, so that its text is known beforehand. Each parameter
    that a statement names must be given, except those that carry a value of their own. Errors are
    SQLAlchemy's own on both engines.
    """

    def __init__(self, statement: Executable, *, writes: Iterable[str] = ()) -> None:
        self.statement = statement
        self._writes = list(writes)
        self._on_sqlite: _OnSqlite | None = None

    def all(self, session: Session | Connection, parameters: Parameters = _NONE) -> Rows:
        """Every row of the answer, each in the order of the statement's columns."""
        connection = _connection(session)
        if connection.dialect.name == "sqlite":
            return self._sqlite(connection).run(connection, (parameters,))
        return connection.execute(self.statement, dict(parameters)).all()

    def first(
        self, session: Session | Connection, parameters: Parameters = _NONE
    ) -> Sequence[Any] | None:
        """The first row of the answer; None where it is empty."""
        return next(iter(self.all(session, parameters)), None)

    def scalar(self, session: Session | Connection, parameters: Parameters = _NONE) -> Any:
        """The first column of the first row; None where there is no row."""
        row = self.first(session, parameters)
        return None if row is None else row[0]

    def run(self, session: Session | Connection, *rows: Parameters) -> None:
        """Run it for each row of parameters; the statement answers nothing."""
        connection = _connection(session)
        if connection.dialect.name == "sqlite":
            self._sqlite(connection).run(connection, rows)
        elif rows:
            connection.execute(self.statement, [dict(row) for row in rows])

    def returned(self, session: Session | Connection, rows: Sequence[Parameters]) -> Rows:
        """Run an INSERT ... RETURNING for each row; what came back, in no promised order."""
        connection = _connection(session)
        if connection.dialect.name == "sqlite":
            return self._sqlite(connection).run_together(connection, rows)
        return connection.execute(self.statement, [dict(row) for row in rows]).all()

    def _sqlite(self, connection: Connection) -> "_OnSqlite":
        # Two threads that come here at once make the same thing twice; either will do.
        if self._on_sqlite is None:
            self._on_sqlite = _OnSqlite(self.statement, self._writes, connection.dialect)
        return self._on_sqlite


class _OnSqlite:
    """The text of a statement and the conversions on both sides of it."""

    def __init__(self, statement: Executable, writes: Sequence[str], dialect: Dialect) -> None:
        compiled: Any = statement.compile(  # type: ignore[attr-defined]
            dialect=dialect, column_keys=writes or None
        )
        self._dialect = dialect
        self._sql = str(compiled)
        self._names: list[str] = compiled.positiontup
        # Some parameters carry a value of their own: a LIMIT, a number that is added.
        self._own = {
            name: bind.value
            for name, bind in compiled.binds.items()
            if not bind.required and bind.value is not None
        }
        self._bind = _conversions(
            compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
            for name in self._names
        )
        self._read = _conversions(
            column.type.dialect_impl(dialect).result_processor(dialect, None)
            for column in getattr(statement, "exported_columns", ())
        )

    def run(self, connection: Connection, rows: Iterable[Parameters]) -> Rows:
        """Run once for each row of parameters; all that was answered."""
        return self._answered(connection, ((self._sql, self._bound(row)) for row in rows))

    def run_together(self, connection: Connection, rows: Sequence[Parameters]) -> Rows:
        """Run an INSERT for all rows, many in one statement; all that was answered."""
        return self._answered(connection, self._gathered(rows))

    def _answered(self, connection: Connection, runs: Iterable[tuple[str, list[Any]]]) -> Rows:
        answered: list[Any] = []
        try:
            cursor = driver_connection(connection).cursor()
            for sql, values in runs:
                cursor.execute(sql, values)
                answered += cursor.fetchall()
            return self._converted(answered) if self._read else answered
        except (sqlite.Error, ValueError, TypeError) as error:
            raise self._told(error) from error

    def _gathered(self, rows: Sequence[Parameters]) -> Iterator[tuple[str, list[Any]]]:
        begin = 0
        for size, sql in self._together:
            while len(rows) - begin >= size:
                bound = map(self._bound, rows[begin : begin + size])
                yield sql, list(chain.from_iterable(bound))
                begin += size

    @cached_property
    def _together(self) -> list[tuple[int, str]]:
        """The text for each number of rows; for one alone where it has no one place for rows."""
        row = f"({', '.join('?' * len(self._names))})"
        if self._sql.count(row) != 1:
            return [(1, self._sql)]
        return [(size, self._sql.replace(row, ", ".join([row] * size))) for size in _TOGETHER]

    def _bound(self, parameters: Parameters) -> list[Any]:
        given = {**self._own, **parameters} if self._own else parameters
        values = [given[name] for name in self._names]
        for place, convert in self._bind:
            values[place] = convert(values[place])
        return values

    def _converted(self, rows: list[Any]) -> Rows:
        converted = []
        for row in rows:
            values = list(row)
            for place, read in self._read:
                values[place] = read(values[place])
            converted.append(values)
        return converted

    def _told(self, error: Exception) -> BaseException:
        """The error as SQLAlchemy would tell it, without the values that went in."""
        told = without_values(error)
        if told is not None:
            error.args = (told,)
        return DBAPIError.instance(
            self._sql,
            None,
            error,
            sqlite.Error,
            hide_parameters=True,
            dialect=self._dialect,
        )


def whole_row(table: Table) -> Iterable[str]:
    """The columns that make a row whole: all but the id, which the store gives."""
    return (column.name for column in table.c if column.name != "id")


def _connection(session: Session | Connection) -> Connection:
    if isinstance(session, Connection):
        return session
    # The writer's sessions stand on a connection already; asking them for it takes a statement's
    # time, as they look first at what they may be in the middle of.
    return session.bind if isinstance(session.bind, Connection) else session.connection()


def _conversions(found: Iterable[_Convert | None]) -> list[tuple[int, _Convert]]:
    return [(place, convert) for place, convert in enumerate(found) if convert is not None]
