"""What is said of fever, pressure, oxygen, pulse and devices, word for word."""

from pathlib import Path

import pytest

from tests.spec import bedside, tables

ROWS = tables.rows(Path(__file__).parent / "tables" / "flags.md")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.where)
def test_what_is_said_of_a_problem_at_the_last_moment_of_a_story(row: tables.Row) -> None:
    cells = row.cells

    last = bedside.judge(bedside.read(cells["story"], cells["person"]))[-1]

    (one,) = [found for found in last.conditions if found.problem == cells["problem"]]
    assert f"{one.state.value} {one.priority.value} {one.severity}" == cells["said"]
    assert one.label == cells["label"]
    assert " ".join(one.criteria) == cells["criteria"]
    assert "; ".join(row.display for row in one.evidence) == cells["rows"]
