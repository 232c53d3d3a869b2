"""Observations on both engines: appended once, never changed, known when they were known."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from db.engine import Store
from db.errors import AnonymousActorError, SourceConflictError, SupersededError
from db.queries import observations
from tests.contract.ward import NIGHT, Ward, a_set, a_value


def at(hours: int, minutes: int = 0) -> datetime:
    return NIGHT + timedelta(hours=hours, minutes=minutes)


def test_what_we_knew_at_ten_past_three(store: Store, ward: Ward) -> None:
    """37.2 was charted at 02:00; at 03:30 someone saw that it had been 39.2."""
    charted = store.write(
        lambda s: observations.insert_set(
            s,
            a_set(ward, "night-round", taken_at=at(2), recorded_at=at(2, 5)),
            [a_value(ward, "body_temperature", 37.2, taken_at=at(2), recorded_at=at(2, 5))],
        )
    )

    def amend(session):
        wrong = observations.by_id(session, charted.row_ids[0])
        return observations.supersede(
            session,
            wrong,
            status="amended",
            value_num=39.2,
            value_code=None,
            value_sent="39.2",
            unit_sent="Cel",
            queried=False,
            recorded_at=at(3, 30),
            recorded_by="nurse.adeyemi",
            reason="read the wrong line",
        )

    store.write(amend)

    def temperature_known(as_known_at=None):
        with store.read() as session:
            rows = observations.window(
                session,
                ward.encounter_id,
                from_at=at(0),
                to_at=at(6),
                as_known_at=as_known_at,
            )
            latest = observations.latest_per_concept(
                session, [ward.encounter_id], as_known_at=as_known_at
            )
        assert rows == latest
        return [row.value_num for row in rows]

    assert temperature_known(at(2, 4)) == []
    assert temperature_known(at(3, 10)) == [37.2]
    assert temperature_known(at(3, 30)) == [39.2]
    assert temperature_known() == [39.2]
