"""NEWS2 of a story's last moment in words, with the band and the value behind each parameter."""

from pathlib import Path

import pytest

from monitoring.clinical.explain_news2 import news2_sentence
from tests.spec import bedside, tables

ROWS = tables.rows(Path(__file__).parent / "tables" / "news2.md")


def told(story: str, person: str) -> dict[str, str]:
    """The columns of the table, without its story."""
    last = bedside.judge(bedside.read(story, person))[-1]
    score = last.news2
    shown = [one for one in last.conditions if one.problem == "news2"]
    return {
        "sentence": news2_sentence(score),
        "parts": "; ".join(
            f"{part.parameter} {part.points} [{part.band}]"
            f" ({'' if part.evidence is None else part.evidence.display})"
            for part in score.parts
        ),
        "notes": " ".join(score.notes),
        "problem": "".join(f"{one.state.value} {one.severity}: {one.label}" for one in shown),
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.where)
def test_the_score_in_words(row: tables.Row) -> None:
    asked = dict(row.cells)

    found = told(asked.pop("story"), asked.pop("person"))

    assert found == asked
