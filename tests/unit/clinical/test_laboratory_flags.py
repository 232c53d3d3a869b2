"""Neutropenic fever and the IEC-HS watch as alerts: when, how urgent, and what missing means."""

import pytest

from monitoring.clinical.iec_hs import iec_hs_watch
from monitoring.clinical.laboratory_flags import iec_hs_condition, neutropenic_fever_condition
from monitoring.clinical.neutropenic_fever import neutropenic_fever
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import Condition
from tests.laboratory_stay import Stay, hour, hours

POLICY = load_policy()


def fever_at(stay: Stay, h: float) -> Condition:
    (state,) = neutropenic_fever(stay.facts(), at_us=hours(h))
    return neutropenic_fever_condition(state, POLICY, now_us=hour(h))


def watch_at(stay: Stay, h: float) -> Condition:
    (watch,) = iec_hs_watch(stay.facts(), at_us=hours(h))
    return iec_hs_condition(watch, POLICY)


def neutropenic() -> Stay:
    return Stay().lab("neutrophils", h0=0.2).at(2, "body_temperature", 38.5)


@pytest.mark.parametrize(
    ("h", "priority", "words"),
    [
        (2, "medium", "due in 60 min"),
        (2.5, "medium", "due in 30 min"),
        (3, "medium", "due in 0 min"),
        (3.5, "high", "overdue by 30 min"),
    ],
)
def test_the_clock_runs_for_an_hour_and_is_high_from_then_on(
    h: float, priority: str, words: str
) -> None:
    found = fever_at(neutropenic(), h)
    assert (found.state.value, found.priority.value) == ("active", priority)
    assert words in found.label


def test_a_charted_antibiotic_ends_it_and_is_named() -> None:
    found = fever_at(neutropenic().give(2.5, "cefepime", "antimicrobial"), 4)
    assert found.state.value == "normal"
    assert "cefepime given" in found.label


def test_a_missing_count_is_no_data_and_never_normal() -> None:
    found = fever_at(Stay().at(2, "body_temperature", 39.0), 2)
    assert found.state.value == "no_data"
    assert "neutrophils" in found.label


def test_without_fever_there_is_none() -> None:
    stay = Stay().lab("neutrophils", h0=0.2).at(2, "body_temperature", 37.0)
    assert fever_at(stay, 2).state.value == "normal"


def test_the_watch_names_what_is_present_and_diagnoses_nothing() -> None:
    stay = (
        Stay()
        .lab("ferritin", h0=400.0, h24=12_000.0)
        .lab("platelets", h0=180.0, h24=22.0)
        .lab("neutrophils", h0=2.0, h24=0.2)
        .lab("haemoglobin", h0=11.0, h24=6.8)
        .lab("ast", h0=20.0, h24=400.0)
        .lab("alt", h0=20.0, h24=400.0)
        .lab("fibrinogen", h0=300.0, h24=90.0)
        .lab("ldh", h0=200.0, h24=900.0)
    )
    found = watch_at(stay, 25)
    assert (found.state.value, found.priority.value) == ("active", "medium")
    assert "no diagnosis" in found.label
    assert found.evidence


def test_missing_ferritin_is_no_data_and_a_low_one_is_none() -> None:
    steady = Stay().infuse(1).lab("ferritin", h0=300.0, h24=310.0)
    assert watch_at(steady, 25).state.value == "normal"
    assert watch_at(Stay(), 1).state.value == "no_data"
