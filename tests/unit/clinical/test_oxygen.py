"""Which oxygen support is in force at the last moment of a story, and what it counts for."""

from dataclasses import replace
from math import isnan
from pathlib import Path

import numpy as np
import pytest

from monitoring.clinical.concepts import OXYGEN_DEVICES
from monitoring.clinical.oxygen import NOTE_ATTRIBUTED, NOTE_EXCUSED, NOTE_HOME, support_columns
from monitoring.clinical.policy import load_policy
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.timeline import Charted, build
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


def test_oxygen_at_home_is_left_out_from_when_the_ward_knows_of_it() -> None:
    case = bedside.read("0 nasal cannula 2; 1 nasal cannula 2; 2 nasal cannula 2", "home unknown 2")
    assert case.baseline is not None
    case.baseline = replace(case.baseline, effective_us=case.moments_us[1])
    timeline = build(case.facts(), np.array(case.moments_us, dtype=np.int64))

    support = support_columns(timeline, load_rulebook().crs, load_policy().freshness)

    assert [WORDS[truth].value for truth in support.above_home] == ["yes", "no", "no"]
    assert support.noted[NOTE_HOME].tolist() == [False, True, True]


def test_a_device_and_a_flow_charted_at_every_moment_are_as_among_sparse_rows() -> None:
    story = "0 {0}nasal cannula 2; 1 {0}nasal cannula 8; 2 {0}simple face mask 5; 3 {0}room air 0"
    case = bedside.read(story.format("set, "))
    at_us = np.array(case.moments_us, dtype=np.int64)
    sparse = build(case.facts(), at_us)
    charted = {
        concept: Charted(at_us, sparse.series[concept].value[:-1])
        for concept in ("oxygen_device", "oxygen_flow")
    }
    dense = build(case.facts(), at_us, charted)
    assert dense.at_every_moment == set(charted)

    one, other = (
        support_columns(timeline, load_rulebook().crs, load_policy().freshness)
        for timeline in (sparse, dense)
    )

    assert other.truths.tolist() == one.truths.tolist()
    assert other.support_age_us.tolist() == one.support_age_us.tolist() == [0] * 4
    for name in ("device", "flow_lpm", "level", "uses_flow"):
        assert getattr(other, name).tolist() == getattr(one, name).tolist(), name
    assert {note: mask.tolist() for note, mask in other.noted.items()} == {
        note: mask.tolist() for note, mask in one.noted.items()
    }
