"""What becomes of a value that was sent, word for word: used, asked about, or refused with why."""

from pathlib import Path

import pytest

from monitoring.clinical.checking import Refused, check_value
from tests.spec import tables

ROWS = tables.rows(Path(__file__).parent / "tables" / "checking.md")


def told(concept: str, value: str, unit: str) -> dict[str, str]:
    """The columns of the table that answer."""
    found = check_value(concept, value, unit or None)
    if isinstance(found, Refused):
        return {"used": "", "why": found.reason_code.value, "said": found.message}
    used = f"{found.value:g} {found.unit}".strip() if found.code is None else found.code
    why = "" if found.reason_code is None else found.reason_code.value
    assert found.queried == bool(found.question) == bool(why)
    return {"used": used, "why": why, "said": found.question or ""}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.where)
def test_a_value(row: tables.Row) -> None:
    asked = dict(row.cells)

    found = told(asked.pop("concept"), asked.pop("value"), asked.pop("unit"))

    assert found == asked
