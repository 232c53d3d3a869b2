"""Neutropenic fever and the IEC-HS watch as alerts: when, how urgent, and what missing means."""

from dataclasses import replace
from math import inf

import pytest

from monitoring.clinical.iec_hs import iec_hs_watch
from monitoring.clinical.laboratory_flags import iec_hs_condition, neutropenic_fever_condition
from monitoring.clinical.neutropenic_fever import neutropenic_fever
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import Condition, ConditionState, Priority
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


@pytest.mark.parametrize(("h", "severity", "criteria"), [(3, 1, ()), (3.5, 2, ("late",))])
def test_the_alert_says_what_to_do_and_shows_the_count_and_the_temperature(
    h: float, severity: int, criteria: tuple[str, ...]
) -> None:
    found = fever_at(neutropenic(), h)

    assert (found.problem, found.severity) == ("neutropenic_fever", severity)
    assert found.criteria == ("present", *criteria)
    assert found.action == "Cultures and the first antibiotic within the hour by local protocol."
    assert {one.concept for one in found.evidence} == {"neutrophils", "body_temperature"}
    assert found.label.startswith("Neutropenic fever: ")


def test_an_antibiotic_that_ran_before_the_fever_is_named_and_ends_nothing() -> None:
    stay = (
        Stay()
        .lab("neutrophils", h0=0.2)
        .give(1, "levofloxacin", "antimicrobial", until=inf)
        .at(2, "body_temperature", 38.5)
    )

    found = fever_at(stay, 2)

    assert found.state is ConditionState.ACTIVE
    assert found.label.endswith("; levofloxacin ran before the fever")
    assert [one.display for one in found.evidence][-1] == "levofloxacin"


def test_where_nobody_charts_treatments_the_clock_is_not_known_and_the_fever_is() -> None:
    stay = neutropenic()
    (state,) = neutropenic_fever(replace(stay.facts(), treatments_charted=False), at_us=hours(3.5))

    found = neutropenic_fever_condition(state, POLICY, now_us=hour(3.5))

    assert (found.state, found.priority) == (ConditionState.ACTIVE, Priority.MEDIUM)
    assert found.label == "Neutropenic fever: whether an antibiotic was given is not charted"


def test_a_charted_antibiotic_ends_it_and_is_named() -> None:
    found = fever_at(neutropenic().give(2.5, "cefepime", "antimicrobial"), 4)
    assert (found.problem, found.priority) == ("neutropenic_fever", Priority.MEDIUM)
    assert found.state is ConditionState.NORMAL
    assert found.label == "Neutropenic fever, cefepime given"
    concepts = [one.concept for one in found.evidence]
    assert set(concepts[:-1]) == {"neutrophils", "body_temperature"}
    assert found.evidence[-1].display == "cefepime"


def test_a_missing_count_is_no_data_and_never_normal() -> None:
    found = fever_at(Stay().at(2, "body_temperature", 39.0), 2)
    assert (found.problem, found.priority) == ("neutropenic_fever", Priority.MEDIUM)
    assert found.state is ConditionState.NO_DATA
    assert found.label == "No neutrophils yet"
    assert found.action == "Chart the neutrophils."
    nothing = fever_at(Stay(), 2)
    assert nothing.state is ConditionState.NO_DATA
    assert nothing.label == "No body temperature and neutrophils yet"
    assert nothing.action == "Chart the body temperature and neutrophils."


def test_without_fever_there_is_none() -> None:
    stay = Stay().lab("neutrophils", h0=0.2).at(2, "body_temperature", 37.0)
    found = fever_at(stay, 2)
    assert (found.problem, found.priority) == ("neutropenic_fever", Priority.MEDIUM)
    assert (found.state, found.severity) == (ConditionState.NORMAL, 0)
    assert found.label == "No neutropenic fever"
    assert {one.concept for one in found.evidence} == {"neutrophils", "body_temperature"}


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
    assert found.problem == "iec_hs_watch"
    assert found.label.startswith("IEC-HS watch, no diagnosis: ")
    assert found.severity == len(found.criteria) > 3
    assert found.label.count(", ") >= found.severity
    assert "ferritin" in found.criteria
    assert {"ferritin", "fibrinogen", "platelets"} <= {one.concept for one in found.evidence}
    rows = [(one.table, one.row_id) for one in found.evidence]
    assert len(rows) == len(set(rows)), "each row is shown once"
    assert found.action == (
        "Look at the criteria with the physician; exclude infection and progression."
    )


def test_missing_ferritin_is_no_data_and_a_low_one_is_none() -> None:
    steady = Stay().infuse(1).lab("ferritin", h0=300.0, h24=310.0).lab("fibrinogen", h24=90.0)
    found = watch_at(steady, 25)
    assert [one.concept for one in found.evidence] == ["fibrinogen"]
    assert (found.problem, found.priority) == ("iec_hs_watch", Priority.MEDIUM)
    assert (found.state, found.label) == (ConditionState.NORMAL, "No IEC-HS watch")
    unknown = watch_at(Stay(), 1)
    assert (unknown.problem, unknown.priority) == ("iec_hs_watch", Priority.MEDIUM)
    assert unknown.state is ConditionState.NO_DATA
    assert unknown.label == "No ferritin and blood counts yet"
    assert unknown.evidence == ()
