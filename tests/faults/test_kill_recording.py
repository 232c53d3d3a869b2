"""kill -9 at random points of recording: no acknowledged set is lost, none is without its alert."""

import multiprocessing
import random
from datetime import timedelta
from multiprocessing.connection import Connection

import pytest

from db.engine import Store, create_store
from db.queries import alerts, audit, evaluations, observations
from tests.stories import MIDNIGHT, NURSE, Bedside, bedside, values_of

PATIENTS_A_TRIAL = 3
# Each set is worse than the one before, so each must speak.
COURSE: list[dict[str, float | str]] = [
    {"temp_c": 38.4, "device": "room_air"},
    {"temp_c": 38.6, "device": "nasal_cannula", "flow_lpm": 2},
    {"temp_c": 38.9, "device": "nasal_cannula", "flow_lpm": 8},
    {"temp_c": 39.2, "device": "cpap"},
]


def _record_course(url: str, encounter_ids: list[int], told: Connection) -> None:
    """Record every patient's course and tell the parent of each set once it is saved."""
    from monitoring.services.record import record_set

    store = create_store(url)
    told.send("ready")
    for encounter_id in encounter_ids:
        for number, charted in enumerate(COURSE):
            at = MIDNIGHT + timedelta(hours=1 + number)
            record_set(
                store,
                encounter_id=encounter_id,
                values=values_of(**charted),
                taken_at=at,
                source="chart",
                source_id=f"{encounter_id}-{number}",
                actor=NURSE,
                now=at,
            )
            told.send((encounter_id, number))
    told.send("done")
    store.close()


@pytest.mark.fault
def test_no_acknowledged_set_is_lost_and_none_is_without_its_alert(
    sqlite_url: str, is_long: bool
) -> None:
    kills = 200 if is_long else 25
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # noqa: T201 shown by pytest when the test fails
    chance = random.Random(seed)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["monitoring.services.record", "tests.stories", "db.engine"])
    killed_in_the_middle = 0
    for trial in range(kills):
        store = create_store(sqlite_url)
        beds = [
            bedside(store, bed=f"{trial}-{n}", identifier=f"P-{trial}-{n}")
            for n in range(PATIENTS_A_TRIAL)
        ]
        store.close()

        ours, theirs = context.Pipe()
        child = context.Process(
            target=_record_course, args=(sqlite_url, [b.encounter_id for b in beds], theirs)
        )
        child.start()
        theirs.close()
        assert ours.poll(60)
        assert ours.recv() == "ready"
        child.join(chance.uniform(0.0, 0.15))
        child.kill()
        child.join()
        acknowledged, finished = _drain(ours)
        killed_in_the_middle += not finished

        store = create_store(sqlite_url)
        for bed in beds:
            _check(Bedside(**{**vars(bed), "store": store}), acknowledged.get(bed.encounter_id, 0))
        with store.read() as session:
            assert audit.verify(session).ok
        store.close()
    assert killed_in_the_middle > kills // 4, "the kills must hit recording, not its end"


def _drain(ours: Connection) -> tuple[dict[int, int], bool]:
    acknowledged: dict[int, int] = {}
    finished = False
    try:
        while ours.poll(0):
            told = ours.recv()
            if told == "done":
                finished = True
            else:
                acknowledged[told[0]] = told[1] + 1
    except EOFError:
        pass
    return acknowledged, finished


def _check(bed: Bedside, acknowledged: int) -> None:
    store: Store = bed.store
    with store.read() as session:
        rows = observations.window(
            session,
            bed.encounter_id,
            from_at=MIDNIGHT,
            to_at=MIDNIGHT + timedelta(days=1),
        )
        stored = [row for row in rows if row.concept == "body_temperature"]
        assert len(stored) >= acknowledged, "an acknowledged set was lost"
        assert len(rows) == sum(len(charted) for charted in COURSE[: len(stored)]), "half a set"
        at_time = {
            row.at: row.crs_grade
            for row in evaluations.series(
                session,
                bed.encounter_id,
                from_at=MIDNIGHT + timedelta(minutes=1),
                to_at=MIDNIGHT + timedelta(days=1),
            )
        }
        spoken = {
            event.at: event.kind
            for thread in alerts.threads(session, bed.encounter_id)
            if thread.problem == "crs_grade"
            for event in alerts.events(session, thread.id)
        }
    for number, row in enumerate(sorted(stored, key=lambda row: row.taken_at)):
        assert at_time[row.taken_at] == number + 1, "a set without its grade"
        assert spoken[row.taken_at] == ("raised" if number == 0 else "worsened")
