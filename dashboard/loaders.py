"""What every page of one process shares: the store, and reads cached by data version."""

from functools import cache
from zoneinfo import ZoneInfo

from db.engine import Store, create_store
from monitoring.config import settings


def store() -> Store:
    """The one store of this process."""
    return _opened(settings().database_url)


def ward_zone() -> ZoneInfo:
    """The time zone in which the ward reads its clocks."""
    return ZoneInfo(settings().time_zone)


@cache
def _opened(url: str) -> Store:
    return create_store(url)
