"""All that would move a CRS grade, in the words a nurse reads (Lee 2019, Table 2)."""

import pytest

from monitoring.clinical.changes import better, stopped, worse
from monitoring.clinical.confirmation import CRS, ICANS
from monitoring.clinical.counterfactuals import Counterfactual, Counterfactuals, counterfactuals
from monitoring.clinical.policy import load_policy
from monitoring.clinical.rulebook import load_rulebook
from tests.spec import bedside

TO_4 = "CRS grade 4 if positive pressure is needed (CPAP, BiPAP, ventilation)."
TO_3 = (
    "CRS grade 3 if a vasopressor is started or oxygen goes above 6 L/min or oxygen needs a mask."
)
TO_2 = (
    "CRS grade 2 if a fluid bolus is needed for hypotension or oxygen is needed by nasal cannula."
)
BY_CANNULA = "CRS grade 2 if oxygen by nasal cannula at 6 L/min is enough."
ON_AIR = "CRS grade 1 if oxygen is no longer needed."


@pytest.mark.parametrize(
    ("story", "lines"),
    [
        ("0 set, T 38.5", [TO_2, TO_3, TO_4]),
        # Oxygen for comfort does not count (C13); what a deficit needs does.
        ("0 set, T 38.5, nasal cannula 2, reason comfort", [TO_2, TO_3, TO_4]),
        # Blow-by is low flow at any flow, and a cannula above 6 L/min is not.
        ("0 set, T 38.5, blow by 4", [TO_3, TO_4, ON_AIR]),
        ("0 set, T 38.5, nonrebreather mask 15", [TO_4, BY_CANNULA, ON_AIR]),
        ("0 set, T 38.5, bipap", ["CRS grade 3 if a mask is enough.", BY_CANNULA, ON_AIR]),
        ("0 set, T 38.5, bolus", [TO_3, TO_4, "CRS grade 1 if no fluid bolus is needed for 6 h."]),
        (
            "0 set, T 38.5, BP 84/60",
            [TO_3, TO_4, "CRS grade 1 if blood pressure is normal."],
        ),
        (
            "0 set, T 38.5, start angiotensin_ii",
            [
                (
                    "CRS grade 4 if a second vasopressor runs (vasopressin not counted)"
                    " or positive pressure is needed (CPAP, BiPAP, ventilation)."
                ),
                "CRS grade 1 if angiotensin ii is stopped.",
            ],
        ),
        (
            "0 set, T 38.5, start norepinephrine, start phenylephrine; 1 stop norepinephrine",
            [
                (
                    "CRS grade 4 if a second vasopressor runs (vasopressin not counted)"
                    " or positive pressure is needed (CPAP, BiPAP, ventilation)."
                ),
                "CRS grade 1 if phenylephrine is stopped.",
            ],
        ),
        # Vasopressin alone is a vasopressor and no second one (C10, C11).
        (
            "0 set, T 38.5, start vasopressin",
            [TO_4, "CRS grade 1 if vasopressin is stopped."],
        ),
        (
            "0 set, T 38.5, start norepinephrine, start phenylephrine",
            ["CRS grade 3 if norepinephrine is stopped or phenylephrine is stopped."],
        ),
        # The pressure of three hours ago is too old at grade 2: without oxygen nothing is known.
        (
            "0 set, T 38.5; 1 give paracetamol; 2 set, nasal cannula 2; 5 T 37, nasal cannula 2",
            [TO_3, TO_4],
        ),
        ("0 set, T 38.5; 1 set", [TO_2, TO_3, TO_4]),
        ("0 set, BP 82/60", ["CRS grade 2 if the temperature reaches 38.0 C."]),
        ("0 set, no T, BP 82/60", ["CRS grade 2 if the temperature reaches 38.0 C."]),
    ],
)
def test_every_way_to_another_grade_of_crs(story: str, lines: list[str]) -> None:
    case = bedside.read(story)
    last = bedside.judge(case)[-1]

    found = counterfactuals(case.facts(), last, rulebook=load_rulebook(), policy=load_policy())

    assert found[CRS].lines(nearest=False) == lines


def test_the_nearest_grade_names_four_ways_and_counts_the_others() -> None:
    raising = tuple(
        Counterfactual(scale=ICANS, grade=grade, change=worse(words, stopped("x")))
        for grade, words in ((1, "a"), (1, "b"), (1, "c"), (1, "d"), (2, "e"))
    )
    lowering = tuple(
        Counterfactual(scale=ICANS, grade=0, change=better(words, stopped("x")))
        for words in ("a", "b", "b", "c", "d", "e", "f")
    )

    found = Counterfactuals(raising=raising, lowering=lowering)

    assert found.lines(nearest=True) == [
        "ICANS grade 1 if a or b or c or d.",
        "ICANS grade 0 if a or b or c or d or one of 2 other findings.",
    ]
    assert found.lines(nearest=False) == [
        "ICANS grade 1 if a or b or c or d.",
        "ICANS grade 2 if e.",
        "ICANS grade 0 if a or b or c or d or e or f.",
    ]
