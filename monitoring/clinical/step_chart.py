"""One parameter of a score as a staircase: which values begin a band, and what each band scores.

A score of one set is a bisection of its edges; many sets climb the same edges (``step_climb``), so
that the two cannot differ.
"""

from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.concepts import CONCEPTS
from monitoring.clinical.rulebook_types import BandedParameter, ChoiceParameter

# Of any one type of number.
Column = NDArray[Any]

# A cell is band * 4 + points; no band reaches this one.
MISSING = 252
POINTS_BITS = 2
POINTS_OF_CELL = 3
# Half up in binary floating point: 38.05 is stored a little below itself and must become 38.1.
_HALF_UP = 0.5 + 1e-6
# Fewer rows than these are quicker one by one.
FEW_ROWS = 8


@dataclass(frozen=True, slots=True, eq=False)
class StepChart:
    """A parameter's bands over the steps of its chart (whole numbers; tenths of a degree).

    ``edges`` are the first step of each band, the first of them 0; ``beyond`` is the first step
    outside the possible range. ``points`` has one entry a band, None where such a value cannot be
    scored. ``beyond_is_missing`` where that step says "not known" in a column of whole numbers;
    otherwise the column's type says it.
    """

    name: str
    edges: tuple[int, ...]
    points: tuple[int | None, ...]
    beyond: int
    step_size: float
    beyond_is_missing: bool = False

    def edge(self, step: int, dtype: np.dtype[np.generic]) -> float:
        """The smallest value of a column that belongs to a step, rounded half up (4.1 [D])."""
        return (step - _HALF_UP) * self.step_size if dtype.kind == "f" else step

    def missing_in(self, dtype: np.dtype[np.generic]) -> float:
        """What stands for "not known" in a column of this type.

        NaN among floats, -1 among signed and the largest value among unsigned whole numbers, unless
        the chart has a step for it. Raises ``ValueError`` for a type too narrow to hold the
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
        missing = _missing_in(self, column.dtype)
        is_missing = np.isnan(column) if column.dtype.kind == "f" else column == missing
        bands = np.searchsorted(_edges(self, column.dtype), column, side="right") - 1
        if not (is_missing | ((bands >= 0) & (bands < len(self.points)))).all():
            self.refuse()
        table = [
            MISSING if points is None else (band << POINTS_BITS) + points
            for band, points in enumerate(self.points)
        ]
        places = np.where(is_missing, len(table), bands)
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
    choice: ChoiceParameter, order: tuple[str, ...], *, beyond_is_missing: bool = False
) -> StepChart:
    """The chart of a parameter scored by which answer applies: a step an answer, in ``order``."""
    return StepChart(
        name=choice.name.replace("_", " "),
        edges=tuple(range(len(order))),
        points=tuple(choice.points[name] for name in order),
        beyond=len(order),
        step_size=1.0,
        beyond_is_missing=beyond_is_missing,
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


@lru_cache(maxsize=128)
def _missing_in(chart: StepChart, dtype: np.dtype[np.generic]) -> float:
    if dtype.kind == "f":
        return np.nan
    highest = int(np.iinfo(str(dtype)).max)
    if highest - (dtype.kind == "u") < chart.beyond - 1:
        message = f"A column of {dtype} is too narrow for {chart.name}; use one of 16 bits."
        raise ValueError(message)
    if chart.beyond_is_missing:
        return chart.beyond
    return -1 if dtype.kind == "i" else highest


@lru_cache(maxsize=128)
def _edges(chart: StepChart, dtype: np.dtype[np.generic]) -> list[float]:
    return [chart.edge(edge, dtype) for edge in (*chart.edges, chart.beyond)]
