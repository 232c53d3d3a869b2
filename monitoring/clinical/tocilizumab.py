"""Tocilizumab kept count of: doses in 24 hours and in all, when the next may follow, how much.

ASCO 2021 (table for CRS) and the US label; clinical reference 7.1 and 9 (item 3). It warns, never
blocks, and orders nothing. The limits stand in ``rules/tocilizumab.toml``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from monitoring.clinical.rule_file import RuleTable, read_packaged

_US_PER_HOUR = 3_600_000_000
_DAY_US = 24 * _US_PER_HOUR
_NUMBERS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


@dataclass(frozen=True, slots=True, kw_only=True)
class TocilizumabLimits:
    """What the guideline and the label say of number, interval and dose."""

    id: str
    agent: str
    interval_hours: float
    most_in_24_hours: int
    most_in_all: int
    mg_per_kg: float
    most_mg: float
    rounding_mg: float
    light_below_kg: float
    light_mg_per_kg: float
    count_source: str
    dose_source: str
    light_source: str

    def per_kg(self, weight_kg: float) -> float:
        """The dose in mg/kg for a weight."""
        return self.light_mg_per_kg if weight_kg < self.light_below_kg else self.mg_per_kg


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenDose:
    """One dose by its start; ``dose_mg`` is None where no amount was charted."""

    at_us: int
    dose_mg: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseCount:
    """The count at a moment.

    ``in_24_hours`` are the doses of the last 24 h, one exactly 24 h ago left out. ``last_us`` and
    ``hours_since_last`` are None before the first. ``next_us`` is the earliest time of another
    dose, None where none may follow.
    """

    in_all: int
    most_in_all: int
    in_24_hours: int
    most_in_24_hours: int
    last_us: int | None
    hours_since_last: float | None
    next_us: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseWarning:
    """What to know before a dose is charted; ``exceeds`` is False where a limit is only reached or
    cannot be checked.
    """

    code: str
    text: str
    exceeds: bool
    source: str


@cache
def load_tocilizumab() -> TocilizumabLimits:
    """The packaged limits, read and checked once a process; raises ``RuleFileError``."""
    table = RuleTable(read_packaged("tocilizumab.toml"), "tocilizumab.toml")
    count, dose, light = table.table("count"), table.table("dose"), table.table("light")
    limits = TocilizumabLimits(
        id=f"{table.text('id')}@{table.integer('version', low=1, high=9999)}",
        agent=table.text("agent"),
        interval_hours=count.number("interval_hours", low=1, high=72),
        most_in_24_hours=count.integer("most_in_24_hours", low=1, high=24),
        most_in_all=count.integer("most_in_all", low=1, high=100),
        mg_per_kg=dose.number("mg_per_kg", low=1, high=50),
        most_mg=dose.number("most_mg", low=10, high=5000),
        rounding_mg=dose.number("rounding_mg", low=0, high=10),
        light_below_kg=light.number("below_kg", low=1, high=100),
        light_mg_per_kg=light.number("mg_per_kg", low=1, high=50),
        count_source=count.text("source"),
        dose_source=dose.text("source"),
        light_source=light.text("source"),
    )
    table.text("source")
    for one in (count, dose, light, table):
        one.finish()
    if limits.most_in_24_hours > limits.most_in_all:
        table.refuse("most_in_24_hours is more than most_in_all")
    return limits


def is_tocilizumab(agent: str) -> bool:
    """Whether a treatment's agent is tocilizumab by its own name, or a biosimilar's ("-aazg")."""
    name, own = agent.strip().lower(), load_tocilizumab().agent
    return name == own or name.startswith(f"{own}-")


def in_mg(value: float | None, unit: str | None, weight_kg: float | None) -> float | None:
    """A charted dose in mg; None where it is not known or needs a weight that is not."""
    if value is None or unit is None:
        return None
    if unit == "mg/kg":
        return None if weight_kg is None else value * weight_kg
    return {"mg": value, "g": value * 1000.0, "ug": value / 1000.0}.get(unit)


def count(given: Iterable[GivenDose], *, at_us: int) -> DoseCount:
    """The count of the doses given up to a moment, and when another may follow."""
    limits = load_tocilizumab()
    times = sorted(one.at_us for one in given if one.at_us <= at_us)
    last_us = times[-1] if times else None
    recent = [us for us in times if us > at_us - _DAY_US]
    return DoseCount(
        in_all=len(times),
        most_in_all=limits.most_in_all,
        in_24_hours=len(recent),
        most_in_24_hours=limits.most_in_24_hours,
        last_us=last_us,
        hours_since_last=None if last_us is None else (at_us - last_us) / _US_PER_HOUR,
        next_us=_next_us(times, at_us, limits),
    )


def warnings(
    given: Iterable[GivenDose], *, at_us: int, dose_mg: float | None, weight_kg: float | None
) -> tuple[DoseWarning, ...]:
    """What to know of a dose at a moment, beside all others of the stay, earlier and later.

    Empty where every limit was checked and kept. ``dose_mg`` and ``weight_kg`` are None where not
    known: then the dose cannot be checked, and that is said.
    """
    limits = load_tocilizumab()
    others = sorted(one.at_us for one in given)
    found = (
        _interval(others, at_us, limits),
        _in_24_hours(others, at_us, limits),
        _in_all(others, limits),
        *_dose(dose_mg, weight_kg, limits),
    )
    return tuple(one for one in found if one is not None)


def _next_us(times: Sequence[int], at_us: int, limits: TocilizumabLimits) -> int | None:
    if len(times) >= limits.most_in_all:
        return None
    earliest = at_us
    if times:
        earliest = max(earliest, times[-1] + int(limits.interval_hours * _US_PER_HOUR))
    if len(times) >= limits.most_in_24_hours:
        # The window has room again once its oldest dose is a day old.
        earliest = max(earliest, times[-limits.most_in_24_hours] + _DAY_US)
    return earliest


def _interval(others: Sequence[int], at_us: int, limits: TocilizumabLimits) -> DoseWarning | None:
    apart_us = min((abs(at_us - us) for us in others), default=None)
    if apart_us is None or apart_us >= limits.interval_hours * _US_PER_HOUR:
        return None
    hours, minutes = divmod(apart_us // 60_000_000, 60)
    return DoseWarning(
        code="interval",
        text=(
            f"{limits.interval_hours:g} h are not over: {hours} h {minutes} min from another dose."
        ),
        exceeds=True,
        source=limits.count_source,
    )


def _in_24_hours(
    others: Sequence[int], at_us: int, limits: TocilizumabLimits
) -> DoseWarning | None:
    """The fullest 24 hours that hold the dose, whether they end with it or later."""
    times = [*others, at_us]
    ends = [us for us in times if at_us <= us < at_us + _DAY_US]
    most = max(sum(end - _DAY_US < us <= end for us in times) for end in ends)
    if most < limits.most_in_24_hours:
        return None
    if most == limits.most_in_24_hours:
        text = f"{_ordinal(most)} dose within 24 h: no more in these 24 h."
    else:
        text = f"{_ordinal(most)} dose within 24 h: more than {limits.most_in_24_hours}."
    return DoseWarning(
        code="in_24_hours",
        text=text,
        exceeds=most > limits.most_in_24_hours,
        source=limits.count_source,
    )


def _in_all(others: Sequence[int], limits: TocilizumabLimits) -> DoseWarning | None:
    number = len(others) + 1
    if number < limits.most_in_all:
        return None
    if number == limits.most_in_all:
        text = f"{_ordinal(number)} dose reached: none may follow."
    else:
        text = f"{_ordinal(number)} dose in all: more than {limits.most_in_all}."
    return DoseWarning(
        code="in_all", text=text, exceeds=number > limits.most_in_all, source=limits.count_source
    )


def _dose(
    dose_mg: float | None, weight_kg: float | None, limits: TocilizumabLimits
) -> Iterable[DoseWarning]:
    if dose_mg is None:
        yield DoseWarning(
            code="dose_unknown",
            text="Dose not charted in mg: it cannot be checked.",
            exceeds=False,
            source=limits.dose_source,
        )
        return
    if dose_mg > limits.most_mg + limits.rounding_mg:
        yield DoseWarning(
            code="above_cap",
            text=f"{dose_mg:g} mg is above {limits.most_mg:g} mg.",
            exceeds=True,
            source=limits.dose_source,
        )
    if weight_kg is None:
        yield DoseWarning(
            code="weight_unknown",
            text="Weight unknown: the dose cannot be checked.",
            exceeds=False,
            source=limits.dose_source,
        )
        return
    per_kg, is_light = limits.per_kg(weight_kg), weight_kg < limits.light_below_kg
    if dose_mg > per_kg * weight_kg + limits.rounding_mg:
        yield DoseWarning(
            code="above_per_kg",
            text=(
                f"{dose_mg:g} mg is above {per_kg:g} mg/kg, "
                f"{per_kg * weight_kg:.0f} mg at {weight_kg:g} kg."
            ),
            exceeds=True,
            source=limits.light_source if is_light else limits.dose_source,
        )


def _ordinal(number: int) -> str:
    word = _NUMBERS[number - 1] if number <= len(_NUMBERS) else f"{number}th"
    return word.capitalize()
