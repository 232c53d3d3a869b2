"""A grade that something unknown could raise says so on its badge."""

import pytest

from dashboard.bedside.why import crs_badge
from tests.spec import bedside


@pytest.mark.parametrize(
    ("person", "story", "badge"),
    [
        ("", "0 set, T 39.0", "<b>CRS 1</b>"),
        ("", "0 set, T 39.0, no device", "<b>CRS ≥1</b>"),
        # Nobody knows whether a vasopressor runs (C23).
        ("treatments not charted", "0 set, T 39.0", "<b>CRS ≥1</b>"),
        ("", "0 set, no T", "<b>CRS ?</b>"),
    ],
)
def test_a_lower_bound_is_no_grade(person: str, story: str, badge: str) -> None:
    judged = bedside.judge(bedside.read(story, person))[-1]
    assert badge in crs_badge(judged.crs)
