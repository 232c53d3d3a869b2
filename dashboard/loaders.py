"""What every page of one process shares: the store, the boards, and the sign of a change."""

from datetime import UTC, datetime
from functools import cache

from dashboard.live import Sign
from db.engine import Store, create_store
from monitoring.config import settings
from monitoring.services import liveness
from monitoring.services.board import Boards


def store() -> Store:
    """The one store of this process."""
    return _opened(settings().database_url)


def boards() -> Boards:
    """The ward boards of this process."""
    return _boards_of(store())


def ward_sign(ward_code: str) -> Sign:
    """What an open board must hear of: the ward's data version, and who is silent."""
    board = boards().ward(ward_code)
    version = board.version()
    silent = [
        f"{pulse.kind}:{pulse.name}"
        for pulse in liveness.pulses(store(), now=datetime.now(UTC))
        if pulse.is_silent and board.concerns(pulse.ward_id)
    ]
    return Sign(version=version, liveness="silent: " + ", ".join(sorted(silent)))


@cache
def _opened(url: str) -> Store:
    return create_store(url)


@cache
def _boards_of(opened: Store) -> Boards:
    return Boards(opened)
