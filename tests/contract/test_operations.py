"""Leases, signs of life, quarantine, members and policy."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from db.engine import Store
from db.errors import AnonymousActorError
from db.queries import heartbeats, leases, policies, quarantine, users
from tests.contract.ward import NIGHT, Ward

TEN_S = timedelta(seconds=10)


def acquire(store: Store, holder: str, *, after_s: float = 0.0) -> bool:
    now = NIGHT + timedelta(seconds=after_s)
    return store.write(
        lambda session: leases.acquire(
            session, name="watcher", holder=holder, now=now, seconds=10.0
        )
    )


def renew(store: Store, holder: str, *, after_s: float) -> bool:
    now = NIGHT + timedelta(seconds=after_s)
    return store.write(
        lambda session: leases.renew(session, name="watcher", holder=holder, now=now, seconds=10.0)
    )


def test_a_lease_has_one_holder_until_it_runs_out(store: Store) -> None:
    assert acquire(store, "cellar")
    assert not acquire(store, "attic", after_s=9.999)
    assert acquire(store, "attic", after_s=10)
    assert not acquire(store, "cellar", after_s=11)


def test_a_holder_goes_on_by_taking_it_again(store: Store) -> None:
    assert acquire(store, "cellar")
    assert acquire(store, "cellar", after_s=8)
    assert not acquire(store, "attic", after_s=17)
    with store.read() as session:
        lease = leases.read(session, "watcher")
    assert lease == ("watcher", "cellar", NIGHT, NIGHT + timedelta(seconds=18))


def test_a_lease_that_ran_out_cannot_be_renewed(store: Store) -> None:
    assert acquire(store, "cellar")
    assert renew(store, "cellar", after_s=9)
    assert not renew(store, "attic", after_s=9)
    assert not renew(store, "cellar", after_s=19)


def test_only_its_holder_gives_a_lease_back(store: Store) -> None:
    acquire(store, "cellar")
    store.write(lambda session: leases.release(session, name="watcher", holder="attic"))
    assert not acquire(store, "attic", after_s=1)
    store.write(lambda session: leases.release(session, name="watcher", holder="cellar"))
    assert acquire(store, "attic", after_s=1)


def test_of_many_who_ask_at_once_one_holds(store: Store) -> None:
    with ThreadPoolExecutor(10) as watchers:
        for turn in range(5):
            asked = watchers.map(
                lambda holder, turn=turn: acquire(store, f"{turn}/{holder}", after_s=turn * 20),
                range(10),
            )
            assert sum(asked) == 1


def beat(store: Store, ward: Ward, *, after_s: float) -> None:
    store.write(
        lambda session: heartbeats.beat(
            session,
            kind="feed",
            name="monitor 3",
            ward_id=ward.ward_id,
            encounter_id=ward.encounter_id,
            beat_at=NIGHT + timedelta(seconds=after_s),
            expected_every_s=2.0,
        )
    )


def test_a_feed_shows_its_last_sign_of_life(store: Store, ward: Ward) -> None:
    beat(store, ward, after_s=0)
    beat(store, ward, after_s=2)
    with store.read() as session:
        (pulse,) = heartbeats.read(session)
        assert heartbeats.read(session, kind="watcher") == []
    assert pulse.beat_at == NIGHT + timedelta(seconds=2)
    assert pulse.closed_at is None


def test_a_feed_that_closed_in_good_order_can_come_back(store: Store, ward: Ward) -> None:
    beat(store, ward, after_s=0)
    store.write(
        lambda session: heartbeats.close(session, kind="feed", name="monitor 3", at=NIGHT + TEN_S)
    )
    with store.read() as session:
        assert heartbeats.read(session, kind="feed")[0].closed_at == NIGHT + TEN_S
    beat(store, ward, after_s=20)
    with store.read() as session:
        assert heartbeats.read(session, kind="feed")[0].closed_at is None


def unusable(source_id: str, raw: str) -> quarantine.NewQuarantine:
    return quarantine.NewQuarantine(
        source="csv",
        source_id=source_id,
        received_at=NIGHT,
        reason_code="unit",
        reason="the unit is not known",
        raw=raw,
    )


@pytest.mark.parametrize(
    "raw",
    [
        "HR;80;parsec",
        "",
        "nul \0 in the middle",
        "half a character \udce9 of another encoding",
        "[escaped] what looks like our own mark",
        "a \\x00 that is four characters",
        "both \0 and \\x00 and é",
    ],
)
def test_unusable_input_is_kept_as_it_came(store: Store, raw: str) -> None:
    assert store.write(lambda session: quarantine.insert(session, unusable("1", raw)))
    with store.read() as session:
        (kept,) = quarantine.waiting(session)
    assert kept.raw == raw


def test_unusable_input_is_kept_once_and_leaves_with_a_name(store: Store) -> None:
    both = [unusable("1", "a"), unusable("2", "b")]
    assert store.write(lambda session: quarantine.insert_many(session, both)) == 2
    assert store.write(lambda session: quarantine.insert_many(session, both)) == 0
    with store.read() as session:
        first, second = quarantine.waiting(session)
    with pytest.raises(AnonymousActorError):
        store.write(lambda session: quarantine.resolve(session, first.id, by="", at=NIGHT))
    store.write(lambda session: quarantine.resolve(session, first.id, by="nurse.a", at=NIGHT))
    with store.read() as session:
        assert quarantine.waiting(session) == [second]
        assert quarantine.waiting_count(session) == 1
        first_now, _ = quarantine.everything(session)
        assert quarantine.by_id(session, first.id) == first_now
        assert first_now.resolved_by == "nurse.a"
        assert quarantine.by_id(session, second.id + 1) is None


def test_a_member_who_left_keeps_the_name(store: Store) -> None:
    def join(username: str) -> int:
        return store.write(
            lambda session: users.insert(
                session,
                username=username,
                display_name="Nurse Adeyemi",
                role="nurse",
                created_at=NIGHT,
            )
        )

    join("adeyemi")
    with pytest.raises(IntegrityError):
        join("adeyemi")
    join("brandt")
    store.write(lambda session: users.set_active(session, "adeyemi", active=False))
    with store.read() as session:
        assert [(user.username, user.active) for user in users.everyone(session)] == [
            ("adeyemi", False),
            ("brandt", True),
        ]
        assert users.by_username(session, "nobody") is None


def test_the_patients_limit_lies_over_the_wards_over_the_houses(store: Store, ward: Ward) -> None:
    def decide(content: dict, *, ward_id=None, encounter_id=None, day: int = 0) -> None:
        policy = policies.NewPolicy(
            kind="limits",
            version=f"{day}",
            ward_id=ward_id,
            encounter_id=encounter_id,
            content=content,
            author="dr.okonkwo",
            reason="agreed on the ward round",
            effective_from=NIGHT + timedelta(days=day),
            recorded_at=NIGHT,
        )
        store.write(lambda session: policies.insert(session, policy))

    def held(day: int | None = None) -> dict | None:
        with store.read() as session:
            return policies.current(
                session,
                kind="limits",
                ward_id=ward.ward_id,
                encounter_id=ward.encounter_id,
                at=None if day is None else NIGHT + timedelta(days=day),
            )

    assert held() is None
    decide({"hypotension": {"systolic": 80}}, encounter_id=ward.encounter_id)
    decide({"hypotension": {"systolic": 85, "mean": 60}}, ward_id=ward.ward_id)
    decide({"hypotension": {"systolic": 90, "mean": 65}, "fever": {"from": 38.0}})
    assert held() == {"hypotension": {"systolic": 80, "mean": 60}, "fever": {"from": 38.0}}

    decide({"hypotension": {"systolic": 75}}, encounter_id=ward.encounter_id, day=3)
    assert held(day=2) == {"hypotension": {"systolic": 80, "mean": 60}, "fever": {"from": 38.0}}
    assert held(day=3) == {"hypotension": {"systolic": 75, "mean": 60}, "fever": {"from": 38.0}}
    with store.read() as session:
        assert [row.version for row in policies.versions(session, "limits")] == ["0", "0", "0", "3"]
