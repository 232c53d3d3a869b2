"""NEWS2 over columns: what a column must hold, and what it is told where it does not (4.1)."""

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from monitoring.clinical.concepts import CONSCIOUSNESS
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.scoring import (
    ON_AIR,
    PARAMETERS,
    score_news2_columns,
    score_news2_steps,
)
from monitoring.clinical.step_chart import banded_chart, choice_chart

RULES = load_rulebook().news2
SET: dict[str, list[float]] = {
    "respiratory_rate": [22.0, math.nan],
    "spo2": [95.0, 97.0],
    "on_oxygen": [ON_AIR, ON_AIR],
    "systolic_bp": [104.0, 118.0],
    "heart_rate": [112.0, 80.0],
    "consciousness": [0, 0],
    "body_temperature": [38.5, 37.0],
    "spo2_scale": [1, 1],
}
STEPS: dict[str, list[int]] = {
    "respiratory_rate": [22],
    "spo2": [95],
    "on_oxygen": [ON_AIR],
    "systolic_bp": [104],
    "heart_rate": [112],
    "consciousness": [0],
    "body_temperature_tenths": [385],
    "spo2_scale": [1],
}


def test_the_points_of_each_parameter_and_of_what_is_missing() -> None:
    scored = score_news2_columns(RULES, **SET)

    points = {name: scored.points(name) for name in PARAMETERS}

    assert {one.dtype for one in points.values()} == {np.dtype(np.int8)}
    assert {name: one.tolist() for name, one in points.items()} == {
        "respiratory_rate": [2, -1],
        "spo2": [1, 0],
        "supplemental_oxygen": [0, 0],
        "systolic_bp": [1, 0],
        "heart_rate": [2, 0],
        "consciousness": [0, 0],
        "body_temperature": [1, 0],
    }
    assert scored.total.tolist() == [7, -1]
    assert score_news2_steps(RULES, **STEPS).total.tolist() == [7]


@pytest.mark.parametrize("name", ["on_oxygen", "consciousness", "spo2_scale"])
def test_an_answer_among_measured_values_is_a_whole_number(name: str) -> None:
    _is_refused_where_it_is_a_fraction(score_news2_columns, SET, name)


@pytest.mark.parametrize("name", STEPS)
def test_every_step_is_a_whole_number(name: str) -> None:
    _is_refused_where_it_is_a_fraction(score_news2_steps, STEPS, name)


def _is_refused_where_it_is_a_fraction(score: Any, columns: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=name) as refused:
        score(RULES, **columns | {name: np.array(columns[name], dtype=np.float64)})
    assert str(refused.value) == f"The column {name} must hold whole numbers, not float64."


def test_a_long_column_is_scored_as_each_of_its_rows() -> None:
    many = {name: [*one, *one] * 10 for name, one in SET.items()}

    scored, alone = score_news2_columns(RULES, **many), score_news2_columns(RULES, **SET)

    assert scored.total.tolist() == alone.total.tolist() * 20
    assert scored.cells.tolist() == [row * 20 for row in alone.cells.tolist()]


def test_an_answer_that_nobody_gives_is_refused_by_its_plain_name() -> None:
    chart = choice_chart(RULES.choices["consciousness"], CONSCIOUSNESS)
    oxygen = choice_chart(RULES.choices["supplemental_oxygen"], ("air", "oxygen"))

    assert (chart.name, oxygen.name) == ("consciousness", "supplemental oxygen")
    assert (chart.edges, chart.beyond, chart.step_size) == ((0, 1, 2, 3, 4), 5, 1.0)
    with pytest.raises(ValueError, match=r"^A supplemental oxygen outside") as refused:
        oxygen.cell(7, np.dtype(np.int8))
    assert str(refused.value) == (
        "A supplemental oxygen outside its possible range cannot be scored; put it in quarantine."
    )


def test_a_parameter_without_a_possible_range_has_no_chart() -> None:
    mind = replace(RULES.banded["heart_rate"], concept="consciousness")

    with pytest.raises(ValueError, match=r"^consciousness has") as refused:
        banded_chart(mind, "heart_rate")

    assert str(refused.value) == (
        "consciousness has no possible range; give it one in the dictionary."
    )


@pytest.mark.parametrize("second", ["as packaged", "another chart"])
@pytest.mark.parametrize("dtype", ["i2", "u1", "f8"])
def test_many_sets_on_either_spo2_scale_score_as_each_alone(second: str, dtype: str) -> None:
    """Scale 2 on air is scale 1 eight per cent lower; a chart of another shape scores as well."""
    rules = RULES
    if second == "another chart":
        on_air = RULES.banded["spo2_scale_2_on_air"]
        first, *rest = on_air.bands
        other = replace(on_air, bands=(replace(first, points=2), *rest))
        rules = replace(RULES, banded={**RULES.banded, "spo2_scale_2_on_air": other})
    sets = list(itertools.product(range(70, 101), (0, 1, 2), (1, 2)))
    missing = np.nan if dtype == "f8" else -1 if dtype[0] == "i" else 255
    spo2 = np.array([*(one for one, _, _ in sets), missing], dtype=dtype)
    columns = {
        name: np.full(len(spo2), value[0], dtype=np.int16) for name, value in STEPS.items()
    } | {
        "spo2": spo2,
        "on_oxygen": np.array([*(one for _, one, _ in sets), 0], dtype=np.int8),
        "spo2_scale": np.array([*(one for _, _, one in sets), 2], dtype=np.int8),
    }
    if dtype == "f8":
        columns["body_temperature"] = columns.pop("body_temperature_tenths") / 10
    scorer = score_news2_columns if dtype == "f8" else score_news2_steps

    many = scorer(rules, **columns)
    alone = [
        scorer(rules, **{name: one[place : place + 1] for name, one in columns.items()})
        for place in range(len(spo2))
    ]

    assert many.total.tolist() == [one.total.item() for one in alone]
    assert many.minimum.tolist() == [one.minimum.item() for one in alone]
    assert many.any_three.tolist() == [one.any_three.item() for one in alone]
