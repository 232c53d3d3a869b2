"""Opening a store whose server may not answer: what a person at a terminal is told then."""

from pathlib import Path

from sqlalchemy.exc import DBAPIError

from db.engine import Store, create_store, parse_url
from db.errors import StoreUnusableError


def reach(url: str, *, create: bool = True) -> Store:
    """Open the store and connect to it once; without ``create`` a file that is not there stays so.

    Raises:
        StoreUnusableError: the server does not answer or refuses, or the file is no store.
    """
    if not create and (file := _missing_file(url)) is not None:
        message = (
            f"There is no store at {file}. Check STORMWATCH_DATABASE_URL, or make one. "
            "Run: stormwatch init"
        )
        raise StoreUnusableError(message)
    store = create_store(url)
    try:
        with store.engine.connect():
            return store
    except DBAPIError:
        store.close()
        message = (
            "The database does not answer. Check that it runs, that STORMWATCH_DATABASE_URL names "
            "it, and that the name in it may connect."
        )
        # from None: a driver's message repeats the address, which may hold a password.
        raise StoreUnusableError(message) from None


def _missing_file(url: str) -> str | None:
    """The file of an SQLite address where there is none yet."""
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return None if Path(parsed.database).exists() else parsed.database
