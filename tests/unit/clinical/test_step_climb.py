"""Many sets on a chart's staircase: every kind of column gains what its values score one by one."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitoring.clinical.step_chart import MISSING, POINTS_OF_CELL, StepChart
from monitoring.clinical.step_climb import THREE, Climb, counted, narrowed, steps_between

REFUSED = r"^A sign outside its possible range cannot be scored; put it in quarantine\.$"
TYPES = ["i1", "i2", "i8", "u1", "u2", "f4", "f8"]


def chart(
    *, edges: tuple[int, ...] = (0, 9, 12, 21), points: tuple[int | None, ...] = (3, 1, 0, None)
) -> StepChart:
    """3 points to 8, 1 to 11, none to 20, 21 to 30 cannot be scored, 31 is not possible."""
    return StepChart(name="sign", edges=edges, points=points, beyond=31, step_size=1.0)


def answers() -> StepChart:
    """No, yes, and a step of its own for not known."""
    return StepChart(
        name="sign", edges=(0, 1), points=(0, 2), beyond=2, step_size=1.0, beyond_is_missing=True
    )


def everything(dtype: str) -> NDArray[Any]:
    """Every step of the chart, and what is not known in a column of this type."""
    missing = chart().missing_in(np.dtype(dtype))
    return np.array([*range(31), missing], dtype=dtype)


def climbed(one: StepChart, column: NDArray[Any], **how: Any) -> tuple[list[int], list[bool]]:
    """What each row gains over a sum of 5, and which rows are scored."""
    onto = np.full(len(column), 5, dtype=np.uint8)
    scored = Climb(len(column)).add(one, counted(one, column), onto=onto, **how)
    return (onto - 5).tolist(), scored.tolist()


def one_by_one(one: StepChart, column: NDArray[Any]) -> tuple[list[int], list[bool]]:
    """The same from the cell of each value."""
    cells = [one.cell(value, column.dtype) for value in column.tolist()]
    points = [0 if cell == MISSING else cell & POINTS_OF_CELL for cell in cells]
    return (
        [count + THREE * (count == 3) for count in points],
        [cell != MISSING for cell in cells],
    )


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("points", [(3, 1, 0, None), (0, 1, 2, 3), (1, None, 3, 0), (2, 2, 0, 1)])
def test_a_column_gains_what_each_of_its_values_scores(
    dtype: str, points: tuple[int | None, ...]
) -> None:
    one = chart(points=points)

    assert climbed(one, everything(dtype)) == one_by_one(one, everything(dtype))


@pytest.mark.parametrize("dtype", ["i1", "u1", "i8"])
def test_an_answer_that_is_not_known_gains_nothing(dtype: str) -> None:
    column = np.array([0, 1, 2], dtype=dtype)

    assert climbed(answers(), column) == ([0, 2, 0], [True, True, False])
    assert counted(answers(), column).known.tolist() == [True, True, False]


@pytest.mark.parametrize("dtype", TYPES)
def test_what_is_not_known_lies_below_every_edge(dtype: str) -> None:
    column = counted(chart(), everything(dtype))

    assert column.known.tolist() == [True] * 31 + [False]
    assert not column.values[-1] >= column.values[0]


@pytest.mark.parametrize("dtype", TYPES)
def test_rows_outside_a_mask_gain_nothing_and_are_not_judged(dtype: str) -> None:
    where = np.arange(32) % 3 == 0
    gained, scored = climbed(chart(), everything(dtype), where=where)
    every, judged = one_by_one(chart(), everything(dtype))

    assert gained == [one if here else 0 for one, here in zip(every, where, strict=True)]
    assert scored == [
        one if here else row < 31 for row, (one, here) in enumerate(zip(judged, where, strict=True))
    ]


@pytest.mark.parametrize("dtype", TYPES)
def test_one_chart_climbed_after_another_ends_where_it_alone_would(dtype: str) -> None:
    air = chart(edges=(0, 4, 12, 25), points=(3, 2, 1, 0))
    oxygen = chart(edges=(0, 4, 15, 20, 28), points=(3, 2, 0, 3, None))
    column = counted(oxygen, everything(dtype))
    climb, onto = Climb(32), np.zeros(32, dtype=np.uint8)

    climb.add(air, column, onto=onto)
    scored = climb.add(oxygen, column, onto=onto, instead_of=air)

    assert (onto.tolist(), scored.tolist()) == one_by_one(oxygen, everything(dtype))


@pytest.mark.parametrize("dtype", TYPES)
def test_a_chart_that_lies_lower_is_climbed_by_values_moved_up(dtype: str) -> None:
    lower = chart(edges=(0, 4, 7, 16), points=(3, 1, 0, 2))
    upper = chart(edges=(0, 9, 12, 21), points=(3, 1, 0, 2))
    steps = steps_between(upper, lower)
    assert steps == 5

    where = np.arange(32) % 2 == 1
    moved = counted(upper, everything(dtype)).moved_up(where, steps)
    onto = np.zeros(32, dtype=np.uint8)
    scored = Climb(32).add(upper, moved, onto=onto)

    own, _ = one_by_one(upper, everything(dtype))
    of_lower, known = one_by_one(lower, everything(dtype))
    assert onto.tolist() == np.where(where, of_lower, own).tolist()
    assert scored.tolist() == known


@pytest.mark.parametrize(
    ("edges", "points", "beyond", "steps"),
    [
        ((0, 9, 12), (3, 1, 0), 31, 0),
        ((0, 1, 4), (3, 1, 0), 31, 8),
        ((0, 10, 13), (3, 1, 0), 31, None),
        ((0, 4, 8), (3, 1, 0), 31, None),
        ((0, 4), (3, 1), 31, None),
        ((0, 4, 7), (3, 2, 0), 31, None),
        ((0, 4, 7), (3, None, 0), 31, None),
        ((0, 4, 7), (3, 1, 0), 250, 5),
        ((0, 4, 7), (3, 1, 0), 251, None),
    ],
)
def test_two_charts_lie_so_many_steps_apart_or_differ_in_more(
    edges: tuple[int, ...], points: tuple[int | None, ...], beyond: int, steps: int | None
) -> None:
    upper = StepChart(
        name="sign",
        edges=(0, 9, 12),
        points=points if None in points else (3, 1, 0),
        beyond=beyond,
        step_size=1.0,
    )

    assert steps_between(upper, chart(edges=edges, points=points)) == steps


@pytest.mark.parametrize(
    ("dtype", "value"),
    [("i1", 31), ("i2", -2), ("u1", 31), ("u2", 65534), ("f8", 31), ("f8", -1), ("f8", 30.5)],
)
def test_a_value_that_nobody_can_have_is_refused(dtype: str, value: float) -> None:
    with pytest.raises(ValueError, match=REFUSED):
        counted(chart(), np.array([9, value], dtype=dtype))


@pytest.mark.parametrize(("dtype", "value"), [("i1", 3), ("i1", -1), ("u1", 255), ("i8", -1)])
def test_an_answer_that_no_question_has_is_refused(dtype: str, value: int) -> None:
    with pytest.raises(ValueError, match=REFUSED):
        counted(answers(), np.array([0, value], dtype=dtype))


@pytest.mark.parametrize("dtype", TYPES)
def test_a_column_without_rows_is_no_error(dtype: str) -> None:
    assert counted(chart(), np.array([], dtype=dtype)).known.tolist() == []
    if dtype[0] != "f":
        assert counted(answers(), np.array([], dtype=dtype)).known.tolist() == []


def test_a_type_too_narrow_for_the_range_is_refused_with_one_that_is_not() -> None:
    wide = StepChart(name="sign", edges=(0,), points=(0,), beyond=256, step_size=1.0)

    with pytest.raises(ValueError, match=r"^A column of uint8 is too narrow for sign; use one of"):
        counted(wide, np.array([9], dtype=np.uint8))


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([-128, 127], np.int8),
        ([-129, 0], np.int64),
        ([0, 128], np.int64),
        ([-129, 128], np.int64),
        ([], np.int64),
    ],
)
def test_whole_numbers_are_kept_in_eight_bits_where_all_fit(
    values: list[int], dtype: type[np.generic]
) -> None:
    found = narrowed(np.array(values, dtype=np.int64))

    assert found.dtype == dtype
    assert found.tolist() == values


@pytest.mark.parametrize("dtype", ["u1", "u2", "f8", "i1"])
def test_a_column_whose_type_says_what_is_missing_keeps_it(dtype: str) -> None:
    assert narrowed(np.array([1, 2], dtype=dtype)).dtype == np.dtype(dtype)
