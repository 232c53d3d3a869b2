"""Which mean pressure counts, against going through the chart reading by reading."""

from math import isnan

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitoring.clinical.policy import load_policy
from monitoring.clinical.pressure import PRESSURES, mean_series, pressure_columns
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.timeline import NEVER_US, Timeline, build
from tests.property.effort import examples
from tests.spec import bedside

MINUTE_US = 60_000_000
WINDOW_MIN = 30
Chart = dict[tuple[str, int], float]

CHARTS = st.dictionaries(
    st.tuples(st.sampled_from(PRESSURES), st.integers(0, 12).map(lambda tenth: 8 * tenth)),
    st.sampled_from([45.0, 60.0, 70.0, 86.0, 95.0, 118.0]),
    max_size=12,
)


def laid_out(chart: Chart, at_min: list[int]) -> Timeline:
    case = bedside.read("")
    case.observations = [
        (bedside.MIDNIGHT_US + minute * MINUTE_US, name, value)
        for (name, minute), value in chart.items()
    ]
    at_us = np.array([bedside.MIDNIGHT_US + one * MINUTE_US for one in at_min], dtype=np.int64)
    return build(case.facts(), at_us)


def newest(chart: Chart, concept: str, at_min: int) -> tuple[int, float] | None:
    times = [minute for name, minute in chart if name == concept and minute <= at_min]
    return None if not times else (max(times), chart[concept, max(times)])


def naive(chart: Chart, at_min: int) -> tuple[float | None, bool]:
    """The mean pressure at a minute, and whether it was measured."""
    high, low, mean = (newest(chart, name, at_min) for name in PRESSURES)
    set_min = max([one[0] for one in (high, mean) if one is not None], default=None)
    if set_min is None:
        return None, False
    if high is not None and high[0] < set_min - WINDOW_MIN:
        high = None
    if mean is not None and mean[0] < set_min - WINDOW_MIN:
        mean = None
    formula = None
    if high is not None and low is not None and low[1] < high[1]:
        if abs(high[0] - low[0]) <= WINDOW_MIN:
            formula = low[1] + (high[1] - low[1]) / 3
        if mean is not None and formula is not None and min(high[0], low[0]) > mean[0]:
            return formula, False
    return (mean[1], True) if mean is not None else (formula, False)


@settings(max_examples=examples(300))
@example({("systolic_bp", 8): 95.0, ("diastolic_bp", 8): 45.0, ("mean_arterial_pressure", 0): 86.0})
@given(CHARTS)
def test_the_newest_mean_counts_measured_or_worked_out(chart: Chart) -> None:
    at_min = list(range(0, 130, 4))

    found = pressure_columns(
        laid_out(chart, at_min),
        load_policy().hypotension,
        load_rulebook().crs.children,
        set_window_s=WINDOW_MIN * 60.0,
    )

    for place, minute in enumerate(at_min):
        value, is_measured = naive(chart, minute)
        mean_mmhg = float(found.mean_mmhg[place])
        assert isnan(mean_mmhg) if value is None else abs(mean_mmhg - value) < 1e-9
        assert bool(found.mean_is_measured[place]) is is_measured


@settings(max_examples=examples(200))
@given(CHARTS)
def test_the_mean_over_time_has_a_row_for_each_measured_and_each_whole_pressure(
    chart: Chart,
) -> None:
    series = mean_series(laid_out(chart, [0]).series)

    wanted = {minute: value for (name, minute), value in chart.items() if name == PRESSURES[2]}
    for name, minute in chart:
        if name == PRESSURES[0] and minute not in wanted:
            low, high = chart.get((PRESSURES[1], minute)), chart[name, minute]
            if low is not None and low < high:
                wanted[minute] = low + (high - low) / 3
    times = [(us - bedside.MIDNIGHT_US) // MINUTE_US for us in series.taken_us[:-1].tolist()]
    assert times == sorted(wanted)
    np.testing.assert_allclose(series.value[:-1], [wanted[minute] for minute in times])
    assert (series.taken_us[-1], series.row_id[-1]) == (NEVER_US, -1)
    assert isnan(series.value[-1])
