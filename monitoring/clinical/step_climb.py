"""Many sets on the staircases of their charts: what each row adds up to, by columns.

A row's sum is a sum of steps, ``start + sum(rise_k * [value >= edge_k])``, which a processor adds
up many rows at a time. Whole numbers are counted from 1, so that what is not known, as 0, lies
below every edge and gains nothing, as NaN does.
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.step_chart import Column, StepChart

# What a row adds up: points in the low five bits, parameters that score 3 above them.
THREE = 32
POINTS_OF_SUM = THREE - 1
_HIGHEST_POINTS = 3
_BYTE = np.iinfo(np.int8)
# The commonest steps of a staircase of bytes, which need no multiplication.
_ONE_UP, _ONE_DOWN = 1, 255


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """A column ready to climb; ``known`` says which of its values are."""

    values: Column
    known: NDArray[np.bool_]

    def moved_up(self, where: NDArray[np.bool_], steps: float) -> "Counted":
        """The same with some values so many steps higher; what is not known stays below edges."""
        moved = np.multiply(where, self.values.dtype.type(steps))
        moved += self.values
        return Counted(moved, self.known)


def steps_between(upper: StepChart, lower: StepChart) -> int | None:
    """How many steps higher each band of one chart begins than in another that scores alike.

    None where the charts differ in more, and where that is so far that what is not known would
    reach an edge or the narrowest column could not hold it.
    """
    apart = {high - low for high, low in zip(upper.edges[1:], lower.edges[1:], strict=False)}
    alike = len(upper.edges) == len(lower.edges) and upper.points == lower.points
    if not alike or None in upper.points or len(apart) != 1:
        return None
    (steps,) = apart
    holds = upper.beyond + steps <= np.iinfo(np.uint8).max
    return steps if 0 <= steps < upper.edges[1] and holds else None


def counted(chart: StepChart, column: Column) -> Counted:
    """The column's values, whole numbers from 1 on; ``ValueError`` where one is impossible."""
    dtype = column.dtype
    if dtype.kind == "f":
        lowest, beyond = chart.edge(0, dtype), chart.edge(chart.beyond, dtype)
        if not (
            np.fmin.reduce(column, initial=np.inf) >= lowest
            and np.fmax.reduce(column, initial=0.0) < beyond
        ):
            chart.refuse()
        return Counted(column, column >= lowest)
    chart.missing_in(dtype)  # refuses a type that is too narrow
    # Read without its sign a negative number is a large one: one comparison finds both.
    steps = column.view(_unsigned(dtype))
    if chart.beyond_is_missing:
        known = steps < chart.beyond
        if steps.max(initial=0) > chart.beyond:
            chart.refuse()
        return Counted((steps + 1) * known, known)
    # What is not known is the largest number of all, and becomes 0.
    values = steps + 1
    if values.max(initial=0) > chart.beyond:
        chart.refuse()
    return Counted(values, values > 0)


@dataclass(frozen=True, slots=True, eq=False)
class Rises:
    """A staircase for one type of counted column: what the row of sums gains at each edge.

    ``start`` is what a known value gains before any edge.
    """

    start: np.uint8
    edges: tuple[tuple[np.generic, np.uint8], ...]
    # Bands without points, as (first value, first value of the band after them).
    unscored: tuple[tuple[np.generic, np.generic], ...]


@lru_cache(maxsize=128)
def rises(
    chart: StepChart, dtype: np.dtype[np.generic], *, instead_of: StepChart | None = None
) -> Rises:
    """The chart's staircase; with ``instead_of`` what it gains over another chart's."""
    steps = sorted({*chart.edges, *(instead_of.edges if instead_of else ())})
    weights = [_weight(chart, step) - _weight(instead_of, step) for step in steps]
    gains = [after - before for before, after in zip([0, *weights], weights, strict=False)]
    bounds = [_first_value(chart, step, dtype) for step in (*chart.edges, chart.beyond)]
    return Rises(
        start=np.uint8(gains[0] % 256),
        edges=tuple(
            (_first_value(chart, step, dtype), np.uint8(gain % 256))
            for step, gain in zip(steps[1:], gains[1:], strict=True)
            if gain
        ),
        unscored=tuple(
            (bounds[band], bounds[band + 1])
            for band, points in enumerate(chart.points)
            if points is None
        ),
    )


class Climb:
    """Adds up what values gain on the staircases of several charts, over columns of one length.

    What is needed on the way is made once: a column this long is room that the system gives anew
    each time it is asked for, and that takes longer than comparing all of its rows.
    """

    def __init__(self, length: int) -> None:
        self._reached = np.empty(length, dtype=np.bool_)
        self._gained = np.empty(length, dtype=np.uint8)
        self._of_some = np.empty(length, dtype=np.uint8)

    def add(
        self,
        chart: StepChart,
        column: Counted,
        *,
        onto: NDArray[np.uint8],
        where: NDArray[np.bool_] | None = None,
        instead_of: StepChart | None = None,
    ) -> NDArray[np.bool_]:
        """Add to each row of ``onto`` what its value gains; whether the chart scores the value.

        A row that is not known gains nothing and is not scored. Rows outside ``where`` are left as
        they are, scored wherever they are known: all rows climb and are masked afterwards, as
        picking rows out takes longer. ``instead_of`` as in ``rises``.
        """
        steps = rises(chart, column.values.dtype, instead_of=instead_of)
        if where is None:
            self._climb(steps, column, onto)
        else:
            self._of_some.fill(0)
            self._climb(steps, column, self._of_some)
            self._of_some *= where.view(np.uint8)
            onto += self._of_some
        scored = column.known
        for low, high in steps.unscored:
            is_here = (column.values >= low) & (column.values < high)
            scored = scored & ~(is_here if where is None else is_here & where)
        return scored

    def _climb(self, steps: Rises, column: Counted, onto: NDArray[np.uint8]) -> None:
        reached, gained = self._reached, self._gained
        if steps.start:
            np.multiply(column.known.view(np.uint8), steps.start, out=gained)
            onto += gained
        for edge, rise in steps.edges:
            np.greater_equal(column.values, edge, out=reached)
            if rise == _ONE_UP:
                onto += reached.view(np.uint8)
            elif rise == _ONE_DOWN:
                onto -= reached.view(np.uint8)
            else:
                np.multiply(reached.view(np.uint8), rise, out=gained)
                onto += gained


def narrowed(column: Column) -> Column:
    """The same whole numbers in 8 bits where they fit, for a fraction of the work; else unchanged.

    An unsigned column keeps its type, whose largest value is its "not known".
    """
    if column.dtype.kind != "i" or column.itemsize == 1 or not column.size:
        return column
    fits = column.min() >= _BYTE.min and column.max() <= _BYTE.max
    return column.astype(np.int8) if fits else column


def _first_value(chart: StepChart, step: int, dtype: np.dtype[np.generic]) -> np.generic:
    """The smallest value of a counted column that belongs to a step."""
    first: np.generic = dtype.type(chart.edge(step, dtype) + (dtype.kind != "f"))
    return first


def _weight(chart: StepChart | None, step: int) -> int:
    points = None if chart is None else chart.points[bisect_right(chart.edges, step) - 1]
    if points is None:
        return 0
    return points + (THREE if points == _HIGHEST_POINTS else 0)


@lru_cache(maxsize=16)
def _unsigned(dtype: np.dtype[np.generic]) -> np.dtype[np.unsignedinteger[Any]]:
    return np.dtype(f"u{dtype.itemsize}")
