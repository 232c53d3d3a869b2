"""A source's times as instants: dates with or without a zone, or hours from an event of its own.

A time that cannot be told for certain (the hour that a clock change repeats or skips) is refused.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from monitoring.feeds.mapping import Clock, ClockKind

_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6})\d*)?)?"
    r"\s?(Z|z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_HOURS = re.compile(r"[+-]?[0-9]{1,7}(?:\.[0-9]{0,9})?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECONDS_AN_HOUR = 3_600_000_000
# A hundred years: no stay is longer, and arithmetic on it stays within the calendar.
_MOST_HOURS = 876_600
_EARLIEST_YEAR = 1900
# De-identified calendars reach into the 2200s (MIMIC-IV: 2100 to 2210).
_LATEST_SHIFTED_YEAR = 2299


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTime:
    """A moment on the source's clock; ``key`` is the same for every spelling of it."""

    at: datetime
    key: str
    is_shifted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BadTime:
    """A time that cannot be used, and what to do."""

    reason_code: str
    message: str


def read_time(sent: str, clock: Clock, zone: ZoneInfo) -> SourceTime | BadTime:
    """The instant of a time as sent; ``zone`` is for dates that carry no offset of their own."""
    text = sent.strip()
    if not text:
        return BadTime(reason_code="time_missing", message="The time is empty. Send it.")
    if clock.kind is ClockKind.HOURS:
        return _read_hours(text)
    return _read_calendar(text, clock, zone)


def _read_hours(text: str) -> SourceTime | BadTime:
    if not _HOURS.fullmatch(text):
        message = "The time is not a number of hours. Write it with digits and a decimal point."
        return BadTime(reason_code="time_unreadable", message=message)
    hours = Decimal(text)
    if abs(hours) > _MOST_HOURS:
        message = "The time lies more than a hundred years away. Send hours, not seconds."
        return BadTime(reason_code="time_not_possible", message=message)
    at = _EPOCH + timedelta(microseconds=round(hours * _MICROSECONDS_AN_HOUR))
    key = f"{hours.normalize():f}" if hours else "0"
    return SourceTime(at=at, key=key, is_shifted=True)


def _read_calendar(text: str, clock: Clock, zone: ZoneInfo) -> SourceTime | BadTime:
    naive, offset = _split(text, clock)
    if naive is None:
        message = (
            "The time cannot be read. Write it as 2026-11-22 10:45, with an offset such as "
            "+01:00 where the zone is not the ward's."
        )
        return BadTime(reason_code="time_unreadable", message=message)
    key = naive.isoformat()
    if clock.shifted_from_year is not None and naive.year >= clock.shifted_from_year:
        if naive.year > _LATEST_SHIFTED_YEAR:
            message = "The year is beyond every de-identified calendar. Check the date."
            return BadTime(reason_code="time_not_possible", message=message)
        # A moved date has no season: it is read without clock changes.
        at = (naive - (offset or timedelta(0))).replace(tzinfo=UTC)
        return SourceTime(at=at, key=at.replace(tzinfo=None).isoformat(), is_shifted=True)
    if naive.year < _EARLIEST_YEAR or naive.year >= 9999:
        message = "The year is not possible. Check the date."
        return BadTime(reason_code="time_not_possible", message=message)
    if offset is not None:
        at = naive.replace(tzinfo=timezone(offset)).astimezone(UTC)
        return SourceTime(at=at, key=at.replace(tzinfo=None).isoformat() + "Z", is_shifted=False)
    return _in_zone(naive, zone, key)


def _split(text: str, clock: Clock) -> tuple[datetime | None, timedelta | None]:
    found = _ISO.fullmatch(text)
    if found is None:
        for pattern in clock.formats:
            try:
                parsed = datetime.strptime(text, pattern)  # noqa: DTZ007 (the zone comes after)
            except ValueError:
                continue
            return parsed.replace(tzinfo=None), parsed.utcoffset()
        return None, None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        naive = datetime(  # noqa: DTZ001 (the zone comes after)
            int(year),
            int(month),
            int(day),
            int(hour),
            int(minute),
            int(second or 0),
            int((fraction or "").ljust(6, "0")),
        )
    except ValueError:
        return None, None
    if zone is None:
        return naive, None
    if zone in "Zz":
        return naive, timedelta(0)
    sign = -1 if zone[0] == "-" else 1
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return (naive, sign * timedelta(minutes=minutes)) if minutes < 24 * 60 else (None, None)


def _in_zone(naive: datetime, zone: ZoneInfo, key: str) -> SourceTime | BadTime:
    first = naive.replace(tzinfo=zone)
    second = first.replace(fold=1)
    if first.utcoffset() != second.utcoffset():
        at = first.astimezone(UTC)
        if at.astimezone(zone).replace(tzinfo=None) != naive:
            message = "The clocks skip this hour, so no one can have measured then. Check it."
            return BadTime(reason_code="time_skipped", message=message)
        message = (
            "The clocks go back in this hour, so it happens twice. Send the time with its "
            "offset, such as +02:00."
        )
        return BadTime(reason_code="time_ambiguous", message=message)
    return SourceTime(at=first.astimezone(UTC), key=key, is_shifted=False)
