"""How often the sample ward calls somebody, at whatever hour it is looked at.

The ward is anchored to now, so that its stories meet another part of the day each time; another
seed gives other values and other moments.
"""

from datetime import UTC, datetime, timedelta

import pytest

from db.engine import Store
from monitoring.services import replay
from sample_data.load import load_ward


# Of 216 moments of six wards these are the ones that called most, besides every third hour of one.
@pytest.mark.parametrize(
    ("seed", "hour", "minute"),
    [
        *((1, hour, 17) for hour in range(0, 24, 3)),
        (1, 21, 33),
        (2, 23, 17),
        (3, 16, 17),
        (4, 20, 17),
        (5, 0, 17),
    ],
)
def test_alerts_are_few_and_no_rise_is_missed_at_any_hour(
    sqlite_store: Store, seed: int, hour: int, minute: int
) -> None:
    # What interrupts is defined in ADR 19; the bounds are those of product.md.
    now = datetime(2026, 11, 24, hour, minute, tzinfo=UTC)
    ward = load_ward(sqlite_store, seed=seed, now=now)
    found = replay.report(
        replay.play(
            sqlite_store, ward_id=ward.ward_id, from_at=now - timedelta(days=40), to_at=now, now=now
        )
    )
    assert found.quiet.interruptive_per_patient_day <= 1
    assert found.episode.interruptive_per_patient_day <= 2.3
    assert found.timeliness.rises >= 30
    assert found.timeliness.caught == found.timeliness.rises
