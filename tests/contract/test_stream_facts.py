"""Of what a monitor sends the facts need the last half hour; on both engines."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import facts, observations
from db.types import to_epoch_us
from tests.contract.ward import NIGHT, Ward, a_set, a_value


def at(hours: int, minutes: int = 0) -> datetime:
    return NIGHT + timedelta(hours=hours, minutes=minutes)


def minutes_of(store: Store, ward: Ward, concept: str, minutes: range, source: str) -> None:
    """A value at each of some minutes after midnight."""
    batch = []
    for minute in minutes:
        when = {"taken_at": at(0, minute), "recorded_at": at(0, minute)}
        value = a_value(ward, concept, float(60 + minute % 7), **when)
        batch.append((a_set(ward, f"{concept} {minute}", **when), [replace(value, source=source)]))
    store.write(lambda session: observations.insert_sets(session, batch))


def strike_out(session: Session, row: observations.ObservationRow) -> None:
    observations.supersede(
        session,
        row,
        status="entered-in-error",
        value_num=None,
        value_code=None,
        value_sent="",
        unit_sent=None,
        queried=False,
        recorded_at=at(1),
        recorded_by="nurse.adeyemi",
        reason="the probe lay on the bed",
    )


def test_of_a_stream_the_last_half_hour_is_read_and_the_newest_before(
    store: Store, ward: Ward
) -> None:
    minutes_of(store, ward, "heart_rate", range(120), "monitor:bed-1")
    minutes_of(store, ward, "spo2", range(0, 120, 10), "chart")
    minutes_of(store, ward, "body_temperature", range(0, 120, 2), "monitor:bed-1")
    asked = {"from_at": at(0, 50), "to_at": at(1, 59)}
    with store.read() as session:
        whole = facts.within(session, ward.encounter_id, **asked)
        short, since_us = facts.recent(
            session, ward.encounter_id, ("heart_rate", "spo2"), at=at(1, 55), **asked
        )

    since = at(1, 55) - timedelta(minutes=30)
    assert since_us == {"heart_rate": to_epoch_us(since)}
    newest_before = since - timedelta(minutes=1)
    assert list(zip(*short, strict=True)) == [
        row
        for row in zip(*whole, strict=True)
        if row[1] != "heart_rate" or row[2] >= to_epoch_us(newest_before)
    ]


def test_without_a_stream_everything_is_read(store: Store, ward: Ward) -> None:
    minutes_of(store, ward, "heart_rate", range(0, 120, 5), "chart")
    asked = {"from_at": at(0, 50), "to_at": at(2)}
    with store.read() as session:
        whole = facts.within(session, ward.encounter_id, **asked)
        short = facts.recent(session, ward.encounter_id, ("heart_rate",), at=at(2), **asked)

    assert short == (whole, {})


def test_a_struck_out_value_of_a_stream_is_not_read(store: Store, ward: Ward) -> None:
    minutes_of(store, ward, "heart_rate", range(60), "monitor")
    with store.read() as session:
        rows = observations.window(session, ward.encounter_id, from_at=at(0), to_at=at(1))
    newest_before, within_it = rows[28], rows[40]
    for row in (newest_before, within_it):
        store.write(lambda s, old=row: strike_out(s, old))
    with store.read() as session:
        short, since_us = facts.recent(
            session, ward.encounter_id, ("heart_rate",), from_at=at(0), at=at(1), to_at=at(1)
        )

    assert since_us == {"heart_rate": to_epoch_us(at(0, 29))}
    assert list(short.id) == [row.id for row in (rows[27], *rows[29:40], *rows[41:])]


def test_what_somebody_corrects_of_a_device_is_said_by_hand(store: Store, ward: Ward) -> None:
    minutes_of(store, ward, "respiratory_rate", range(3), "monitor:bed-1")
    asked = {"from_at": at(0), "to_at": at(1)}
    with store.read() as session:
        before = facts.within(session, ward.encounter_id, **asked)
        row = observations.by_id(session, before[0][1])
    store.write(
        lambda session: observations.supersede(
            session,
            row,
            status="amended",
            value_num=26.0,
            value_code=None,
            value_sent="26",
            unit_sent="/min",
            queried=False,
            recorded_at=at(1),
            recorded_by="nurse.adeyemi",
            reason="counted for a minute",
        )
    )
    with store.read() as session:
        after = facts.within(session, ward.encounter_id, **asked)

    by_minute = {us: (value, streamed) for _, _, us, value, _, streamed in zip(*after, strict=True)}
    said = [by_minute[to_epoch_us(at(0, minute))] for minute in range(3)]
    assert [streamed for _, streamed in said] == [1, 0, 1]
    assert said[1][0] == 26.0
