"""Nothing is said of what would change a grade that is not so: every stated change is tried."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.clinical.confirmation import CRS, ICANS
from monitoring.clinical.counterfactuals import Counterfactual, counterfactuals
from monitoring.clinical.facts import EncounterFacts
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import Evaluation
from monitoring.clinical.rulebook import load_rulebook
from tests.property.effort import examples
from tests.property.test_crs_grading import STAYS, Stay, told
from tests.spec import bedside

NEURO = (
    "ICE 43111",
    "ICE 42101",
    "ICE 3?011",
    "ICE 20000",
    "no other sign",
    "seizure brief",
    "seizure prolonged",
    "awakens voice",
    "untested language",
    "untested unable to perform",
    "sedated",
    "finds Focal oedema on imaging",
    "finds Intracranial haemorrhage",
    "finds Deep focal weakness",
    "V",
    "P",
    "C",
)


def told_of(facts: EncounterFacts, evaluation: Evaluation) -> dict[str, list[Counterfactual]]:
    found = counterfactuals(facts, evaluation, rulebook=load_rulebook(), policy=load_policy())
    return {scale: [*one.raising, *one.lowering] for scale, one in found.items()}


def tried(facts: EncounterFacts, standing: Evaluation, one: Counterfactual) -> Evaluation:
    """The whole rules on the changed facts, just after the moment that was explained."""
    at_us = standing.at_us + 1
    (after,) = bedside.ask(
        one.change.apply(facts, at_us),
        bedside.np.array([at_us]),
        prior=standing.episode,
        previous=standing.crs,
        icans=standing.icans,
    )
    return after


def hold(facts: EncounterFacts, standing: Evaluation) -> int:
    count = 0
    for scale, changes in told_of(facts, standing).items():
        for one in changes:
            after = tried(facts, standing, one)
            assert after.icans is not None
            assert standing.icans is not None
            now = after.crs.grade if scale == CRS else after.icans.grade
            before = standing.crs.grade if scale == CRS else standing.icans.grade
            assert now == one.grade, (scale, one.change.words)
            assert now != before, (scale, one.change.words)
            count += 1
    return count


@settings(max_examples=examples(60))
@given(STAYS)
def test_every_change_of_a_crs_grade_gives_the_grade_it_states(stay: Stay) -> None:
    case = told(stay)
    hold(case.facts(), bedside.judge(case)[-1])


@settings(max_examples=examples(60))
@given(st.integers(0, 2**32 - 1))
def test_every_change_of_an_icans_grade_gives_the_grade_it_states(seed: int) -> None:
    dice = random.Random(seed)
    blocks = [
        f"{hour} set, {', '.join(dice.sample(NEURO, dice.randint(0, 4)))}".rstrip(", ")
        for hour in sorted(dice.sample(range(30), dice.randint(1, 4)))
    ]
    person = dice.choice(("", "", "age 12", "age unknown"))
    case = bedside.read("; ".join(blocks), person)
    hold(case.facts(), bedside.judge(case)[-1])


@pytest.mark.parametrize(
    ("story", "person", "line"),
    [
        (
            "0 set, T 38.5, nasal cannula 2",
            "",
            (
                "CRS grade 3 if a vasopressor is started or oxygen goes above 6 L/min or oxygen "
                "needs a mask."
            ),
        ),
        ("0 set, T 38.5, nasal cannula 2", "", "CRS grade 1 if oxygen is no longer needed."),
        (
            "0 set, T 38.5, start norepinephrine",
            "",
            "CRS grade 1 if norepinephrine is stopped.",
        ),
        ("0 set, T 38.5, BP 84/50", "", "CRS grade 1 if blood pressure is normal."),
        ("0 set, BP 82/60", "", "CRS grade 2 if the temperature reaches 38.0 C."),
        ("0 set, ICE 43111, no other sign", "", "ICANS grade 1 if ICE falls to 7-9."),
        ("0 set, ICE 33000, no other sign", "", "ICANS grade 1 if ICE rises to 7-9."),
        (
            "0 set, CAPD 9, no other sign",
            "age 8",
            "ICANS grade 1 if CAPD falls to 8 or less.",
        ),
    ],
)
def test_the_words(story: str, person: str, line: str) -> None:
    case = bedside.read(story, person)
    found = counterfactuals(
        case.facts(), bedside.judge(case)[-1], rulebook=load_rulebook(), policy=load_policy()
    )
    lines = [one for changes in found.values() for one in changes.lines(nearest=True)]
    assert line in lines, lines


def test_what_a_clinician_attributed_to_another_cause_promises_nothing() -> None:
    """A vasopressor would not count while hypotension has another cause (C17)."""
    case = bedside.read("0 set, T 38.5, attribute hypotension")

    words = [one.change.words for one in told_of(case.facts(), bedside.judge(case)[-1])[CRS]]

    assert words
    assert not any("vasopressor" in one or "bolus" in one for one in words)


def test_two_reasons_for_one_grade_have_no_single_way_down() -> None:
    case = bedside.read("0 set, T 38.5, start norepinephrine, simple face mask 8")

    found = counterfactuals(
        case.facts(), bedside.judge(case)[-1], rulebook=load_rulebook(), policy=load_policy()
    )

    assert found[CRS].lowering == ()


def test_of_an_icans_that_nobody_assessed_nothing_is_said() -> None:
    case = bedside.read("0 set")

    assert ICANS not in told_of(case.facts(), bedside.judge(case)[-1])
