"""What a ward board shows of a patient's state, made when it is judged and kept with it.

A board of thirty beds reads thirty of these at every change. Making them at that moment, out of
documents and observations, would read sixty times as much, in every process that shows a board.

Times are whole seconds since the Unix epoch, UTC (``*_s``): the browser ages them by its own clock.
A thing that is not known is None and never a number; the browser has words for each None.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import NamedTuple

import numpy as np

from monitoring.clinical import schedule
from monitoring.clinical.confirmation import CRS, ICANS
from monitoring.clinical.explain_icans import why_not_graded
from monitoring.clinical.facts import EncounterFacts
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.pressure import PRESSURES, mean_pressure_mmhg
from monitoring.clinical.results import Evaluation, GradeStatus, Truth
from monitoring.services.charted_sets import set_taken_us
from monitoring.services.instants import MINUTE_US, SECOND_US
from monitoring.services.sparkline import Sparkline, sparkline

SPARKLINE_US = 24 * 60 * MINUTE_US
# Systolic and diastolic pressure of one cuff inflation carry one time, or nearly.
ONE_CUFF_US = 5 * MINUTE_US

_TEMPERATURE = "body_temperature"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A number and when it was true."""

    value: float
    taken_s: int


@dataclass(frozen=True, kw_only=True)
class Pressure:
    """A blood pressure in mmHg; diastolic and mean only where they belong to this systolic one."""

    systolic: float
    diastolic: float | None
    mean: float | None
    taken_s: int


@dataclass(frozen=True, kw_only=True)
class Oxygen:
    """What the patient breathes: the device, and its flow in L/min where one was charted."""

    device: str
    flow_lpm: float | None
    taken_s: int


@dataclass(frozen=True, kw_only=True)
class Grade:
    """The CRS grade as the tile shows it.

    ``status`` is graded, at_least, unknown or cannot_grade. ``held`` marks a grade that rests on a
    criterion that was met when last known and has not been observed since; ``confirmed`` one that
    a clinician stated and the rules do not suggest now.
    """

    grade: int | None
    status: str
    peak: int | None
    direction: str
    held: bool
    resolving: bool
    confirmed: bool
    judged_s: int


@dataclass(frozen=True, kw_only=True)
class Icans:
    """The ICANS grade as the tile shows it; ``why`` says in two words why there is none."""

    grade: int | None
    at_least: bool
    peak: int | None
    direction: str
    held: bool
    confirmed: bool
    why: str | None


@dataclass(frozen=True, kw_only=True)
class News2:
    """NEWS2: ``total`` only when complete, ``minimum`` of what is known."""

    total: int | None
    minimum: int
    applicable: bool


@dataclass(frozen=True, kw_only=True)
class NextSet:
    """When the next set of observations is due, and from when on it is overdue."""

    due_s: int
    overdue_s: int
    interval_s: int


@dataclass(frozen=True, kw_only=True)
class NextIce:
    """When the next ICE (CAPD under 12) is due, and from when on it is overdue."""

    due_s: int
    overdue_s: int


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A patient's state at the newest moment that was judged.

    ``icans`` is None where it was judged before the rules knew ICANS, ``next_ice`` where none is
    asked for.
    """

    crs: Grade
    icans: Icans | None
    news2: News2
    temperature: Reading | None
    pressure: Pressure | None
    spo2: Reading | None
    oxygen: Oxygen | None
    heart_rate: Reading | None
    respiratory_rate: Reading | None
    sparkline: Sparkline | None
    next_set: NextSet
    next_ice: NextIce | None


class _Newest(NamedTuple):
    taken_us: int
    value: float
    code: str | None


def summary_of(evaluation: Evaluation, facts: EncounterFacts, policy: Policy) -> Summary:
    """The summary of the newest evaluation, from the facts that it judged."""
    newest = _newest(facts)
    due = schedule.next_due(
        evaluation,
        set_taken_us({concept: one.taken_us for concept, one in newest.items()}),
        policy,
    )
    ice_due = schedule.next_ice_due(evaluation, policy)
    return Summary(
        crs=_grade(evaluation),
        icans=_icans(evaluation),
        news2=News2(
            total=evaluation.news2.total,
            minimum=evaluation.news2.minimum,
            applicable=evaluation.news2.applicable,
        ),
        temperature=_reading(newest.get(_TEMPERATURE)),
        pressure=_pressure(newest),
        spo2=_reading(newest.get("spo2")),
        oxygen=_oxygen(newest),
        heart_rate=_reading(newest.get("heart_rate")),
        respiratory_rate=_reading(newest.get("respiratory_rate")),
        sparkline=_temperatures(facts, from_us=evaluation.at_us - SPARKLINE_US),
        next_set=NextSet(
            due_s=due.next_us // SECOND_US,
            overdue_s=due.overdue_at_us // SECOND_US,
            interval_s=round(due.interval_s),
        ),
        next_ice=None
        if ice_due is None
        else NextIce(
            due_s=ice_due.next_us // SECOND_US, overdue_s=ice_due.overdue_at_us // SECOND_US
        ),
    )


def _newest(facts: EncounterFacts) -> Mapping[str, _Newest]:
    """The last row of each concept: the columns are in the order in which they were taken."""
    columns = facts.observations
    # A dict keeps the last place of each concept: two hundred rows become a dozen records.
    places = dict(zip(columns.concept.tolist(), range(len(columns.concept)), strict=True))
    return {
        concept: _Newest(
            taken_us=int(columns.taken_us[place]),
            value=float(columns.value[place]),
            code=columns.code.item(place),
        )
        for concept, place in places.items()
    }


def _grade(evaluation: Evaluation) -> Grade:
    crs, word = evaluation.crs, evaluation.word_on(CRS)
    return Grade(
        grade=crs.grade if word is None else word.shown,
        status=crs.status.value,
        peak=crs.peak,
        direction=crs.direction,
        held=any(
            criterion.truth is Truth.HELD and criterion.grade == crs.grade
            for criterion in crs.criteria
        ),
        resolving=crs.resolving and (word is None or word.shown == 0),
        confirmed=word is not None and word.shown != crs.grade,
        judged_s=evaluation.at_us // SECOND_US,
    )


def _icans(evaluation: Evaluation) -> Icans | None:
    icans, word = evaluation.icans, evaluation.word_on(ICANS)
    if icans is None:
        return None
    grade = icans.grade if word is None else word.shown
    return Icans(
        grade=grade,
        at_least=icans.status is GradeStatus.AT_LEAST,
        peak=icans.peak,
        direction=icans.direction,
        held=any(one.truth is Truth.HELD and one.grade == icans.grade for one in icans.criteria),
        confirmed=word is not None and word.shown != icans.grade,
        why=None if grade is not None else why_not_graded(icans),
    )


def _reading(newest: _Newest | None) -> Reading | None:
    if newest is None or isnan(newest.value):
        return None
    return Reading(value=newest.value, taken_s=newest.taken_us // SECOND_US)


def _pressure(newest: Mapping[str, _Newest]) -> Pressure | None:
    """Blood pressure; the mean is the measured one, else from the same cuff inflation.

    MAP by the formula (clinical reference 5.1) is never made across two inflations. As in the
    grade a whole pressure taken after a measured mean has its own.
    """
    systolic, diastolic, measured = (newest.get(name) for name in PRESSURES)
    if systolic is None or isnan(systolic.value):
        return None
    low = _of_same_cuff(systolic, diastolic)
    mean = _of_same_cuff(systolic, measured)
    if diastolic is not None and low is not None and low < systolic.value:
        whole_us = min(systolic.taken_us, diastolic.taken_us)
        if mean is None or measured is None or measured.taken_us < whole_us:
            mean = mean_pressure_mmhg(systolic_mmhg=systolic.value, diastolic_mmhg=low)
    return Pressure(
        systolic=systolic.value,
        diastolic=low,
        mean=None if mean is None else round(mean, 1),
        taken_s=systolic.taken_us // SECOND_US,
    )


def _of_same_cuff(systolic: _Newest, other: _Newest | None) -> float | None:
    if other is None or isnan(other.value) or abs(other.taken_us - systolic.taken_us) > ONE_CUFF_US:
        return None
    return other.value


def _oxygen(newest: Mapping[str, _Newest]) -> Oxygen | None:
    """Oxygen support; a flow older than the device belongs to another device and is left out."""
    device, flow = newest.get("oxygen_device"), newest.get("oxygen_flow")
    if device is None or device.code is None:
        return None
    fits = flow is not None and flow.taken_us >= device.taken_us and not isnan(flow.value)
    return Oxygen(
        device=device.code,
        flow_lpm=flow.value if flow is not None and fits else None,
        taken_s=device.taken_us // SECOND_US,
    )


def _temperatures(facts: EncounterFacts, *, from_us: int) -> Sparkline | None:
    columns = facts.observations
    shown = (columns.concept == _TEMPERATURE) & (columns.taken_us >= from_us)
    minutes = (columns.taken_us[shown] // MINUTE_US).tolist()
    return sparkline(minutes, np.rint(10 * columns.value[shown]).astype(np.int64).tolist())
