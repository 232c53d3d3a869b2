"""The sample ward lives on: nurses chart, patients get better and worse, others come.

Everything it writes carries the wall clock's time; a higher speed lets the stories come sooner.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Event as StopEvent

from db.engine import Store
from monitoring.services import liveness
from monitoring.services.instants import from_us
from sample_data.clock import StoryClock
from sample_data.events import Event
from sample_data.load import (
    DEFAULT_SEED,
    MONITOR_BEATS_EVERY_S,
    LoadedWard,
    load_in_turn,
    monitor_name,
    stays_until,
)
from sample_data.responses import Answers, responder
from sample_data.stay import PatientKey
from sample_data.ward import ward_events
from sample_data.writing import WardWriter

FEED = "sample-ward"
BEAT_EVERY_S = 2.0
# The invented team leaves a visitor time to take an alert first.
VISITORS_FIRST = timedelta(minutes=4)

log = logging.getLogger(__name__)


def clock() -> datetime:
    """The time now."""
    return datetime.now(UTC)


def live_on(
    store: Store,
    stop: StopEvent,
    *,
    speed: float,
    seed: int = DEFAULT_SEED,
    now: Callable[[], datetime] = clock,
    loaded: StopEvent | None = None,
) -> None:
    """Bring the stored ward up to now and let it live until ``stop`` is set.

    ``speed`` is how many minutes of its stories pass in a minute; records keep the wall's time.
    ``loaded`` is set once nobody loads the ward any more, also where that failed.
    """
    try:
        ward = load_in_turn(store, seed=seed, now=now, wait=stop.wait)
    finally:
        if loaded is not None:
            loaded.set()
    if ward is not None:
        LivingWard(store, ward, speed=speed, now=now).run(stop)


class LivingWard:
    """A loaded sample ward that goes on by itself until it is told to stop."""

    def __init__(
        self,
        store: Store,
        ward: LoadedWard,
        *,
        speed: float,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._ward = ward
        self._now = now
        started = now()
        self._clock = StoryClock(story=ward.clock.story_at(started), wall=started, speed=speed)
        self._writer = WardWriter(store, ward_id=ward.ward_id, clock=self._clock)
        self._coming: Iterator[Event] = (
            event for event in ward_events(ward.seed, ward.anchor) if event.at > ward.clock.story
        )
        self._next = next(self._coming)
        self._answers = Answers(store)

    def run(self, stop: StopEvent) -> None:
        """Live until ``stop`` is set; then say that the feed ended in good order."""
        try:
            while not stop.is_set():
                try:
                    self.turn()
                except Exception:
                    # No beat: the board says that the feed is silent until a turn succeeds.
                    log.exception("The sample ward could not go on; it tries again.")
                stop.wait(BEAT_EVERY_S)
        finally:
            liveness.close(self._store, kind=liveness.FEED, name=FEED, now=self._now())

    def turn(self) -> int:
        """Write what has come due, answer alerts, and beat; the number of events written."""
        now = self._now()
        written = 0
        while self._clock.wall_at(self._next.at) <= now:
            self._write(self._next)
            self._next = next(self._coming)
            written += 1
        self._answers.give(until=now)
        self._beat(now)
        return written

    def _write(self, event: Event) -> None:
        recorded = self._writer.write(event)
        if recorded is None:
            return
        key = PatientKey.parse(event.patient_key)
        respond = responder(key, now=self._now(), leaves_unowned=False)
        for change in recorded.changes:
            response = respond(change)
            if response is not None:
                at = from_us(response.at_us) + VISITORS_FIRST
                self._answers.add(change, response, at=at)

    def _beat(self, now: datetime) -> None:
        liveness.beat(
            self._store,
            kind=liveness.FEED,
            name=FEED,
            expected_every_s=BEAT_EVERY_S,
            now=now,
            ward_id=self._ward.ward_id,
        )
        story = self._clock.story_at(now)
        for stay in stays_until(self._ward.seed, self._ward.anchor, story):
            monitor = stay.story.monitor
            if monitor is None or not stay.at(monitor.from_h) <= story < stay.at(
                monitor.silent_from_h
            ):
                continue
            encounter = self._writer.encounter(str(stay.key))
            if encounter is not None and encounter.discharged_at is None:
                liveness.beat(
                    self._store,
                    kind=liveness.FEED,
                    name=monitor_name(stay),
                    expected_every_s=MONITOR_BEATS_EVERY_S,
                    now=now,
                    ward_id=self._ward.ward_id,
                    encounter_id=encounter.id,
                )
