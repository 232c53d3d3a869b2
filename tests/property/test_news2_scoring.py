"""NEWS2 over columns agrees with the plain second scorer, at every edge and a step beside it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.scoring import score_news2_columns
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
    rows = 40_000  # more than the rows that are worked on at once
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
