"""When a value was taken: with an offset, in the ward's zone, in moved years, by hours."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from monitoring.feeds.mapping import Clock, ClockKind
from monitoring.feeds.source_clock import BadTime, SourceTime, read_time

BERLIN = ZoneInfo("Europe/Berlin")
CALENDAR = Clock(kind=ClockKind.CALENDAR, shifted_from_year=2100)
HOURS = Clock(kind=ClockKind.HOURS)


@pytest.mark.parametrize(
    ("sent", "utc"),
    [
        ("2026-01-15 10:45", datetime(2026, 1, 15, 9, 45, tzinfo=UTC)),
        ("2026-07-15 10:45:30", datetime(2026, 7, 15, 8, 45, 30, tzinfo=UTC)),
        ("2026-07-15T10:45:30.25", datetime(2026, 7, 15, 8, 45, 30, 250_000, tzinfo=UTC)),
        ("2026-07-15T10:45Z", datetime(2026, 7, 15, 10, 45, tzinfo=UTC)),
        ("2026-07-15T10:45:00-05:30", datetime(2026, 7, 15, 16, 15, tzinfo=UTC)),
        ("2026-07-15 10:45:00 +0200", datetime(2026, 7, 15, 8, 45, tzinfo=UTC)),
    ],
)
def test_a_date_is_an_instant_in_its_offset_or_the_ward_s_zone(sent, utc):
    time = read_time(sent, CALENDAR, BERLIN)
    assert isinstance(time, SourceTime)
    assert time.at == utc
    assert not time.is_shifted


def test_the_hour_that_the_clocks_repeat_is_told_apart_by_an_offset_only():
    ambiguous = read_time("2026-10-25 02:30", CALENDAR, BERLIN)
    assert isinstance(ambiguous, BadTime)
    assert ambiguous.reason_code == "time_ambiguous"
    told = read_time("2026-10-25 02:30+01:00", CALENDAR, BERLIN)
    assert isinstance(told, SourceTime)
    assert told.at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_nobody_measured_in_the_hour_that_the_clocks_skip():
    skipped = read_time("2026-03-29 02:30", CALENDAR, BERLIN)
    assert isinstance(skipped, BadTime)
    assert skipped.reason_code == "time_skipped"


def test_moved_dates_have_no_clock_change_and_are_marked():
    time = read_time("2157-03-27 02:30:00", CALENDAR, BERLIN)
    assert isinstance(time, SourceTime)
    assert time.is_shifted
    assert time.at == datetime(2157, 3, 27, 2, 30, tzinfo=UTC)


def test_a_moved_date_with_an_offset_is_the_same_moment_as_without():
    plain = read_time("2157-03-27 02:30:00", CALENDAR, BERLIN)
    assert read_time("2157-03-27T02:30:00+00:00", CALENDAR, BERLIN) == plain
    assert read_time("2157-03-27T04:30:00+02:00", CALENDAR, BERLIN) == plain


def test_equal_instants_have_equal_keys():
    keys = {
        read_time(sent, CALENDAR, BERLIN).key
        for sent in ("2026-07-15T10:45Z", "2026-07-15 12:45+02:00", "2026-07-15T10:45:00.0Z")
    }
    assert len(keys) == 1


def test_hours_are_exact():
    time = read_time("-162.2", HOURS, BERLIN)
    assert isinstance(time, SourceTime)
    assert (time.at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() == -162.2 * 3600
    assert time.key == "-162.2"
    assert read_time("12", HOURS, BERLIN) == read_time("12.0", HOURS, BERLIN)


@pytest.mark.parametrize("sent", ["", "one", "1e5", "nan", "1,5", "99999999", "9999999", "--1"])
def test_hours_that_are_none_are_refused(sent):
    assert isinstance(read_time(sent, HOURS, BERLIN), BadTime)


def test_a_mapping_may_name_another_way_to_write_dates():
    clock = Clock(kind=ClockKind.CALENDAR, formats=("%d.%m.%Y %H:%M",))
    time = read_time("15.01.2026 10:45", clock, BERLIN)
    assert isinstance(time, SourceTime)
    assert time.at == datetime(2026, 1, 15, 9, 45, tzinfo=UTC)
