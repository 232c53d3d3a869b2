"""Reading and writing: one consistent moment to read, one durable transaction to write."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from db.engine import Store, create_store
from db.errors import StoreClosedError, StoreUnusableError
from db.queries import board, census, observations, summaries, versions
from tests.contract.ward import NIGHT, Ward, a_set, a_value, open_ward, stored_rows

SECRET = "Kowalczyk"


def chart(session: Session, ward: Ward, name: str) -> int:
    """Record one heart rate the way every service does: lock, append, advance."""
    versions.lock_ward(session, ward.ward_id)
    stored = observations.insert_set(
        session, a_set(ward, name), [a_value(ward, "heart_rate", 80, source_id=name)]
    )
    versions.advance(session, ward.ward_id, NIGHT)
    return stored.row_ids[0]


def count(store: Store) -> int:
    with store.read() as session:
        found: int = session.execute(text("SELECT count(*) FROM observation")).scalar_one()
        return found


def test_a_reader_sees_one_moment_whatever_is_committed_meanwhile(store: Store, ward: Ward) -> None:
    store.write(lambda session: chart(session, ward, "before"))
    with store.read() as session:
        first = stored_rows(session, ward.ward_id)
        store.write(lambda session: chart(session, ward, "meanwhile"))
        assert stored_rows(session, ward.ward_id) == first
        assert versions.current(session) == {ward.ward_id: 1}
    with store.read() as session:
        assert len(stored_rows(session, ward.ward_id)) == 2
        assert versions.current(session, [ward.ward_id]) == {ward.ward_id: 2}


def test_a_read_cannot_write(store: Store, ward: Ward) -> None:
    with store.read() as session, pytest.raises(DBAPIError):
        chart(session, ward, "by mistake")
    assert count(store) == 0


def test_a_work_that_fails_leaves_nothing_behind(store: Store, ward: Ward) -> None:
    def fails_late(session: Session) -> None:
        chart(session, ward, "half done")
        message = "the rules could not be read"
        raise RuntimeError(message)

    with pytest.raises(RuntimeError, match="the rules could not be read"):
        store.write(fails_late)
    assert count(store) == 0
    store.write(lambda session: chart(session, ward, "next"))
    assert count(store) == 1


def test_many_at_once_are_all_stored_and_failures_stay_alone(store: Store, ward: Ward) -> None:
    """Thirty nurses save at once; every third submit breaks in the middle."""
    start = threading.Barrier(30)

    def submit(number: int) -> int | None:
        def work(session: Session) -> int:
            row_id = chart(session, ward, f"set {number}")
            if number % 3 == 0:
                raise ZeroDivisionError
            return row_id

        start.wait()
        try:
            return store.write(work)
        except ZeroDivisionError:
            return None

    with ThreadPoolExecutor(30) as nurses:
        told = list(nurses.map(submit, range(30)))

    stored = [row_id for row_id in told if row_id is not None]
    assert [row_id is None for row_id in told] == [number % 3 == 0 for number in range(30)]
    with store.read() as session:
        assert [row.id for row in stored_rows(session, ward.ward_id)] == sorted(stored)
        assert versions.current(session)[ward.ward_id] == 20


def test_one_set_sent_by_eight_at_once_is_stored_once(store: Store, ward: Ward) -> None:
    start = threading.Barrier(8)

    def send(_: int) -> int:
        def work(session: Session) -> int:
            stored = observations.insert_set(
                session,
                a_set(ward, "message 1"),
                [a_value(ward, "spo2", 93), a_value(ward, "heart_rate", 99)],
            )
            return len(stored.row_ids)

        start.wait()
        return store.write(work)

    with ThreadPoolExecutor(8) as senders:
        assert sorted(senders.map(send, range(8))) == [0] * 7 + [2]
    assert count(store) == 2


def test_a_board_that_follows_the_version_misses_no_change(store: Store, ward: Ward) -> None:
    """Writers on two wards race; a board asks again and again for what changed on its own."""
    other = store.write(lambda session: open_ward(session, "9A"))
    done = threading.Event()
    seen: dict[int, list[str]] = {0: []}

    def follow() -> None:
        while True:
            ended = done.is_set()
            with store.read() as session:
                reached = versions.current(session, [ward.ward_id])[ward.ward_id]
                if reached > max(seen):
                    news = board.summaries_since(
                        session.connection(), ward.ward_id, after_version=max(seen)
                    )
                    seen[reached] = [json.loads(row.document)["told"] for row in news]
            if ended:
                return

    def show(session: Session, place: Ward, told: str) -> tuple[int, str]:
        versions.lock_ward(session, place.ward_id)
        summaries.put_state(
            session,
            encounter_id=place.encounter_id,
            ward_id=place.ward_id,
            at=NIGHT,
            document={"told": told},
        )
        versions.advance(session, place.ward_id, NIGHT)
        return versions.current(session, [place.ward_id])[place.ward_id], told

    def write(writer: int) -> list[tuple[int, str]]:
        place = ward if writer % 2 else other
        return [
            store.write(lambda session, n=number: show(session, place, f"{writer}/{n}"))
            for number in range(15)
        ]

    following = threading.Thread(target=follow)
    following.start()
    with ThreadPoolExecutor(6) as writers:
        told = list(writers.map(write, range(6)))
    done.set()
    following.join()
    written = dict(one for writer in (1, 3, 5) for one in told[writer])

    assert max(seen) == 45
    assert all(news == [written[version]] for version, news in seen.items() if version)


def test_a_ward_that_is_not_there_cannot_be_locked(store: Store, ward: Ward) -> None:
    with pytest.raises(LookupError, match="no ward"):
        store.write(lambda session: versions.lock_ward(session, ward.ward_id + 1))


def test_a_value_needs_a_patient_that_exists(store: Store, ward: Ward) -> None:
    nobody = Ward(ward_id=ward.ward_id, bed_id=1, patient_id=1, encounter_id=4711)
    with pytest.raises(IntegrityError):
        store.write(
            lambda session: observations.insert_set(
                session, a_set(nobody, "x"), [a_value(nobody, "heart_rate", 80)]
            )
        )


def test_an_error_tells_nothing_of_the_patient(store: Store) -> None:
    def admit_twice(session: Session) -> None:
        for _ in range(2):
            census.insert_patient(
                session,
                identifier_system="urn:hospital",
                identifier="MRN-0042",
                family_name=SECRET,
                given_name="Ola",
                birth_date=None,
                age_years_stated=None,
                sex=None,
                allergies=None,
            )

    with pytest.raises(IntegrityError) as caught:
        store.write(admit_twice)
    error: BaseException | None = caught.value
    while error is not None:
        assert "MRN-0042" not in str(error)
        assert SECRET not in str(error)
        error = error.__cause__ or error.__context__


def test_a_closed_store_refuses_work(store: Store, ward: Ward) -> None:
    store.close()
    with pytest.raises(StoreClosedError, match="nothing was written"):
        store.write(lambda session: chart(session, ward, "too late"))


def test_what_was_accepted_before_the_close_is_stored(store: Store, ward: Ward) -> None:
    with ThreadPoolExecutor(4) as nurses:
        saved = [
            nurses.submit(store.write, lambda session, n=n: chart(session, ward, f"set {n}"))
            for n in range(20)
        ]
        saved[0].result()
        store.close()
    kept = sum(one.exception() is None for one in saved)
    refused = [one.exception() for one in saved if one.exception() is not None]
    assert all(isinstance(error, StoreClosedError) for error in refused)
    reopened = create_store(store.engine.url.render_as_string(hide_password=False))
    assert count(reopened) == kept
    reopened.close()


def test_a_clock_without_a_zone_is_refused(store: Store, ward: Ward) -> None:
    with pytest.raises(StatementError, match="without a time zone"):
        store.write(
            lambda session: versions.advance(session, ward.ward_id, NIGHT.replace(tzinfo=None))
        )
    with store.read() as session:
        assert versions.current(session)[ward.ward_id] == 0
    store.write(lambda session: versions.advance(session, ward.ward_id, NIGHT + timedelta(hours=1)))


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///ward.db?mode=ro",
        "mysql://localhost/ward",
        "postgres://localhost/ward",
        "the ward's database",
    ],
)
def test_an_address_that_is_no_store_is_refused_with_advice(url: str) -> None:
    with pytest.raises(StoreUnusableError, match=r"Write sqlite:///path/to/file\.db or postgresql"):
        create_store(url)


def test_the_address_is_told_without_its_secrets() -> None:
    store = create_store("postgresql://nurse:hunter2@db.local/ward?sslpassword=hunter3")
    assert "hunter" not in store.url_without_secrets
    assert "db.local" in store.url_without_secrets
    store.close()
