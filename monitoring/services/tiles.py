"""What one tile of the ward board says, as plain records that turn into JSON as they are.

Times are whole seconds since the Unix epoch, UTC (``*_s``): the browser ages them by its own clock.
A thing that is not known is None and never a number; the browser has words for each None.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from db.queries.board import BedRow, OpenAlertRow
from monitoring.clinical.results import CrsGrade, Evaluation, Truth
from monitoring.clinical.schedule import Due

SECOND_US = 1_000_000
# A tile's sparkline is about this many pixels wide; more points would not be seen.
SPARKLINE_POINTS = 32
# Systolic and diastolic pressure of one cuff inflation carry one time, or nearly.
ONE_CUFF_US = 5 * 60 * SECOND_US


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The newest current observation of a concept."""

    row_id: int
    taken_us: int
    value: float | None
    code: str | None


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
    minimum: int
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


def grade(evaluation: Evaluation) -> Grade:
    """The grade part of a tile."""
    crs: CrsGrade = evaluation.crs
    return Grade(
        grade=crs.grade,
        status=crs.status.value,
        peak=crs.peak,
        direction=crs.direction,
        held=any(
            criterion.truth is Truth.HELD and criterion.grade == crs.grade
            for criterion in crs.criteria
        ),
        resolving=crs.resolving,
        judged_s=evaluation.at_us // SECOND_US,
    )


def news2(evaluation: Evaluation) -> News2:
    """The NEWS2 part of a tile."""
    score = evaluation.news2
    return News2(total=score.total, minimum=score.minimum, applicable=score.applicable)


def next_set(due: Due) -> NextSet:
    """The schedule part of a tile."""
    return NextSet(
        due_s=due.next_us // SECOND_US,
        overdue_s=due.overdue_at_us // SECOND_US,
        interval_s=round(due.interval_s),
    )


def reading(held: Held | None) -> Reading | None:
    """A number of a tile; None where nothing was ever observed."""
    if held is None or held.value is None:
        return None
    return Reading(value=held.value, taken_s=held.taken_us // SECOND_US)


def pressure(systolic: Held | None, diastolic: Held | None, mean: Held | None) -> Pressure | None:
    """Blood pressure; the mean is the measured one, else from the same cuff inflation.

    MAP = DBP + (SBP - DBP) / 3 (clinical reference 5.1), never across two inflations.
    """
    if systolic is None or systolic.value is None:
        return None
    low = _of_same_cuff(systolic, diastolic)
    measured = _of_same_cuff(systolic, mean)
    if measured is None and low is not None and low < systolic.value:
        measured = low + (systolic.value - low) / 3
    return Pressure(
        systolic=systolic.value,
        diastolic=low,
        mean=measured,
        taken_s=systolic.taken_us // SECOND_US,
    )


def _of_same_cuff(systolic: Held, other: Held | None) -> float | None:
    if other is None or abs(other.taken_us - systolic.taken_us) > ONE_CUFF_US:
        return None
    return other.value


def oxygen(device: Held | None, flow: Held | None) -> Oxygen | None:
    """Oxygen support; a flow older than the device belongs to another device and is left out."""
    if device is None or device.code is None:
        return None
    fits = flow is not None and flow.taken_us >= device.taken_us
    return Oxygen(
        device=device.code,
        flow_lpm=flow.value if flow is not None and fits else None,
        taken_s=device.taken_us // SECOND_US,
    )


def sparkline(points: Sequence[Held], *, from_us: int) -> Sparkline | None:
    """The temperature line; of many points the highest and lowest of each stretch are kept."""
    kept = _thinned([p for p in points if p.taken_us >= from_us and p.value is not None])
    if not kept:
        return None
    first_us = kept[0].taken_us
    return Sparkline(
        from_s=first_us // SECOND_US,
        minutes=tuple(
            _minute(p.taken_us, first_us) - _minute(before.taken_us, first_us)
            for before, p in zip([kept[0], *kept], kept, strict=False)
        ),
        tenths=tuple(round(10 * (p.value or 0.0)) for p in kept),
    )


def _minute(taken_us: int, first_us: int) -> int:
    return (taken_us - first_us) // (60 * SECOND_US)


def _thinned(points: list[Held]) -> list[Held]:
    if len(points) <= SPARKLINE_POINTS:
        return points
    stretch = len(points) / (SPARKLINE_POINTS / 2)
    kept: set[int] = {0, len(points) - 1}
    for number in range(SPARKLINE_POINTS // 2):
        part = range(round(number * stretch), round((number + 1) * stretch))
        kept.add(max(part, key=lambda i: points[i].value or 0.0))
        kept.add(min(part, key=lambda i: points[i].value or 0.0))
    return [points[i] for i in sorted(kept)]


def alert(row: OpenAlertRow) -> TileAlert:
    """An open alert of a tile."""
    return TileAlert(
        id=row.public_id,
        label=row.label,
        priority=row.priority,
        condition=row.condition,
        since_s=None if row.raised_us is None else row.raised_us // SECOND_US,
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
