"""A value as the ward writes it, with its age and the row it stands in."""

import numpy as np
import pytest

from monitoring.clinical.evidence import EvidenceBook, as_old_as_now, number_as_written
from monitoring.clinical.results import InputEvidence
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.timeline import build
from tests.spec import bedside
from tests.spec.bedside import HOUR_US, MIDNIGHT_US


def book(story: str, person: str = "") -> EvidenceBook:
    case = bedside.read(story, person)
    timeline = build(case.facts(), np.array(case.moments_us, dtype=np.int64))
    return EvidenceBook(timeline, load_rulebook().crs)


@pytest.mark.parametrize(
    ("concept", "value", "text"),
    [
        ("body_temperature", 38.0, "38.0 C"),
        # Never rounded over the limit of fever (C1).
        ("body_temperature", 37.95, "37.95 C"),
        ("body_temperature", 37.999, "37.999 C"),
        ("mean_arterial_pressure", 64.97, "64.97 mmHg"),
        ("body_temperature", (100.5 - 32) / 1.8, "38.06 C"),
        ("body_temperature", (100.4 - 32) / 1.8, "38.0 C"),
        ("oxygen_flow", 6.0, "6 L/min"),
        ("oxygen_flow", 0.25, "0.25 L/min"),
        ("spo2", 92.0, "92 %"),
        ("systolic_bp", 89.5, "89.5 mmHg"),
        ("neutrophils", 0.2, "0.20 x10^9/L"),
        ("ice_total", 7.0, "7"),
    ],
)
def test_a_number_has_its_unit_and_is_not_rounded_over_a_limit(
    concept: str, value: float, text: str
) -> None:
    assert number_as_written(concept, value) == text


@pytest.mark.parametrize(
    ("told", "concept", "text"),
    [
        ("untested unable to perform", "test_obstacle", "unable to perform"),
        ("seizure repetitive no recovery", "seizure", "repetitive no recovery"),
        ("V", "consciousness", "V"),
        ("nonrebreather mask 15", "oxygen_device", "nonrebreather mask"),
    ],
)
def test_a_code_is_written_in_words_and_has_no_number(told: str, concept: str, text: str) -> None:
    found = book(f"0 {told}").newest(concept, 0, 3600.0)

    assert found is not None
    assert (found.display, found.value) == (text, None)


def test_a_value_is_as_old_as_it_is_at_each_moment_and_stale_beyond_the_limit() -> None:
    seen = book("0 T 38.5; 1 look; 2 look")

    found = [seen.newest("body_temperature", place, 3600.0) for place in (0, 1, 2)]

    assert found == [
        InputEvidence(
            concept="body_temperature",
            display="38.5 C",
            value=38.5,
            taken_us=MIDNIGHT_US,
            age_s=3600.0 * place,
            table="observation",
            row_id=1,
            stale=place == 2,
        )
        for place in (0, 1, 2)
    ]
    assert (
        seen.newest("body_temperature", 1, 3599.0)
        == as_old_as_now((found[0],) if found[0] else (), MIDNIGHT_US + HOUR_US)[0]
    )
    assert seen.newest("spo2", 0, 3600.0) is None


def test_a_mean_by_the_formula_points_at_the_diastolic_value() -> None:
    found = book("0 BP 84/50").computed_mean(61.3, 0, 3600.0)

    assert found is not None
    assert (found.concept, found.display, found.value, found.row_id) == (
        "mean_arterial_pressure",
        "61.3 mmHg by the formula",
        61.3,
        2,
    )
    assert book("0 SBP 84").computed_mean(61.3, 0, 3600.0) is None


def test_the_own_pressure_and_a_running_drug_are_never_stale() -> None:
    case = bedside.read("0 start norepinephrine; 30 look", "baseline 118")
    seen = book("0 start norepinephrine; 30 look", "baseline 118")
    assert case.baseline is not None

    own, drug = seen.baseline(case.baseline, 1), seen.treatment(case.treatments[0], 1)

    assert own == InputEvidence(
        concept="baseline_systolic_bp",
        display="118 mmHg",
        value=118.0,
        taken_us=MIDNIGHT_US - 100 * HOUR_US,
        age_s=130 * 3600.0,
        table="baseline",
        row_id=1,
        stale=False,
    )
    assert drug == InputEvidence(
        concept="vasopressor",
        display="norepinephrine",
        value=None,
        taken_us=MIDNIGHT_US,
        age_s=30 * 3600.0,
        table="treatment",
        row_id=1,
        stale=False,
    )
