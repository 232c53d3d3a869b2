"""All that would move an ICANS grade, in the words of its table (Lee 2019)."""

from pathlib import Path

import pytest

from monitoring.clinical.confirmation import ICANS
from monitoring.clinical.counterfactuals import counterfactuals
from monitoring.clinical.policy import load_policy
from monitoring.clinical.rulebook import load_rulebook
from tests.spec import bedside, tables

ROWS = tables.rows(Path(__file__).parent / "tables" / "icans-changes.md")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.where)
def test_every_way_to_another_grade_of_icans(row: tables.Row) -> None:
    case = bedside.read(row.cells["story"], row.cells["person"])
    last = bedside.judge(case)[-1]

    found = counterfactuals(case.facts(), last, rulebook=load_rulebook(), policy=load_policy())

    assert " ".join(found[ICANS].lines(nearest=False)) == row.cells["lines"]
