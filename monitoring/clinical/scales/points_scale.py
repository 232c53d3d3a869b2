"""A points table as a scale that can be asked: total, parts, what scored, what is missing."""

from collections.abc import Callable, Sequence

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

# Flags of one score beyond its verdict: of record ``place``, from what was scored.
MoreFlags = Callable[[PointsTable, Inputs, Scored, int], Sequence[str]]


# How many items a reason names before it counts them; ``missing`` names every field.
_NAMED = 4


def _no_more_flags(table: PointsTable, inputs: Inputs, scored: Scored, place: int) -> Sequence[str]:
    return ()


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
    quantities = [q for item in table.items for q in _quantities(item)]
    truths = [t for item in table.items for c in _conditions(item) for t in c.truths]
    if table.verdict is not None:
        for condition in (*table.verdict.required, *table.verdict.or_if):
            quantities += condition.quantities
            truths += condition.truths
    if unused := set(table.truths) - {*truths, *context}:
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
    return [_answer(table, inputs, scored, more_flags, place) for place in range(columns.n)]


def _answer(
    table: PointsTable, inputs: Inputs, scored: Scored, more_flags: MoreFlags, place: int
) -> Answer:
    low, high = scored.low[:, place], scored.high[:, place]
    known = low == high
    minimum = float(low.sum())
    complete = bool(known.all())
    found = tuple(
        _finding(item, inputs, scored, n, place) for n, item in enumerate(table.items) if low[n] > 0
    )
    flags = [*_verdict_flags(table, scored, place), *_edge_flags(table, inputs, place)]
    flags += [*_contradictions(table, inputs, place), *more_flags(table, inputs, scored, place)]
    unknown = [item.id for item, is_known in zip(table.items, known, strict=True) if not is_known]
    return Answer(
        value=minimum if complete else None,
        reason=_reason(table, found, minimum, unknown, flags),
        evidence=found,
        flags=tuple(dict.fromkeys(flags)),
        missing=_missing(table, inputs, scored, place),
        parts={item.id: float(low[n]) if known[n] else None for n, item in enumerate(table.items)},
        details=_details(table, found, None if complete else minimum),
    )


def _details(
    table: PointsTable, found: Sequence[Finding], minimum: float | None
) -> dict[str, object]:
    """What an incomplete total has already, and the items that score by the paper's groups."""
    details: dict[str, object] = {} if minimum is None else {"minimum": plain_number(minimum)}
    scoring = {one.id for one in found}
    for item in table.items:
        if item.group is not None:
            group = details.setdefault(item.group, [])
            assert isinstance(group, list)
            group += [item.id] if item.id in scoring else []
    return details


def _reason(
    table: PointsTable,
    found: Sequence[Finding],
    minimum: float,
    unknown: Sequence[str],
    flags: Sequence[str],
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
    if verdict is not None and verdict.flag in flags:
        said += f" {verdict.flag.replace('_', ' ').capitalize()} ({verdict.source})."
    return said if table.caution is None else f"{said} {table.caution}"


def _verdict_flags(table: PointsTable, scored: Scored, place: int) -> list[str]:
    if table.verdict is None:
        return []
    verdict = scored.verdict[place]
    if verdict == YES:
        return [table.verdict.flag]
    if verdict == NO and table.verdict.otherwise is not None:
        return [table.verdict.otherwise]
    return []


def _edge_flags(table: PointsTable, inputs: Inputs, place: int) -> list[str]:
    flags = []
    for item in table.items:
        if isinstance(item, BandedItem) and item.edge_flag is not None:
            value = inputs.value(item.quantity, item.unit)[place]
            edges = {edge for band in item.bands for edge in band.interval.edges()}
            if value in edges:
                flags.append(item.edge_flag)
    return flags


def _contradictions(table: PointsTable, inputs: Inputs, place: int) -> list[str]:
    """Two words for one finding that say yes and no: the yes counts, and is asked about."""
    flags = []
    for item in table.items:
        said = {
            int(inputs.truth_of(one)[place])
            for one in _conditions(item)
            if one.absence is Absence.SAME
        }
        if {int(YES), int(NO)} <= said:
            flags.append(f"{item.id}_disagrees")
    return flags


def _missing(table: PointsTable, inputs: Inputs, scored: Scored, place: int) -> tuple[str, ...]:
    names: list[str] = []
    for n, item in enumerate(table.items):
        if isinstance(item, BandedItem):
            if scored.low[n, place] != scored.high[n, place]:
                names.append(QUANTITIES[item.quantity].asked_in(item.unit))
        else:
            names += _missing_of(item, inputs, scored.elements[item.id][:, place].tolist(), place)
    return tuple(dict.fromkeys(names))


def _missing_of(item: CountedItem, inputs: Inputs, states: Sequence[int], place: int) -> list[str]:
    """Every field whose absence could hide more points of this item."""
    open_fields: list[str] = []
    could_be = met = states.count(int(YES))
    for element, state in zip(item.elements, states, strict=True):
        if state == YES:
            continue
        unknown = [
            one
            for one in element
            if inputs.truth_of(one)[place] == UNKNOWN
            and (state == UNKNOWN or one.absence is Absence.NAMED)
        ]
        could_be += bool(unknown)
        for one in unknown:
            open_fields += inputs.unknown_fields(one, place)
    return open_fields if item.by_count[could_be] > item.by_count[met] else []


def _finding(item: Item, inputs: Inputs, scored: Scored, n: int, place: int) -> Finding:
    if isinstance(item, BandedItem):
        band = item.bands[scored.band[n, place]]
        label = f"{item.label} {band.interval.text} {_written(item.unit)}".strip()
        given = inputs.columns.given(place, QUANTITIES[item.quantity].field_names)
    else:
        met = tuple(one for one in item.conditions if inputs.truth_of(one)[place] == YES)
        label, given = item.label, inputs.given(met, place)
    return Finding(
        id=item.id,
        label=label,
        weight=float(scored.low[n, place]),
        inputs=given,
        source=item.source,
    )


def _written(unit: str) -> str:
    return {"Cel": "C", "mm[Hg]": "mmHg", "10*3/uL": "x10^9/L", "{score}": ""}.get(unit, unit)


def _conditions(item: Item) -> tuple[Condition, ...]:
    return () if isinstance(item, BandedItem) else item.conditions


def _quantities(item: Item) -> tuple[str, ...]:
    if isinstance(item, BandedItem):
        return (item.quantity,)
    return tuple(q for condition in item.conditions for q in condition.quantities)
