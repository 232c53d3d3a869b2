"""NEWS2 over columns: the same staircases score one bedside set or ten years of them.

Royal College of Physicians 2017, Chart 1 (clinical reference, section 4.1). A value counts in the
band it reaches when rounded half up to the chart's precision. A missing parameter leaves the total
empty, never 0.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitoring.clinical.concepts import CONSCIOUSNESS
from monitoring.clinical.rulebook_types import News2Rules
from monitoring.clinical.step_chart import (
    FEW_ROWS,
    MISSING,
    POINTS_BITS,
    POINTS_OF_CELL,
    Column,
    StepChart,
    banded_chart,
    choice_chart,
    merged_chart,
)
from monitoring.clinical.step_climb import (
    POINTS_OF_SUM,
    THREE,
    Climb,
    Counted,
    counted,
    narrowed,
    steps_between,
)

PARAMETERS = (
    "respiratory_rate",
    "spo2",
    "supplemental_oxygen",
    "systolic_bp",
    "heart_rate",
    "consciousness",
    "body_temperature",
)
_SPO2 = PARAMETERS.index("spo2")
_OXYGEN = PARAMETERS.index("supplemental_oxygen")
_CONSCIOUSNESS = PARAMETERS.index("consciousness")
# On oxygen, as a column: the codes of grading.NO, YES and UNKNOWN.
ON_AIR, ON_OXYGEN, OXYGEN_UNKNOWN = 0, 1, 2
NOT_ASSESSED = -1
INCOMPLETE = -1
_SCALE_1, _SCALE_2 = 1, 2
# So many rows stay in the processor's cache through all steps, and are worth calling NumPy for.
_ROWS_AT_ONCE = 131_072


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class News2Columns:
    """NEWS2 of n sets.

    ``total`` is int16, ``INCOMPLETE`` where a parameter is missing; ``minimum`` is the sum of what
    is known; ``any_three`` marks a single parameter of 3.
    """

    total: NDArray[np.int16]
    minimum: NDArray[np.uint8]
    any_three: NDArray[np.bool_]
    complete: NDArray[np.bool_]
    sets: "Sets"
    cells_of_few: NDArray[np.uint8] | None = None

    @property
    def cells(self) -> NDArray[np.uint8]:
        """Band * 4 + points, or ``MISSING``: (7, n) in the order of ``PARAMETERS``.

        Made anew each time where there are many rows.
        """
        return self.sets.cells() if self.cells_of_few is None else self.cells_of_few

    def fill(self, rows: slice) -> None:
        """Score a slice of the rows into the columns, which are empty until then."""
        if self.cells_of_few is None:
            sums, complete = _add_up(self.sets.sliced(rows))
        else:
            sums, complete = _add_up_few(self.cells_of_few)
        self.complete[rows] = complete
        np.greater_equal(sums, THREE, out=self.any_three[rows])
        minimum = np.bitwise_and(sums, POINTS_OF_SUM, out=self.minimum[rows])
        # Counted from 1 and taken off again, so that a row that is not complete ends at -1.
        total = np.multiply(minimum + 1, complete.view(np.uint8))
        np.add(total, INCOMPLETE, out=self.total[rows], dtype=np.int16)

    def points(self, parameter: str) -> NDArray[np.int8]:
        """Points of one parameter, -1 where it is missing."""
        cells = self.sets.cells_of(parameter)
        return np.where(cells == MISSING, -1, cells & POINTS_OF_CELL).astype(np.int8)


def points_and_band(cell: int) -> tuple[int, int] | None:
    """Points and number of the band of one cell, or None where it is missing."""
    return None if cell == MISSING else (cell & POINTS_OF_CELL, cell >> POINTS_BITS)


def score_news2_columns(
    rules: News2Rules,
    *,
    respiratory_rate: ArrayLike,
    spo2: ArrayLike,
    on_oxygen: ArrayLike,
    systolic_bp: ArrayLike,
    heart_rate: ArrayLike,
    consciousness: ArrayLike,
    body_temperature: ArrayLike,
    spo2_scale: ArrayLike = 1,
    threads: int = 1,
) -> News2Columns:
    """NEWS2 for n sets of observations, each parameter a column of length n.

    Numbers are float64 in the dictionary's units, NaN where missing. ``on_oxygen`` is ``ON_AIR``,
    ``ON_OXYGEN`` or ``OXYGEN_UNKNOWN``; ``consciousness`` the place in ``concepts.CONSCIOUSNESS``
    (ACVPU) or ``NOT_ASSESSED``. ``spo2_scale`` is 1 or 2, one for all or a column; on scale 2 with
    unknown oxygen an SpO2 of 93 % and more is missing, since air and oxygen score it apart.
    ``threads`` may score slices of a long history at once: NumPy lets others run while it counts.

    Raises ``ValueError`` for a negative value or one above the dictionary's possible range: such a
    value belongs in quarantine, not in a score. Not for people under 16
    (``rules.lowest_age_years``); the caller knows the age.

    Source: RCP 2017, Chart 1; clinical reference 4.1.
    """
    numbers = (respiratory_rate, spo2, systolic_bp, heart_rate, body_temperature)
    rr, saturation, systolic, pulse, temperature = (
        np.asarray(column, dtype=np.float64) for column in numbers
    )
    return _score(
        rules,
        (
            rr,
            saturation,
            _whole("on_oxygen", on_oxygen),
            systolic,
            pulse,
            _whole("consciousness", consciousness),
            temperature,
        ),
        _whole("spo2_scale", spo2_scale),
        threads=threads,
    )


def score_news2_steps(
    rules: News2Rules,
    *,
    respiratory_rate: ArrayLike,
    spo2: ArrayLike,
    on_oxygen: ArrayLike,
    systolic_bp: ArrayLike,
    heart_rate: ArrayLike,
    consciousness: ArrayLike,
    body_temperature_tenths: ArrayLike,
    spo2_scale: ArrayLike = 1,
) -> News2Columns:
    """NEWS2 for n sets that are kept in steps of the chart, as ``score_news2_columns`` scores them.

    Every column is of whole numbers of any width that holds its possible range (8 bits for
    respiration, SpO2, oxygen and consciousness; 16 for the others): whole numbers as charted,
    temperature in tenths of a degree Celsius. Not known is -1 in a signed column and the largest
    value in an unsigned one; oxygen has ``OXYGEN_UNKNOWN``.

    Raises ``ValueError`` for an impossible value and for a column too narrow for its range.

    Source: RCP 2017, Chart 1; clinical reference 4.1.
    """
    columns = {
        "respiratory_rate": respiratory_rate,
        "spo2": spo2,
        "on_oxygen": on_oxygen,
        "systolic_bp": systolic_bp,
        "heart_rate": heart_rate,
        "consciousness": consciousness,
        "body_temperature_tenths": body_temperature_tenths,
    }
    whole = tuple(_whole(name, column) for name, column in columns.items())
    return _score(rules, whole, _whole("spo2_scale", spo2_scale))


@dataclass(frozen=True, slots=True, eq=False)
class _Charts:
    """The chart of each parameter; ``spo2_scale_2`` by what ``on_oxygen`` says.

    ``spo2_scales_apart`` is how much lower scale 2 on air lies than scale 1, None if it is another.
    """

    by_parameter: tuple[StepChart, ...]
    spo2_scale_2: tuple[StepChart, StepChart, StepChart]
    spo2_scales_apart: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Sets:
    """The columns of n sets in the order of ``PARAMETERS``, and the SpO2 scale of all or of each.

    Slices of them are scored one after the other, each while it is in the processor's cache.
    """

    charts: _Charts
    columns: tuple[Column, ...]
    scale: Column

    def cells(self) -> NDArray[np.uint8]:
        """Band * 4 + points, or ``MISSING``, of each parameter: (7, n)."""
        return np.array([self.cells_of(parameter) for parameter in PARAMETERS])

    def cells_of(self, parameter: str) -> NDArray[np.uint8]:
        """The row of ``cells`` of one parameter."""
        place = PARAMETERS.index(parameter)
        column = self.columns[place]
        cells = self.charts.by_parameter[place].cells(column)
        if place != _SPO2:
            return cells
        for answer, chart in enumerate(self.charts.spo2_scale_2):
            rows = np.flatnonzero((self.scale == _SCALE_2) & (self.columns[_OXYGEN] == answer))
            if len(rows):
                cells[rows] = chart.cells(column[rows])
        return cells

    def with_columns(self, columns: Mapping[str, Column]) -> "Sets":
        """The same sets with other values of some parameters."""
        own = dict(zip(PARAMETERS, self.columns, strict=True))
        return replace(self, columns=tuple({**own, **columns}.values()))

    def at(self, rows: NDArray[np.intp]) -> "Sets":
        """Some of the sets."""
        scale = self.scale[rows] if self.scale.ndim else self.scale
        return replace(self, columns=tuple(one[rows] for one in self.columns), scale=scale)

    def sliced(self, rows: slice) -> "Sets":
        """A run of the sets, in narrow columns."""
        scale = narrowed(self.scale[rows]) if self.scale.ndim else self.scale
        columns = [column[rows] for column in self.columns]
        # The answers; the numbers of a wide column seldom fit.
        for place in (_OXYGEN, _CONSCIOUSNESS):
            columns[place] = narrowed(columns[place])
        return Sets(self.charts, tuple(columns), scale)

    def check(self) -> None:
        """Raise ``ValueError`` for an SpO2 scale without a chart."""
        scale = self.scale
        if scale.size and not (scale.min() >= _SCALE_1 and scale.max() <= _SCALE_2):
            message = "The SpO2 scale is 1 or 2; another has no chart."
            raise ValueError(message)


def _score(
    rules: News2Rules, columns: tuple[Column, ...], scale: Column, *, threads: int = 1
) -> News2Columns:
    n = len(columns[0])
    if any(len(column) != n for column in columns) or (scale.ndim and len(scale) != n):
        message = "The columns of a NEWS2 must be equally long, one row a set."
        raise ValueError(message)
    sets = Sets(_charts(rules), columns, scale)
    is_few = n <= FEW_ROWS
    if is_few:
        sets.check()
    scored = News2Columns(
        total=np.empty(n, dtype=np.int16),
        minimum=np.empty(n, dtype=np.uint8),
        any_three=np.empty(n, dtype=np.bool_),
        complete=np.empty(n, dtype=np.bool_),
        sets=sets,
        cells_of_few=sets.cells() if is_few else None,
    )
    starts = range(0, n, _ROWS_AT_ONCE)
    slices = [slice(start, min(start + _ROWS_AT_ONCE, n)) for start in starts]
    if threads > 1 and len(slices) > 1:
        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(scored.fill, slices):
                pass  # an impossible value in any slice is raised here
    else:
        for rows in slices:
            scored.fill(rows)
    return scored


_Sums = tuple[NDArray[np.uint8], NDArray[np.bool_]]


def _add_up(sets: Sets) -> _Sums:
    """What each row adds up to (points, and how many parameters score 3), and if all are known."""
    sets.check()
    n = len(sets.columns[0])
    sums = np.zeros(n, dtype=np.uint8)
    complete = np.ones(n, dtype=np.bool_)
    climb = Climb(n)
    for place, (chart, column) in enumerate(
        zip(sets.charts.by_parameter, sets.columns, strict=True)
    ):
        values = counted(chart, column)
        if place == _SPO2:
            scored = _saturation(sets, climb, values, onto=sums)
        else:
            scored = climb.add(chart, values, onto=sums)
        complete &= scored
    return sums, complete


def _saturation(
    sets: Sets, climb: Climb, values: Counted, *, onto: NDArray[np.uint8]
) -> NDArray[np.bool_]:
    """Add what SpO2 gains by the scale of each row; whether its chart scores it."""
    on_scale_2 = sets.scale == _SCALE_2
    scale_1 = sets.charts.by_parameter[_SPO2]
    if not on_scale_2.any():
        return climb.add(scale_1, values, onto=onto)
    on_air, on_oxygen, unknown = sets.charts.spo2_scale_2
    if (steps := sets.charts.spo2_scales_apart) is None:
        scored = climb.add(scale_1, values, onto=onto, where=~on_scale_2)
        scored = scored & climb.add(on_air, values, onto=onto, where=on_scale_2)
    else:
        # On air the second scale is the first, some per cent lower.
        scored = climb.add(scale_1, values.moved_up(on_scale_2, steps), onto=onto)
    # Oxygen shares the lower bands of air: what it changes is little.
    for answer, chart in ((ON_OXYGEN, on_oxygen), (OXYGEN_UNKNOWN, unknown)):
        applies = on_scale_2 & (sets.columns[_OXYGEN] == answer)
        if applies.any():
            scored = scored & climb.add(chart, values, onto=onto, where=applies, instead_of=on_air)
    return scored


def _add_up_few(cells: NDArray[np.uint8]) -> _Sums:
    points = cells & POINTS_OF_CELL
    sums = points.sum(axis=0) + THREE * np.count_nonzero(points == POINTS_OF_CELL, axis=0)
    return sums.astype(np.uint8), (cells != MISSING).all(axis=0)


def _whole(name: str, column: ArrayLike) -> Column:
    whole = np.asarray(column)
    if whole.dtype.kind == "b":
        return whole.view(np.int8)
    if whole.dtype.kind not in "iu" and whole.size:
        message = f"The column {name} must hold whole numbers, not {whole.dtype}."
        raise ValueError(message)
    return whole


@lru_cache(maxsize=8)
def _charts(rules: News2Rules) -> _Charts:
    on_scale_1, on_air, on_oxygen = (
        banded_chart(rules.banded[name], "spo2")
        for name in ("spo2_scale_1", "spo2_scale_2_on_air", "spo2_scale_2_on_oxygen")
    )
    apart = steps_between(on_scale_1, on_air)
    own = {
        "spo2": on_scale_1,
        "supplemental_oxygen": choice_chart(
            rules.choices["supplemental_oxygen"], ("air", "oxygen"), beyond_is_missing=True
        ),
        "consciousness": choice_chart(rules.choices["consciousness"], CONSCIOUSNESS),
    }
    return _Charts(
        tuple(own.get(name) or banded_chart(rules.banded[name], name) for name in PARAMETERS),
        (on_air, on_oxygen, merged_chart(on_air, on_oxygen)),
        None if apart is None else apart * on_scale_1.step_size,
    )
