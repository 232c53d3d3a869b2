"""What the IEC-HS watch looks at over a stay: values, their age, limits of normal and baselines."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.facts import EncounterFacts
from monitoring.clinical.laboratory import (
    baseline_row,
    evidence_of,
    first_dose_us,
    rapid_pairs,
    series_of_each,
    value_at,
)
from monitoring.clinical.laboratory_policy import LaboratoryPolicy
from monitoring.clinical.results import InputEvidence
from monitoring.clinical.scales.criteria_table import any_of
from monitoring.clinical.scales.fields import Columns
from monitoring.clinical.scales.limits import Inputs
from monitoring.clinical.scales.points_table import CountedItem, PointsTable
from monitoring.clinical.scales.quantities import QUANTITIES, REFERENCE_KINDS
from monitoring.clinical.timeline import Series
from monitoring.clinical.truths import NO, UNKNOWN, YES

_RISING = "ferritin_rapidly_rising"
_ABNORMAL = "transaminases_abnormal_at_baseline"


@dataclass(frozen=True, slots=True, eq=False)
class WatchedStay:
    """What the table asks for, by quantity: its series, and which row counts at each moment.

    ``references`` holds limits of normal and baselines, float64 (n,) by quantity; ``rising`` for
    each row of ferritin the row from which it rose rapidly, -1 where it did not.
    """

    at_us: NDArray[np.int64]
    valid_us: Mapping[str, int]
    series: Mapping[str, Series]
    rows: Mapping[str, NDArray[np.intp]]
    references: Mapping[str, NDArray[np.float64]]
    rising: NDArray[np.intp]

    def inputs(self, table: PointsTable, said: Mapping[str, bool]) -> Inputs:
        """2n records: each moment by what is still valid, then each by what was last known."""
        twice = 2 * len(self.at_us)
        values: dict[tuple[str, str], NDArray[np.float64]] = {}
        for name, series in self.series.items():
            rows, unit = self.rows[name], QUANTITIES[name].unit
            newest = series.value[rows]
            too_old = self.at_us - series.taken_us[rows] > self.valid_us[name]
            values[name, unit] = np.concatenate((np.where(too_old, np.nan, newest), newest))
            for kind in REFERENCE_KINDS:
                known = self.references.get(f"{name}_{kind}")
                nothing = np.full(twice, np.nan)
                values[f"{name}_{kind}", unit] = nothing if known is None else np.tile(known, 2)
        truth = {field: np.full(twice, UNKNOWN, dtype=np.int8) for field in table.truths}
        truth[_RISING] = self._is_rising(values["ferritin", QUANTITIES["ferritin"].unit])
        truth[_ABNORMAL] = np.tile(self._abnormal_at_baseline(), 2)
        for field, is_so in said.items():
            truth[field] = np.full(twice, YES if is_so else NO, dtype=np.int8)
        return Inputs(Columns(twice, {}, {}, truth, {}, {}, {}), values)

    def _is_rising(self, values: NDArray[np.float64]) -> NDArray[np.int8]:
        """Unknown with fewer than two values; else whether the newest has risen rapidly."""
        rows = np.tile(self.rows["ferritin"], 2)
        known = (rows > 0) & ~np.isnan(values)
        return np.where(known, np.where(self.rising[rows] >= 0, YES, NO), UNKNOWN).astype(np.int8)

    def _abnormal_at_baseline(self) -> NDArray[np.int8]:
        """Whether AST or ALT was above normal before the therapy."""
        nothing = np.full(len(self.at_us), np.nan)
        pairs = [
            (self.references.get(f"{one}_baseline", nothing), self.references.get(f"{one}_uln"))
            for one in ("ast", "alt")
        ]
        columns = [
            np.where(np.isnan(before), UNKNOWN, np.where(before > upper, YES, NO)).astype(np.int8)
            for before, upper in pairs
            if upper is not None
        ]
        return any_of(*columns) if columns else np.full(len(nothing), UNKNOWN, dtype=np.int8)

    def evidence(self, item: CountedItem, place: int) -> tuple[InputEvidence, ...]:
        """The values that an item's conditions look at, each with its age."""
        shown: dict[tuple[str, int], InputEvidence] = {}
        asked = (one.quantity for one in item.conditions if one.quantity is not None)
        for name in dict.fromkeys(asked):
            row = int(self.rows[name][place])
            if row < 0:
                continue
            rows = [row]
            if item.id == "ferritin" and self.rising[row] >= 0:
                rows.insert(0, int(self.rising[row]))
            for one in rows:
                shown[name, one] = evidence_of(
                    concept_of(name),
                    value_at(self.series[name], one),
                    at_us=int(self.at_us[place]),
                    valid_us=self.valid_us[name],
                )
        return tuple(shown.values())


def read_stay(
    facts: EncounterFacts,
    table: PointsTable,
    policy: LaboratoryPolicy,
    at_us: NDArray[np.int64],
) -> WatchedStay:
    names = dict.fromkeys(
        condition.quantity
        for item in criteria_of(table)
        for condition in item.conditions
        if condition.quantity is not None
    )
    found = series_of_each(facts.observations, map(concept_of, names))
    series = {name: found[concept_of(name)] for name in names}
    rows = {name: one.latest(at_us) for name, one in series.items()}
    valid_us = dict.fromkeys(names, policy.valid_us)
    valid_us["temp"] = policy.neutropenic_fever.same_fever_us
    rows["temp"] = _hottest(series["temp"], at_us, valid_us["temp"])
    references = _references(facts, series, policy, at_us)
    rising = np.append(rapid_pairs(series["ferritin"], policy), -1)
    return WatchedStay(at_us, valid_us, series, rows, references, rising)


def _references(
    facts: EncounterFacts,
    series: Mapping[str, Series],
    policy: LaboratoryPolicy,
    at_us: NDArray[np.int64],
) -> dict[str, NDArray[np.float64]]:
    """Limits of normal by policy, and from the first dose on the values before it."""
    references: dict[str, NDArray[np.float64]] = {}
    began_us = first_dose_us(facts)
    for name, one in series.items():
        normal = policy.normal_at(concept_of(name), facts.age_years, facts.sex)
        if normal is not None and normal.upper is not None:
            references[f"{name}_uln"] = np.full(len(at_us), normal.upper)
        if normal is not None and normal.lower is not None:
            references[f"{name}_lln"] = np.full(len(at_us), normal.lower)
        before = baseline_row(one, began_us)
        if before >= 0 and began_us is not None and f"{name}_baseline" in QUANTITIES:
            value = float(one.value[before])
            # Nothing can be counted in multiples of 0.
            if value > 0:
                references[f"{name}_baseline"] = np.where(at_us >= began_us, value, np.nan)
    return references


def _hottest(series: Series, at_us: NDArray[np.int64], within_us: int) -> NDArray[np.intp]:
    """The highest temperature within the time before each moment, else the newest there is."""
    newest = series.latest(at_us)
    rows = newest.copy()
    begins = series.taken_us[:-1].searchsorted(at_us - within_us)
    for place, (begin, last) in enumerate(zip(begins.tolist(), newest.tolist(), strict=True)):
        if begin <= last:
            rows[place] = begin + int(series.value[begin : last + 1].argmax())
    return rows


def criteria_of(table: PointsTable) -> list[CountedItem]:
    """The criteria: each stands alone, met by any of its conditions."""
    return [item for item in table.items if isinstance(item, CountedItem)]


def concept_of(quantity: str) -> str:
    """The observation that a quantity of this table is."""
    concept = QUANTITIES[quantity].concept
    # Every quantity of this table is an observation.
    assert concept is not None
    return concept
