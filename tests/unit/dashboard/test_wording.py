"""Times in the ward's words."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard import wording

BERLIN = ZoneInfo("Europe/Berlin")
# Half past midnight on the ward, the day before by UTC.
NOW = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)


def test_a_time_says_its_day_unless_that_is_today_on_the_ward() -> None:
    def said(ago_min: int) -> str:
        return wording.clock_or_date(NOW - timedelta(minutes=ago_min), BERLIN, now=NOW)

    assert said(20) == "00:10"
    assert said(40) == "Wed 25 Nov, 23:50"
    assert said(-24 * 60) == "Fri 27 Nov, 00:30"
