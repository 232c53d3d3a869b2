"""SQLite's log is copied into the file beside the writer, so that no nurse waits for it.

A commit appends to the write-ahead log; now and then what has gathered there has to go into the
database file (a checkpoint). Left to itself SQLite lets the commit that fills a thousand pages do
so: one set in 24 then took ten times as long as the others to be saved.
"""

import logging
import threading
from typing import Any

import pysqlite3.dbapi2 as sqlite
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

log = logging.getLogger(__name__)

# A set writes some forty pages, so this comes to about the thousand at which SQLite would do it.
COMMITS = 24

# A log is begun anew once all of it was copied, for which commits must pause for a moment. Where
# they do not (an import), one of them copies it all at 32 MiB.
BACKSTOP_PAGES = 8192


class Checkpointer:
    """A thread that checkpoints after every ``COMMITS`` commits; commits go on meanwhile.

    It asks for a PASSIVE checkpoint, which waits for no reader and no writer: it copies what it may
    and leaves the rest. A checkpoint that fails loses nothing, the log keeps what was committed; it
    is logged, and tried again after as many commits.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._commits = 0
        self._due = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="store-checkpoint", daemon=True)
        self._thread.start()

    def committed(self) -> None:
        """The writer committed once more; only the writer's thread says so."""
        self._commits += 1
        if self._commits >= COMMITS:
            self._commits = 0
            self._due.set()

    def close(self) -> None:
        """Finish a checkpoint under way and end the thread; the last connection does the rest."""
        self._closed = True
        self._due.set()
        self._thread.join()

    def _serve(self) -> None:
        connection: Any = None
        while self._due.wait() and not self._closed:
            self._due.clear()
            try:
                # From the pool as it comes: a checkpoint cannot be part of a transaction.
                connection = connection or self._engine.raw_connection()
                connection.driver_connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            except (sqlite.Error, DBAPIError) as error:
                log.warning("the log was not copied into the file: %s", type(error).__name__)
        if connection is not None:
            connection.close()
