"""One parameter as a staircase: one value alone and a column of any type say the same."""

import numpy as np
import pytest

from monitoring.clinical.step_chart import (
    FEW_ROWS,
    MISSING,
    StepChart,
    merged_chart,
)

REFUSED = r"^A sign outside its possible range cannot be scored; put it in quarantine\.$"
# Band * 4 + points of 0, 8, 9, 11, 12, 20 of the chart below.
CELLS = {0: 3, 8: 3, 9: 5, 11: 5, 12: 8, 20: 8, 21: MISSING, 30: MISSING}


def chart(*, beyond_is_missing: bool = False, step_size: float = 1.0) -> StepChart:
    """3 points to 8, 1 to 11, none to 20, 21 to 30 cannot be scored, 31 is not possible."""
    return StepChart(
        name="sign",
        edges=(0, 9, 12, 21),
        points=(3, 1, 0, None),
        beyond=31,
        step_size=step_size,
        beyond_is_missing=beyond_is_missing,
    )


@pytest.mark.parametrize("dtype", ["i1", "i2", "i8", "u1", "u2", "f4", "f8"])
@pytest.mark.parametrize("repeated", [1, FEW_ROWS])
def test_a_column_and_a_single_value_fall_into_the_same_band(dtype: str, repeated: int) -> None:
    values = np.array(list(CELLS) * repeated, dtype=dtype)

    assert chart().cells(values).tolist() == list(CELLS.values()) * repeated
    for value, cell in CELLS.items():
        assert chart().cell(value, values.dtype) == cell


@pytest.mark.parametrize(
    ("dtype", "missing"), [("i1", -1), ("i8", -1), ("u1", 255), ("u2", 65535), ("f8", np.nan)]
)
@pytest.mark.parametrize("repeated", [1, FEW_ROWS])
def test_what_is_not_known_is_missing_in_a_column_of_any_type(
    dtype: str, missing: float, repeated: int
) -> None:
    values = np.array([missing, 9] * repeated, dtype=dtype)

    assert chart().cells(values).tolist() == [MISSING, 5] * repeated
    assert chart().cell(missing, values.dtype) == MISSING


@pytest.mark.parametrize("dtype", ["i1", "u1", "u2"])
def test_a_chart_may_have_a_step_for_not_known(dtype: str) -> None:
    values = np.array([31, 9] * FEW_ROWS, dtype=dtype)
    answers = chart(beyond_is_missing=True)

    assert answers.cells(values).tolist() == [MISSING, 5] * FEW_ROWS
    assert answers.cell(31, values.dtype) == MISSING
    assert answers.missing_in(values.dtype) == 31


@pytest.mark.parametrize(
    ("dtype", "value"), [("i2", 31), ("i2", -2), ("u1", 31), ("f8", 31), ("f8", -1), ("f8", 30.5)]
)
@pytest.mark.parametrize("repeated", [1, FEW_ROWS])
def test_a_value_that_nobody_can_have_is_refused(dtype: str, value: float, repeated: int) -> None:
    values = np.array([9, value] * repeated, dtype=dtype)

    with pytest.raises(ValueError, match=REFUSED):
        chart().cells(values)


def test_a_value_between_two_steps_is_rounded_half_up() -> None:
    tenths = chart(step_size=0.1)
    values = np.array([0.849, 0.85, 0.84999995, 1.15, 1.149] * FEW_ROWS)

    assert tenths.cells(values).tolist() == [3, 5, 5, 8, 5] * FEW_ROWS


def test_a_type_too_narrow_for_the_range_is_refused_with_one_that_is_not() -> None:
    wide = StepChart(name="sign", edges=(0,), points=(0,), beyond=128, step_size=1.0)
    words = r"^A column of int8 is too narrow for sign; use one of 16 bits\.$"

    assert wide.missing_in(np.dtype(np.uint8)) == 255
    assert (
        StepChart(name="sign", edges=(0,), points=(0,), beyond=255, step_size=1.0).missing_in(
            np.dtype(np.uint8)
        )
        == 255
    )
    assert wide.missing_in(np.dtype(np.int8)) == -1, "127 is the largest step"
    with pytest.raises(ValueError, match=words):
        StepChart(name="sign", edges=(0,), points=(0,), beyond=129, step_size=1.0).missing_in(
            np.dtype(np.int8)
        )
    with pytest.raises(ValueError, match="too narrow"):
        StepChart(name="sign", edges=(0,), points=(0,), beyond=256, step_size=1.0).missing_in(
            np.dtype(np.uint8)
        )


def test_where_nobody_knows_which_of_two_charts_applies_only_what_both_say_is_scored() -> None:
    first = StepChart(name="one", edges=(0, 10, 20), points=(3, 1, 0), beyond=31, step_size=1.0)
    second = StepChart(
        name="two", edges=(0, 10, 15, 25), points=(3, 1, 0, 0), beyond=31, step_size=1.0
    )

    both = merged_chart(first, second)

    # 10-14 is 1 in both; 15-19 is 1 or 0; 25-30 is 0 in both.
    assert both.points == (3, 1, None, 0)
    assert (both.edges, both.name, both.beyond) == ((0, 10, 15, 25), "two", 31)
