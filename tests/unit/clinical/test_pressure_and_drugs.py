"""Blood pressure and the drugs that hold it up, as columns (clinical reference C8, C12, 8.4)."""

import numpy as np
import pytest

from monitoring.clinical.facts import TreatmentSpan
from monitoring.clinical.policy import load_policy
from monitoring.clinical.pressure import PressureColumns, pressure_columns
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.timeline import build
from monitoring.clinical.vasopressors import NOTE_NOT_COUNTED, own_name, vasopressor_columns
from tests.spec import bedside

RULES, POLICY = load_rulebook().crs, load_policy()


def pressures(story: str) -> PressureColumns:
    told = bedside.read(story)
    timeline = build(told.facts(), np.array(told.moments_us))
    return pressure_columns(
        timeline,
        POLICY.hypotension,
        RULES.children,
        set_window_s=POLICY.freshness.set_window_s,
    )


@pytest.mark.parametrize(
    ("story", "mean"),
    [
        ("0 set, BP 118/70", 86.0),
        # A diastolic pressure that is not below the systolic is refused (8.4).
        ("0 set, BP 118/118", None),
        ("0 set, BP 118/119", None),
        ("0 set, no BP, SBP 118; 0:30 DBP 70", 86.0),
        ("0 set, no BP, SBP 118; 0:31 DBP 70", None),
    ],
)
def test_a_mean_by_the_formula_is_of_two_pressures_that_fit(story: str, mean: float | None) -> None:
    found = float(pressures(story).mean_mmhg[-1])
    assert np.isnan(found) if mean is None else found == mean


@pytest.mark.parametrize("written", ["angiotensin II", " Angiotensin-II", "ANGIOTENSIN_II"])
def test_a_drug_is_known_however_it_is_written(written: str) -> None:
    assert own_name(written, RULES) == "angiotensin_ii"


@pytest.mark.parametrize(("kind", "is_noted"), [("inotrope", True), ("antipyretic", False)])
def test_an_inotrope_that_nobody_listed_is_said_to_be_left_out(kind: str, is_noted: bool) -> None:
    told = bedside.read("0 set; 1 look")
    told.treatments.append(
        TreatmentSpan(
            row_id=1,
            kind=kind,
            agent="levosimendan",
            indication=None,
            started_us=told.moments_us[1],
            ended_us=None,
        )
    )
    found = vasopressor_columns(
        build(told.facts(), np.array(told.moments_us)), RULES, POLICY.grading
    )
    assert found.noted[NOTE_NOT_COUNTED].tolist() == [False, is_noted]
