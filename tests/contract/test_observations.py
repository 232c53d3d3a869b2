"""Observations: appended once, corrected by new rows, and known when they were known."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from db.engine import Store
from db.errors import AnonymousActorError, SourceConflictError, SupersededError
from db.queries import facts, observations
from db.queries.observations import InsertedSet, ObservationRow
from db.types import to_epoch_us
from tests.contract.ward import NIGHT, Ward, a_set, a_value, open_ward


def at(hours: int, minutes: int = 0) -> datetime:
    return NIGHT + timedelta(hours=hours, minutes=minutes)


def chart(store: Store, ward: Ward, *, taken_at: datetime, **values: float) -> InsertedSet:
    return store.write(
        lambda session: observations.insert_set(
            session,
            a_set(ward, taken_at.isoformat(), taken_at=taken_at, recorded_at=taken_at),
            [
                a_value(ward, concept, value, taken_at=taken_at, recorded_at=taken_at)
                for concept, value in values.items()
            ],
        )
    )


def correct(
    session: Session,
    row_id: int,
    *,
    value: float | None,
    recorded_at: datetime,
    recorded_by: str = "nurse.adeyemi",
) -> int:
    return observations.supersede(
        session,
        observations.by_id(session, row_id),
        status="entered-in-error" if value is None else "amended",
        value_num=value,
        value_code=None,
        value_sent="" if value is None else str(value),
        unit_sent=None,
        queried=False,
        recorded_at=recorded_at,
        recorded_by=recorded_by,
        reason="read the wrong line",
    )


def known(store: Store, ward: Ward, as_known_at: datetime | None = None) -> list[float | None]:
    """The night's values as they were known at a time, by each of the ways to ask."""
    with store.read() as session:
        rows = observations.window(
            session, ward.encounter_id, from_at=at(0), to_at=at(12), as_known_at=as_known_at
        )
        stored = facts.within(
            session, ward.encounter_id, from_at=at(0), to_at=at(12), as_known_at=as_known_at
        )
    assert [(row.id, to_epoch_us(row.taken_at), row.value_num) for row in rows] == list(
        zip(stored.id, stored.taken_us, stored.value_num, strict=True)
    )
    return [row.value_num for row in rows]


def latest(store: Store, ward: Ward, **when: datetime) -> dict[str, ObservationRow]:
    with store.read() as session:
        rows = observations.latest_per_concept(session, [ward.encounter_id], **when)
    assert len({row.concept for row in rows}) == len(rows)
    return {row.concept: row for row in rows}


def test_what_did_we_know_at_ten_past_three(store: Store, ward: Ward) -> None:
    """37.2 was charted at 02:00; at 03:30 someone saw that it had been 39.2."""
    charted = chart(store, ward, taken_at=at(2), body_temperature=37.2)
    store.write(lambda s: correct(s, charted.row_ids[0], value=39.2, recorded_at=at(3, 30)))

    assert known(store, ward, at(1, 59)) == []
    assert known(store, ward, at(3, 10)) == [37.2]
    assert known(store, ward, at(3, 30)) == [39.2]
    assert known(store, ward) == [39.2]
    assert latest(store, ward, as_known_at=at(3, 10))["body_temperature"].value_num == 37.2
    assert latest(store, ward)["body_temperature"].value_num == 39.2


def test_a_struck_out_value_hides_itself_and_what_it_strikes_out(store: Store, ward: Ward) -> None:
    earlier = chart(store, ward, taken_at=at(1), heart_rate=88)
    wrong_patient = chart(store, ward, taken_at=at(2), heart_rate=141)
    struck = store.write(
        lambda s: correct(s, wrong_patient.row_ids[0], value=None, recorded_at=at(2, 20))
    )

    assert known(store, ward, at(2, 10)) == [88, 141]
    assert known(store, ward) == [88]
    assert latest(store, ward)["heart_rate"].id == earlier.row_ids[0]
    with store.read() as session:
        told = observations.history(session, wrong_patient.row_ids[0])
        assert [(row.value_num, row.status) for row in told] == [
            (141, "final"),
            (None, "entered-in-error"),
        ]
        assert told == observations.history(session, struck)


def test_a_value_struck_out_by_mistake_can_come_back(store: Store, ward: Ward) -> None:
    charted = chart(store, ward, taken_at=at(2), spo2=91)
    struck = store.write(lambda s: correct(s, charted.row_ids[0], value=None, recorded_at=at(3)))
    back = store.write(lambda s: correct(s, struck, value=91, recorded_at=at(4)))

    assert known(store, ward, at(3, 30)) == []
    assert known(store, ward) == [91]
    with store.read() as session:
        assert [row.id for row in observations.history(session, struck)] == [
            charted.row_ids[0],
            struck,
            back,
        ]


def test_only_the_first_of_two_corrections_of_one_value_counts(store: Store, ward: Ward) -> None:
    charted = chart(store, ward, taken_at=at(2), systolic_bp=48)
    store.write(lambda s: correct(s, charted.row_ids[0], value=148, recorded_at=at(3)))

    with pytest.raises(SupersededError, match="Read its newest version"):
        store.write(lambda s: correct(s, charted.row_ids[0], value=84, recorded_at=at(3, 1)))

    assert known(store, ward) == [148]
    with store.read() as session:
        assert observations.is_superseded(session, charted.row_ids[0])


def test_a_late_value_is_found_at_its_own_time(store: Store, ward: Ward) -> None:
    chart(store, ward, taken_at=at(4), spo2=95)
    late = a_value(ward, "spo2", 86, taken_at=at(3), recorded_at=at(6))
    store.write(
        lambda s: observations.insert_set(
            s, a_set(ward, "late", taken_at=at(3), recorded_at=at(6)), [late]
        )
    )

    assert known(store, ward) == [86, 95]
    assert known(store, ward, at(5)) == [95]
    assert latest(store, ward)["spo2"].value_num == 95
    assert latest(store, ward, at=at(3, 30))["spo2"].value_num == 86
    assert latest(store, ward, at=at(3, 30), as_known_at=at(5)) == {}


def test_the_facts_begin_with_the_newest_value_before_the_window(store: Store, ward: Ward) -> None:
    chart(store, ward, taken_at=at(1), body_temperature=36.8, heart_rate=80)
    chart(store, ward, taken_at=at(2), body_temperature=38.4)
    chart(store, ward, taken_at=at(5), heart_rate=104)

    with store.read() as session:
        stored = facts.within(session, ward.encounter_id, from_at=at(4), to_at=at(6))

    assert list(zip(stored.concept, stored.value_num, strict=True)) == [
        ("heart_rate", 80),
        ("body_temperature", 38.4),
        ("heart_rate", 104),
    ]


def test_of_two_values_of_one_moment_the_later_row_is_the_newest(store: Store, ward: Ward) -> None:
    store.write(
        lambda s: observations.insert_set(
            s,
            a_set(ward, "twice"),
            [
                a_value(ward, "heart_rate", 90, source_id="monitor"),
                a_value(ward, "heart_rate", 92, source_id="by hand"),
            ],
        )
    )
    assert latest(store, ward)["heart_rate"].value_num == 92


def test_nobody_sees_the_values_of_another_patient(store: Store, ward: Ward) -> None:
    other = store.write(lambda session: open_ward(session, "9A"))
    chart(store, ward, taken_at=at(1), heart_rate=70)
    store.write(
        lambda s: observations.insert_set(
            s, a_set(other, "other"), [a_value(other, "heart_rate", 130, source_id="other")]
        )
    )

    assert known(store, ward) == [70]
    with store.read() as session:
        both = observations.latest_per_concept(session, [ward.encounter_id, other.encounter_id])
        assert {row.encounter_id: row.value_num for row in both} == {
            ward.encounter_id: 70,
            other.encounter_id: 130,
        }
        assert observations.latest_per_concept(session, []) == []


def test_a_second_submit_adds_nothing(store: Store, ward: Ward) -> None:
    first = chart(store, ward, taken_at=at(2), body_temperature=38.0, heart_rate=101)
    second = chart(store, ward, taken_at=at(2), body_temperature=38.0, heart_rate=101)

    assert len(first.row_ids) == 2
    assert second.set_id == first.set_id
    assert second.row_ids == ()
    assert second.duplicates == 2
    assert second.conflicts == ()
    assert known(store, ward) == [38.0, 101]


def test_a_longer_file_adds_only_what_is_new(store: Store, ward: Ward) -> None:
    first = chart(store, ward, taken_at=at(2), body_temperature=38.0)
    longer = chart(store, ward, taken_at=at(2), body_temperature=38.0, spo2=97)

    assert longer.set_id == first.set_id
    assert len(longer.row_ids) == 1
    assert longer.duplicates == 1
    assert known(store, ward) == [38.0, 97]


def test_another_value_under_a_known_name_is_told_and_not_stored(store: Store, ward: Ward) -> None:
    chart(store, ward, taken_at=at(2), body_temperature=38.0)
    changed = chart(store, ward, taken_at=at(2), body_temperature=39.5)

    assert changed.row_ids == ()
    assert changed.conflicts == (f"body_temperature@{at(2).isoformat()}",)
    assert known(store, ward) == [38.0]


def test_one_value_twice_in_one_message_is_stored_once(store: Store, ward: Ward) -> None:
    twin = a_value(ward, "heart_rate", 77, source_id="twin")
    stored = store.write(lambda s: observations.insert_set(s, a_set(ward, "message"), [twin, twin]))
    assert (len(stored.row_ids), stored.duplicates, stored.conflicts) == (1, 1, ())


def test_a_long_message_is_stored_in_its_order_each_value_once(store: Store, ward: Ward) -> None:
    """As many values as need several statements, a known one and a repeated one among them."""
    beats = [a_value(ward, "heart_rate", 60 + n, source_id=f"beat {n}") for n in range(150)]
    message = a_set(ward, "message")
    store.write(lambda s: observations.insert_set(s, message, beats[70:71]))

    stored = store.write(lambda s: observations.insert_set(s, message, [*beats, beats[2]]))

    assert (len(stored.row_ids), stored.duplicates, stored.conflicts) == (149, 2, ())
    with store.read() as session:
        said = [observations.by_id(session, row_id).value_num for row_id in stored.row_ids]
    assert said == [60 + n for n in range(150) if n != 70]
    assert list(stored.row_ids) == sorted(stored.row_ids), "of one moment the later row is newest"


def test_a_history_is_stored_as_its_sets_one_by_one(store: Store, ward: Ward) -> None:
    sets = [
        (
            a_set(ward, f"round {hour}", taken_at=at(hour)),
            [a_value(ward, "heart_rate", 80 + hour, taken_at=at(hour))],
        )
        for hour in range(10)
    ]
    one = store.write(lambda s: observations.insert_set(s, *sets[3]))
    whole = store.write(lambda s: observations.insert_sets(s, sets))

    assert [len(stored.row_ids) for stored in whole] == [1, 1, 1, 0, 1, 1, 1, 1, 1, 1]
    assert whole[3].set_id == one.set_id
    assert known(store, ward) == [80 + hour for hour in range(10)]


def test_a_source_cannot_use_one_name_for_two_patients(store: Store, ward: Ward) -> None:
    other = store.write(lambda session: open_ward(session, "9A"))
    chart(store, ward, taken_at=at(2), heart_rate=70)

    with pytest.raises(SourceConflictError, match="another encounter"):
        chart(store, other, taken_at=at(2), heart_rate=70)


def test_every_microsecond_and_no_time_zone_is_kept(store: Store, ward: Ward) -> None:
    in_delhi = datetime(2026, 3, 1, 7, 31, 2, 345_678, timezone(timedelta(hours=5, minutes=30)))
    chart(store, ward, taken_at=in_delhi, heart_rate=70)

    row = latest(store, ward)["heart_rate"]
    assert row.taken_at == in_delhi
    assert row.taken_at.tzinfo is UTC
    assert row.taken_at.microsecond == 345_678
    with store.read() as session:
        stored = facts.within(session, ward.encounter_id, from_at=at(0), to_at=at(12))
    assert list(stored.taken_us) == [to_epoch_us(in_delhi)]


@pytest.mark.parametrize("year", [1900, 1969, 2186, 9999])
def test_shifted_dates_far_away_are_kept(store: Store, ward: Ward, year: int) -> None:
    far = datetime(year, 12, 31, 23, 59, 59, 999_999, UTC)
    chart(store, ward, taken_at=far, heart_rate=70)
    assert latest(store, ward)["heart_rate"].taken_at == far


def test_a_time_without_a_zone_is_refused(store: Store, ward: Ward) -> None:
    with pytest.raises(StatementError, match="without a time zone"):
        chart(store, ward, taken_at=datetime(2026, 3, 1, 2), heart_rate=70)  # noqa: DTZ001


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_no_store_gives_back_is_refused(
    store: Store, ward: Ward, value: float
) -> None:
    with pytest.raises(ValueError, match="not finite"):
        chart(store, ward, taken_at=at(2), heart_rate=value)
    assert known(store, ward) == []


@pytest.mark.parametrize("nobody", ["", "  ", "anonymous", "Unknown"])
def test_nothing_is_recorded_by_nobody(store: Store, ward: Ward, nobody: str) -> None:
    with pytest.raises(AnonymousActorError):
        store.write(
            lambda s: observations.insert_set(
                s, a_set(ward, "set", recorded_by=nobody), [a_value(ward, "heart_rate", 70)]
            )
        )
    charted = chart(store, ward, taken_at=at(2), heart_rate=70)
    with pytest.raises(AnonymousActorError):
        store.write(
            lambda s: correct(
                s, charted.row_ids[0], value=71, recorded_at=at(3), recorded_by=nobody
            )
        )


def test_what_is_not_there_is_said_so(store: Store, ward: Ward) -> None:
    with store.read() as session:
        with pytest.raises(LookupError, match="no such observation"):
            observations.by_id(session, 4711)
        with pytest.raises(LookupError, match="no such observation"):
            observations.by_source(session, source="chart", source_id="nothing")
