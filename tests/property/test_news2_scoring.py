"""NEWS2 over columns agrees with the plain second scorer, at every edge and a step beside it."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitoring.clinical.concepts import CONCEPTS
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.scoring import (
    _ROWS_AT_ONCE,
    PARAMETERS,
    News2Columns,
    score_news2_columns,
    score_news2_steps,
)
from tests.property import naive_news2

RULES = load_rulebook().news2


def near_edges(*names: str, decimals: int, low: float, high: float) -> st.SearchStrategy[float]:
    """Values on an edge of a band, a step and half a step beside it, and anywhere between."""
    step = 10.0**-decimals
    edges = {
        round(edge * RULES.banded[name].step, decimals)
        for name in names
        for band in RULES.banded[name].bands
        for edge in (band.low, band.high)
        if edge is not None
    }
    beside = {round(edge + k * step / 2, decimals + 1) for edge in edges for k in range(-2, 3)} | {
        round(edge - step / 100, decimals + 2) for edge in edges
    }
    return st.one_of(
        st.sampled_from(sorted(beside)),
        st.floats(low, high).map(lambda value: round(value, decimals + 1)),
    )


RESPIRATION = near_edges("respiratory_rate", decimals=0, low=1, high=70)
SATURATION = near_edges(
    "spo2_scale_1", "spo2_scale_2_on_air", "spo2_scale_2_on_oxygen", decimals=0, low=50, high=100
).filter(lambda value: value <= 100)
PRESSURE = near_edges("systolic_bp", decimals=0, low=30, high=300)
PULSE = near_edges("heart_rate", decimals=0, low=20, high=300)
TEMPERATURE = near_edges("body_temperature", decimals=1, low=25, high=45)

SETS = st.tuples(
    st.none() | RESPIRATION,
    st.none() | SATURATION,
    st.sampled_from([1, 2]),
    st.sampled_from([None, True, False]),
    st.none() | PRESSURE,
    st.none() | PULSE,
    st.sampled_from([None, *"ACVPU"]),
    st.none() | TEMPERATURE,
)


def nan(value: float | None) -> float:
    return math.nan if value is None else value


@given(st.lists(SETS, min_size=1, max_size=40))
def test_columns_agree_with_the_plain_scorer(sets: list[tuple]) -> None:
    rr, spo2, scale, oxygen, sbp, hr, acvpu, temp_c = zip(*sets, strict=True)

    scored = score_news2_columns(
        RULES,
        respiratory_rate=[nan(v) for v in rr],
        spo2=[nan(v) for v in spo2],
        spo2_scale=list(scale),
        on_oxygen=[{None: 2, True: 1, False: 0}[v] for v in oxygen],
        systolic_bp=[nan(v) for v in sbp],
        heart_rate=[nan(v) for v in hr],
        consciousness=[-1 if v is None else "ACVPU".index(v) for v in acvpu],
        body_temperature=[nan(v) for v in temp_c],
    )

    for row, one in enumerate(sets):
        total, minimum, any_three = naive_news2.score(*one)
        assert scored.total[row] == (-1 if total is None else total), one
        assert scored.minimum[row] == minimum, one
        assert scored.any_three[row] == any_three, one
        assert scored.complete[row] == (total is not None), one


def whole_steps(*names: str, per_unit: int = 1) -> st.SearchStrategy[int]:
    """Values of a column of whole numbers: beside each edge of a band, and anywhere possible."""
    edges = {
        edge
        for name in names
        for band in RULES.banded[name].bands
        for edge in (band.low, band.high)
        if edge is not None
    }
    possible = CONCEPTS[RULES.banded[names[0]].concept].possible
    assert possible is not None
    return st.one_of(
        st.sampled_from(sorted({edge + k for edge in edges for k in (-1, 0, 1)})),
        st.integers(1, round(possible[1] * per_unit)),
    )


COMPACT_SETS = st.tuples(
    st.none() | whole_steps("respiratory_rate"),
    st.none()
    | whole_steps("spo2_scale_1", "spo2_scale_2_on_air", "spo2_scale_2_on_oxygen").filter(
        lambda value: value <= 100
    ),
    st.sampled_from([1, 2]),
    st.sampled_from([None, True, False]),
    st.none() | whole_steps("systolic_bp"),
    st.none() | whole_steps("heart_rate"),
    st.sampled_from([None, *"ACVPU"]),
    st.none() | whole_steps("body_temperature", per_unit=10),
)
TYPES = [(np.int8, np.int16), (np.uint8, np.uint16), (np.int32, np.int64), (np.uint16, np.int16)]


def compact(values: tuple, dtype: type) -> np.ndarray:
    """A column of whole numbers with the type's own word for "not known"."""
    missing = np.iinfo(dtype).max if np.dtype(dtype).kind == "u" else -1
    return np.array([missing if value is None else value for value in values], dtype=dtype)


@given(st.lists(COMPACT_SETS, min_size=1, max_size=40), st.sampled_from(TYPES))
def test_columns_of_whole_steps_agree_with_the_plain_scorer_and_with_floats(
    sets: list[tuple], types: tuple[type, type]
) -> None:
    rr, spo2, scale, oxygen, sbp, hr, acvpu, tenths = zip(*sets, strict=True)
    narrow, wide = types
    on_oxygen = [{None: 2, True: 1, False: 0}[v] for v in oxygen]
    conscious = tuple(None if v is None else "ACVPU".index(v) for v in acvpu)

    scored = score_news2_steps(
        RULES,
        respiratory_rate=compact(rr, narrow),
        spo2=compact(spo2, narrow),
        spo2_scale=compact(scale, narrow),
        on_oxygen=np.array(on_oxygen, dtype=narrow),
        systolic_bp=compact(sbp, wide),
        heart_rate=compact(hr, wide),
        consciousness=compact(conscious, narrow),
        body_temperature_tenths=compact(tenths, wide),
    )

    floats = score_news2_columns(
        RULES,
        respiratory_rate=[nan(v) for v in rr],
        spo2=[nan(v) for v in spo2],
        spo2_scale=list(scale),
        on_oxygen=on_oxygen,
        systolic_bp=[nan(v) for v in sbp],
        heart_rate=[nan(v) for v in hr],
        consciousness=[-1 if v is None else v for v in conscious],
        body_temperature=[math.nan if v is None else v / 10 for v in tenths],
    )
    assert same(scored, floats)
    assert (scored.cells == floats.cells).all()
    for row, one in enumerate(sets):
        total, minimum, any_three = naive_news2.score(
            *one[:-1], None if one[-1] is None else one[-1] / 10
        )
        assert scored.total[row] == (-1 if total is None else total), one
        assert scored.minimum[row] == minimum, one
        assert scored.any_three[row] == any_three, one
        assert scored.complete[row] == (total is not None), one


def same(one: News2Columns, other: News2Columns) -> bool:
    return all(
        (getattr(one, name) == getattr(other, name)).all()
        for name in ("total", "minimum", "any_three", "complete")
    )


@given(st.lists(COMPACT_SETS, min_size=12, max_size=40))
def test_the_points_of_the_parameters_make_the_total(sets: list[tuple]) -> None:
    rr, spo2, scale, oxygen, sbp, hr, acvpu, tenths = zip(*sets, strict=True)

    scored = score_news2_steps(
        RULES,
        respiratory_rate=compact(rr, np.int8),
        spo2=compact(spo2, np.int8),
        spo2_scale=compact(scale, np.int8),
        on_oxygen=[{None: 2, True: 1, False: 0}[v] for v in oxygen],
        systolic_bp=compact(sbp, np.int16),
        heart_rate=compact(hr, np.int16),
        consciousness=[-1 if v is None else "ACVPU".index(v) for v in acvpu],
        body_temperature_tenths=compact(tenths, np.int16),
    )

    points = np.array([scored.points(name) for name in PARAMETERS])
    assert (scored.complete == (points >= 0).all(axis=0)).all()
    assert (scored.minimum == np.maximum(points, 0).sum(axis=0)).all()
    assert (scored.any_three == (points == 3).any(axis=0)).all()


@given(st.lists(SETS, min_size=2, max_size=40))
def test_a_set_scores_the_same_alone_and_among_others(sets: list[tuple]) -> None:
    def columns(some: list[tuple]) -> np.ndarray:
        rr, spo2, scale, oxygen, sbp, hr, acvpu, temp_c = zip(*some, strict=True)
        return score_news2_columns(
            RULES,
            respiratory_rate=[nan(v) for v in rr],
            spo2=[nan(v) for v in spo2],
            spo2_scale=np.array(scale),
            on_oxygen=[{None: 2, True: 1, False: 0}[v] for v in oxygen],
            systolic_bp=[nan(v) for v in sbp],
            heart_rate=[nan(v) for v in hr],
            consciousness=[-1 if v is None else "ACVPU".index(v) for v in acvpu],
            body_temperature=[nan(v) for v in temp_c],
        ).cells

    together = columns(sets)

    for row, one in enumerate(sets):
        assert (columns([one])[:, 0] == together[:, row]).all()


def test_a_long_history_scores_like_its_parts() -> None:
    rows = 140_000  # more than the rows that are worked on at once
    generator = np.random.default_rng(7)
    columns = {
        "respiratory_rate": generator.integers(4, 40, rows).astype(float),
        "spo2": generator.integers(78, 101, rows).astype(float),
        "on_oxygen": generator.integers(0, 3, rows),
        "systolic_bp": generator.integers(60, 230, rows).astype(float),
        "heart_rate": generator.integers(30, 160, rows).astype(float),
        "consciousness": generator.integers(-1, 5, rows),
        "body_temperature": np.round(generator.uniform(34, 41, rows), 1),
        "spo2_scale": generator.integers(1, 3, rows),
    }

    whole = score_news2_columns(RULES, **columns)
    tail = score_news2_columns(RULES, **{name: c[-5000:] for name, c in columns.items()})

    assert (whole.cells[:, -5000:] == tail.cells).all()
    assert (whole.total[-5000:] == tail.total).all()
    assert set(np.unique(whole.total)) >= {-1, 0, 5, 7}


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("spo2", 100.6), ("spo2", -1.0), ("body_temperature", 45.1), ("heart_rate", 301.0)],
)
def test_an_impossible_value_is_refused_and_not_scored(parameter: str, value: float) -> None:
    columns: dict[str, object] = {
        name: [math.nan]
        for name in (
            "respiratory_rate",
            "spo2",
            "systolic_bp",
            "heart_rate",
            "body_temperature",
        )
    }
    columns[parameter] = [value]

    with pytest.raises(ValueError, match=f"{parameter} outside its possible range"):
        score_news2_columns(RULES, **columns, on_oxygen=[0], consciousness=[0])


def _a_long_history(rows: int) -> dict[str, NDArray[Any]]:
    random = np.random.default_rng(2017)
    columns: dict[str, NDArray[Any]] = {
        "respiratory_rate": random.integers(6, 30, rows).astype(np.float64),
        "spo2": random.integers(80, 101, rows).astype(np.float64),
        "systolic_bp": random.integers(70, 230, rows).astype(np.float64),
        "heart_rate": random.integers(30, 150, rows).astype(np.float64),
        "body_temperature": random.integers(340, 400, rows) / 10,
        "on_oxygen": random.integers(0, 3, rows).astype(np.int8),
        "consciousness": random.integers(-1, 4, rows).astype(np.int8),
        "spo2_scale": random.integers(1, 3, rows).astype(np.int8),
    }
    columns["spo2"][random.random(rows) < 0.05] = np.nan
    return columns


def test_slices_that_are_scored_at_once_are_scored_as_one_after_the_other() -> None:
    columns = _a_long_history(2 * _ROWS_AT_ONCE + 1)
    alone, together = (score_news2_columns(RULES, **columns, threads=n) for n in (1, 3))

    for name in ("total", "minimum", "any_three", "complete"):
        np.testing.assert_array_equal(getattr(alone, name), getattr(together, name))


def test_an_impossible_value_in_any_slice_is_refused() -> None:
    columns = _a_long_history(2 * _ROWS_AT_ONCE + 1)
    columns["heart_rate"][-1] = -1.0
    with pytest.raises(ValueError, match="heart_rate outside its possible range"):
        score_news2_columns(RULES, **columns, threads=3)


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="equally long"):
        score_news2_columns(
            RULES,
            respiratory_rate=[16.0],
            spo2=[97.0, 98.0],
            on_oxygen=[0, 0],
            systolic_bp=[118.0, 118.0],
            heart_rate=[80.0, 80.0],
            consciousness=[0, 0],
            body_temperature=[37.0, 37.0],
        )


KNOWN: dict[str, list[int]] = {
    "respiratory_rate": [16],
    "spo2": [97],
    "on_oxygen": [0],
    "systolic_bp": [118],
    "heart_rate": [80],
    "consciousness": [0],
    "body_temperature_tenths": [370],
    "spo2_scale": [1],
}


@pytest.mark.parametrize("rows", [1, 50])
@pytest.mark.parametrize(
    ("column", "dtype", "value"),
    [
        ("spo2", np.int16, 101),
        ("spo2", np.uint8, 101),
        ("spo2", np.int8, -2),
        ("body_temperature_tenths", np.uint16, 451),
        ("heart_rate", np.int16, 301),
        ("on_oxygen", np.int8, 3),
        ("on_oxygen", np.int8, -1),
        ("consciousness", np.int8, 5),
        ("consciousness", np.int8, -2),
    ],
)
def test_an_impossible_step_is_refused_and_not_scored(
    column: str, dtype: type, value: int, rows: int
) -> None:
    columns = {name: np.array(one * rows, dtype=np.int16) for name, one in KNOWN.items()}
    columns[column] = columns[column].astype(dtype)
    columns[column][-1] = value

    with pytest.raises(ValueError, match="outside its possible range"):
        score_news2_steps(RULES, **columns)


@pytest.mark.parametrize("rows", [1, 50])
@pytest.mark.parametrize("name", ["systolic_bp", "heart_rate", "body_temperature_tenths"])
def test_a_column_too_narrow_for_its_range_is_refused(name: str, rows: int) -> None:
    columns = {key: np.array(one * rows, dtype=np.int16) for key, one in KNOWN.items()}
    columns[name] = np.full(rows, 90, dtype=np.uint8)

    with pytest.raises(ValueError, match="too narrow"):
        score_news2_steps(RULES, **columns)


@pytest.mark.parametrize(("name", "value"), [("spo2_scale", 3), ("spo2", 97.5)])
def test_a_scale_without_chart_and_a_fraction_are_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=r"scale is 1 or 2|whole numbers"):
        score_news2_steps(RULES, **(KNOWN | {name: [value]}))
