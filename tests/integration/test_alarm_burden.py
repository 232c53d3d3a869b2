"""How often the sample ward calls somebody, at whatever hour it is looked at.

The ward is anchored to now, so that its stories meet another part of the day each time.
"""

from datetime import UTC, datetime, timedelta

import pytest

from db.engine import Store
from monitoring.services import replay
from sample_data.load import load_ward


@pytest.mark.parametrize("hour", [2, 9, 17, 22])
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_alerts_are_few_and_no_rise_is_missed_at_any_hour(store: Store, hour: int) -> None:
    # What interrupts is defined in ADR 19; the bounds are those of product.md.
    now = datetime(2026, 11, 24, hour, 17, tzinfo=UTC)
    ward = load_ward(store, seed=1, now=now)
    found = replay.report(
        replay.play(
            store, ward_id=ward.ward_id, from_at=now - timedelta(days=40), to_at=now, now=now
        )
    )
    assert found.quiet.interruptive_per_patient_day <= 1
    assert found.episode.interruptive_per_patient_day <= 2.3
    assert found.timeliness.rises >= 30
    assert found.timeliness.caught == found.timeliness.rises
