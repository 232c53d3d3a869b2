"""For how long a fever of more than 40.0 C has lasted (CTCAE v5.0; clinical reference 3.3)."""

import numpy as np
import pytest

from monitoring.clinical.fever_duration import hours_above
from monitoring.clinical.timeline import build
from tests.laboratory_stay import Stay, hour

LIMIT_S = 8 * 3600.0


@pytest.mark.parametrize(
    ("temperatures", "now_h", "hours"),
    [
        ({"h0": 40.1}, 0, 0.0),
        ({"h0": 40.1, "h4": 40.3}, 4, 4.0),
        # 40.0 C is not above it, and ends what was.
        ({"h0": 40.1, "h4": 40.0}, 4, 0.0),
        ({"h0": 40.0, "h4": 40.1, "h6": 40.2}, 6, 2.0),
        # A reading of eight hours ago still says something of now.
        ({"h0": 40.1}, 8, 0.0),
        ({"h0": 40.1}, 8.01, None),
        # Readings eight hours apart are one fever; more leave open what was between them.
        ({"h0": 40.1, "h8": 40.1}, 8, 8.0),
        ({"h0": 40.1, "h8.1": 40.1}, 8.1, None),
        # What has lasted more than a day is known to, whatever was before the gap.
        ({"h0": 40.1, "h9": 40.1, "h17": 40.1, "h25": 40.1, "h33": 40.1}, 33, None),
        (
            {"h0": 40.1, "h9": 40.1, "h17": 40.1, "h25": 40.1, "h33": 40.1, "h33.5": 40.1},
            33.5,
            24.5,
        ),
        # Of two gaps the later one counts.
        ({"h0": 40.1, "h9": 40.1, "h40": 40.1}, 40, None),
        # Before the first reading nothing is known.
        ({"h5": 40.1}, 4, None),
    ],
)
def test_hours_above_forty(temperatures: dict, now_h: float, hours: float | None) -> None:
    stay = Stay().lab("body_temperature", **temperatures)
    timeline = build(stay.facts(), np.array([hour(now_h)]))

    assert hours_above(timeline, 0, limit_s=LIMIT_S) == hours
