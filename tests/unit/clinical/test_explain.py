"""The words a clinician reads beside a grade."""

import pytest

from monitoring.clinical import explain
from monitoring.clinical.results import Truth
from tests.spec import bedside


@pytest.mark.parametrize(
    ("story", "person", "sentence"),
    [
        (
            "0 set, T 38.5, BP 84/60",
            "baseline 118/70",
            "SBP 84, baseline 118: hypotension. CRS grade 2 suggested.",
        ),
        ("0 set, T 38.6", "", "Temperature 38.6 C: fever. CRS grade 1 suggested."),
        (
            "0 set, T 38.6; 2 set, T 37.5",
            "",
            "Temperature 37.5 C, 38.6 C 2 h ago: fever. CRS grade 1 suggested.",
        ),
        (
            "0 set, T 38.6, nasal cannula 8",
            "",
            (
                "Nasal cannula 8 L/min: hypoxia requiring high-flow oxygen or a mask. "
                "CRS grade 3 suggested."
            ),
        ),
        (
            "0 set, T 38.6, start norepinephrine, start vasopressin",
            "",
            (
                "Norepinephrine + vasopressin: hypotension requiring a vasopressor. "
                "CRS grade 3 suggested."
            ),
        ),
        (
            "0 set, T 38.6, bolus",
            "",
            "SBP 118, fluid bolus: hypotension. CRS grade 2 suggested.",
        ),
        (
            "0 set, T 38.6, no device",
            "",
            "Temperature 38.6 C: fever. CRS grade 1 at least; not known: oxygen device.",
        ),
        (
            "0 set, T 38.6",
            "icu",
            "Temperature 38.6 C: fever. CRS grade 1 at least; not known: use of vasopressors.",
        ),
        ("0 set, no T", "", "CRS grade not known. Chart first: temperature."),
        (
            "0 set, no T, start norepinephrine, nasal cannula 2",
            "",
            (
                "Norepinephrine: hypotension requiring a vasopressor. Nasal cannula 2 L/min: "
                "hypoxia requiring low-flow oxygen. CRS grade not known. Chart first: temperature."
            ),
        ),
        ("0 set", "", "No fever: no CRS by ASTCT, grade 0."),
        (
            "0 set, BP 82/60",
            "",
            "SBP 82: hypotension, without fever. No CRS by ASTCT, grade 0: look for another cause.",
        ),
        (
            "0 set, T 38.4; 1 give paracetamol; 3 set",
            "",
            (
                "Temperature 37.0 C, no hypotension, no oxygen need: CRS resolving, grade 0 now, "
                "peak 1. Fever may be hidden by treatment."
            ),
        ),
        (
            "0 set, T 38.5, BP 84/60; 3 T 38.5, room air",
            "",
            "SBP 84: hypotension when last known 3 h ago. CRS grade 2 suggested.",
        ),
        (
            # What came since leaves the criterion open: it is not what met it.
            "0 set, T 38.5, BP 84/60; 2 set, T 38.5, BP 109/70; 3 set, T 38.5, BP 110/70",
            "treatments not charted",
            (
                "SBP 84: hypotension when last known 3 h ago. CRS grade 2 at least; not known: "
                "use of vasopressors."
            ),
        ),
    ],
)
def test_why_this_grade(story: str, person: str, sentence: str) -> None:
    lying = bedside.read(story, person)
    assert explain.sentence(bedside.judge(lying)[-1]) == sentence
    assert explain.sentence(bedside.judge_one_by_one(lying)[-1]) == sentence


def test_what_is_unknown_may_be_there_already() -> None:
    lines = explain.may_be_already(bedside.judge(bedside.read("0 set, T 38.5, no BP"))[-1])

    assert lines == ["May be CRS grade 2 already; not known: SBP."]


def test_where_all_is_known_nothing_may_be_hidden() -> None:
    assert explain.may_be_already(bedside.judge(bedside.read("0 set, T 38.5"))[-1]) == []


def test_the_table_has_every_criterion_with_its_rows() -> None:
    rows = explain.table(bedside.judge(bedside.read("0 set, T 38.5, nasal cannula 2"))[-1])

    assert [row.grade for row in rows] == sorted((row.grade for row in rows), reverse=True)
    oxygen = [row for row in rows if row.criterion == "low_flow_oxygen"]
    assert [(row.value, row.truth) for row in oxygen] == [
        ("nasal cannula", Truth.YES),
        ("2 L/min", Truth.YES),
    ]
    pressors = next(row for row in rows if row.criterion == "multiple_vasopressors")
    assert (pressors.value, pressors.row_id, pressors.truth) == (None, None, Truth.NO)


@pytest.mark.parametrize(
    ("age_s", "words"),
    [(0, "now"), (59, "now"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (48 * 3600, "2 d")],
)
def test_an_age_in_words(age_s: float, words: str) -> None:
    assert explain.age_in_words(age_s) == words


@pytest.mark.parametrize(
    ("ages_s", "words"),
    [
        ((10800.0, 14400.0), "when last known 3 h ago"),
        ((0.0, 14400.0), "when last known"),
        ((), "when last known"),
    ],
)
def test_when_a_held_criterion_was_last_known(ages_s: tuple[float, ...], words: str) -> None:
    assert explain.last_known_in_words(ages_s) == words


def test_a_moment_ago_is_now() -> None:
    assert (explain.ago_in_words(30), explain.ago_in_words(240)) == ("now", "4 min ago")
