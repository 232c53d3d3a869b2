"""Which schema a store has and which one this code works with, without the tools that change it."""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from db.engine import Store

_VERSIONS = Path(__file__).parent / "migrations" / "versions"


def schema_revision(store: Store) -> str | None:
    """The revision of the store's schema; None where there are no tables yet."""
    with store.engine.connect() as connection:
        return revision_of(connection)


def revision_of(connection: Connection) -> str | None:
    """The revision that a connection sees; None where there are no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(
        text("SELECT version_num FROM alembic_version")
    ).scalar_one_or_none()
    return revision


@cache
def head_revision() -> str:
    """The revision that this version of the code works with: the number of its last migration."""
    return max(path.name.partition("_")[0] for path in _VERSIONS.glob("[0-9]*_*.py"))
