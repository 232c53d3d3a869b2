"""Which oxygen support is in force at the last moment of a story, and what it counts for."""

from math import isnan
from pathlib import Path

import numpy as np
import pytest

from monitoring.clinical.concepts import OXYGEN_DEVICES
from monitoring.clinical.oxygen import NOTE_ATTRIBUTED, NOTE_EXCUSED, NOTE_HOME, support_columns
from monitoring.clinical.policy import load_policy
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.timeline import build
from monitoring.clinical.truths import WORDS
from tests.spec import bedside, tables

ROWS = tables.rows(Path(__file__).parent / "tables" / "oxygen.md")


def told(story: str, person: str) -> dict[str, str]:
    """The columns of the table, without its story."""
    case = bedside.read(story, person)
    timeline = build(case.facts(), np.array(case.moments_us, dtype=np.int64))
    support = support_columns(timeline, load_rulebook().crs, load_policy().freshness)
    device, flow_lpm = int(support.device[-1]), float(support.flow_lpm[-1])
    flow = "?" if isnan(flow_lpm) else f"{flow_lpm:g}"
    noted = [note for note, mask in support.noted.items() if mask[-1]]
    return {
        "support": f"{OXYGEN_DEVICES[device] if device >= 0 else '?'} {flow}",
        "uses flow": "yes" if support.uses_flow[-1] else "no",
        "class": str(support.level[-1]),
        "on oxygen": WORDS[support.on_oxygen[-1]].value,
        "above home": WORDS[support.above_home[-1]].value,
        "2, 3, 4": ", ".join(WORDS[truth].value for truth in support.truths[:, -1]),
        "ages": f"{_age(support.support_age_s(-1))}, {_age(support.age_us[-1] / 1e6)}",
        "notes": " ".join(noted),
    }


def _age(seconds: float) -> str:
    return "never" if seconds > 1e9 else f"{seconds:g}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.where)
def test_support_and_class(row: tables.Row) -> None:
    asked = dict(row.cells)

    found = told(asked.pop("story"), asked.pop("person"))

    assert found == asked


@pytest.mark.parametrize("note", [NOTE_ATTRIBUTED, NOTE_EXCUSED, NOTE_HOME])
def test_every_reason_not_to_count_oxygen_stands_in_the_table(note: str) -> None:
    assert any(note in row.cells["notes"] for row in ROWS)
