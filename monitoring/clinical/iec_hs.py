"""Which IEC-HS criteria are present at each moment: a watch, and never a diagnosis or a grade.

The criteria and their limits are those of ``rules/iec_hs.toml`` (Hines 2023; clinical reference
5.2), judged on a stay's laboratory values over time, its limits of normal and its values before the
therapy. What no laboratory knows (haemophagocytosis, a new splenomegaly, neurotoxicity) is a
clinician's word, and unknown without it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.facts import EncounterFacts
from monitoring.clinical.laboratory import (
    baseline_row,
    evidence_of,
    first_dose_us,
    rapid_pairs,
    series_of,
    value_at,
)
from monitoring.clinical.laboratory_policy import LaboratoryPolicy, load_laboratory_policy
from monitoring.clinical.results import InputEvidence, Truth
from monitoring.clinical.scales.criteria_table import any_of
from monitoring.clinical.scales.fields import Columns
from monitoring.clinical.scales.limits import Inputs
from monitoring.clinical.scales.points_scale import load_points
from monitoring.clinical.scales.points_table import CountedItem, PointsTable, Scored, score_by
from monitoring.clinical.scales.quantities import QUANTITIES, REFERENCE_KINDS
from monitoring.clinical.timeline import US_PER_S, Series
from monitoring.clinical.truths import NO, UNKNOWN, WORDS, YES

REQUIRED = "required"
MOST_COMMON = "most_common"
_RISING = "ferritin_rapidly_rising"
_ABNORMAL = "transaminases_abnormal_at_baseline"
_US_PER_H = 3600 * US_PER_S


@dataclass(frozen=True, slots=True, kw_only=True)
class IecHsCriterion:
    """One row of the published table at one moment.

    ``group`` is required, most_common or others. ``truth`` is held where it was met by values that
    are no longer valid and nothing newer says otherwise.
    """

    id: str
    group: str
    label: str
    truth: Truth
    inputs: tuple[InputEvidence, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IecHsWatch:
    """The criteria at one moment. ``worth_a_look`` is local policy: ferritin, and as many of the
    most common criteria as it asks for. ``notes`` are sentences for whoever looks.
    """

    at_us: int
    criteria: tuple[IecHsCriterion, ...]
    worth_a_look: Truth
    notes: tuple[str, ...]

    def present(self, group: str | None = None) -> tuple[IecHsCriterion, ...]:
        """The criteria that are met or held, of one group or of all."""
        met = {Truth.YES, Truth.HELD}
        return tuple(
            one for one in self.criteria if one.truth in met and group in {None, one.group}
        )

    @property
    def unknown(self) -> tuple[str, ...]:
        """The criteria that nobody can judge from what is known."""
        return tuple(one.id for one in self.criteria if one.truth is Truth.UNKNOWN)


def iec_hs_watch(
    facts: EncounterFacts,
    *,
    at_us: NDArray[np.int64],
    policy: LaboratoryPolicy | None = None,
    findings: Mapping[str, bool] | None = None,
) -> tuple[IecHsWatch, ...]:
    """The watch at each moment, from what was taken up to it.

    Parameters
    ----------
    facts: must hold the laboratory values since before the first dose, else baselines and rises
        are unknown.
    at_us: n moments, int64.
    findings: a clinician's word by field of ``rules/iec_hs.toml``, such as ``haemophagocytosis``.

    Raises ``ValueError`` for a finding that the rules do not know.
    """
    policy = policy or load_laboratory_policy()
    table = load_points("iec_hs.toml")
    said = dict(findings or {})
    if unknown := set(said) - set(table.truths):
        message = f"No IEC-HS criterion looks at {', '.join(sorted(unknown))}."
        raise ValueError(message)
    stay = _read_stay(facts, table, policy, at_us)
    valid, ever = (
        score_by(table, Inputs(stay.columns(said, table, only_valid=only)))
        for only in (True, False)
    )
    return tuple(_watch(table, stay, valid, ever, policy, place) for place in range(len(at_us)))


@dataclass(frozen=True, slots=True, eq=False)
class _Stay:
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

    def values(self, quantity: str, *, only_valid: bool) -> NDArray[np.float64]:
        """The value that counts at each moment, NaN where there is none (valid)."""
        series, rows = self.series[quantity], self.rows[quantity]
        values = series.value[rows]
        if only_valid:
            too_old = self.at_us - series.taken_us[rows] > self.valid_us[quantity]
            values = np.where(too_old, np.nan, values)
        return values

    def columns(self, said: Mapping[str, bool], table: PointsTable, *, only_valid: bool) -> Columns:
        """The stay as the table's records, one a moment."""
        n = len(self.at_us)
        number = {
            field: np.full(n, np.nan)
            for name in (*self.series, *self._reference_names())
            for field in QUANTITIES[name].field_names
        }
        for name in self.series:
            number[_own_field(name)] = self.values(name, only_valid=only_valid)
        for name, values in self.references.items():
            number[_own_field(name)] = values
        truth = {field: np.full(n, UNKNOWN, dtype=np.int8) for field in table.truths}
        truth[_RISING] = self._is_rising(only_valid=only_valid)
        truth[_ABNORMAL] = self._abnormal_at_baseline()
        for field, is_so in said.items():
            truth[field] = np.full(n, YES if is_so else NO, dtype=np.int8)
        return Columns(n, {}, number, truth, {}, {}, {})

    def _reference_names(self) -> list[str]:
        return [
            f"{name}_{kind}"
            for name in self.series
            for kind in REFERENCE_KINDS
            if f"{name}_{kind}" in QUANTITIES
        ]

    def _is_rising(self, *, only_valid: bool) -> NDArray[np.int8]:
        """Unknown with fewer than two values; else whether the newest has risen rapidly."""
        rows = self.rows["ferritin"]
        known = rows > 0
        if only_valid:
            known &= ~np.isnan(self.values("ferritin", only_valid=True))
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
        for name in dict.fromkeys(one.quantity for one in item.conditions):
            row = -1 if name is None else int(self.rows[name][place])
            if name is None or row < 0:
                continue
            rows = [row]
            if item.id == "ferritin" and self.rising[row] >= 0:
                rows.insert(0, int(self.rising[row]))
            for one in rows:
                shown[name, one] = evidence_of(
                    _concept(name),
                    value_at(self.series[name], one),
                    at_us=int(self.at_us[place]),
                    valid_us=self.valid_us[name],
                )
        return tuple(shown.values())


def _read_stay(
    facts: EncounterFacts,
    table: PointsTable,
    policy: LaboratoryPolicy,
    at_us: NDArray[np.int64],
) -> _Stay:
    names = dict.fromkeys(
        condition.quantity
        for item in _items(table)
        for condition in item.conditions
        if condition.quantity is not None
    )
    series = {name: series_of(facts.observations, _concept(name)) for name in names}
    rows = {name: one.latest(at_us) for name, one in series.items()}
    valid_us = dict.fromkeys(names, policy.valid_us)
    valid_us["temp"] = policy.neutropenic_fever.same_fever_us
    rows["temp"] = _hottest(series["temp"], at_us, valid_us["temp"])
    references = _references(facts, series, policy, at_us)
    rising = np.append(rapid_pairs(series["ferritin"], policy), -1)
    return _Stay(at_us, valid_us, series, rows, references, rising)


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
        normal = policy.normal.get(_concept(name))
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
    begins = series.taken_us[:-1].searchsorted(at_us - within_us, side="left")
    for place, (begin, last) in enumerate(zip(begins.tolist(), newest.tolist(), strict=True)):
        if begin <= last:
            rows[place] = begin + int(series.value[begin : last + 1].argmax())
    return rows


def _watch(
    table: PointsTable,
    stay: _Stay,
    valid: Scored,
    ever: Scored,
    policy: LaboratoryPolicy,
    place: int,
) -> IecHsWatch:
    criteria = []
    for item in _items(table):
        truth, before = (one.elements[item.id][0, place] for one in (valid, ever))
        held = truth == UNKNOWN and before == YES
        criteria.append(
            IecHsCriterion(
                id=item.id,
                group=item.group or "",
                label=item.label,
                truth=Truth.HELD if held else WORDS[truth],
                inputs=stay.evidence(item, place),
                source=item.source,
            )
        )
    return IecHsWatch(
        at_us=int(stay.at_us[place]),
        criteria=tuple(criteria),
        worth_a_look=_worth_a_look(criteria, policy.most_common_from),
        notes=(*_notes(stay, policy, place), *((table.caution,) if table.caution else ())),
    )


def _worth_a_look(criteria: Sequence[IecHsCriterion], most_common_from: int) -> Truth:
    met = {Truth.YES, Truth.HELD}
    required = [one.truth for one in criteria if one.group == REQUIRED]
    common = [one.truth for one in criteria if one.group == MOST_COMMON]
    present = sum(truth in met for truth in common)
    possible = present + common.count(Truth.UNKNOWN)
    if Truth.NO in required or possible < most_common_from:
        return Truth.NO
    if all(truth in met for truth in required) and present >= most_common_from:
        return Truth.YES
    return Truth.UNKNOWN


def _notes(stay: _Stay, policy: LaboratoryPolicy, place: int) -> Iterator[str]:
    series, row = stay.series["ferritin"], int(stay.rows["ferritin"][place])
    value = float(series.value[row])
    if value > policy.ferritin_very_high_ng_ml:
        limit = f"{policy.ferritin_very_high_ng_ml:,.0f}"
        yield f"Ferritin {value:,.0f} ng/mL is above {limit}, the limit of CARTOX (Neelapu 2018)."
    before = int(stay.rising[row])
    if row >= 0 and before >= 0:
        hours = (int(series.taken_us[row]) - int(series.taken_us[before])) / _US_PER_H
        yield (
            f"Ferritin rose from {float(series.value[before]):,.0f} to {value:,.0f} ng/mL "
            f"in {hours:.0f} h."
        )


def _items(table: PointsTable) -> list[CountedItem]:
    """The criteria: each stands alone, met by any of its conditions."""
    return [item for item in table.items if isinstance(item, CountedItem)]


def _concept(quantity: str) -> str:
    concept = QUANTITIES[quantity].concept
    assert concept is not None, "every quantity of this table is an observation"
    return concept


def _own_field(quantity: str) -> str:
    """The field that carries the quantity in its concept's own unit, as the store holds it."""
    known = QUANTITIES[quantity]
    return known.asked_in(known.unit)
