"""The sample ward, loaded through the services into a real store, says what its stories say."""

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as StopEvent
from threading import Thread

import pytest

from db.engine import Store, create_store
from db.queries import alerts, audit, census, evaluations, observations, treatments, users
from monitoring.clinical.results import Evaluation
from monitoring.services import census as census_service
from monitoring.services import liveness
from sample_data.events import Admitted, ObservationsCharted
from sample_data.living import FEED, LivingWard, live_on
from sample_data.load import load_ward
from sample_data.plan import ward_plan
from sample_data.scenario import scenarios
from sample_data.ward import build_ward
from sample_data.writing import SOURCE, public_id

MORNING = datetime(2026, 11, 22, 9, 41, 17, tzinfo=UTC)
NIGHT = datetime(2026, 3, 8, 2, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Ward:
    """A loaded ward and the questions that the tests ask of it."""

    def __init__(self, store: Store, *, seed: int, now: datetime) -> None:
        self.store, self.seed, self.now = store, seed, now
        self.loaded = load_ward(store, seed=seed, now=now)
        self.encounters: dict[str, int] = {}
        with store.read() as session:
            for event in build_ward(seed, now).events:
                if isinstance(event, Admitted):
                    found = census.encounter_by_public_id(session, public_id(event.patient_key))
                    assert found is not None
                    self.encounters[event.story] = found.id

    def latest(self, story: str) -> Evaluation:
        with self.store.read() as session:
            (row,) = evaluations.latest(session, [self.encounters[story]])
        return Evaluation.from_document(row.document)

    def threads(self, story: str) -> list[alerts.ThreadRow]:
        with self.store.read() as session:
            return alerts.threads(session, self.encounters[story])


@pytest.fixture(scope="module", params=[(1, MORNING), (7, NIGHT)], ids=["morning", "night"])
def ward(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[Ward]:
    """A whole ward; the tests that use it only read."""
    path = tmp_path_factory.mktemp("ward") / "stormwatch.db"
    shutil.copyfile(sqlite_template, path)
    store = create_store(f"sqlite:///{path}")
    seed, now = request.param
    yield Ward(store, seed=seed, now=now)
    store.close()


@pytest.fixture
def copied(ward: Ward, tmp_path: Path) -> Iterator[Store]:
    """A loaded ward that a test may change."""
    path = tmp_path / "stormwatch.db"
    with ward.store.read() as session:
        source = Path(str(session.get_bind().engine.url.database))
    for suffix in ("", "-wal"):
        if source.with_name(source.name + suffix).exists():
            shutil.copyfile(
                source.with_name(source.name + suffix), path.with_name(path.name + suffix)
            )
    store = create_store(f"sqlite:///{path}")
    yield store
    store.close()


def occupied(store: Store, ward_id: int) -> dict[str, census.BedBoardRow]:
    with store.read() as session:
        board = census.bed_board(session, ward_id)
    return {bed.label: bed for bed in board if bed.encounter_id is not None}


def counted(store: Store, ward_id: int) -> int:
    with store.read() as session:
        return len(observations.since(session, ward_id, 0))


def newest(store: Store, encounter_id: int) -> datetime:
    with store.read() as session:
        rows = observations.latest_per_concept(session, [encounter_id])
    return max(row.taken_at for row in rows)


@pytest.mark.parametrize("story", sorted(scenarios()))
def test_the_story_comes_to_the_grade_it_declares(ward: Ward, story: str) -> None:
    expect = scenarios()[story].expect
    said = ward.latest(story)
    assert said.crs.grade == expect.current
    assert (said.crs.peak or 0) == expect.peak
    assert said.crs.resolving is expect.resolving
    assert said.atypical_timing is expect.atypical_timing


@pytest.mark.parametrize("story", sorted(scenarios()))
def test_the_story_raises_the_alerts_it_declares_and_no_others(ward: Ward, story: str) -> None:
    expect = scenarios()[story].expect
    threads = ward.threads(story)
    raised = {thread.problem for thread in threads}
    still_open = {thread.problem for thread in threads if thread.closed_at is None}
    assert set(expect.alerts) <= raised
    assert not set(expect.never) & raised
    assert set(expect.open_now) <= still_open


def test_every_bed_of_the_plan_is_there_and_twenty_four_are_taken(ward: Ward) -> None:
    with ward.store.read() as session:
        board = census.bed_board(session, ward.loaded.ward_id)
    assert [bed.label for bed in board] == [bed.label for bed in ward_plan().beds]
    assert sum(bed.encounter_id is not None for bed in board) == 24


def test_nothing_was_recorded_in_the_future(ward: Ward) -> None:
    with ward.store.read() as session:
        rows = observations.since(session, ward.loaded.ward_id, 0)
        given = [
            row for one in ward.encounters.values() for row in treatments.current(session, one)
        ]
    assert max(row.taken_at for row in rows) <= ward.now
    assert max(row.recorded_at for row in rows) <= ward.now
    assert max(row.started_at for row in given) <= ward.now


def test_most_alerts_were_taken_by_named_people_and_a_few_wait(ward: Ward) -> None:
    threads = [thread for story in ward.encounters for thread in ward.threads(story)]
    staff = {member.username for member in ward_plan().staff}
    owners = Counter(thread.owner for thread in threads)
    unowned = [t for t in threads if t.owner is None and t.closed_at is None]
    assert set(owners) <= {*staff, None}
    assert len(set(owners) - {None}) >= 4
    assert owners[None] <= len(threads) / 5
    assert 2 <= len(unowned) <= 10
    waiting = {t.problem for t in ward.threads("afebrile_deterioration") if t.owner is None}
    assert "crs_grade" in waiting
    with ward.store.read() as session:
        assert all(users.by_username(session, name) is not None for name in staff)


def test_nobody_is_overdue_but_the_one_whose_story_it_is(ward: Ward) -> None:
    late = {
        story
        for story in ward.encounters
        if any(t.problem == "overdue" and t.closed_at is None for t in ward.threads(story))
    }
    assert late == {"overdue_observations"}


def test_the_quiet_ward_is_quiet(ward: Ward) -> None:
    # At most one alert a patient and day (product.md).
    quiet = [story for story in ward.encounters if scenarios()[story].expect.peak == 0]
    quiet.remove("infection_attributed")
    days = sum((scenarios()[story].now_h - scenarios()[story].admitted_h) / 24 for story in quiet)
    assert sum(len(ward.threads(story)) for story in quiet) <= days


def test_corrected_values_stay_readable_with_their_reason(ward: Ward) -> None:
    with ward.store.read() as session:
        rows = observations.since(session, ward.loaded.ward_id, 0)
        corrected = [row for row in rows if row.supersedes_id is not None]
        assert {row.status for row in corrected} == {"amended", "entered-in-error"}
        for row in corrected:
            assert row.reason
            first, *_ = observations.history(session, row.id)
            assert first.id == row.supersedes_id


def test_the_audit_and_every_checksum_hold(ward: Ward) -> None:
    with ward.store.read() as session:
        assert audit.verify(session).ok
        assert list(observations.verify_checksums(session)) == []


def test_the_silent_monitor_is_silent_and_the_nurse_goes_on(ward: Ward) -> None:
    encounter_id = ward.encounters["stale_feed"]
    (pulse,) = [
        pulse
        for pulse in liveness.pulses(ward.store, now=ward.now)
        if pulse.encounter_id == encounter_id
    ]
    assert pulse.is_silent
    assert timedelta(minutes=10) < ward.now - pulse.beat_at < timedelta(minutes=30)


def test_loading_again_adds_nothing(ward: Ward, copied: Store) -> None:
    before = counted(copied, ward.loaded.ward_id)
    again = load_ward(copied, seed=ward.seed + 1, now=ward.now)
    assert again.seed == ward.seed
    assert again.anchor == ward.loaded.anchor
    assert counted(copied, ward.loaded.ward_id) == before


def test_a_ward_some_hours_old_is_caught_up(ward: Ward, copied: Store) -> None:
    later = ward.now + 5 * HOUR
    load_ward(copied, seed=ward.seed, now=later)
    beds = occupied(copied, ward.loaded.ward_id)
    assert len(beds) >= 22
    for bed in beds.values():
        assert bed.encounter_id is not None
        assert later - 4.5 * HOUR < newest(copied, bed.encounter_id) <= later


def test_a_ward_of_last_week_is_begun_anew(ward: Ward, copied: Store) -> None:
    later = ward.now + timedelta(days=7)
    fresh = load_ward(copied, seed=ward.seed, now=later)
    assert fresh.anchor != ward.loaded.anchor
    beds = occupied(copied, ward.loaded.ward_id)
    assert len(beds) == 24
    old = set(ward.encounters.values())
    assert not old & {bed.encounter_id for bed in beds.values()}
    with copied.read() as session:
        assert all(census.encounter(session, one).discharged_at == later for one in old)
    for bed in beds.values():
        assert bed.encounter_id is not None
        assert later - 5 * HOUR < newest(copied, bed.encounter_id) <= later


def test_a_load_that_was_cut_off_is_finished_by_the_next(sqlite_store: Store) -> None:
    class CutOffError(Exception):
        pass

    def cut_off(done: int, _total: int) -> None:
        if done == 5:
            raise CutOffError

    with pytest.raises(CutOffError):
        load_ward(sqlite_store, seed=1, now=MORNING, progress=cut_off)
    ward = load_ward(sqlite_store, seed=1, now=MORNING)
    wanted = sum(
        len(event.values)
        for event in build_ward(1, MORNING).events
        if isinstance(event, ObservationsCharted)
    )
    with sqlite_store.read() as session:
        rows = observations.since(session, ward.ward_id, 0)
    assert sum(row.supersedes_id is None for row in rows) == wanted


def test_a_visitors_own_patient_keeps_the_bed(ward: Ward, copied: Store) -> None:
    ward_id = ward.loaded.ward_id
    bed = occupied(copied, ward_id)["13A"]
    assert bed.encounter_id is not None
    census_service.discharge(
        copied, encounter_id=bed.encounter_id, at=ward.now, actor="demo.nurse", now=ward.now
    )
    own = census_service.admit(
        copied,
        ward_id=ward_id,
        bed_label="13A",
        patient=census_service.PatientDetails(
            identifier_system="urn:visitor", identifier="1", family_name="Own", given_name="My"
        ),
        admitted_at=ward.now,
        care_setting="ward",
        treatments_charted=True,
        actor="demo.nurse",
        now=ward.now,
    )
    for later in (ward.now + 3 * HOUR, ward.now + timedelta(days=9)):
        load_ward(copied, seed=ward.seed, now=later)
        beds = occupied(copied, ward_id)
        assert beds["13A"].encounter_id == own.encounter_id
        assert len(beds) >= 22


def test_the_ward_lives_on_faster_than_the_wall_clock(ward: Ward, copied: Store) -> None:
    wall = ward.now
    living = LivingWard(copied, ward.loaded, speed=60, now=lambda: wall)
    before = counted(copied, ward.loaded.ward_id)
    threads_before = sum(len(ward.threads(story)) for story in ward.encounters)
    written = 0
    for _ in range(24):
        # Half a minute of the wall is half an hour of the stories.
        wall += timedelta(seconds=30)
        written += living.turn()
    assert written > 60
    with copied.read() as session:
        rows = observations.since(session, ward.loaded.ward_id, 0)
        threads = [
            thread
            for bed in occupied(copied, ward.loaded.ward_id).values()
            for thread in alerts.threads(session, bed.encounter_id or 0)
        ]
    new = rows[before:]
    assert len(new) > 500
    assert all(ward.now <= row.taken_at <= wall for row in new)
    assert all(row.source == SOURCE for row in new)
    assert len(threads) > threads_before
    assert any(thread.raised_at > ward.now for thread in threads)

    pulses = {pulse.name: pulse for pulse in liveness.pulses(copied, now=wall)}
    assert not pulses[FEED].is_silent
    silent = [p for p in pulses.values() if p.encounter_id == ward.encounters["stale_feed"]]
    assert all(pulse.is_silent for pulse in silent)

    # Stopped and begun again, the stories go on from where they were, not from the wall's time.
    resumed = load_ward(copied, seed=ward.seed, now=wall + timedelta(minutes=1))
    lead = resumed.clock.story - resumed.clock.wall
    assert timedelta(hours=10) < lead < timedelta(hours=12.5)
    assert counted(copied, ward.loaded.ward_id) - len(rows) < 60


def test_it_stops_when_told_and_says_so(ward: Ward, copied: Store) -> None:
    stop = StopEvent()
    thread = Thread(
        target=live_on, args=(copied, stop), kwargs={"speed": 600.0, "now": lambda: ward.now}
    )
    thread.start()
    while not any(pulse.name == FEED for pulse in liveness.pulses(copied, now=ward.now)):
        assert thread.is_alive()
        stop.wait(0.05)
    stop.set()
    thread.join(timeout=30)
    assert not thread.is_alive()
    assert not any(pulse.name == FEED for pulse in liveness.pulses(copied, now=ward.now))
