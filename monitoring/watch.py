"""The watcher: one process at a time looks at what only the clock changes, and shows its pulse."""

import logging
import os
import socket
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event
from uuid import uuid4

from db.engine import Store
from db.errors import StoreError
from monitoring.services import leases, liveness
from monitoring.services.failures import without_data
from monitoring.services.not_judged import tell_not_judged
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

    A patient who cannot be judged is told by an alert of his own, and the others go on being
    watched. Only where that cannot be told either does the heartbeat pause until a sweep is whole
    again: a board then says within seconds that not everybody is watched. ``patients`` says whom to
    sweep, asked anew at each one: everybody who lies in a bed.
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
        self._failing: dict[int, str] = {}

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
        """Look at everybody; whether each was judged, or at least is told to be not judged."""
        pulses = liveness.pulses(self._store, now=now)
        is_whole = True
        for encounter_id in self._patients(self._store):
            try:
                sweep(self._store, encounter_id=encounter_id, pulses=pulses, now=now)
            except StoreError as failure:
                # Nothing of this patient is at fault, and the next sweep is seconds away.
                log.error("Encounter %d: %s", encounter_id, without_data(failure))
                is_whole = False
            except Exception as failure:  # noqa: BLE001 - told by an alert of the patient
                is_whole = self._tell(encounter_id, failure, now) and is_whole
            else:
                if self._failing.pop(encounter_id, None) is not None:
                    log.warning("Encounter %d is judged again.", encounter_id)
        return is_whole

    def _tell(self, encounter_id: int, failure: Exception, now: datetime) -> bool:
        """Say of a patient that he is not judged; False where that failed as well."""
        what = without_data(failure)
        if self._failing.get(encounter_id) != what:
            log.error(
                "Encounter %d could not be judged (%s); the others go on being watched. "
                "Run 'stormwatch doctor'.",
                encounter_id,
                what,
            )
            self._failing[encounter_id] = what
        try:
            tell_not_judged(self._store, encounter_id=encounter_id, failure=failure, now=now)
        except Exception as further:  # noqa: BLE001 - told by a pulse that stops
            log.error(
                "Encounter %d: that it is not judged could not be told (%s). "
                "The pulse stops until it can.",
                encounter_id,
                without_data(further),
            )
            return False
        return True
