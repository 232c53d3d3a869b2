"""One parameter of a score as a staircase: which values begin a band, and what each band scores.

A score of many sets is then a sum of steps, ``points = first + sum(rise_k * [value >= edge_k])``,
which a processor adds up many rows at a time, and a score of one set is one bisection. Both read
the same edges, so they cannot differ.
"""

from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.concepts import CONCEPTS
from monitoring.clinical.rulebook_types import BandedParameter, ChoiceParameter

# Of any one type of number.
Column = NDArray[Any]

# What a row adds up: points in the low five bits, parameters that score 3 above them.
THREE = 32
POINTS_OF_SUM = THREE - 1
_HIGHEST_POINTS = 3
# A cell is band * 4 + points; no band reaches this one.
MISSING = 252
POINTS_BITS = 2
POINTS_OF_CELL = 3
# Half up in binary floating point: 38.05 is stored a little below itself and must become 38.1.
_HALF_UP = 0.5 + 1e-6
_BYTE = np.iinfo(np.int8)
# The commonest steps of a staircase of bytes, which need no multiplication.
_ONE_UP, _ONE_DOWN = 1, 255
# Fewer rows than these are quicker one by one.
FEW_ROWS = 8


@dataclass(frozen=True, slots=True, eq=False)
class StepChart:
    """A parameter's bands over the steps of its chart (whole numbers; tenths of a degree).

    ``edges`` are the first step of each band, the first of them 0; ``beyond`` is the first step
    outside the possible range. ``points`` has one entry a band, None where such a value cannot be
    scored. ``missing`` is the step that says "not known" in a column of whole numbers; None leaves
    it to the column's type.
    """

    name: str
    edges: tuple[int, ...]
    points: tuple[int | None, ...]
    beyond: int
    step_size: float
    missing: int | None = None

    def edge(self, step: int, dtype: np.dtype[np.generic]) -> float:
        """The smallest value of a column that belongs to a step, rounded half up (4.1 [D])."""
        return (step - _HALF_UP) * self.step_size if dtype.kind == "f" else step

    def missing_in(self, dtype: np.dtype[np.generic]) -> float:
        """What stands for "not known" in a column of this type.

        NaN among floats, -1 among signed and the largest value among unsigned whole numbers, unless
        the chart names a step of its own. Raises ``ValueError`` for a type too narrow to hold the
        possible range besides it.
        """
        return _missing_in(self, dtype)

    def cell(self, value: float, dtype: np.dtype[np.generic]) -> int:
        """Band * 4 + points of one value, or ``MISSING``; raises ``ValueError`` when impossible."""
        if value != value or value == _missing_in(self, dtype):  # noqa: PLR0124 - NaN
            return MISSING
        edges = _edges(self, dtype)
        band = bisect_right(edges, value) - 1
        if not 0 <= band < len(self.points):
            self.refuse()
        points = self.points[band]
        return MISSING if points is None else (band << POINTS_BITS) + points

    def cells(self, column: Column) -> NDArray[np.uint8]:
        """``cell`` of each value of a column."""
        if len(column) <= FEW_ROWS:
            few = [self.cell(value, column.dtype) for value in column.tolist()]
            return np.array(few, dtype=np.uint8)
        bands = np.searchsorted(_edges(self, column.dtype), column, side="right") - 1
        table = [
            MISSING if points is None else (band << POINTS_BITS) + points
            for band, points in enumerate(self.points)
        ]
        unknown = len(table)
        places = np.where(known_in(self, column), bands, unknown)
        cells: NDArray[np.uint8] = np.array([*table, MISSING], dtype=np.uint8)[places]
        return cells

    def refuse(self) -> None:
        """Raise the error for a value that no person can have."""
        message = (
            f"A {self.name} outside its possible range cannot be scored; put it in quarantine."
        )
        raise ValueError(message)


def banded_chart(parameter: BandedParameter, name: str) -> StepChart:
    """The chart of a parameter scored by where its value lies."""
    possible = CONCEPTS[parameter.concept].possible
    if possible is None:
        message = f"{parameter.concept} has no possible range; give it one in the dictionary."
        raise ValueError(message)
    return StepChart(
        name=name,
        edges=(0, *(band.low for band in parameter.bands if band.low is not None)),
        points=tuple(band.points for band in parameter.bands),
        beyond=round(possible[1] / parameter.step) + 1,
        step_size=parameter.step,
    )


def choice_chart(
    choice: ChoiceParameter, order: tuple[str, ...], *, missing: int | None = None
) -> StepChart:
    """The chart of a parameter scored by which answer applies: a step an answer, in ``order``."""
    return StepChart(
        name=choice.name.replace("_", " "),
        edges=tuple(range(len(order))),
        points=tuple(choice.points[name] for name in order),
        beyond=len(order),
        step_size=1.0,
        missing=missing,
    )


def merged_chart(first: StepChart, second: StepChart) -> StepChart:
    """The second chart where nobody knows which of two applies: scored only where both agree."""

    def agreed(band: int) -> int | None:
        until = (*second.edges, second.beyond)[band + 1]
        steps = [second.edges[band], *(e for e in first.edges if second.edges[band] < e < until)]
        others = {first.points[bisect_right(first.edges, step) - 1] for step in steps}
        return second.points[band] if others == {second.points[band]} else None

    points = tuple(agreed(band) for band in range(len(second.edges)))
    return replace(second, points=points)


def narrowed(column: Column) -> Column:
    """The same whole numbers in 8 bits where they fit, for a fraction of the work; else unchanged.

    An unsigned column keeps its type, whose largest value is its "not known".
    """
    if column.dtype.kind != "i" or column.itemsize == 1 or not column.size:
        return column
    fits = column.min() >= _BYTE.min and column.max() <= _BYTE.max
    return column.astype(np.int8) if fits else column


def known_in(chart: StepChart, column: Column) -> NDArray[np.bool_]:
    """Which values are known; raises ``ValueError`` where one is outside its possible range."""
    dtype = column.dtype
    if dtype.kind == "f":
        known: NDArray[np.bool_] = column >= chart.edge(0, dtype)
        if not (
            np.fmin.reduce(column, initial=np.inf) >= chart.edge(0, dtype)
            and np.fmax.reduce(column, initial=0.0) < chart.edge(chart.beyond, dtype)
        ):
            chart.refuse()
        return known
    missing = chart.missing_in(dtype)
    if dtype.kind == "i":
        # Read without its sign a negative number is a large one: one comparison finds both.
        known = column.view(_unsigned(dtype)) < _unsigned(dtype).type(chart.beyond)
    else:
        known = (
            column < dtype.type(chart.beyond) if _holds(dtype, chart.beyond) else column != missing
        )
    if not (known | (column == dtype.type(missing))).all():
        chart.refuse()
    return known


@dataclass(frozen=True, slots=True, eq=False)
class Rises:
    """A staircase for one type of column: what the row of sums gains at each edge."""

    start: np.uint8
    edges: tuple[tuple[np.generic, np.uint8], ...]
    # Bands without points, as (first value, first value of the band after them).
    unscored: tuple[tuple[np.generic, np.generic], ...]


@lru_cache(maxsize=128)
def rises(chart: StepChart, dtype: np.dtype[np.generic]) -> Rises:
    """The chart's staircase; every column type of one chart has the same steps.

    ``start`` is what a known value gains before any edge. A step of "not known" that lies beyond
    the last edge falls back by what the edges gave, and so gains nothing.
    """
    weights = [_weight(points) for points in chart.points]
    edges = [
        (chart.edge(edge, dtype), after - before)
        for edge, (before, after) in zip(chart.edges[1:], pairwise(weights), strict=True)
    ]
    missing = chart.missing_in(dtype)
    if missing >= chart.beyond:
        edges.append((chart.beyond, weights[0] - weights[-1]))
    bounds = _edges(chart, dtype)
    return Rises(
        start=np.uint8(weights[0]),
        edges=tuple((dtype.type(edge), np.uint8(rise % 256)) for edge, rise in edges if rise),
        unscored=tuple(
            (dtype.type(low), dtype.type(high))
            for points, (low, high) in zip(chart.points, pairwise(bounds), strict=True)
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

    def add(
        self, chart: StepChart, values: Column, known: NDArray[np.bool_], *, onto: NDArray[np.uint8]
    ) -> NDArray[np.bool_]:
        """Add to each row of ``onto`` what its value gains; whether the chart scores the value.

        ``known`` is what ``known_in`` said of the values; a row that is not known gains nothing.
        """
        steps = rises(chart, values.dtype)
        reached, gained = self._reached, self._gained
        if steps.start:
            np.multiply(known.view(np.uint8), steps.start, out=gained)
            onto += gained
        for edge, rise in steps.edges:
            np.greater_equal(values, edge, out=reached)
            if rise == _ONE_UP:
                onto += reached.view(np.uint8)
            elif rise == _ONE_DOWN:
                onto -= reached.view(np.uint8)
            else:
                np.multiply(reached.view(np.uint8), rise, out=gained)
                onto += gained
        scored = known
        for low, high in steps.unscored:
            scored = scored & ~((values >= low) & (values < high))
        return scored


def _weight(points: int | None) -> int:
    if points is None:
        return 0
    return points + (THREE if points == _HIGHEST_POINTS else 0)


@lru_cache(maxsize=16)
def _unsigned(dtype: np.dtype[np.generic]) -> np.dtype[np.unsignedinteger[Any]]:
    return np.dtype(f"u{dtype.itemsize}")


@lru_cache(maxsize=64)
def _holds(dtype: np.dtype[np.generic], step: int) -> bool:
    return step <= int(np.iinfo(str(dtype)).max)


@lru_cache(maxsize=128)
def _missing_in(chart: StepChart, dtype: np.dtype[np.generic]) -> float:
    if dtype.kind == "f":
        return np.nan
    highest = int(np.iinfo(str(dtype)).max)
    if highest - (dtype.kind == "u") < chart.beyond - 1:
        message = f"A column of {dtype} is too narrow for {chart.name}; use one of 16 bits."
        raise ValueError(message)
    if chart.missing is not None:
        return chart.missing
    return -1 if dtype.kind == "i" else highest


@lru_cache(maxsize=128)
def _edges(chart: StepChart, dtype: np.dtype[np.generic]) -> list[float]:
    return [chart.edge(edge, dtype) for edge in (*chart.edges, chart.beyond)]
