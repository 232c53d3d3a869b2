"""The audit chain: every act has a name, and no act can be altered, removed or moved unseen."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from db.doctor import examine
from db.engine import Store
from db.errors import AnonymousActorError
from db.queries import audit
from db.queries.audit import AuditFault, FaultKind
from tests.contract.ward import NIGHT, behind_the_back


def act(store: Store, number: int, detail: dict[str, Any] | None = None) -> int:
    return store.write(
        lambda session: audit.append(
            session,
            at=NIGHT.replace(minute=number),
            actor="nurse.adeyemi",
            action="alert.acknowledge",
            entity="alert_thread",
            entity_id=str(number),
            detail=detail or {},
        )
    )


def check(store: Store, noted_head: bytes | None = None) -> audit.AuditReport:
    with store.read() as session:
        return audit.verify(session, noted_head=noted_head)


@pytest.fixture
def chain(store: Store) -> list[int]:
    return [act(store, number) for number in range(5)]


def test_an_empty_chain_holds(store: Store) -> None:
    report = check(store)
    assert report.ok
    assert (report.events, report.head) == (0, audit.BEGINNING)


def test_a_chain_holds_and_says_its_head(store: Store, chain: list[int]) -> None:
    report = check(store)
    assert report.ok
    assert report.events == 5
    assert report.head != audit.BEGINNING
    assert check(store).head == report.head


@pytest.mark.parametrize("nobody", ["", " ", "Anonymous", "unknown", "None"])
def test_nobody_can_act(store: Store, nobody: str) -> None:
    with pytest.raises(AnonymousActorError, match="named person"):
        store.write(
            lambda session: audit.append(
                session,
                at=NIGHT,
                actor=nobody,
                action="alert.acknowledge",
                entity="alert_thread",
                entity_id="1",
                detail={},
            )
        )
    assert check(store).events == 0


def test_what_the_engine_does_to_numbers_and_keys_breaks_nothing(store: Store) -> None:
    act(
        store,
        1,
        {
            "z": 1.0,
            "a": [1e16, -0.0, 0.1, 5e-324, 1.7976931348623157e308, 37.2, 2**53],
            "text": "38,4 °C – né\u2028e \U0001f321",
            "nothing": None,
            "nested": {"b": True, "a": {"deep": [[], {}]}},
        },
    )
    assert check(store).ok


def test_a_number_that_is_none_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="not finite"):
        act(store, 1, {"value": float("nan")})


def test_an_act_that_failed_leaves_no_event(store: Store, chain: list[int]) -> None:
    def fails(session: Any) -> None:
        audit.append(
            session,
            at=NIGHT,
            actor="nurse.adeyemi",
            action="x",
            entity="y",
            entity_id="z",
            detail={},
        )
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.write(fails)
    act(store, 6)
    report = check(store)
    assert report.ok
    assert report.events == 6


def test_twelve_people_at_once_make_one_chain(store: Store) -> None:
    with ThreadPoolExecutor(12) as people:
        list(people.map(lambda number: act(store, number), range(48)))
    report = check(store)
    assert report.ok
    assert report.events == 48


@pytest.mark.parametrize(
    ("column", "forged"),
    [
        ("actor", "'somebody.else'"),
        ("action", "'alert.snooze'"),
        ("entity", "'ward'"),
        ("entity_id", "'99'"),
        ("detail", """'{"a": 1}'"""),
    ],
)
def test_an_altered_event_shows(store: Store, chain: list[int], column: str, forged: str) -> None:
    with behind_the_back(store) as intruder:
        intruder.execute(f"UPDATE audit_event SET {column} = {forged} WHERE id = {chain[2]}")
    report = check(store)
    assert not report.ok
    assert report.faults == (AuditFault(event_id=chain[2], kind=FaultKind.ALTERED),)


def test_a_removed_event_shows(store: Store, chain: list[int]) -> None:
    with behind_the_back(store) as intruder:
        intruder.execute(f"DELETE FROM audit_event WHERE id = {chain[2]}")
    assert check(store).faults == (AuditFault(event_id=chain[3], kind=FaultKind.BROKEN_BEFORE),)


def test_the_first_event_cannot_be_removed_unseen(store: Store, chain: list[int]) -> None:
    with behind_the_back(store) as intruder:
        intruder.execute(f"DELETE FROM audit_event WHERE id = {chain[0]}")
    assert check(store).faults == (AuditFault(event_id=chain[1], kind=FaultKind.BROKEN_BEFORE),)


def test_events_in_another_order_show(store: Store, chain: list[int]) -> None:
    one, two = chain[1], chain[2]
    with behind_the_back(store) as intruder:
        for old, new in ((one, 1000), (two, one), (1000, two)):
            intruder.execute(f"UPDATE audit_event SET id = {new} WHERE id = {old}")
    broken = {fault.event_id for fault in check(store).faults}
    assert broken == {one, two, chain[3]}


def test_cutting_off_the_newest_shows_against_a_noted_head(store: Store, chain: list[int]) -> None:
    noted = check(store).head
    act(store, 6)
    assert check(store, noted).ok

    with behind_the_back(store) as intruder:
        intruder.execute(f"DELETE FROM audit_event WHERE id >= {chain[4]}")
    assert check(store).ok
    assert not check(store, noted).ok


def test_the_doctor_tells_of_a_broken_chain(store: Store, chain: list[int]) -> None:
    with behind_the_back(store) as intruder:
        intruder.execute(f"UPDATE audit_event SET actor = 'x' WHERE id = {chain[2]}")
    (finding,) = [one for one in examine(store) if one.name == "audit chain"]
    assert not finding.ok
    assert finding.detail == f"events {chain[2]} (altered) do not hold"
