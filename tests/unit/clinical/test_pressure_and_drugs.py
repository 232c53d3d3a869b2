"""Blood pressure and the drugs that hold it up, as columns (clinical reference C8, C12, 8.4)."""

import numpy as np
import pytest

from monitoring.clinical.facts import TreatmentSpan
from monitoring.clinical.policy import load_policy
from monitoring.clinical.pressure import PressureColumns, pressure_columns
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.timeline import build
from monitoring.clinical.truths import NO, UNKNOWN, YES
from monitoring.clinical.vasopressors import (
    NOTE_NOT_COUNTED,
    VasopressorColumns,
    own_name,
    vasopressor_columns,
)
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


def drugs(told: bedside.Bedside) -> VasopressorColumns:
    timeline = build(told.facts(), np.array(told.moments_us))
    return vasopressor_columns(timeline, RULES, POLICY.grading)


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
    assert drugs(told).noted[NOTE_NOT_COUNTED].tolist() == [False, is_noted]


def test_an_inotrope_is_left_out_from_its_start_until_it_is_stopped() -> None:
    told = bedside.read("0 set; 1 start dobutamine; 2 look; 3 stop dobutamine; 4 look")

    assert drugs(told).noted[NOTE_NOT_COUNTED].tolist() == [False, True, True, False, False]


def test_in_intensive_care_what_runs_is_known_from_the_first_vasopressor_on() -> None:
    story = "0 set; 1 start norepinephrine; 2 stop norepinephrine; 3 look; 4 start epinephrine"

    assert drugs(bedside.read(story, "icu")).one.tolist() == [UNKNOWN, YES, NO, NO, YES]


def test_a_vasopressor_of_later_hides_none_that_runs() -> None:
    told = bedside.read("0 set; 1 start norepinephrine; 2 look; 3 start epinephrine")
    told.treatments.reverse()
    told.moments_us.pop()

    assert drugs(told).one.tolist() == [NO, YES, YES]
