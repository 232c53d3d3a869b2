"""The watcher: one process at a time looks at what only the clock changes, and shows its pulse."""

import logging
import os
import socket
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event
from uuid import uuid4

from db.engine import Store
from monitoring.services import leases, liveness
from monitoring.services.sweep import sweep, watched_encounters

LEASE = "watcher"
BEAT_EVERY_S = 2.0
LEASE_S = 10.0
SWEEP_EVERY = timedelta(seconds=15)

log = logging.getLogger(__name__)


def clock() -> datetime:
    """The time now."""
    return datetime.now(UTC)


class Watcher:
    """Holds the lease, beats, and sweeps every patient; a second watcher waits for the lease.

    Where a patient could not be swept the others still are, and the heartbeat pauses until a sweep
    is whole again: a board says within seconds that not everybody is watched. ``patients`` says
    whom to sweep, asked anew at each one: everybody who lies in a bed.
    """

    def __init__(
        self,
        store: Store,
        *,
        now: Callable[[], datetime] = clock,
        patients: Callable[[Store], Sequence[int]] = watched_encounters,
    ) -> None:
        self._store = store
        self._now = now
        self._patients = patients
        self._holder = f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:8]}"
        self._swept_at: datetime | None = None
        self._whole = True

    def run(self, stop: Event) -> None:
        """Watch until ``stop`` is set; then give the lease back."""
        try:
            while not stop.is_set():
                self.turn()
                stop.wait(BEAT_EVERY_S)
        finally:
            leases.release(self._store, name=LEASE, holder=self._holder)

    def turn(self) -> bool:
        """One beat, and a sweep when it is due; False where another watcher holds the lease."""
        now = self._now()
        if not leases.acquire(
            self._store, name=LEASE, holder=self._holder, now=now, seconds=LEASE_S
        ):
            return False
        if self._swept_at is None or now - self._swept_at >= SWEEP_EVERY:
            self._whole = self._sweep(now)
            self._swept_at = now
        if self._whole:
            liveness.beat(
                self._store,
                kind=liveness.WATCHER,
                name=LEASE,
                expected_every_s=BEAT_EVERY_S,
                now=self._now(),
            )
        return True

    def _sweep(self, now: datetime) -> bool:
        pulses = liveness.pulses(self._store, now=now)
        failed = 0
        for encounter_id in self._patients(self._store):
            try:
                sweep(self._store, encounter_id=encounter_id, pulses=pulses, now=now)
            except Exception:
                failed += 1
                log.exception("A patient could not be swept; the others go on being watched.")
        if failed:
            log.error("%d patients could not be swept; run 'stormwatch doctor'.", failed)
        return failed == 0
