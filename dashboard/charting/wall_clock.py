"""From a time as the ward writes it to the instant it was, on every night of the year."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_CLOCK = re.compile(r"(\d{1,2})(?:[:.h ]?(\d{2}))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The instant that was meant, in UTC."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Twice:
    """A time that the clocks showed twice; ``choices`` are the first and the second, in words."""

    choices: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """A time that cannot be taken, and what to do."""

    message: str


def read_clock(typed: str) -> time | None:
    """A time of day from "10:42", "1042", "9.05" or "9 05"; None for anything else."""
    match = _CLOCK.fullmatch(typed.strip())
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2])
    return time(hour, minute) if hour < 24 and minute < 60 else None


def instant(
    typed: str,
    *,
    yesterday: bool,
    second: bool | None,
    zone: ZoneInfo,
    now: datetime,
    otherwise: datetime,
) -> Resolved | Twice | Unusable:
    """The instant of a time that was typed; an empty one is ``otherwise``.

    ``yesterday`` chooses the day in the ward's zone. ``second`` chooses between the two hours of
    the night on which the clocks go back, None where nobody was asked yet. A time that the clocks
    skipped, and one that lies ahead of ``now``, cannot be used.
    """
    if not typed.strip():
        return Resolved(at=otherwise)
    clock = read_clock(typed)
    if clock is None:
        return Unusable(message=f"“{typed.strip()[:12]}” is no time of day. Write it as 10:42.")
    day = now.astimezone(zone).date() - timedelta(days=1 if yesterday else 0)
    first, repeated = (_local(day, clock, zone, fold) for fold in (0, 1))
    if not _exists(first, zone):
        return Unusable(
            message=f"{clock:%H:%M} did not exist on {day.day} {day:%b}: the clocks went forward."
        )
    at = first.astimezone(UTC)
    if first.utcoffset() != repeated.utcoffset():
        if second is None:
            return Twice(choices=(f"first, {first:%H:%M %Z}", f"second, {repeated:%H:%M %Z}"))
        at = (repeated if second else first).astimezone(UTC)
    if at > now + timedelta(minutes=1):
        meant = "" if yesterday else " Was it yesterday?"
        return Unusable(message=f"{clock:%H:%M} lies ahead.{meant}")
    return Resolved(at=min(at, now))


def _local(day: date, clock: time, zone: ZoneInfo, fold: int) -> datetime:
    return datetime.combine(day, clock.replace(fold=fold), tzinfo=zone)


def _exists(local: datetime, zone: ZoneInfo) -> bool:
    back = local.astimezone(UTC).astimezone(zone)
    return (back.hour, back.minute) == (local.hour, local.minute)
