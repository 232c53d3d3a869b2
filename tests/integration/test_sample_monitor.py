"""The sample ward's bedside monitor: a device that sends by itself, until it falls silent."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from db.engine import Store
from db.queries import census
from monitoring.services import liveness
from monitoring.services.evaluate import load_facts
from sample_data.load import load_ward
from sample_data.plan import ward_plan

NOW = datetime(2026, 11, 24, 9, 17, tzinfo=UTC)


@pytest.fixture
def encounter_id(sqlite_store: Store) -> int:
    """The stay of the silent monitor."""
    ward = load_ward(sqlite_store, seed=1, now=NOW)
    (label,) = [bed.label for bed in ward_plan().occupied if bed.story == "stale_feed"]
    with sqlite_store.read() as session:
        (found,) = [
            bed.encounter_id
            for bed in census.bed_board(session, ward.ward_id)
            if bed.label == label
        ]
    assert found is not None
    return found


def test_it_is_silent_and_the_nurse_goes_on(sqlite_store: Store, encounter_id: int) -> None:
    (pulse,) = [
        pulse
        for pulse in liveness.pulses(sqlite_store, now=NOW)
        if pulse.encounter_id == encounter_id
    ]
    assert pulse.is_silent
    assert timedelta(minutes=10) < NOW - pulse.beat_at < timedelta(minutes=30)


def test_what_it_sends_is_stored_as_sent_by_a_device(
    sqlite_store: Store, encounter_id: int
) -> None:
    with sqlite_store.read() as session:
        encounter = census.encounter(session, encounter_id)
        facts = load_facts(session, encounter, from_at=encounter.admitted_at, to_at=NOW)
    columns = facts.observations
    assert columns.streamed is not None
    sent = Counter(columns.concept[columns.streamed].tolist())
    assert set(sent) == {"heart_rate", "respiratory_rate", "spo2"}
    assert sent["spo2"] > 30
    # The nurse charts the same signs beside it.
    assert (columns.concept[~columns.streamed] == "spo2").sum() > 10
