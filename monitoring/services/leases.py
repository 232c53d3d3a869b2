"""Which process may do a job that only one may do at a time."""

from datetime import datetime

from db.engine import Store
from db.queries import leases


def acquire(store: Store, *, name: str, holder: str, now: datetime, seconds: float) -> bool:
    """Take or renew a lease; False while another holder's has not run out."""
    return store.write(
        lambda session: leases.acquire(session, name=name, holder=holder, now=now, seconds=seconds)
    )


def release(store: Store, *, name: str, holder: str) -> None:
    """Give a lease back, so that the next holder need not wait for its end."""
    store.write(lambda session: leases.release(session, name=name, holder=holder))
