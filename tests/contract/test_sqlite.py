"""The embedded store: its settings, its one writer, and several processes on one file."""

import multiprocessing
import stat
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pysqlite3.dbapi2
import pytest
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session

from db import engine as opening
from db import writer as writing
from db.backup import backup
from db.checkpoint import COMMITS, Checkpointer
from db.doctor import examine
from db.engine import Store, create_store, has_wal_reset_fix
from db.errors import StoreBusyError, StoreError, StoreUnusableError
from db.migrate import upgrade
from db.queries import audit, observations
from tests.contract.ward import NIGHT, a_set, a_value, open_ward, stored_rows


def note(session: Session, number: int) -> int:
    return audit.append(
        session,
        at=NIGHT,
        actor="nurse.adeyemi",
        action="test",
        entity="test",
        entity_id=str(number),
        detail={},
    )


def settings(session: Session) -> dict[str, object]:
    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "temp_store")
    return {name: session.execute(text(f"PRAGMA {name}")).scalar_one() for name in names}


def test_every_connection_is_durable_checked_and_patient(sqlite_store: Store) -> None:
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 15_000,
        "temp_store": 2,
    }
    with sqlite_store.read() as session:
        assert settings(session) == wanted
    assert sqlite_store.write(settings) == wanted


@pytest.mark.parametrize(
    ("version", "fixed"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_a_library_that_may_corrupt_the_file_is_known(version, fixed: bool) -> None:
    assert has_wal_reset_fix(version) is fixed


def test_a_library_that_may_corrupt_the_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pysqlite3.dbapi2, "sqlite_version_info", (3, 40, 1))
    with pytest.raises(StoreUnusableError, match="Install a pysqlite3 wheel"):
        create_store(f"sqlite:///{tmp_path}/ward.db")
    assert list(tmp_path.iterdir()) == []


def test_a_new_store_is_made_with_its_folder_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "var" / "deep" / "ward.db"
    upgrade(f"sqlite:///{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_relative_path_begins_where_the_program_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    upgrade("sqlite:///var/ward.db")
    assert (tmp_path / "var" / "ward.db").exists()


def test_a_folder_in_the_files_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusableError, match="Check its folder"):
        create_store(f"sqlite:///{tmp_path}")


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("temperatures of last week\n" * 100)
    with pytest.raises(StoreUnusableError, match="Check the path"):
        create_store(f"sqlite:///{path}")


def test_a_work_cannot_wait_for_another(sqlite_store: Store) -> None:
    def work(session: Session) -> None:
        sqlite_store.write(lambda inner: note(inner, 1))

    with pytest.raises(StoreError, match="use the session it was given"):
        sqlite_store.write(work)


def test_whoever_finds_the_file_locked_is_told_and_loses_nothing(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "BUSY_TIMEOUT_S", 0.05)
    store = create_store(sqlite_url)
    other = pysqlite3.dbapi2.connect(store.engine.url.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusyError, match="Try again"):
        store.write(lambda session: note(session, 1))
    other.execute("ROLLBACK")
    store.write(lambda session: note(session, 2))
    with store.read() as session:
        assert audit.verify(session).events == 1
    other.close()
    store.close()


def test_works_that_wait_share_one_commit(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one work holds the writer eight others queue up; one commit serves them all."""
    monkeypatch.setattr(writing, "GROUP_BUDGET_S", 60.0)
    holding, go_on = threading.Event(), threading.Event()
    commits: list[object] = []

    def hold(session: Session) -> None:
        note(session, 0)
        holding.set()
        go_on.wait()

    count = commits.append
    event.listen(Engine, "commit", count)
    try:
        with ThreadPoolExecutor(9) as nurses:
            saved = [nurses.submit(sqlite_store.write, hold)]
            holding.wait()
            for number in range(8):
                saved.append(nurses.submit(sqlite_store.write, lambda s, n=number: note(s, n)))
            while sqlite_store._writer._queue.qsize() < 8:
                assert not any(one.done() for one in saved)
            go_on.set()
            assert {one.result() for one in saved[1:]} == set(range(2, 10))
    finally:
        event.remove(Engine, "commit", count)
    assert len(commits) == 1


def test_a_full_disk_loses_only_what_was_not_acknowledged(sqlite_store: Store, tmp_path) -> None:
    """The file may not grow any more: the work is refused, and goes through once there is room."""
    ward = sqlite_store.write(open_ward)
    stored = sqlite_store.write(lambda session: note(session, 0))

    def limit_pages(session: Session, spare: int) -> None:
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
        session.execute(text(f"PRAGMA max_page_count = {pages + spare}"))

    def large(session: Session) -> None:
        values = [a_value(ward, "heart_rate", 80, source_id=f"{number}") for number in range(2_000)]
        observations.insert_set(session, a_set(ward, "large"), values)

    sqlite_store.write(lambda session: limit_pages(session, 2))
    with pytest.raises(Exception, match=r"disk is full|could not commit") as refused:
        sqlite_store.write(large)
    assert not isinstance(refused.value, AssertionError)
    sqlite_store.write(lambda session: limit_pages(session, 100_000))
    sqlite_store.write(large)
    with sqlite_store.read() as session:
        assert audit.verify(session).events == stored == 1
        assert len(stored_rows(session, ward.ward_id)) == 2_000


def _copied(url: str, wanted: Callable[[int, int], bool]) -> tuple[int, int]:
    """The pages in the log and those of them copied into the file, once they are as ``wanted``."""
    path = make_url(url).database
    with closing(pysqlite3.dbapi2.connect(path, isolation_level=None)) as connection:
        for _ in range(600):
            asked = connection.execute("PRAGMA wal_checkpoint(NOOP)")
            _, pages, copied = asked.fetchone()
            if wanted(pages, copied):
                break
            time.sleep(0.05)
        return pages, copied


def test_the_log_is_copied_into_the_file_while_the_store_is_open(
    sqlite_store: Store, sqlite_url: str
) -> None:
    for number in range(COMMITS - 1):
        sqlite_store.write(lambda session, n=number: note(session, n))
    pages, copied = _copied(sqlite_url, lambda pages, _: pages > 0)
    assert (pages > 0, copied) == (True, 0)
    sqlite_store.write(lambda session: note(session, COMMITS))
    pages, copied = _copied(sqlite_url, lambda pages, copied: pages == copied)
    assert pages == copied > 0


def test_a_log_that_cannot_be_copied_is_told_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A disk that goes away: what was committed stays in the log, and the thread goes on."""
    folder = tmp_path / "disk"
    engine = create_engine(f"sqlite:///{folder}/ward.db", module=pysqlite3.dbapi2)
    checkpointer = Checkpointer(engine)

    def commit_many() -> None:
        for _ in range(COMMITS):
            checkpointer.committed()

    commit_many()
    for _ in range(600):
        if caplog.records:
            break
        time.sleep(0.05)
    assert "was not copied into the file: OperationalError" in caplog.text
    folder.mkdir()
    commit_many()
    for _ in range(600):
        if (folder / "ward.db").exists():
            break
        time.sleep(0.05)
    checkpointer.close()
    assert (folder / "ward.db").exists()
    assert len(caplog.records) == 1


def _append_from_another_process(url: str, count: int, start: "multiprocessing.Barrier") -> None:
    store = create_store(url)
    start.wait()
    for number in range(count):
        store.write(lambda session, n=number: note(session, n))
    store.close()


def test_several_processes_write_one_chain(sqlite_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(3)
    processes = [
        context.Process(target=_append_from_another_process, args=(sqlite_url, 20, start))
        for _ in range(3)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    store = create_store(sqlite_url)
    with store.read() as session:
        report = audit.verify(session)
    assert report.ok
    assert report.events == 60
    store.close()


def test_a_backup_is_a_store_that_opens(sqlite_store: Store, tmp_path: Path) -> None:
    ward = sqlite_store.write(open_ward)
    sqlite_store.write(
        lambda s: observations.insert_set(s, a_set(ward, "1"), [a_value(ward, "spo2", 91)])
    )
    copy = tmp_path / "backup.db"
    backup(sqlite_store, copy)
    sqlite_store.write(lambda session: note(session, 1))

    assert sorted(path.name for path in tmp_path.glob("backup*")) == ["backup.db"]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    restored = create_store(f"sqlite:///{copy}")
    assert all(finding.ok for finding in examine(restored))
    with restored.read() as session:
        assert [row.value_num for row in stored_rows(session, ward.ward_id)] == [91]
        assert audit.verify(session).events == 0
    restored.close()
    with pytest.raises(StoreError, match="Choose another name"):
        backup(sqlite_store, copy)


def test_a_backup_is_taken_while_the_ward_goes_on(sqlite_store: Store, tmp_path: Path) -> None:
    ended = threading.Event()

    def go_on() -> None:
        number = 0
        while not ended.is_set():
            sqlite_store.write(lambda session, n=number: note(session, n))
            number += 1

    ward_life = threading.Thread(target=go_on)
    ward_life.start()
    for number in range(3):
        backup(sqlite_store, tmp_path / f"backup-{number}.db")
    ended.set()
    ward_life.join()
    for number in range(3):
        restored = create_store(f"sqlite:///{tmp_path}/backup-{number}.db")
        with restored.read() as session:
            assert audit.verify(session).ok
        restored.close()


def test_a_backup_that_cannot_be_written_leaves_nothing(
    sqlite_store: Store, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError):
        backup(sqlite_store, tmp_path / "nowhere" / "backup.db")
    assert not (tmp_path / "nowhere").exists()


def test_the_doctor_finds_a_sound_store_sound(sqlite_store: Store) -> None:
    findings = examine(sqlite_store)
    assert [finding.name for finding in findings if not finding.ok] == []
    assert {"SQLite version", "synchronous", "schema", "audit chain"} <= {f.name for f in findings}


def test_the_doctor_sees_that_others_can_read_the_file(sqlite_store: Store) -> None:
    Path(sqlite_store.engine.url.database).chmod(0o644)
    (finding,) = [one for one in examine(sqlite_store) if not one.ok]
    assert (finding.name, finding.detail) == ("file permissions", "others may use it (044)")
    assert "chmod 600" in finding.advice


def test_the_doctor_misses_a_guard_that_was_taken_away(sqlite_store: Store) -> None:
    sqlite_store.write(lambda s: s.execute(text("DROP TRIGGER guard_observation_update")))
    (finding,) = [one for one in examine(sqlite_store) if not one.ok]
    assert finding.name == "append-only guards"
    assert "guard_observation_update" in finding.advice


def test_the_doctor_says_that_a_store_has_no_tables(tmp_path: Path) -> None:
    store = create_store(f"sqlite:///{tmp_path}/empty.db")
    (finding,) = [one for one in examine(store) if not one.ok]
    assert finding.name == "schema"
    assert "stormwatch init" in finding.advice
    store.close()


@pytest.mark.postgres
def test_postgresql_has_backups_of_its_own(postgres_store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="pg_dump"):
        backup(postgres_store, tmp_path / "backup.db")


@pytest.mark.postgres
def test_the_doctor_sees_a_server_that_can_lose_work(postgres_store: Store) -> None:
    """The tests' server runs without fsync, as no ward's may."""
    ill = {finding.name for finding in examine(postgres_store) if not finding.ok}
    assert ill == {"fsync", "full_page_writes", "data_checksums"}
