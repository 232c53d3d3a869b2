"""What one tile of the ward board says, as plain records that turn into JSON as they are.

Times are whole seconds since the Unix epoch, UTC (``*_s``): the browser ages them by its own clock.
A thing that is not known is None and never a number; the browser has words for each None.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import sub

from db.queries.board import BedRow, GradeRow, OpenAlertRow, ReadingRow
from monitoring.services.summary import Summary

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
# A tile's sparkline is about this many pixels wide; more points would not be seen.
SPARKLINE_POINTS = 40
# Systolic and diastolic pressure of one cuff inflation carry one time, or nearly.
ONE_CUFF_US = 5 * MINUTE_US


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A number and when it was true."""

    value: float
    taken_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressure:
    """A blood pressure in mmHg; diastolic and mean only where they belong to this systolic one."""

    systolic: float
    diastolic: float | None
    mean: float | None
    taken_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Oxygen:
    """What the patient breathes: the device, and its flow in L/min where one was charted."""

    device: str
    flow_lpm: float | None
    taken_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparkline:
    """Temperatures of the last 24 h in tenths of a degree Celsius; the first was at ``from_s``.

    ``minutes`` are those since the point before: small numbers, as every viewer is sent them.
    """

    from_s: int
    minutes: tuple[int, ...]
    tenths: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """The suggested CRS grade as the tile shows it.

    ``status`` is graded, at_least, unknown or cannot_grade. ``held`` marks a grade that rests on a
    criterion that was met when last known and has not been observed since.
    """

    grade: int | None
    status: str
    peak: int | None
    direction: str
    held: bool
    resolving: bool
    judged_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class News2:
    """NEWS2: ``total`` only when complete, ``minimum`` of what is known."""

    total: int | None
    minimum: int | None
    applicable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TileAlert:
    """An open alert: what, how urgent, since when, and whose."""

    id: str
    label: str
    priority: str
    condition: str
    since_s: int | None
    owner: str | None
    snoozed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NextSet:
    """When the next set of observations is due, and from when on it is overdue."""

    due_s: int
    overdue_s: int
    interval_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One bed. ``encounter`` None is an empty bed, and then all else is None too."""

    bed: str
    position: int
    encounter: str | None = None
    name: str | None = None
    therapy: str | None = None
    infused_s: int | None = None
    crs: Grade | None = None
    news2: News2 | None = None
    temperature: Reading | None = None
    pressure: Pressure | None = None
    spo2: Reading | None = None
    oxygen: Oxygen | None = None
    heart_rate: Reading | None = None
    respiratory_rate: Reading | None = None
    sparkline: Sparkline | None = None
    alerts: tuple[TileAlert, ...] = ()
    next_set: NextSet | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPayload:
    """A whole ward at one data version; ``changed_s`` is when the store last changed."""

    ward_code: str
    ward_name: str
    time_zone: str
    version: int
    changed_s: int
    tiles: tuple[Tile, ...]


def short_name(family_name: str, given_name: str) -> str:
    """A name as it stands on a tile: the family name and the first letter of the given one."""
    initial = given_name.strip()[:1]
    return f"{family_name} {initial}." if initial else family_name


def grade(row: GradeRow, summary: Summary) -> Grade:
    """The grade part of a tile."""
    return Grade(
        grade=row.crs_grade,
        status=row.crs_status,
        peak=row.crs_peak,
        direction=summary.direction,
        held=summary.held,
        resolving=summary.resolving,
        judged_s=row.at_us // SECOND_US,
    )


def news2(row: GradeRow, summary: Summary) -> News2:
    """The NEWS2 part of a tile."""
    return News2(
        total=row.news2_total, minimum=row.news2_minimum, applicable=summary.news2_applicable
    )


def next_set(row: GradeRow, summary: Summary, last_set_us: int | None) -> NextSet:
    """The schedule part of a tile; without any set one is due since the evaluation."""
    interval_s = round(summary.interval_s)
    due_s = row.at_us // SECOND_US if last_set_us is None else last_set_us // SECOND_US + interval_s
    return NextSet(due_s=due_s, overdue_s=due_s + round(summary.grace_s), interval_s=interval_s)


def reading(row: ReadingRow | None) -> Reading | None:
    """A number of a tile; None where nothing was ever observed."""
    if row is None or row.value_num is None:
        return None
    return Reading(value=row.value_num, taken_s=row.taken_us // SECOND_US)


def pressure(
    systolic: ReadingRow | None, diastolic: ReadingRow | None, mean: ReadingRow | None
) -> Pressure | None:
    """Blood pressure; the mean is the measured one, else from the same cuff inflation.

    MAP = DBP + (SBP - DBP) / 3 (clinical reference 5.1), never across two inflations.
    """
    if systolic is None or systolic.value_num is None:
        return None
    high, low = systolic.value_num, _of_same_cuff(systolic, diastolic)
    measured = _of_same_cuff(systolic, mean)
    if measured is None and low is not None and low < high:
        measured = low + (high - low) / 3
    return Pressure(
        systolic=high,
        diastolic=low,
        mean=None if measured is None else round(measured, 1),
        taken_s=systolic.taken_us // SECOND_US,
    )


def _of_same_cuff(systolic: ReadingRow, other: ReadingRow | None) -> float | None:
    if other is None or abs(other.taken_us - systolic.taken_us) > ONE_CUFF_US:
        return None
    return other.value_num


def oxygen(device: ReadingRow | None, flow: ReadingRow | None) -> Oxygen | None:
    """Oxygen support; a flow older than the device belongs to another device and is left out."""
    if device is None or device.value_code is None:
        return None
    fits = flow is not None and flow.taken_us >= device.taken_us
    return Oxygen(
        device=device.value_code,
        flow_lpm=flow.value_num if flow is not None and fits else None,
        taken_s=device.taken_us // SECOND_US,
    )


def sparkline(at_minute: Sequence[int], tenths: Sequence[int]) -> Sparkline | None:
    """The temperature line from minutes since the epoch (ascending) and tenths of a degree Celsius.

    Of many points the highest and lowest of each stretch are kept.
    """
    if not tenths:
        return None
    if len(tenths) > SPARKLINE_POINTS:
        kept = _kept_of(tenths)
        at_minute = [at_minute[place] for place in kept]
        tenths = [tenths[place] for place in kept]
    return Sparkline(
        from_s=60 * at_minute[0],
        minutes=(0, *map(sub, at_minute[1:], at_minute)),
        tenths=tuple(tenths),
    )


def _kept_of(tenths: Sequence[int]) -> Sequence[int]:
    """The places of the points drawn: the first, the last, and the extremes of every stretch."""
    count = len(tenths)
    stretches = SPARKLINE_POINTS // 2
    kept = {0, count - 1}
    for number in range(stretches):
        part = range(number * count // stretches, (number + 1) * count // stretches)
        kept.add(max(part, key=tenths.__getitem__))
        kept.add(min(part, key=tenths.__getitem__))
    return sorted(kept)


def alert(row: OpenAlertRow) -> TileAlert:
    """An open alert of a tile: since when it waits for somebody, or since when it was raised."""
    since_us = row.waiting_since_us if row.owner is None else row.raised_us
    return TileAlert(
        id=row.public_id,
        label=row.label,
        priority=row.priority,
        condition=row.condition,
        since_s=None if since_us is None else since_us // SECOND_US,
        owner=row.owner_name or row.owner,
        snoozed=row.visibility == "snoozed",
    )


def identity(row: BedRow) -> tuple[str | None, str | None, int | None]:
    """Short name, therapy and time of the newest dose; a change of these redraws the tile."""
    return (
        None if row.family_name is None else short_name(row.family_name, row.given_name or ""),
        row.product,
        None if row.infused_us is None else row.infused_us // SECOND_US,
    )
