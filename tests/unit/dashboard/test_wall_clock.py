"""A time that a nurse writes is the instant she means, also when the clocks change."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from dashboard.charting.wall_clock import Resolved, Twice, Unusable, instant, read_clock

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def meant(typed: str, *, now: datetime = NOW, yesterday: bool = False, second: bool | None = None):
    return instant(typed, yesterday=yesterday, second=second, zone=BERLIN, now=now, otherwise=now)


@pytest.mark.parametrize("typed", ["9:05", "09:05", "905", "0905", "9.05", "9 05", " 09:05 "])
def test_usual_ways_of_writing_a_time(typed: str) -> None:
    assert read_clock(typed) == time(9, 5)


@pytest.mark.parametrize("typed", ["24:00", "9:60", "9", "noon", "12:30:15", "-1:00", "١٢:٠٠x"])
def test_what_is_no_time_is_said_to_be_none(typed: str) -> None:
    found = meant(typed)
    assert isinstance(found, Unusable)
    assert "10:42" in found.message


def test_nothing_written_is_the_moment_the_set_was_begun() -> None:
    begun = datetime(2026, 11, 22, 9, 51, tzinfo=UTC)
    found = instant("", yesterday=False, second=None, zone=BERLIN, now=NOW, otherwise=begun)
    assert found == Resolved(at=begun)


def test_a_time_is_read_on_the_ward_s_clock() -> None:
    assert meant("10:42") == Resolved(at=datetime(2026, 11, 22, 9, 42, tzinfo=UTC))
    late = meant("23:30", yesterday=True)
    assert late == Resolved(at=datetime(2026, 11, 21, 22, 30, tzinfo=UTC))


def test_a_time_that_lies_ahead_is_refused_with_the_likely_reason() -> None:
    found = meant("23:30")
    assert isinstance(found, Unusable)
    assert "yesterday" in found.message


def test_the_hour_that_came_twice_is_asked_for() -> None:
    now = datetime(2026, 10, 25, 5, 0, tzinfo=UTC)
    assert isinstance(meant("02:30", now=now), Twice)
    first = meant("02:30", now=now, second=False)
    second = meant("02:30", now=now, second=True)
    assert first == Resolved(at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    assert second == Resolved(at=datetime(2026, 10, 25, 1, 30, tzinfo=UTC))


def test_the_hour_that_never_was_is_refused() -> None:
    found = meant("02:30", now=datetime(2026, 3, 29, 6, 0, tzinfo=UTC))
    assert isinstance(found, Unusable)
    assert "clocks went forward" in found.message
