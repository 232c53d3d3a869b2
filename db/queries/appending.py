"""Appending what may have come before: the same identifier of the same source is stored once."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.prepared import Prepared

# How a source names a thing it sent: the source and its own identifier.
Key = tuple[str, str]


def conflict_insert(session: Session) -> Any:
    """The engine's ``insert`` that can say what to do on a conflict; both spell it alike."""
    return sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert


def append(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> dict[Key, int]:
    """Insert the rows whose (source, source_id) is new; the new rows' ids by that key.

    Safe against others who insert the same at the same time: whoever commits first stores it, the
    other waits and then finds it known.
    """
    if not rows:
        return {}
    statement = _statement(conflict_insert(session), table, tuple(rows[0]))
    found = statement.returned(session, rows)
    return {(source, source_id): row_id for row_id, source, source_id in found}


def key_of(row: Mapping[str, Any]) -> Key:
    """The key of a row that is about to be appended."""
    return row["source"], row["source_id"]


@cache
def _statement(insert: Any, table: Table, writes: tuple[str, ...]) -> Prepared:
    return Prepared(
        insert(table)
        .on_conflict_do_nothing(index_elements=["source", "source_id"])
        .returning(table.c.id, table.c.source, table.c.source_id),
        writes=writes,
    )
