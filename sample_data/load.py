"""Bring the stored sample ward up to now: a new one into an empty store, an older one caught up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from threading import Event as Flag
from uuid import uuid4

from db.engine import Store
from db.queries import census, observations
from monitoring.services import access, leases, liveness
from monitoring.services import census as census_service
from monitoring.services.policies import keep_packaged
from monitoring.services.sweep import watched_encounters
from sample_data.clock import StoryClock
from sample_data.course import stay_events
from sample_data.events import Event, ObservationsCharted
from sample_data.people import IDENTIFIER_SYSTEM
from sample_data.plan import ward_plan
from sample_data.replay import replay_stay
from sample_data.responses import responder
from sample_data.stay import PatientKey, Stay, first_stay, next_stay
from sample_data.writing import SOURCES, WARD_ACTOR, WardWriter, public_id

DEFAULT_SEED = 1
# Older wards are not caught up: their patients go home and others come.
CATCH_UP_WITHIN = timedelta(hours=36)
# A ward that ran fast for long is replaced before its stories take long to find again.
STORIES_LAST = timedelta(days=60)
MONITOR_BEATS_EVERY_S = 2.0

# One process loads at a time: the demo's loader and the dashboard that then lives on share a store.
LEASE = "sample-ward-load"
LEASE_S = 120.0
_LOOK_AGAIN_S = 0.2

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedWard:
    """A stored sample ward: which one it is and where its stories stand."""

    ward_id: int
    seed: int
    anchor: datetime
    clock: StoryClock


def ensure_beds(store: Store, *, now: datetime) -> int:
    """The row of the sample ward, which is made with its beds where it is not there yet."""
    plan = ward_plan()
    return census_service.ensure_ward(
        store,
        code=plan.code,
        name=plan.name,
        time_zone=plan.time_zone,
        beds=[bed.label for bed in plan.beds],
        is_demo=True,
        actor=WARD_ACTOR,
        now=now,
    )


def load_ward(
    store: Store, *, seed: int, now: datetime, progress: Progress | None = None
) -> LoadedWard:
    """Load the sample ward of a seed, or go on with the one that is stored.

    A ward that was last charted within ``CATCH_UP_WITHIN`` is caught up to ``now`` and keeps its
    own seed. Any older one is emptied and begun anew. Running it twice, or again after it was cut
    off, adds only what is missing. ``progress`` hears of stays done and stays in all.
    """
    ward_id = ensure_beds(store, now=now)
    keep_packaged(store, actor=WARD_ACTOR, now=now)
    _ensure_staff(store, now=now)
    ward = _stored_ward(store, ward_id=ward_id, now=now)
    if ward is None:
        _send_home(store, ward_id=ward_id, now=now)
        anchor = now.replace(second=0, microsecond=0)
        clock = StoryClock(story=now, wall=now)
        ward = LoadedWard(ward_id=ward_id, seed=seed, anchor=anchor, clock=clock)
    _catch_up(store, ward, now=now, progress=progress)
    return ward


def load_in_turn(
    store: Store,
    *,
    seed: int,
    now: Callable[[], datetime],
    wait: Callable[[float], bool | None],
    progress: Progress | None = None,
) -> LoadedWard | None:
    """``load_ward``, once whoever else is loading has finished.

    ``wait`` sleeps some seconds; True from it means that nobody wants the ward any more.
    """
    holder = uuid4().hex
    while not leases.acquire(store, name=LEASE, holder=holder, now=now(), seconds=LEASE_S):
        if wait(_LOOK_AGAIN_S):
            return None
    try:
        return load_ward(store, seed=seed, now=now(), progress=progress)
    finally:
        leases.release(store, name=LEASE, holder=holder)


def not_being_loaded(store: Store, loaded: Flag) -> list[int]:
    """Whom the watcher may judge by the clock: until ``loaded``, nobody of the sample ward.

    Half a stay lacks its newest sets, in a new ward as in one that is caught up after a night: the
    clock would call them overdue by days, and an alert that was raised waits for an owner although
    nothing was ever wrong (ADR 6). Whoever lies in another ward is watched meanwhile.
    """
    watched = watched_encounters(store)
    if loaded.is_set():
        return watched
    with store.read() as session:
        ward = census.ward_by_code(session, ward_plan().code)
        waiting = () if ward is None else census.open_encounter_ids(session, ward.id)
    return [encounter_id for encounter_id in watched if encounter_id not in waiting]


def stays_until(seed: int, anchor: datetime, story_now: datetime) -> Iterator[Stay]:
    """Every stay of a ward that has begun by a story time, bed after bed."""
    for bed in range(len(ward_plan().occupied)):
        stay = first_stay(seed, anchor, bed)
        while stay.admitted_at <= story_now:
            yield stay
            stay = next_stay(stay)


def _ensure_staff(store: Store, *, now: datetime) -> None:
    members = [
        access.Member(
            username=member.username,
            display_name=member.display_name,
            role=access.Role(member.role),
        )
        for member in ward_plan().staff
    ]
    access.ensure_demo_members(store, members=members, actor=WARD_ACTOR, now=now)


def _stored_ward(store: Store, *, ward_id: int, now: datetime) -> LoadedWard | None:
    """The stored ward that can go on, found by the identifiers that its newest rows carry."""
    with store.read() as session:
        rows = observations.latest_per_concept(session, census.open_encounter_ids(session, ward_id))
    charted = [row for row in rows if row.source in SOURCES]
    if not charted:
        return None
    newest = max(charted, key=lambda row: row.taken_at)
    patient_key, set_key = _origin(newest)
    key = PatientKey.parse(patient_key)
    story = next(
        (
            event.at
            for stay in stays_until(key.seed, key.anchor, key.anchor + STORIES_LAST)
            if stay.key == key
            for event in stay_events(stay)
            if isinstance(event, ObservationsCharted) and event.key == set_key
        ),
        None,
    )
    if story is None or now - newest.taken_at > CATCH_UP_WITHIN:
        return None
    lead = story - newest.taken_at
    clock = StoryClock(story=now + lead, wall=now)
    return LoadedWard(ward_id=ward_id, seed=key.seed, anchor=key.anchor, clock=clock)


def _origin(row: observations.ObservationRow) -> tuple[str, str]:
    """Which invented patient's which set a stored value came from."""
    patient_key, set_key, _ = row.source_id.split("/")
    return patient_key, set_key


def _not_yet_stored(
    store: Store, stay: Stay, encounter: census.EncounterRow | None
) -> Iterator[Event]:
    """A stay's events from the one after its newest stored set on; all where none is stored."""
    events = stay_events(stay)
    if encounter is None:
        return events
    with store.read() as session:
        rows = observations.latest_per_concept(session, [encounter.id])
    charted = [row for row in rows if row.source in SOURCES]
    if charted:
        _, newest_key = _origin(max(charted, key=lambda row: row.taken_at))
        for event in events:
            if isinstance(event, ObservationsCharted) and event.key == newest_key:
                break
    return events


def _send_home(store: Store, *, ward_id: int, now: datetime) -> None:
    """Discharge the invented patients of an older ward; a visitor's own patients stay."""
    with store.read() as session:
        ours = [
            bed.encounter_id
            for bed in census.bed_board(session, ward_id)
            if bed.encounter_id is not None
            and bed.patient_id is not None
            and census.patient(session, bed.patient_id).identifier_system == IDENTIFIER_SYSTEM
        ]
    for encounter_id in ours:
        census_service.discharge(
            store, encounter_id=encounter_id, at=now, actor=WARD_ACTOR, now=now
        )


def _catch_up(store: Store, ward: LoadedWard, *, now: datetime, progress: Progress | None) -> None:
    story_now = ward.clock.story_at(now)
    # The sickest first: they are on the board while the quiet ones are still being written.
    stays = sorted(
        stays_until(ward.seed, ward.anchor, story_now),
        key=lambda stay: (stay.key.generation, -stay.story.expect.current),
    )
    writer = WardWriter(store, ward_id=ward.ward_id, clock=ward.clock)
    for number, stay in enumerate(stays, start=1):
        _catch_up_stay(store, writer, stay, ward.clock, story_now, now)
        if progress is not None:
            progress(number, len(stays))


def _catch_up_stay(
    store: Store,
    writer: WardWriter,
    stay: Stay,
    clock: StoryClock,
    story_now: datetime,
    now: datetime,
) -> None:
    encounter = writer.encounter(str(stay.key))
    if encounter is not None and encounter.discharged_at is not None:
        return
    replay_stay(
        store,
        writer,
        takewhile(lambda event: event.at <= story_now, _not_yet_stored(store, stay, encounter)),
        clock=clock,
        now=now,
        responder=responder(stay.key, now=now, leaves_unowned=stay.story.expect.unowned),
    )
    monitor = stay.story.monitor
    encounter = writer.encounter(str(stay.key))
    if monitor is None or encounter is None or stay.at(monitor.from_h) > story_now:
        return
    last_beat = min(story_now, stay.at(monitor.silent_from_h))
    liveness.beat(
        store,
        kind=liveness.FEED,
        name=monitor_name(stay),
        expected_every_s=MONITOR_BEATS_EVERY_S,
        now=clock.wall_at(last_beat),
        ward_id=encounter.ward_id,
        encounter_id=encounter.id,
    )


def monitor_name(stay: Stay) -> str:
    """How the bedside monitor of a stay signs its heartbeats."""
    return f"demo-monitor-{public_id(str(stay.key))[:8]}"
