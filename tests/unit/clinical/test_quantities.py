"""One measured value in several units: read in the paper's, asked for in it, and agreeing."""

import numpy as np
import pytest

from monitoring.clinical.scales.quantities import QUANTITIES, fields_of
from monitoring.clinical.scales.reading import read_columns


def columns_of(name: str, **given: float):
    return read_columns([given], fields_of((name,)))


@pytest.mark.parametrize(
    ("name", "given", "unit", "value"),
    [
        ("temp", {"temp_f": 100.4}, "Cel", 38.0),
        ("temp", {"temp_c": 38.0}, "[degF]", 100.4),
        ("creatinine", {"creatinine_umol_l": 88.4}, "mg/dL", 1.0),
        ("creatinine", {"creatinine_mg_dl": 1.0}, "umol/L", 88.4),
    ],
)
def test_a_value_is_read_in_any_of_its_units(
    name: str, given: dict[str, float], unit: str, value: float
) -> None:
    assert QUANTITIES[name].read(columns_of(name, **given), unit)[0] == pytest.approx(value)


def test_it_is_asked_for_in_the_unit_of_the_paper_or_else_in_its_usual_one() -> None:
    temperature = QUANTITIES["temp"]
    assert temperature.asked_in("[degF]") == "temp_f"
    assert temperature.asked_in("K") == "temp_c"


@pytest.mark.parametrize(
    ("name", "given", "agrees"),
    [
        # A tenth of a degree is what a chart rounds away; 5 % of 38 would be 2 degrees.
        ("temp", {"temp_c": 38.0, "temp_f": 100.5}, True),
        ("temp", {"temp_c": 38.0, "temp_f": 101.0}, False),
        ("hr", {"hr": 95, "pulse": 100}, True),
        ("hr", {"hr": 94.9, "pulse": 100}, False),
    ],
)
def test_two_values_of_one_thing_agree_or_are_refused(
    name: str, given: dict[str, float], *, agrees: bool
) -> None:
    found = QUANTITIES[name].disagreements(columns_of(name, **given))
    assert (found == {}) is agrees
    assert np.isnan(QUANTITIES[name].read(columns_of(name), QUANTITIES[name].unit)).all()
