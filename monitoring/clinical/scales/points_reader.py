"""Reading a points table strictly: every value in exactly one band, every row cited, or nothing."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from monitoring.clinical.rule_file import RuleTable
from monitoring.clinical.scales.limits import Condition
from monitoring.clinical.scales.limits_reader import (
    read_condition,
    read_conditions,
    read_findings,
    read_interval,
    read_quantity,
)
from monitoring.clinical.scales.points_table import (
    BandedItem,
    CountedItem,
    Item,
    PointsBand,
    PointsTable,
    Verdict,
)

HIGHEST_POINTS = 500


def parse_points(table: RuleTable) -> PointsTable:
    """A score from the content of its file; raises ``RuleFileError`` when any row is in doubt."""
    truths = read_findings(table)
    items = tuple(_item(row, truths) for row in table.rows("item"))
    if not items or len({item.id for item in items}) != len(items):
        table.refuse("every score needs items, each with an id of its own")
    verdict = _read_verdict(table.table("verdict"), truths) if table.has("verdict") else None
    points = PointsTable(
        id=f"{table.text('id')}@{table.integer('version', low=1, high=9999)}",
        title=table.text("title"),
        items=items,
        verdict=verdict,
        truths=truths,
        caution=table.optional_text("caution"),
        source=table.text("source"),
    )
    table.finish()
    return points


def _read_verdict(row: RuleTable, truths: Mapping[str, str]) -> Verdict:
    verdict = Verdict(
        flag=row.text("flag"),
        otherwise=row.optional_text("otherwise"),
        points_from=row.number("points_from", low=0, high=HIGHEST_POINTS),
        required=read_conditions(row, "required", truths),
        or_if=read_conditions(row, "or_if", truths),
        source=row.text("source"),
    )
    row.finish()
    return verdict


def _item(row: RuleTable, truths: Mapping[str, str]) -> Item:
    return _read_banded(row) if row.has("bands") else _read_counted(row, truths)


def _read_counted(row: RuleTable, truths: Mapping[str, str]) -> CountedItem:
    if row.has("any_of"):
        elements: tuple[tuple[Condition, ...], ...] = (read_conditions(row, "any_of", truths),)
        by_count: tuple[float, ...] = (0, row.number("points", low=0, high=HIGHEST_POINTS))
    else:
        elements = tuple(_element(one, truths) for one in row.rows("count"))
        by_count = row.integers("by_count", low=0, high=HIGHEST_POINTS)
    item = CountedItem(
        id=row.text("id"),
        label=row.text("label"),
        elements=elements,
        by_count=by_count,
        group=row.optional_text("group"),
        source=row.text("source"),
    )
    row.finish()
    if not all(elements) or len(item.by_count) != len(elements) + 1:
        row.refuse("needs conditions, and points for none, one and every further one of them")
    if list(item.by_count) != sorted(item.by_count):
        row.refuse("more findings must not score less")
    return item


def _element(row: RuleTable, truths: Mapping[str, str]) -> tuple[Condition, ...]:
    if not row.has("any_of"):
        return (read_condition(row, truths),)
    conditions = read_conditions(row, "any_of", truths)
    row.finish()
    return conditions


def _read_banded(row: RuleTable) -> BandedItem:
    quantity, unit = read_quantity(row)
    bands = []
    for band in row.rows("bands"):
        interval, of = read_interval(band, band.text("range"))
        if of is not None:
            band.refuse("a band is a plain range, not a multiple")
        points = band.number("points", low=0, high=HIGHEST_POINTS)
        bands.append(PointsBand(interval=interval, points=points))
        band.finish()
    item = BandedItem(
        id=row.text("id"),
        label=row.text("label"),
        quantity=quantity,
        unit=unit,
        bands=tuple(bands),
        edges_score_higher=row.flag("edges_score_higher"),
        edge_flag=row.optional_text("edge_flag"),
        group=row.optional_text("group"),
        source=row.text("source"),
    )
    row.finish()
    _refuse_gaps(row, item)
    return item


def _refuse_gaps(row: RuleTable, item: BandedItem) -> None:
    """Every value must lie in exactly one band; an edge in none only where the file says so."""
    intervals = sorted((band.interval for band in item.bands), key=lambda one: (one.low, one.high))
    if not intervals or np.isfinite(intervals[0].low) or np.isfinite(intervals[-1].high):
        row.refuse("bands must reach from the lowest value to the highest")
    for below, above in pairwise(intervals):
        taken = below.with_high + above.with_low
        if below.high != above.low or taken == 2:
            row.refuse(f"bands {below.text} and {above.text} leave a gap or overlap")
        if taken == 0 and not item.edges_score_higher:
            row.refuse("an edge lies in no band; say edges_score_higher where the paper is silent")
