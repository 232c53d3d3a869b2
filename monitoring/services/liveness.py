"""Signs of life: who beats, who went silent, and since when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from db.engine import Store
from db.queries import heartbeats

WATCHER = "watcher"
FEED = "feed"
# Two beats may be late on a busy machine; the third that is missing is silence.
BEATS_MISSED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """One watcher or live feed and whether it is silent now."""

    kind: str
    name: str
    ward_id: int | None
    encounter_id: int | None
    beat_at: datetime
    expected_every_s: float
    is_silent: bool


def beat(
    store: Store,
    *,
    kind: str,
    name: str,
    expected_every_s: float,
    now: datetime,
    ward_id: int | None = None,
    encounter_id: int | None = None,
) -> None:
    """Say that a watcher or feed is alive; a feed of one patient names the encounter."""
    store.write(
        lambda session: heartbeats.beat(
            session,
            kind=kind,
            name=name,
            ward_id=ward_id,
            encounter_id=encounter_id,
            beat_at=now,
            expected_every_s=expected_every_s,
        )
    )


def close(store: Store, *, kind: str, name: str, now: datetime) -> None:
    """Say that a watcher or feed ended in good order; its silence is no alarm from here on."""
    store.write(lambda session: heartbeats.close(session, kind=kind, name=name, at=now))


def pulses(store: Store, *, now: datetime) -> list[Pulse]:
    """Every watcher and feed that has not ended in good order."""
    with store.read() as session:
        rows = heartbeats.read(session)
    return [
        Pulse(
            kind=row.kind,
            name=row.name,
            ward_id=row.ward_id,
            encounter_id=row.encounter_id,
            beat_at=row.beat_at,
            expected_every_s=row.expected_every_s,
            is_silent=now - row.beat_at > timedelta(seconds=BEATS_MISSED * row.expected_every_s),
        )
        for row in rows
        if row.closed_at is None
    ]
