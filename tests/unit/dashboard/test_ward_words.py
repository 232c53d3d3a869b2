"""What the ward reads of codes: a drug as it stands on its bottle, a value with its unit."""

import pytest

from dashboard.bedside import words


@pytest.mark.parametrize(
    ("code", "read"),
    [
        ("tocilizumab", "tocilizumab"),
        ("sodium_chloride", "sodium chloride"),
        ("albumin_5", "albumin 5 %"),
        ("piperacillin_tazobactam", "piperacillin/tazobactam"),
    ],
)
def test_a_drug_is_named_as_its_bottle_names_it(code: str, read: str) -> None:
    assert words.agent(code) == read


@pytest.mark.parametrize(
    ("concept", "number", "code", "read"),
    [
        ("body_temperature", 38.4, None, "38.4 C"),
        ("body_temperature", 38.4444, None, "38.4444 C"),
        ("heart_rate", 88.0, None, "88 /min"),
        ("consciousness", None, "C", "C: New confusion"),
        ("symptom_headache", 2.0, None, "2 moderate"),
        ("spo2", None, None, "no value"),
    ],
)
def test_a_value_is_read_with_its_unit_and_nothing_is_rounded_away(
    concept: str, number: float | None, code: str | None, read: str
) -> None:
    assert words.value(concept, number, code) == read
