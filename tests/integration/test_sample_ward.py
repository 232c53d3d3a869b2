"""The sample ward, loaded through the services into a real store, says what its stories say."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as StopEvent
from threading import Thread
from typing import Any

import pytest

from db.backup import backup
from db.engine import Store, create_store
from db.queries import alerts, audit, census, evaluations, observations, treatments, users
from monitoring.clinical.results import Evaluation
from monitoring.services import census as census_service
from monitoring.services import leases, liveness, replay, replay_watch
from sample_data.events import Admitted, ObservationsCharted
from sample_data.living import FEED, LivingWard, live_on
from sample_data.load import LEASE, load_ward
from sample_data.plan import ward_plan
from sample_data.scenario import scenarios
from sample_data.ward import build_ward
from sample_data.writing import SOURCE, public_id
from tests.contract.ward import stored_rows

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


@pytest.fixture(scope="module")
def loaded(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[Callable[[int, datetime], Ward]]:
    """Whole wards, each loaded once; the tests that use them only read."""
    wards: dict[tuple[int, datetime], Ward] = {}

    def load(seed: int, now: datetime) -> Ward:
        if (seed, now) not in wards:
            path = tmp_path_factory.mktemp("ward") / "stormwatch.db"
            shutil.copyfile(sqlite_template, path)
            wards[seed, now] = Ward(create_store(f"sqlite:///{path}"), seed=seed, now=now)
        return wards[seed, now]

    yield load
    for ward in wards.values():
        ward.store.close()


@pytest.fixture(params=[(1, MORNING), (7, NIGHT)], ids=["morning", "night"])
def ward(request: pytest.FixtureRequest, loaded: Callable[[int, datetime], Ward]) -> Ward:
    """A ward by day and another one by night."""
    return loaded(*request.param)


@pytest.fixture
def morning(loaded: Callable[[int, datetime], Ward]) -> Ward:
    """The ward by day."""
    return loaded(1, MORNING)


@pytest.fixture
def copied(morning: Ward, tmp_path: Path) -> Iterator[Store]:
    """The ward by day in a store that a test may change."""
    path = tmp_path / "stormwatch.db"
    backup(morning.store, path)
    store = create_store(f"sqlite:///{path}")
    yield store
    store.close()


def whole(rules: Callable[..., Any]) -> Callable[..., Any]:
    """The same rules asked at every moment."""
    return lambda *given, **more: rules(*given, **{**more, "turns_only": False})


def played(ward: Ward) -> replay.Played:
    return replay.play(
        ward.store,
        ward_id=ward.loaded.ward_id,
        from_at=ward.now - timedelta(days=40),
        to_at=ward.now,
        now=ward.now,
    )


def occupied(store: Store, ward_id: int) -> dict[str, census.BedBoardRow]:
    with store.read() as session:
        board = census.bed_board(session, ward_id)
    return {bed.label: bed for bed in board if bed.encounter_id is not None}


def counted(store: Store, ward_id: int) -> int:
    with store.read() as session:
        return len(stored_rows(session, ward_id))


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
        rows = stored_rows(session, ward.loaded.ward_id)
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


def test_alerts_are_few_and_no_rise_of_the_grade_is_missed(ward: Ward) -> None:
    # What interrupts is defined in ADR 19; the bounds are those of product.md.
    found = replay.report(played(ward))
    assert found.stays == 24
    assert found.quiet.interruptive_per_patient_day <= 1
    assert found.episode.interruptive_per_patient_day <= 2.3
    # Reminders are no news, and may not become the burden instead.
    assert found.episode.reminders_per_patient_day <= 2
    assert found.timeliness.rises >= 30
    assert found.timeliness.caught == found.timeliness.rises


def test_the_ward_played_where_something_turns_is_the_ward_played_whole(
    morning: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> tuple[list[tuple[object, ...]], replay.Report]:
        found = played(morning)
        return list(found.events.itertuples(index=False, name=None)), replay.report(found)

    quickly = told()

    monkeypatch.setattr(replay, "judge_facts", whole(replay.judge_facts))
    monkeypatch.setattr(replay_watch, "iec_hs_watch", whole(replay_watch.iec_hs_watch))
    assert quickly == told()


def test_corrected_values_stay_readable_with_their_reason(ward: Ward) -> None:
    with ward.store.read() as session:
        rows = stored_rows(session, ward.loaded.ward_id)
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


def test_loading_again_adds_nothing(morning: Ward, copied: Store) -> None:
    before = counted(copied, morning.loaded.ward_id)
    again = load_ward(copied, seed=morning.seed + 1, now=morning.now)
    assert again.seed == morning.seed
    assert again.anchor == morning.loaded.anchor
    assert counted(copied, morning.loaded.ward_id) == before


def test_a_ward_some_hours_old_is_caught_up(morning: Ward, copied: Store) -> None:
    later = morning.now + 5 * HOUR
    load_ward(copied, seed=morning.seed, now=later)
    beds = occupied(copied, morning.loaded.ward_id)
    assert len(beds) >= 22
    for bed in beds.values():
        assert bed.encounter_id is not None
        assert later - 4.5 * HOUR < newest(copied, bed.encounter_id) <= later


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
        rows = stored_rows(session, ward.ward_id)
    assert sum(row.supersedes_id is None for row in rows) == wanted


def test_a_ward_of_last_week_is_begun_anew_around_a_visitors_own_patient(
    morning: Ward, copied: Store
) -> None:
    ward_id = morning.loaded.ward_id
    bed = occupied(copied, ward_id)["13A"]
    assert bed.encounter_id is not None
    census_service.discharge(
        copied, encounter_id=bed.encounter_id, at=morning.now, actor="demo.nurse", now=morning.now
    )
    own = census_service.admit(
        copied,
        ward_id=ward_id,
        bed_label="13A",
        patient=census_service.PatientDetails(
            identifier_system="urn:visitor", identifier="1", family_name="Own", given_name="My"
        ),
        admitted_at=morning.now,
        care_setting="ward",
        treatments_charted=True,
        actor="demo.nurse",
        now=morning.now,
    )
    later = morning.now + timedelta(days=7)

    fresh = load_ward(copied, seed=morning.seed, now=later)

    assert fresh.anchor != morning.loaded.anchor
    beds = {label: row.encounter_id for label, row in occupied(copied, ward_id).items()}
    assert len(beds) == 24
    assert beds.pop("13A") == own.encounter_id
    old = set(morning.encounters.values())
    assert not old & set(beds.values())
    with copied.read() as session:
        ended = [census.encounter(session, one).discharged_at for one in old]
    assert Counter(ended) == {later: 23, morning.now: 1}
    for encounter_id in beds.values():
        assert encounter_id is not None
        assert later - 5 * HOUR < newest(copied, encounter_id) <= later


def test_the_ward_lives_on_faster_than_the_wall_clock(morning: Ward, copied: Store) -> None:
    wall = morning.now
    living = LivingWard(copied, morning.loaded, speed=60, now=lambda: wall)
    before = counted(copied, morning.loaded.ward_id)
    threads_before = sum(len(morning.threads(story)) for story in morning.encounters)
    written = 0
    for _ in range(24):
        # Half a minute of the wall is half an hour of the stories.
        wall += timedelta(seconds=30)
        written += living.turn()
    assert written > 60
    with copied.read() as session:
        rows = stored_rows(session, morning.loaded.ward_id)
        threads = [
            thread
            for bed in occupied(copied, morning.loaded.ward_id).values()
            for thread in alerts.threads(session, bed.encounter_id or 0)
        ]
    new = rows[before:]
    assert len(new) > 500
    assert all(morning.now <= row.taken_at <= wall for row in new)
    assert all(row.source == SOURCE for row in new)
    assert len(threads) > threads_before
    assert any(thread.raised_at > morning.now for thread in threads)

    pulses = {pulse.name: pulse for pulse in liveness.pulses(copied, now=wall)}
    assert not pulses[FEED].is_silent
    silent = [p for p in pulses.values() if p.encounter_id == morning.encounters["stale_feed"]]
    assert all(pulse.is_silent for pulse in silent)

    # Stopped and begun again, the stories go on from where they were, not from the wall's time.
    resumed = load_ward(copied, seed=morning.seed, now=wall + timedelta(minutes=1))
    lead = resumed.clock.story - resumed.clock.wall
    assert timedelta(hours=10) < lead < timedelta(hours=12.5)
    assert counted(copied, morning.loaded.ward_id) - len(rows) < 60


def test_it_stops_while_it_waits_for_another_to_load(sqlite_store: Store) -> None:
    assert leases.acquire(sqlite_store, name=LEASE, holder="another", now=MORNING, seconds=60)
    stop = StopEvent()
    thread = Thread(
        target=live_on, args=(sqlite_store, stop), kwargs={"speed": 1.0, "now": lambda: MORNING}
    )
    thread.start()
    stop.set()
    thread.join(timeout=30)
    alive = thread.is_alive()
    # Whether it stopped or not, the thread must not go on into the next test.
    leases.release(sqlite_store, name=LEASE, holder="another")
    thread.join()
    assert not alive


def test_it_stops_when_told_and_says_so(morning: Ward, copied: Store) -> None:
    stop = StopEvent()
    thread = Thread(
        target=live_on, args=(copied, stop), kwargs={"speed": 600.0, "now": lambda: morning.now}
    )
    thread.start()
    while not any(pulse.name == FEED for pulse in liveness.pulses(copied, now=morning.now)):
        assert thread.is_alive()
        stop.wait(0.05)
    stop.set()
    thread.join(timeout=30)
    assert not thread.is_alive()
    assert not any(pulse.name == FEED for pulse in liveness.pulses(copied, now=morning.now))
