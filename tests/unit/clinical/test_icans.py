"""The ICANS grade of a story's last moment: its words, what it lacks and the rows behind it."""

from dataclasses import replace
from pathlib import Path

import pytest

from monitoring.clinical.explain_icans import (
    icans_criteria,
    icans_sentence,
    missing_words,
    why_not_graded,
)
from monitoring.clinical.results import Truth
from tests.spec import bedside, tables

ROWS = tables.rows(Path(__file__).parent / "tables" / "icans.md")


def told(story: str, person: str) -> dict[str, str]:
    """The columns of the table, without its story."""
    last = bedside.judge(bedside.read(story, person))[-1]
    icans = last.icans
    assert icans is not None
    found = [one for one in last.conditions if one.problem == "icans_grade"]
    said = [f"{one.state.value} {one.priority.value} {one.severity}: {one.label}" for one in found]
    return {
        "sentence": icans_sentence(last),
        "why not": why_not_graded(icans) if icans.grade is None else "",
        "grade": f"{icans.grade} {icans.status.value}, at most {icans.at_most}",
        "missing": missing_words(icans),
        "met": "; ".join(
            f"{one.id} {one.truth.value} ({', '.join(row.display for row in one.inputs)})"
            for one in icans.criteria
        ),
        "unknown": str(sum(one.truth is Truth.UNKNOWN for one in icans_criteria(icans))),
        "notes": " ".join(icans.notes),
        "problem": "".join(said),
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.where)
def test_the_grade_in_words(row: tables.Row) -> None:
    asked = dict(row.cells)

    found = told(asked.pop("story"), asked.pop("person"))

    assert found == asked


def test_a_row_that_is_held_says_so_and_one_that_is_known_needs_no_word() -> None:
    story = "0 set, ICE 20000, no other sign; 17 set, seizure brief"

    icans = bedside.judge(bedside.read(story))[-1].icans

    assert icans is not None
    assert {one.id: one.note for one in icans.criteria} == {
        "ice_0_2": "Met when last known, nothing newer decides it.",
        "seizure_brief": None,
    }


def test_the_grade_rises_stays_and_falls() -> None:
    story = (
        "0 set, ICE 43111; 1 set, ICE 33000; 2 set, ICE 30000; 3 set, ICE 42111; 20 set, sedated"
    )

    told_us = [one.icans for one in bedside.judge(bedside.read(story))]

    assert [one and (one.grade, one.direction) for one in told_us] == [
        (0, "unknown"),
        (2, "rising"),
        (2, "steady"),
        (1, "falling"),
        (1, "steady"),
    ]


def test_the_table_has_the_rows_of_the_test_in_use_and_no_others() -> None:
    for person, own, other in (("", "ice", "capd"), ("age 8", "capd", "ice")):
        icans = bedside.judge(bedside.read("0 set", person))[-1].icans
        assert icans is not None
        tests = {one.id.partition("_")[0] for one in icans_criteria(icans)}
        assert own in tests
        assert other not in tests


def test_an_evaluation_of_before_icans_was_judged_says_so() -> None:
    last = bedside.judge(bedside.read("0 set"))[-1]

    assert icans_sentence(replace(last, icans=None)) == "ICANS was not judged at that time."
