"""Opening a store whose server may not answer: what a person at a terminal is told then."""

from sqlalchemy.exc import DBAPIError

from db.engine import Store, create_store
from db.errors import StoreUnusableError


def reach(url: str) -> Store:
    """Open the store and connect to it once.

    Raises:
        StoreUnusableError: the server does not answer or refuses, or the file is no store.
    """
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
