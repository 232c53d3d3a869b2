"""What public CRS calculators state as their rule, each as the small function that it is.

Nothing of theirs is copied: each function says in our words what the cited page or code states.
``None`` would be that a calculator gives no answer; all of these give one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# Hypotension as a ward states it: what runs, and the record that says so.
HYPOTENSION: dict[str, dict[str, Any]] = {
    "none": {"fluids_for_hypotension": False, "hypotension_by_baseline": False, "vasopressors": []},
    "fluids": {"fluids_for_hypotension": True, "vasopressors": []},
    "one vasopressor": {"vasopressors": ["norepinephrine"]},
    "one and vasopressin": {"vasopressors": ["norepinephrine", "vasopressin"]},
    "two vasopressors": {"vasopressors": ["norepinephrine", "epinephrine"]},
}
HYPOXIA: dict[str, dict[str, Any]] = {
    "none": {"o2_device": "room_air"},
    "cannula 3 L/min": {"o2_device": "nasal_cannula", "o2_flow_lpm": 3.0},
    "cannula 6 L/min": {"o2_device": "nasal_cannula", "o2_flow_lpm": 6.0},
    "cannula 7 L/min": {"o2_device": "nasal_cannula", "o2_flow_lpm": 7.0},
    "blow-by": {"o2_device": "blow_by"},
    "face mask 5 L/min": {"o2_device": "simple_face_mask", "o2_flow_lpm": 5.0},
    "positive pressure": {"o2_device": "bipap"},
}
FEVER: dict[str, dict[str, Any]] = {
    "fever": {"temp_c": 38.5},
    "treated": {
        "temp_c": 36.9,
        "episode_open": True,
        "antipyretic_or_anticytokine_since_onset": True,
    },
    "never": {
        "temp_c": 36.9,
        "episode_open": False,
        "antipyretic_or_anticytokine_since_onset": False,
    },
}


@dataclass(frozen=True, slots=True)
class Case:
    """One cell of the truth table, by the names above."""

    fever: str
    hypotension: str
    hypoxia: str

    @property
    def record(self) -> dict[str, Any]:
        """The record of it."""
        support = {"o2_for_hypoxia": True, **HYPOXIA[self.hypoxia]}
        return {**FEVER[self.fever], **HYPOTENSION[self.hypotension], **support}


CASES = [Case(f, p, o) for f in FEVER for p in HYPOTENSION for o in HYPOXIA]


def cancercalc(case: Case) -> int:
    """Fever, or its treatment, which the page waives in words. High flow is printed as >= 6."""
    if case.fever == "never":
        return 0
    pressure = {
        "none": 0,
        "fluids": 2,
        "one vasopressor": 3,
        "one and vasopressin": 3,
        "two vasopressors": 4,
    }[case.hypotension]
    # At exactly 6 L/min both rows of the page apply, and the more severe one decides.
    oxygen = {
        "none": 0,
        "cannula 3 L/min": 2,
        "blow-by": 2,
        "positive pressure": 4,
    }.get(case.hypoxia, 3)
    highest = max(pressure, oxygen)
    return highest or (1 if case.fever == "fever" else 0)


def cliot(case: Case) -> int:
    """A temperature of 38.0 is a prerequisite; high flow from 6; two pressors are two."""
    if case.fever != "fever":
        return 0
    pressure = {"none": 0, "fluids": 2, "one vasopressor": 3}.get(case.hypotension, 4)
    oxygen = {"none": 0, "cannula 3 L/min": 2, "blow-by": 2, "positive pressure": 4}.get(
        case.hypoxia, 3
    )
    return max(1, pressure, oxygen)


def nobra(case: Case) -> int:
    """The rows of Lee 2014 under the name of ASTCT; never below 1, and fever decides nothing."""
    pressure = {"none": 0, "fluids": 2, "one vasopressor": 2}.get(case.hypotension, 3)
    oxygen = {
        "none": 0,
        "cannula 3 L/min": 2,
        "blow-by": 2,
        "face mask 5 L/min": 2,  # below 40 % or below 6 L/min is its low flow
        "positive pressure": 4,
    }.get(case.hypoxia, 3)
    return max(1, pressure, oxygen)


def crs_checker(case: Case) -> int:
    """Without fever grade 0; multiple vasopressors without the exception for vasopressin."""
    if case.fever != "fever":
        return 0
    pressure = {"none": 0, "fluids": 2, "one vasopressor": 3}.get(case.hypotension, 4)
    oxygen = {"none": 0, "cannula 7 L/min": 3, "face mask 5 L/min": 3, "positive pressure": 4}.get(
        case.hypoxia, 2
    )
    return max(1, pressure, oxygen)


@dataclass(frozen=True, slots=True)
class Calculator:
    """A public calculator: its rule as a function, where it is stated and how far we could see."""

    name: str
    where: str
    seen: str
    grade: Callable[[Case], int]


CALCULATORS = (
    Calculator(
        "CancerCalc",
        "https://www.cancercalc.com/CRS_grade.php",
        "The form and its notes. Its script was not to be seen: that it follows its own words "
        "after treatment, and says no CRS where there never was fever, is assumed in its favour.",
        cancercalc,
    ),
    Calculator(
        "cliot 1.0.0 (R, CRAN)",
        "https://rdrr.io/cran/cliot/man/cytokine_release_syndrome_grading.html",
        "The function's documentation, not its body. It does not name vasopressin: two drugs are "
        "taken as two. Blow-by has no option and is taken as low flow.",
        cliot,
    ),
    Calculator(
        "nobra_calculator (Python)",
        "https://github.com/danielxmed/nobra_calculator, the class CrsGradingCalculator and "
        "app/models/scores/oncology/crs_grading.py, commit "
        "24e3c7a8dd217857232f159af413b80604505825",
        "The code and the texts of its options. Organ toxicity is left at 0 here; it would raise "
        "the grade there, which ASTCT forbids.",
        nobra,
    ),
    Calculator(
        "CRS-checker-beta1 (web)",
        "https://github.com/tfx1759/CRS-checker-beta1, utils/gradingLogic.ts and constants.ts, "
        "commit ed1384d2f131aff67f1eeebf24dae783d48ca112",
        "The code and the texts of its options. Blow-by has no option and is taken as low flow.",
        crs_checker,
    ),
)


def reason(case: Case, ours: int, theirs: int) -> str:
    """Why a calculator differs from the paper in this cell, by the rule it breaks."""
    if case.fever == "treated" and theirs < ours and theirs == 0:
        return "no CRS once the fever is treated; the paper waives the fever (C6)"
    if case.fever == "never":
        return "a grade without any fever; the paper asks for fever at the onset (C4)"
    if case.fever == "treated" and ours == 0:
        return "never below grade 1; nothing is met any more (C6)"
    if theirs < ours:
        return "a lower row than the paper's: vasopressors or masks counted by Lee 2014 (C10, C14)"
    if case.hypotension == "one and vasopressin" and theirs == 4:
        return "vasopressin counted towards multiple vasopressors (C10)"
    return "6 L/min taken as high flow; the paper's low flow includes it (1.4)"
