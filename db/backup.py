"""A copy of the embedded store that can be restored, taken while the ward goes on."""

import os
from pathlib import Path

import pysqlite3.dbapi2

from db.engine import Store, driver_connection
from db.errors import StoreError


def backup(store: Store, path: Path) -> None:
    """Copy a SQLite store to ``path``: one consistent moment, checked, and durable on return.

    Restoring is putting the file in the place of the store's while nothing runs. PostgreSQL has
    tools of its own for this.

    Raises:
        StoreError: the store is not SQLite, the file exists already, or the copy is not whole.
    """
    if not store.is_sqlite:
        message = "This store is on PostgreSQL. Back it up with pg_basebackup or pg_dump."
        raise StoreError(message)
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        message = "A file of that name exists already. Choose another name for the backup."
        raise StoreError(message) from None
    try:
        _copy(store, unfinished)
        unfinished.chmod(0o600)
        unfinished.replace(path)
        _sync_folder(path.parent)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        raise


def _copy(store: Store, path: Path) -> None:
    copy = pysqlite3.dbapi2.connect(str(path))
    try:
        with store.engine.connect() as connection:
            # All pages in one step: a copy in several would begin anew with every commit.
            driver_connection(connection).backup(copy, pages=-1)
        # The copy stands alone: no -wal file that could be forgotten when it is moved.
        copy.execute("PRAGMA journal_mode = DELETE")
        verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
    finally:
        copy.close()
    if verdict != "ok":
        message = (
            "The copy is not whole, so the store itself may be damaged. Run 'stormwatch doctor'."
        )
        raise StoreError(message)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
