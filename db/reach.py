"""Opening a store that may not answer: what a person at a terminal is told then."""

from collections.abc import Callable
from typing import TypeVar

from pysqlite3.dbapi2 import Error as SqliteError
from sqlalchemy.exc import DBAPIError

from db.engine import Store, create_store
from db.errors import StoreUnusableError

T = TypeVar("T")


def reach(url: str) -> Store:
    """Open the store and connect to it once.

    Raises:
        StoreUnusableError: the server does not answer, refuses, or the file is no store.
    """

    def connected() -> Store:
        store = create_store(url)
        with store.engine.connect():
            return store

    return told_plainly(connected)


def told_plainly(work: Callable[[], T]) -> T:
    """Run ``work``; a database that cannot be reached becomes a sentence without its address."""
    try:
        return work()
    except (DBAPIError, SqliteError) as error:
        message = (
            f"The database does not answer as it should ({type(error).__name__}). Check that it "
            "runs, that STORMWATCH_DATABASE_URL names it, and that the name may connect."
        )
        # from None: a driver's message repeats the address, which may hold a password.
        raise StoreUnusableError(message) from None
