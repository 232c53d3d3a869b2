"""NEWS2 over columns: the same few array operations score one bedside set or ten years of them.

Royal College of Physicians 2017, Chart 1 (clinical reference, section 4.1). A value is rounded half
up to the chart's precision and looked up in the chart laid out step by step, so the result names
the band that was hit and not only its points. A missing parameter leaves the total empty, never 0.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitoring.clinical.concepts import CONCEPTS, CONSCIOUSNESS
from monitoring.clinical.rulebook_types import BandedParameter, ChoiceParameter, News2Rules

PARAMETERS = (
    "respiratory_rate",
    "spo2",
    "supplemental_oxygen",
    "systolic_bp",
    "heart_rate",
    "consciousness",
    "body_temperature",
)
# On oxygen, as a column: the codes of grading.NO, YES and UNKNOWN.
ON_AIR, ON_OXYGEN, OXYGEN_UNKNOWN = 0, 1, 2
NOT_ASSESSED = -1

# A cell of the result is band * 4 + points; no band reaches this one.
MISSING = 252
_POINTS_BITS = 2
_POINTS_MASK = 3
INCOMPLETE = -1
# Half up in binary floating point: 38.05 is stored a little below itself and must become 38.1.
_HALF_UP = 0.5 + 1e-6
# So many rows stay in the processor's cache through all steps.
_ROWS_AT_ONCE = 65_536


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class News2Columns:
    """NEWS2 of n sets.

    ``cells`` is uint8 of shape (7, n) in the order of ``PARAMETERS``: band * 4 + points, or
    ``MISSING``. ``total`` is int16, ``INCOMPLETE`` where a parameter is missing; ``minimum`` is the
    sum of what is known; ``any_three`` marks a single parameter of 3.
    """

    cells: NDArray[np.uint8]
    total: NDArray[np.int16]
    minimum: NDArray[np.uint8]
    any_three: NDArray[np.bool_]
    complete: NDArray[np.bool_]

    def points(self, parameter: str) -> NDArray[np.int8]:
        """Points of one parameter, -1 where it is missing."""
        cells = self.cells[PARAMETERS.index(parameter)]
        return np.where(cells == MISSING, -1, cells & _POINTS_MASK).astype(np.int8)


def points_and_band(cell: int) -> tuple[int, int] | None:
    """Points and number of the band of one cell, or None where it is missing."""
    return None if cell == MISSING else (cell & _POINTS_MASK, cell >> _POINTS_BITS)


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
) -> News2Columns:
    """NEWS2 for n sets of observations, each parameter a column of length n.

    Numbers are float64 in the dictionary's units, NaN where missing. ``on_oxygen`` is ``ON_AIR``,
    ``ON_OXYGEN`` or ``OXYGEN_UNKNOWN``; ``consciousness`` the place in ``concepts.CONSCIOUSNESS``
    (ACVPU) or ``NOT_ASSESSED``. ``spo2_scale`` is 1 or 2, one for all or a column; on scale 2 with
    unknown oxygen an SpO2 of 93 % and more is missing, since air and oxygen score it apart.

    Raises ``ValueError`` for a negative value or one above the dictionary's possible range: such a
    value belongs in quarantine, not in a score. Not for people under 16
    (``rules.lowest_age_years``); the caller knows the age.

    Source: RCP 2017, Chart 1; clinical reference 4.1.
    """
    charts = _charts(rules)
    numbers = {
        name: np.asarray(column, dtype=np.float64)
        for name, column in (
            ("respiratory_rate", respiratory_rate),
            ("spo2", spo2),
            ("systolic_bp", systolic_bp),
            ("heart_rate", heart_rate),
            ("body_temperature", body_temperature),
        )
    }
    oxygen = np.asarray(on_oxygen, dtype=np.intp)
    conscious = np.asarray(consciousness, dtype=np.intp)
    scale = np.asarray(spo2_scale)
    n = len(oxygen)
    if any(len(column) != n for column in numbers.values()) or len(conscious) != n:
        message = "The columns of a NEWS2 must be equally long, one row a set."
        raise ValueError(message)
    cells = np.empty((len(PARAMETERS), n), dtype=np.uint8)
    minimum = np.empty(n, dtype=np.uint8)
    any_three = np.empty(n, dtype=np.bool_)
    complete = np.empty(n, dtype=np.bool_)
    for start in range(0, n, _ROWS_AT_ONCE):
        rows = slice(start, min(start + _ROWS_AT_ONCE, n))
        for place, name in enumerate(PARAMETERS):
            if name == "supplemental_oxygen":
                charts.oxygen.take(oxygen[rows], out=cells[place, rows], mode="wrap")
            elif name == "consciousness":
                charts.consciousness.take(conscious[rows], out=cells[place, rows], mode="wrap")
            else:
                chart = charts.banded[name]
                steps = _steps(numbers[name][rows], chart, name)
                if name == "spo2" and (scale.ndim or scale != 1):
                    wide = scale[rows] if scale.ndim else scale
                    steps += chart.height * np.where(wide == 1, 0, 1 + oxygen[rows])
                chart.cells.take(steps, out=cells[place, rows], mode="clip")
        points = cells[:, rows] & _POINTS_MASK
        np.add.reduce(points, axis=0, dtype=np.uint8, out=minimum[rows])
        np.equal(np.maximum.reduce(points, axis=0), 3, out=any_three[rows])
        np.not_equal(np.maximum.reduce(cells[:, rows], axis=0), MISSING, out=complete[rows])
    total = np.where(complete, minimum, np.int16(INCOMPLETE))
    return News2Columns(
        cells=cells, total=total, minimum=minimum, any_three=any_three, complete=complete
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Chart:
    """A parameter's chart laid out: row 0 is "missing", row k + 1 the value of k steps."""

    cells: NDArray[np.uint8]
    height: int
    per_step: float
    # The largest value plus the offset of row 0 and of rounding.
    highest: float


@dataclass(frozen=True, slots=True, eq=False)
class _Charts:
    banded: dict[str, _Chart]
    oxygen: NDArray[np.uint8]
    consciousness: NDArray[np.uint8]


def _steps(values: NDArray[np.float64], chart: _Chart, name: str) -> NDArray[np.intp]:
    """The row of the chart for each value; NaN becomes row 0, "missing"."""
    rows = values * chart.per_step
    rows += 1.0 + _HALF_UP
    if not (
        np.fmin.reduce(rows, initial=np.inf) >= 1.0
        and np.fmax.reduce(rows, initial=1.0) < chart.highest
    ):
        message = f"A {name} outside its possible range cannot be scored; put it in quarantine."
        raise ValueError(message)
    np.fmax(rows, 0.0, out=rows)
    return rows.astype(np.intp)


@lru_cache(maxsize=8)
def _charts(rules: News2Rules) -> _Charts:
    banded = {
        name: _laid_out(parameter)
        for name, parameter in rules.banded.items()
        if not name.startswith("spo2")
    }
    scales = [
        _laid_out(rules.banded[name])
        for name in ("spo2_scale_1", "spo2_scale_2_on_air", "spo2_scale_2_on_oxygen")
    ]
    on_air, on_oxygen = scales[1].cells, scales[2].cells
    same = (on_air & _POINTS_MASK) == (on_oxygen & _POINTS_MASK)
    unknown = np.where(same, on_oxygen, np.uint8(MISSING))
    banded["spo2"] = _Chart(
        cells=np.concatenate([*(chart.cells for chart in scales), unknown]),
        height=scales[0].height,
        per_step=scales[0].per_step,
        highest=scales[0].highest,
    )
    return _Charts(
        banded=banded,
        oxygen=_choices(rules.choices["supplemental_oxygen"], ("air", "oxygen")),
        consciousness=_choices(rules.choices["consciousness"], CONSCIOUSNESS),
    )


def _laid_out(parameter: BandedParameter) -> _Chart:
    possible = CONCEPTS[parameter.concept].possible
    if possible is None:
        message = f"{parameter.concept} has no possible range; give it one in the dictionary."
        raise ValueError(message)
    highest_step = round(possible[1] / parameter.step)
    edges = [band.low for band in parameter.bands if band.low is not None]
    band = np.searchsorted(edges, np.arange(highest_step + 1), side="right")
    points = np.array([b.points for b in parameter.bands])
    cells = np.concatenate([[MISSING], (band << _POINTS_BITS) + points[band]]).astype(np.uint8)
    return _Chart(
        cells=cells,
        height=len(cells),
        per_step=1.0 / parameter.step,
        highest=highest_step + 2.0,
    )


def _choices(choice: ChoiceParameter, order: tuple[str, ...]) -> NDArray[np.uint8]:
    """Cells by place in ``order``; one more at the end, which -1 also reaches, is "missing"."""
    cells = [(band << _POINTS_BITS) + choice.points[name] for band, name in enumerate(order)]
    return np.array([*cells, MISSING], dtype=np.uint8)
