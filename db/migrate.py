"""Bringing a store to the present schema: in code, packaged, safe to start twice at once."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from db.engine import create_store, migrating_engine
from db.errors import SchemaTooNewError, StoreUnusableError
from db.revision import head_revision, revision_of

_MIGRATIONS = Path(__file__).parent / "migrations"

# Any fixed number will do; it names the lock under which one process at a time migrates.
_MIGRATION_LOCK = 7_306_097_115


def upgrade(url: str) -> None:
    """Bring the store at ``url`` to the present schema, making it where there is none.

    All steps run in one transaction: a step that fails leaves the store as it was. A second
    process that starts meanwhile waits and finds nothing to do.

    Raises:
        SchemaTooNewError: a newer Stormwatch wrote the store.
        StoreUnusableError: a step would have left a reference to nothing.
    """
    create_store(url).close()  # refuses an unusable address, makes the file and its folder
    engine = migrating_engine(url)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(
                    text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK}
                )
            _refuse_newer(revision_of(connection))
            config = Config()
            # A per cent sign in the path would be read as an interpolation.
            config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            _refuse_dangling(connection)
    finally:
        engine.dispose()


def _refuse_newer(revision: str | None) -> None:
    script = ScriptDirectory(str(_MIGRATIONS))
    known = {step.revision for step in script.walk_revisions()}
    if revision is not None and revision not in known:
        message = (
            f"This store has schema revision {revision}, which this Stormwatch does not know "
            f"(its newest is {head_revision()}). Install the version that wrote it, or a newer "
            "one; the store was not touched."
        )
        raise SchemaTooNewError(message)


def _refuse_dangling(connection: Connection) -> None:
    """SQLite rebuilds tables with foreign keys off, so they are checked before the commit."""
    if connection.dialect.name != "sqlite":
        return
    dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if dangling:
        tables = ", ".join(sorted({row[0] for row in dangling}))
        message = (
            f"Rows in {tables} would point at nothing after this upgrade, so it was undone. "
            "Restore the latest backup or report this with the output of 'stormwatch doctor'."
        )
        raise StoreUnusableError(message)
