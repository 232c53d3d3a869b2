"""What the store withstands: a killed writer, a killed upgrade, a flipped bit."""

import multiprocessing
import os
import random
import shutil
import signal
import threading
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from db.doctor import examine
from db.engine import Store, create_store
from db.migrate import upgrade
from db.queries import audit, census, observations, versions
from db.revision import head_revision, schema_revision
from tests.contract.ward import NIGHT, Ward, a_set, a_value, behind_the_back, open_ward, stored_rows


def _chart(session: Session, ward: Ward, name: str) -> None:
    """One set of two values and its line in the audit, as the services write it."""
    versions.lock_ward(session, ward.ward_id)
    observations.insert_set(
        session,
        a_set(ward, name),
        [
            a_value(ward, "heart_rate", 80, source_id=f"{name}/hr"),
            a_value(ward, "spo2", 96, source_id=f"{name}/spo2"),
        ],
    )
    audit.append(
        session,
        at=NIGHT,
        actor="nurse.adeyemi",
        action="observation.record",
        entity="observation_set",
        entity_id=name,
        detail={},
    )
    versions.advance(session, ward.ward_id, NIGHT)


def _four_nurses_chart(url: str, ward: Ward, trial: int, told: Connection) -> None:
    store = create_store(url)
    one_at_a_time = threading.Lock()

    def chart(nurse: int) -> None:
        number = 0
        while True:
            name = f"{trial}/{nurse}/{number}"
            store.write(lambda session, name=name: _chart(session, ward, name))
            with one_at_a_time:
                told.send(name)
            number += 1

    for nurse in range(4):
        threading.Thread(target=chart, args=(nurse,), daemon=True).start()
    threading.Event().wait()


@pytest.mark.fault
def test_a_killed_writer_loses_nothing_it_acknowledged(store_url: str, is_long: bool) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # noqa: T201 shown by pytest when the test fails
    chance = random.Random(seed)
    store = create_store(store_url)
    ward = store.write(open_ward)
    store.close()
    acknowledged: set[str] = set()
    context = multiprocessing.get_context("spawn")
    for trial in range(100 if is_long else 2):
        ear, mouth = context.Pipe(duplex=False)
        writer = context.Process(target=_four_nurses_chart, args=(store_url, ward, trial, mouth))
        writer.start()
        mouth.close()
        for _ in range(chance.randrange(1, 60)):
            acknowledged.add(ear.recv())
        os.kill(writer.pid, signal.SIGKILL)
        while True:  # what was still in the pipe was acknowledged as well
            try:
                acknowledged.add(ear.recv())
            except EOFError:
                break
        writer.join()

        store = create_store(store_url)
        with store.read() as session:
            rows = stored_rows(session, ward.ward_id)
            report = audit.verify(session)
            assert list(observations.verify_checksums(session)) == []
            version = versions.current(session)[ward.ward_id]
        store.close()
        stored = {row.source_id.rsplit("/", 1)[0] for row in rows}
        assert acknowledged <= stored
        assert len(rows) == 2 * len(stored), "half a set"
        assert report.ok
        assert report.events == version == len(stored)


def _upgrade(url: str, about_to: Connection) -> None:
    about_to.send("begin")
    upgrade(url)


@pytest.mark.fault
def test_a_killed_upgrade_leaves_all_or_nothing(tmp_path: Path, is_long: bool) -> None:
    chance = random.Random(20_260_301)
    context = multiprocessing.get_context("spawn")
    outcomes = set()
    for trial in range(60 if is_long else 3):
        url = f"sqlite:///{tmp_path}/{trial}.db"
        ear, mouth = context.Pipe(duplex=False)
        process = context.Process(target=_upgrade, args=(url, mouth))
        process.start()
        ear.recv()
        process.join(chance.uniform(0.0, 0.4))
        process.kill()
        process.join()
        store = create_store(url)
        outcomes.add(schema_revision(store))
        store.close()
        upgrade(url)
        store = create_store(url)
        assert all(finding.ok for finding in examine(store))
        store.close()
    assert outcomes <= {None, head_revision()}


@pytest.mark.fault
def test_a_flipped_bit_in_a_value_is_noticed(sqlite_store: Store, tmp_path: Path) -> None:
    """Any of the bits of a stored value, wherever they lie in the file."""
    ward = sqlite_store.write(open_ward)
    sent = "38.7 as the tympanic thermometer said"
    value = a_value(ward, "body_temperature", 38.7, source_id="1", sent=sent)
    sqlite_store.write(lambda s: observations.insert_set(s, a_set(ward, "1"), [value]))
    sqlite_store.close()
    whole = Path(sqlite_store.engine.url.database)
    content = whole.read_bytes()
    assert content.count(sent.encode()) == 1
    start = content.index(sent.encode())
    damaged = tmp_path / "damaged.db"
    shutil.copy(whole, damaged)
    for bit in range(0, 8 * len(sent), 7):
        flipped = bytearray(content)
        flipped[start + bit // 8] ^= 1 << bit % 8
        damaged.write_bytes(flipped)
        store = create_store(f"sqlite:///{damaged}")
        (finding,) = [one for one in examine(store) if not one.ok]
        store.close()
        assert finding.name == "observation checksums", bit


@pytest.mark.fault
def test_a_text_that_is_none_any_more_is_not_told(sqlite_store: Store) -> None:
    ward = sqlite_store.write(open_ward)
    with behind_the_back(sqlite_store) as intruder:
        intruder.execute("UPDATE patient SET family_name = CAST(x'56656761ff' AS TEXT)")
    with sqlite_store.read() as session, pytest.raises(OperationalError) as caught:
        census.patient(session, ward.patient_id)
    error: BaseException | None = caught.value
    while error is not None:
        assert "Vega" not in str(error)
        error = error.__cause__ or error.__context__
