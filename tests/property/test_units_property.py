"""Whatever is sent in Fahrenheit means the same Celsius, and never crosses the fever limit."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from monitoring.clinical.checking import Checked, Refused, check_value
from monitoring.clinical.concepts import CONCEPTS

FAHRENHEIT_TENTHS = st.integers(min_value=770, max_value=1130)


@given(tenths=FAHRENHEIT_TENTHS)
def test_fahrenheit_is_converted_as_exactly_as_a_float_can_hold(tenths):
    sent = Decimal(tenths) / 10
    checked = check_value("body_temperature", sent, "F")
    assert isinstance(checked, Checked)
    exact = (Fraction(tenths, 10) - 32) * Fraction(5, 9)
    assert checked.value == float(exact)


@given(tenths=FAHRENHEIT_TENTHS)
def test_fever_in_fahrenheit_is_fever_in_celsius(tenths):
    checked = check_value("body_temperature", Decimal(tenths) / 10, "F")
    assert isinstance(checked, Checked)
    assert checked.value is not None
    assert (checked.value >= 38.0) == (tenths >= 1004)


@given(tenths=FAHRENHEIT_TENTHS)
def test_going_to_celsius_and_back_gives_the_number_that_was_charted(tenths):
    checked = check_value("body_temperature", Decimal(tenths) / 10, "F")
    assert isinstance(checked, Checked)
    assert checked.value is not None
    assert round(checked.value * 9 / 5 + 32, 1) == tenths / 10


@given(concept=st.sampled_from(sorted(CONCEPTS)), sent=st.text(max_size=30), unit=st.text())
def test_no_text_breaks_the_check(concept, sent, unit):
    answer = check_value(concept, sent, unit)
    assert isinstance(answer, Checked | Refused)


@given(concept=st.sampled_from(sorted(CONCEPTS)), sent=st.floats())
def test_every_accepted_number_lies_in_the_possible_range(concept, sent):
    answer = check_value(concept, sent, CONCEPTS[concept].unit)
    if isinstance(answer, Checked) and answer.value is not None:
        limits = CONCEPTS[concept].possible
        assert limits is not None
        assert limits[0] <= answer.value <= limits[1]
        if limits[1] == float("inf"):
            assert answer.value < float("inf")
