"""Instants between the store (aware datetimes) and the rules (microseconds since 1970, UTC)."""

from db.types import from_epoch_us as from_us
from db.types import to_epoch_us as to_us

__all__ = ["MINUTE_US", "SECOND_US", "from_us", "to_us"]

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
