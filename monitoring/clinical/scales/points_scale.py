"""A points table as a scale that can be asked: total, parts, what scored, what is missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.rule_file import RuleFileError, RuleTable, read_packaged
from monitoring.clinical.scales.answer import Answer, Finding, Scale, plain_number
from monitoring.clinical.scales.fields import Columns
from monitoring.clinical.scales.limits import Absence, Condition, Inputs
from monitoring.clinical.scales.limits_reader import finding_fields
from monitoring.clinical.scales.points_reader import parse_points
from monitoring.clinical.scales.points_table import (
    BandedItem,
    CountedItem,
    Item,
    PointsTable,
    Scored,
    score_by,
)
from monitoring.clinical.scales.quantities import QUANTITIES, disagreements, fields_of
from monitoring.clinical.truths import NO, UNKNOWN, YES
from monitoring.clinical.units import ward_words

Masks = Mapping[str, NDArray[np.bool_]]
# Flags of one score beyond its verdict, each with the records that carry it.
MoreFlags = Callable[[PointsTable, Inputs, Scored], Masks]

# How many items a reason names before it counts them; ``missing`` names every field.
_NAMED = 4


def _no_more_flags(table: PointsTable, inputs: Inputs, scored: Scored) -> Masks:
    return {}


@cache
def load_points(file: str) -> PointsTable:
    """The score of a packaged rule file; raises ``RuleFileError`` when any row is in doubt."""
    return parse_points(RuleTable(read_packaged(file), file))


def load_points_scale(
    name: str, file: str, more_flags: MoreFlags = _no_more_flags, *, context: Sequence[str] = ()
) -> Scale:
    """The score of a packaged rule file as a scale; raises ``RuleFileError``.

    ``context`` names the findings of the file that no item looks at and ``more_flags`` does.
    """
    table = load_points(file)
    conditions = [one for item in table.items for one in _conditions(item)]
    if table.verdict is not None:
        conditions += [*table.verdict.required, *table.verdict.or_if]
    quantities = [one.quantity for one in table.items if isinstance(one, BandedItem)]
    quantities += [name for one in conditions for name in one.quantities]
    if (
        unused := set(table.truths)
        - {name for one in conditions for name in one.truths}
        - {*context}
    ):
        message = f"{file}: no item looks at {', '.join(sorted(unused))}."
        raise RuleFileError(message)
    return Scale(
        id=name,
        title=table.title,
        version=table.id,
        answers="total",
        source=table.source,
        fields=(*fields_of(quantities), *finding_fields(table.truths)),
        of_columns=lambda columns: answers(table, columns, more_flags),
        check=lambda columns: disagreements(quantities, columns),
    )


def answers(
    table: PointsTable, columns: Columns, more_flags: MoreFlags = _no_more_flags
) -> Sequence[Answer]:
    """The score's answer to each record."""
    inputs = Inputs(columns)
    scored = score_by(table, inputs)
    flags: dict[str, NDArray[np.bool_]] = dict(_verdict_flags(table, scored))
    for one in (_edge_flags(table, inputs), _contradictions(table, inputs)):
        flags |= one
    flags |= more_flags(table, inputs, scored)
    findings = [_Findings.of(item, inputs, scored, n) for n, item in enumerate(table.items)]
    # Lists are read many times faster than arrays, one element at a time.
    lows, highs = scored.low.T.tolist(), scored.high.T.tolist()
    missing = _names(_missing(table, inputs, scored), columns.n)
    raised = _names(flags, columns.n)
    return [
        _answer(table, findings, low, high, missing[place], raised[place], place)
        for place, (low, high) in enumerate(zip(lows, highs, strict=True))
    ]


def _names(masks: Masks, n: int) -> list[tuple[str, ...]]:
    """For each record the names whose mask holds there."""
    found: list[list[str]] = [[] for _ in range(n)]
    for name, mask in masks.items():
        for place in np.flatnonzero(mask).tolist():
            found[place].append(name)
    return list(map(tuple, found))


def _answer(
    table: PointsTable,
    findings: Sequence["_Findings"],
    low: Sequence[float],
    high: Sequence[float],
    missing: tuple[str, ...],
    flags: tuple[str, ...],
    place: int,
) -> Answer:
    minimum = sum(low)
    parts = {
        item.id: fewest if fewest == most else None
        for item, fewest, most in zip(table.items, low, high, strict=True)
    }
    unknown = [name for name, points in parts.items() if points is None]
    found = tuple(
        one.at(place, points) for one, points in zip(findings, low, strict=True) if points > 0
    )
    return Answer(
        value=None if unknown else minimum,
        reason=_reason(table, found, minimum, unknown, flags, missing),
        evidence=found,
        flags=flags,
        missing=missing,
        parts=parts,
        details=_details(table, found, minimum if unknown else None),
    )


def _details(
    table: PointsTable, found: Sequence[Finding], minimum: float | None
) -> dict[str, object]:
    """What an incomplete total has already, and the items that score by the paper's groups."""
    details: dict[str, object] = {} if minimum is None else {"minimum": plain_number(minimum)}
    scoring = {one.id for one in found}
    groups: dict[str, list[str]] = {}
    for item in table.items:
        if item.group is not None:
            groups.setdefault(item.group, []).extend([item.id] if item.id in scoring else [])
    return {**details, **groups}


def _reason(
    table: PointsTable,
    found: Sequence[Finding],
    minimum: float,
    unknown: Sequence[str],
    flags: Sequence[str],
    missing: Sequence[str],
) -> str:
    scored = ", ".join(f"{one.label} ({one.weight:g})" for one in found) or "nothing scores"
    points = f"{minimum:g} of {table.highest:g}: {scored}."
    if unknown:
        named = ", ".join(one.replace("_", " ") for one in unknown[:_NAMED])
        more = f" and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else ""
        said = f"No {table.title} total, {named}{more} not known; at least {points}"
    else:
        said = f"{table.title} {points}"
    verdict = table.verdict
    if verdict is not None:
        words = verdict.flag.replace("_", " ").capitalize()
        needed = {field for one in verdict.required for field in one.field_names} & {*missing}
        if verdict.flag in flags:
            said += f" {words} ({verdict.source})."
        elif needed:
            said += f" {words} needs {', '.join(sorted(needed))}, which is not known."
    return said if table.caution is None else f"{said} {table.caution}"


def _verdict_flags(table: PointsTable, scored: Scored) -> Masks:
    if table.verdict is None:
        return {}
    flags = {table.verdict.flag: scored.verdict == YES}
    if table.verdict.otherwise is not None:
        flags[table.verdict.otherwise] = scored.verdict == NO
    return flags


def _edge_flags(table: PointsTable, inputs: Inputs) -> Masks:
    flags: dict[str, NDArray[np.bool_]] = {}
    for item in table.items:
        if isinstance(item, BandedItem) and item.edge_flag is not None:
            edges = [edge for band in item.bands for edge in band.interval.edges()]
            on_edge = np.isin(inputs.value(item.quantity, item.unit), edges)
            flags[item.edge_flag] = flags.get(item.edge_flag, np.False_) | on_edge
    return flags


def _contradictions(table: PointsTable, inputs: Inputs) -> Masks:
    """Two words for one finding that say yes and no: the yes counts, and is asked about."""
    flags: dict[str, NDArray[np.bool_]] = {}
    for item in table.items:
        same = [one for one in _conditions(item) if one.absence is Absence.SAME]
        if same:
            said = np.stack([inputs.truth_of(one) for one in same])
            flags[f"{item.id}_disagrees"] = (said == YES).any(axis=0) & (said == NO).any(axis=0)
    return flags


def _missing(table: PointsTable, inputs: Inputs, scored: Scored) -> Masks:
    """By field where its absence could hide more points, or the verdict that needs it."""
    masks: dict[str, NDArray[np.bool_]] = {}
    if table.verdict is not None:
        is_open = scored.verdict == UNKNOWN
        for name, lacking in inputs.lacking(table.verdict.required).items():
            masks[name] = lacking & is_open
    for n, item in enumerate(table.items):
        if isinstance(item, BandedItem):
            field = QUANTITIES[item.quantity].asked_in(item.unit)
            own: Masks = {field: scored.low[n] != scored.high[n]}
        else:
            own = _missing_of(item, inputs, scored.elements[item.id])
        for name, mask in own.items():
            masks[name] = masks.get(name, np.False_) | mask
    return masks


def _missing_of(item: CountedItem, inputs: Inputs, states: NDArray[np.int8]) -> Masks:
    """By field where its absence could hide more points of this item."""
    asked: dict[str, NDArray[np.bool_]] = {}
    could_be = met = (states == YES).sum(axis=0)
    for element, state in zip(item.elements, states, strict=True):
        open_ = np.zeros(len(state), dtype=np.bool_)
        for condition in element:
            matters = state == UNKNOWN
            if condition.absence is Absence.NAMED:
                matters = state != YES
            for name, lacking in inputs.lacking((condition,)).items():
                asked[name] = asked.get(name, np.False_) | (lacking & matters)
                open_ |= lacking & matters
        could_be = could_be + open_
    by_count = np.array(item.by_count)
    could_hide = by_count[could_be] > by_count[met]
    return {name: mask & could_hide for name, mask in asked.items()}


@dataclass(frozen=True, slots=True, eq=False)
class _Findings:
    """What an item says where it scores: its label by band, and what was given for it."""

    item: Item
    labels: tuple[str, ...]
    bands: Sequence[int]
    given: Sequence[tuple[Sequence[bool], Mapping[str, Sequence[object]]]]

    @classmethod
    def of(cls, item: Item, inputs: Inputs, scored: Scored, n: int) -> "_Findings":
        said = inputs.columns.said
        if isinstance(item, BandedItem):
            unit = ward_words(item.unit)
            labels = tuple(f"{item.label} {band.interval.text} {unit}" for band in item.bands)
            fields = QUANTITIES[item.quantity].field_names
            always = [True] * inputs.columns.n
            given = [(always, {name: said(name) for name in fields})]
            return cls(item, labels, scored.band[n].tolist(), given)
        by_condition = [
            (
                (inputs.truth_of(one) == YES).tolist(),
                {name: said(name) for name in one.field_names},
            )
            for one in item.conditions
        ]
        return cls(item, (item.label,), [0] * inputs.columns.n, by_condition)

    def at(self, place: int, points: float) -> Finding:
        """What one record scored, with the values of the ways that were met."""
        inputs = {
            name: column[place]
            for is_met, columns in self.given
            if is_met[place]
            for name, column in columns.items()
            if column[place] is not None
        }
        return Finding(
            id=self.item.id,
            label=self.labels[self.bands[place]],
            weight=points,
            inputs=inputs,
            source=self.item.source,
        )


def _conditions(item: Item) -> tuple[Condition, ...]:
    return () if isinstance(item, BandedItem) else item.conditions
