"""The watcher beside a sample ward that is still being loaded: nobody is overdue by days."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

from db.engine import Store
from db.queries import alerts, census
from monitoring.services import liveness
from monitoring.watch import Watcher
from sample_data.clock import StoryClock
from sample_data.events import Admitted, ObservationsCharted
from sample_data.living import live_on
from sample_data.load import DEFAULT_SEED, ensure_beds, load_ward, not_being_loaded
from sample_data.plan import ward_plan
from sample_data.ward import build_ward
from sample_data.writing import WardWriter
from tests.stories import bedside

MORNING = datetime(2026, 11, 22, 9, 41, 17, tzinfo=UTC)
A_NIGHT = timedelta(hours=9)


class Demo:
    """The dashboard's process as a demo has it: a watcher that waits until the ward is loaded."""

    def __init__(self, store: Store) -> None:
        self.store, self.loaded = store, Event()

    def watch(self, now: datetime) -> None:
        """One turn of a watcher that has just begun."""
        Watcher(self.store, now=lambda: now, patients=self.patients).turn()
        (pulse,) = [p for p in liveness.pulses(self.store, now=now) if p.kind == liveness.WATCHER]
        assert not pulse.is_silent, "the board must not say that nobody watches"

    def patients(self, store: Store) -> Sequence[int]:
        return not_being_loaded(store, self.loaded)

    def overdue(self) -> list[str]:
        """What was ever told of a missed set."""
        with self.store.read() as session:
            return [
                str(thread.snapshot["label"])
                for encounter_id in census.open_encounter_ids(session)
                for thread in alerts.threads(session, encounter_id)
                if thread.problem == "overdue"
            ]


def begin_to_load(store: Store) -> None:
    """The ward as it is for a moment while stays are written: of each the first set alone."""
    ward_id = ensure_beds(store, now=MORNING)
    writer = WardWriter(store, ward_id=ward_id, clock=StoryClock(story=MORNING, wall=MORNING))
    begun: set[str] = set()
    for event in build_ward(DEFAULT_SEED, MORNING).events:
        is_first_set = isinstance(event, ObservationsCharted) and event.patient_key not in begun
        if isinstance(event, Admitted) or is_first_set:
            writer.write(event)
        if is_first_set:
            begun.add(event.patient_key)


def test_nobody_is_overdue_whose_stay_is_still_being_written(sqlite_store: Store) -> None:
    demo = Demo(sqlite_store)
    begin_to_load(sqlite_store)
    elsewhere = bedside(sqlite_store, bed="1", identifier="A").encounter_id

    demo.watch(MORNING)

    assert demo.overdue() == []
    assert demo.patients(sqlite_store) == [elsewhere], "who lies on another ward is watched"


def test_nobody_is_overdue_whom_a_night_s_pause_left_behind(sqlite_store: Store) -> None:
    demo, morning_after = Demo(sqlite_store), MORNING + A_NIGHT
    load_ward(sqlite_store, seed=DEFAULT_SEED, now=MORNING)
    before = demo.overdue()

    demo.watch(morning_after)
    assert demo.overdue() == before

    stop = Event()
    living = Thread(
        target=live_on,
        args=(sqlite_store, stop),
        kwargs={"speed": 1.0, "now": lambda: morning_after, "loaded": demo.loaded},
    )
    living.start()
    assert demo.loaded.wait(timeout=240)
    demo.watch(morning_after + timedelta(seconds=30))
    stop.set()
    living.join()
    assert len(demo.patients(sqlite_store)) == len(ward_plan().occupied)
    assert demo.overdue() == before
