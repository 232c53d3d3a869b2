"""A patient's laboratory values over time: last, previous, rate, peak, and before therapy.

Pure functions over the stored rows, which are in the concept's own unit already (``units``
converts at intake). Every number points at its row. Sources: clinical reference, section 5.4.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.concepts import CONCEPTS
from monitoring.clinical.evidence import number_as_written
from monitoring.clinical.facts import EncounterFacts, ObservationColumns
from monitoring.clinical.laboratory_policy import LaboratoryPolicy, load_laboratory_policy
from monitoring.clinical.results import InputEvidence
from monitoring.clinical.timeline import NEVER_US, US_PER_S, Series

_US_PER_DAY = 86_400 * US_PER_S
RISES_UNDER_BLOCKADE = "interleukin_6"
FALLS_UNDER_BLOCKADE = "crp"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaboratoryValue:
    """One result in the concept's unit, and the row it stands in."""

    value: float
    taken_us: int
    row_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LaboratoryTrend:
    """What one test has done up to a moment.

    ``baseline`` is the last value before the first dose of the therapy, None where there is none.
    ``change_per_day`` and ``fold`` compare the last two values. ``rapid`` is the pair (from, to)
    behind a rapid rise that ends in a value still valid, None where there is none. ``flags`` say
    how not to read it: "rises_under_receptor_blockade", "falls_under_receptor_blockade".
    """

    concept: str
    unit: str
    last: LaboratoryValue
    previous: LaboratoryValue | None
    change_per_day: float | None
    fold: float | None
    peak: LaboratoryValue
    nadir: LaboratoryValue
    baseline: LaboratoryValue | None
    rapid: tuple[LaboratoryValue, LaboratoryValue] | None
    is_stale: bool
    flags: tuple[str, ...]


def series_of(observations: ObservationColumns, concept: str) -> Series:
    """The usable results of one test by time; of several at one instant the last recorded counts.

    A value outside the concept's possible range is left out, as everywhere.
    """
    return series_of_each(observations, (concept,))[concept]


def series_of_each(observations: ObservationColumns, concepts: Iterable[str]) -> dict[str, Series]:
    """``series_of`` some tests, with one look at the rows."""
    rows: dict[str, list[int]] = {concept: [] for concept in concepts}
    for row, name in enumerate(observations.concept.tolist()):
        if name in rows:
            rows[name].append(row)
    return {name: _series(observations, name, own) for name, own in rows.items()}


def _series(observations: ObservationColumns, concept: str, rows: list[int]) -> Series:
    lowest, highest = CONCEPTS[concept].possible or (0.0, np.inf)
    mine = np.array(rows, dtype=np.intp)
    value = observations.value[mine]
    mine = mine[(value >= lowest) & (value <= highest)]
    mine = mine[np.lexsort((observations.row_id[mine], observations.taken_us[mine]))]
    taken_us = observations.taken_us[mine]
    if len(mine):
        last_of_instant = np.append(taken_us[1:] != taken_us[:-1], True)
        mine, taken_us = mine[last_of_instant], taken_us[last_of_instant]
    streamed = observations.streamed
    return Series(
        np.append(taken_us, NEVER_US),
        np.append(observations.value[mine], np.nan),
        np.append(observations.row_id[mine], -1),
        np.zeros(len(mine) + 1, np.bool_) if streamed is None else np.append(streamed[mine], False),
    )


def value_at(series: Series, row: int) -> LaboratoryValue:
    """One row of a series."""
    return LaboratoryValue(
        value=float(series.value[row]),
        taken_us=int(series.taken_us[row]),
        row_id=int(series.row_id[row]),
    )


def first_dose_us(facts: EncounterFacts) -> int | None:
    """When the therapy began: the first dose, before which a value is a baseline."""
    return min((dose.infused_us for dose in facts.doses), default=None)


def baseline_row(series: Series, first_dose: int | None) -> int:
    """The row of the last value before the first dose, -1 where there is none."""
    if first_dose is None:
        return -1
    return int(series.taken_us[:-1].searchsorted(first_dose)) - 1


def rapid_pairs(series: Series, policy: LaboratoryPolicy) -> NDArray[np.intp]:
    """For each value the row from which it has risen rapidly, -1 where it has not."""
    times, values = series.taken_us[:-1], series.value[:-1]
    found = np.full(len(times), -1, dtype=np.intp)
    for to in range(1, len(times)):
        since = int(times.searchsorted(times[to] - policy.rapid_within_us))
        if since < to:
            lowest = since + int(values[since:to].argmin())
            # From 0 there is no factor; a rise from an unmeasurable value is not judged.
            if values[lowest] > 0 and values[to] >= policy.rapid_factor * values[lowest]:
                found[to] = lowest
    return found


def trends(
    facts: EncounterFacts,
    concepts: Iterable[str],
    *,
    at_us: int,
    policy: LaboratoryPolicy | None = None,
) -> tuple[LaboratoryTrend, ...]:
    """Those of some tests that have a result up to and including a moment.

    Later values are not looked at.
    """
    policy = policy or load_laboratory_policy()
    found = series_of_each(facts.observations, concepts)
    return tuple(
        _trend(facts, name, series, count, at_us=at_us, policy=policy)
        for name, series in found.items()
        if (count := int(series.taken_us[:-1].searchsorted(at_us, side="right")))
    )


def _trend(
    facts: EncounterFacts,
    concept: str,
    series: Series,
    count: int,
    *,
    at_us: int,
    policy: LaboratoryPolicy,
) -> LaboratoryTrend:
    """One test by its first ``count`` results, one of them at least."""
    last = value_at(series, count - 1)
    previous = value_at(series, count - 2) if count > 1 else None
    before = baseline_row(series, first_dose_us(facts))
    rapid = None
    if (start := int(rapid_pairs(series, policy)[count - 1])) >= 0:
        rapid = (value_at(series, start), last)
    is_stale = at_us - last.taken_us > policy.valid_us
    change = fold = None
    if previous is not None:
        days = (last.taken_us - previous.taken_us) / _US_PER_DAY
        change = (last.value - previous.value) / days
        fold = last.value / previous.value if previous.value > 0 else None
    return LaboratoryTrend(
        concept=concept,
        unit=CONCEPTS[concept].unit,
        last=last,
        previous=previous,
        change_per_day=change,
        fold=fold,
        peak=value_at(series, int(series.value[:count].argmax())),
        nadir=value_at(series, int(series.value[:count].argmin())),
        baseline=value_at(series, before) if 0 <= before < count else None,
        rapid=None if is_stale else rapid,
        is_stale=is_stale,
        flags=_flags(facts, concept, last, policy),
    )


def evidence_of(concept: str, one: LaboratoryValue, *, at_us: int, valid_us: int) -> InputEvidence:
    """A value as the evidence of a conclusion, as old as it is at the moment of it."""
    age_us = at_us - one.taken_us
    return InputEvidence(
        concept=concept,
        display=number_as_written(concept, one.value),
        value=one.value,
        taken_us=one.taken_us,
        age_s=age_us / US_PER_S,
        table="observation",
        row_id=one.row_id,
        stale=age_us > valid_us,
    )


def _flags(
    facts: EncounterFacts, concept: str, last: LaboratoryValue, policy: LaboratoryPolicy
) -> tuple[str, ...]:
    if concept not in {RISES_UNDER_BLOCKADE, FALLS_UNDER_BLOCKADE}:
        return ()
    blocked = any(
        span.agent.casefold() in policy.blockade_agents
        and 0 <= last.taken_us - span.started_us <= policy.blockade_us
        for span in facts.treatments
    )
    if not blocked:
        return ()
    way = "rises" if concept == RISES_UNDER_BLOCKADE else "falls"
    return (f"{way}_under_receptor_blockade",)
