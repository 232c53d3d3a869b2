"""A nurse types, a file says: what is used, what is asked about, what is refused and how."""

import math
from decimal import Decimal

import pytest

from monitoring.clinical.agreement import check_set
from monitoring.clinical.checking import Checked, Reason, Refused, check_value
from monitoring.clinical.concepts import CONCEPTS

USED = [
    # concept, value, unit, canonical, queried
    ("body_temperature", "38.4", "Cel", 38.4, False),
    ("body_temperature", "38.4", "°C", 38.4, False),
    ("body_temperature", "38.4", None, 38.4, False),
    ("body_temperature", "100.4", "°F", 38.0, False),
    ("body_temperature", "98.6", "[degF]", 37.0, False),
    ("body_temperature", "98.6", "deg F", 37.0, False),
    ("body_temperature", "104", "fahrenheit", 40.0, False),
    ("body_temperature", "101.3", None, 38.5, True),
    ("body_temperature", "95", None, 35.0, True),
    ("body_temperature", "37.95", "C", 37.95, False),
    ("body_temperature", "33.9", "C", 33.9, True),
    ("body_temperature", "34", "C", 34.0, False),
    ("body_temperature", "41.6", "C", 41.6, True),
    ("body_temperature", "25", "C", 25.0, True),
    ("body_temperature", "113", "F", 45.0, True),
    ("heart_rate", "86.82", "bpm", 86.82, False),
    ("heart_rate", " 88 ", "/min", 88.0, False),
    ("heart_rate", "+88.", None, 88.0, False),
    ("heart_rate", "34", None, 34.0, True),
    ("respiratory_rate", "17.5", "insp/min", 17.5, False),
    ("systolic_bp", "221", "mmHg", 221.0, True),
    ("spo2", "97", "%", 97.0, False),
    ("spo2", "0.97", None, 97.0, True),
    ("spo2", "0.97", "%", 97.0, True),
    ("spo2", "0.97", "1", 97.0, False),
    ("spo2", "59", "%", 59.0, True),
    ("inhaled_oxygen", "0.5", "1", 50.0, False),
    ("inhaled_oxygen", "50", None, 50.0, False),
    ("inhaled_oxygen", "1", "1", 100.0, False),
    ("inhaled_oxygen", "40", "1", 40.0, True),
    ("inhaled_oxygen", "0.21", None, 21.0, True),
    ("oxygen_flow", "2", "LPM", 2.0, False),
    ("crp", "12", "mg/dL", 120.0, False),
    ("crp", "1e2", "mg/L", 100.0, False),
    ("creatinine", "88.4", "µmol/L", 1.0, False),
    ("platelets", "158", "K/uL", 158.0, False),
    ("platelets", "158000", "/uL", 158.0, False),
    ("haemoglobin", "97", "g/L", 9.7, False),
    ("body_weight", "100", "lb", 45.359237, False),
    ("symptom_chills", "0", None, 0.0, False),
    ("symptom_chills", 3.0, None, 3.0, False),
]


@pytest.mark.parametrize(("concept", "value", "unit", "canonical", "queried"), USED)
def test_a_usable_value_comes_back_in_the_concept_s_unit(concept, value, unit, canonical, queried):
    checked = check_value(concept, value, unit)
    assert isinstance(checked, Checked)
    assert checked.value == canonical
    assert checked.unit == CONCEPTS[concept].unit
    assert checked.queried is queried
    assert (checked.question is not None) is queried


REFUSED = [
    ("body_temperature", "384", "C", Reason.NOT_POSSIBLE, "Did you mean 38.4?"),
    ("body_temperature", "1004", "F", Reason.NOT_POSSIBLE, "Did you mean 100.4?"),
    ("body_temperature", "101.2", "C", Reason.NOT_POSSIBLE, "Did you mean 101.2 F?"),
    ("body_temperature", "38.4", "F", Reason.NOT_POSSIBLE, "Did you mean 38.4 C?"),
    ("body_temperature", "24.9", "C", Reason.NOT_POSSIBLE, "Enter what was measured."),
    ("body_temperature", "60", None, Reason.UNIT_UNCLEAR, "Send the unit"),
    ("body_temperature", "94.9", None, Reason.UNIT_UNCLEAR, "Send the unit"),
    ("body_temperature", "38.4", "K", Reason.UNKNOWN_UNIT, "Send it in C or F"),
    ("body_temperature", "38.4", "mmHg", Reason.UNKNOWN_UNIT, "Send it in C or F"),
    ("body_temperature", "38,4", "C", Reason.DECIMAL_COMMA, "decimal point"),
    ("body_temperature", "", "C", Reason.EMPTY, "Enter a number"),
    ("body_temperature", "  ", "C", Reason.EMPTY, "Enter a number"),
    ("body_temperature", "warm", "C", Reason.NOT_A_NUMBER, "Enter digits"),
    ("body_temperature", "38.4 C", None, Reason.NOT_A_NUMBER, "the unit apart"),
    ("body_temperature", "3_8", "C", Reason.NOT_A_NUMBER, "Enter digits"),
    ("body_temperature", "٣٨", "C", Reason.NOT_A_NUMBER, "Enter digits"),
    ("body_temperature", "--38", "C", Reason.NOT_A_NUMBER, "Enter digits"),
    ("body_temperature", "nan", "C", Reason.NOT_A_NUMBER, "Enter digits"),
    ("body_temperature", math.nan, "C", Reason.NOT_A_NUMBER, "Enter digits"),
    ("body_temperature", math.inf, "C", Reason.NOT_A_NUMBER, "Enter digits"),
    ("crp", "1e400", "mg/L", Reason.NOT_POSSIBLE, "Enter what was measured"),
    ("crp", "1e-400", "mg/L", Reason.NOT_POSSIBLE, "Enter what was measured"),
    ("crp", "1e999999", "mg/L", Reason.NOT_POSSIBLE, "Enter what was measured"),
    ("crp", "9" * 500, "mg/L", Reason.NOT_A_NUMBER, "Enter digits"),
    ("crp", "<5", "mg/L", Reason.COMPARATOR, "measured"),
    ("crp", "-0.1", "mg/L", Reason.NOT_POSSIBLE, "Enter what was measured"),
    ("heart_rate", "0", "/min", Reason.NOT_POSSIBLE, "Enter what was measured"),
    ("heart_rate", "820", "/min", Reason.NOT_POSSIBLE, "Did you mean 82?"),
    ("heart_rate", True, "/min", Reason.NOT_A_NUMBER, "Enter digits"),
    ("systolic_bp", "16", "kPa", Reason.UNKNOWN_UNIT, "Send it in mmHg"),
    ("spo2", "101", "%", Reason.NOT_POSSIBLE, "Enter what was measured"),
    ("spo2", "970", "%", Reason.NOT_POSSIBLE, "Did you mean 97?"),
    ("spo2", "1", "%", Reason.UNIT_UNCLEAR, "1 or 100"),
    ("spo2", "0", "%", Reason.NOT_POSSIBLE, "Enter what was measured"),
    ("inhaled_oxygen", "10", "%", Reason.NOT_POSSIBLE, "Enter what was measured"),
    ("oxygen_flow", "81", "L/min", Reason.NOT_POSSIBLE, "Did you mean 8.1?"),
    ("symptom_chills", "4", None, Reason.NOT_POSSIBLE, "from 0 to 3"),
    ("symptom_chills", "1.5", None, Reason.NOT_POSSIBLE, "whole number"),
    ("oxygen_device", "tent pole", None, Reason.UNKNOWN_CODE, "nasal cannula"),
    ("oxygen_device", "Tracheostomy tube", None, Reason.UNKNOWN_CODE, "what drives it"),
    ("consciousness", "", None, Reason.EMPTY, "Choose a value"),
    ("shoe_size", "44", None, Reason.UNKNOWN_CONCEPT, "concept list"),
]


@pytest.mark.parametrize(("concept", "value", "unit", "reason", "words"), REFUSED)
def test_a_value_that_cannot_be_used_is_refused_with_what_to_do(
    concept, value, unit, reason, words
):
    refused = check_value(concept, value, unit)
    assert isinstance(refused, Refused)
    assert refused.reason_code is reason
    assert words in refused.message


def test_the_words_are_those_of_the_ward():
    refused = check_value("body_temperature", "384", "C")
    assert isinstance(refused, Refused)
    assert refused.message == "Temperature 384 C is not possible. Did you mean 38.4?"


def test_the_fever_limit_is_exact_in_both_units():
    """Rule C1: 100.4 F is fever, 100.3 F and a charted 37.95 C are not."""
    fever = check_value("body_temperature", "100.4", "F")
    below = check_value("body_temperature", "100.3", "F")
    assert isinstance(fever, Checked)
    assert isinstance(below, Checked)
    assert fever.value == 38.0
    assert below.value is not None
    assert below.value < 38.0


def test_a_float_and_its_text_say_the_same():
    assert check_value("body_temperature", 100.4, "F") == check_value(
        "body_temperature", "100.4", "F"
    )
    assert check_value("body_temperature", Decimal("100.4"), "F") == check_value(
        "body_temperature", "100.4", "F"
    )


@pytest.mark.parametrize(
    ("sent", "code"),
    [("A", "A"), ("alert", "A"), ("v", "V"), ("New confusion", "C"), ("Unresponsive", "U")],
)
def test_consciousness_is_read_as_letter_or_word(sent, code):
    checked = check_value("consciousness", sent)
    assert isinstance(checked, Checked)
    assert checked.code == code
    assert checked.value is None


def test_a_device_is_read_whatever_its_case_and_hyphens():
    checked = check_value("oxygen_device", "High-flow nasal cannula")
    assert isinstance(checked, Checked)
    assert checked.code == "high_flow_nasal_cannula"


def test_a_diastolic_pressure_at_or_above_the_systolic_is_refused():
    for diastolic_mmhg in (80.0, 120.0):
        (concern,) = check_set({"systolic_bp": 80.0, "diastolic_bp": diastolic_mmhg})
        assert concern.refused
        assert concern.concept == "diastolic_bp"
    assert check_set({"systolic_bp": 80.0, "diastolic_bp": 79.0}) == ()


def test_a_mean_pressure_far_from_the_formula_is_asked_about():
    pressures = {"systolic_bp": 120.0, "diastolic_bp": 60.0}  # the formula says 80
    assert check_set({**pressures, "mean_arterial_pressure": 100.0}) == ()
    (concern,) = check_set({**pressures, "mean_arterial_pressure": 100.5})
    assert not concern.refused
    assert concern.concept == "mean_arterial_pressure"


def test_oxygen_flow_must_fit_its_device():
    assert check_set({"oxygen_device": "nasal_cannula", "oxygen_flow": 15.0}) == ()
    (cannula,) = check_set({"oxygen_device": "nasal_cannula", "oxygen_flow": 16.0})
    (air,) = check_set({"oxygen_device": "room_air", "oxygen_flow": 2.0})
    assert not cannula.refused
    assert not air.refused
    assert check_set({"oxygen_device": "room_air", "oxygen_flow": 0.0}) == ()


def test_inhaled_oxygen_above_that_of_air_is_asked_about_on_room_air():
    (enriched,) = check_set({"oxygen_device": "room_air", "inhaled_oxygen": 40.0})
    assert enriched.concept == "inhaled_oxygen"
    assert not enriched.refused
    assert check_set({"oxygen_device": "room_air", "inhaled_oxygen": 21.0}) == ()
    assert check_set({"oxygen_device": "venturi_mask", "inhaled_oxygen": 40.0}) == ()
    assert check_set({"oxygen_device": None, "inhaled_oxygen": 40.0}) == ()


@pytest.mark.parametrize(("n", "shown"), [(24, "w" * 24), (25, "w" * 24 + "…")])
def test_a_long_word_is_shown_in_part(n: int, shown: str) -> None:
    refused = check_value("body_temperature", "w" * n, "C")

    assert isinstance(refused, Refused)
    assert f"“{shown}”" in refused.message
