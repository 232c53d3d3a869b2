"""The handbook's tables, row by row: what stands in docs/rules.md is what the rules do."""

import re

import numpy as np
import orjson
import pytest

from monitoring.clinical import tocilizumab
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import Evaluation
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.scales import registry
from monitoring.clinical.scales.fields import RecordError
from monitoring.clinical.scoring import PARAMETERS, points_and_band, score_news2_columns
from tests.spec import bedside, fields_page, records, rules_page, tables
from tests.spec.checks import holds

NUMERIC = set(PARAMETERS) - {"supplemental_oxygen", "consciousness"}
ALL_ROWS = [row for chapter in tables.chapters() for row in tables.rows(chapter)]
STORIES = [row for row in ALL_ROWS if "story" in row.cells]
BANDS = [row for row in ALL_ROWS if "parameter" in row.cells]
RECORDS = [row for row in ALL_ROWS if "record" in row.cells]
DOSES = [row for row in ALL_ROWS if "warnings" in row.cells]


def test_every_row_of_the_handbook_is_a_test() -> None:
    assert len(STORIES) + len(BANDS) + len(RECORDS) + len(DOSES) == len(ALL_ROWS)
    assert len(STORIES) > 150
    assert len(BANDS) > 60


@pytest.mark.parametrize("chapter", tables.chapters(), ids=lambda path: path.stem)
def test_every_chapter_says_what_missing_means(chapter: tables.Path) -> None:
    assert any("missing" in row.cells["why"] for row in tables.rows(chapter))


@pytest.mark.parametrize("row", STORIES, ids=lambda row: row.where)
def test_story(row: tables.Row) -> None:
    cells = row.cells
    told = bedside.read(cells["story"], cells.get("person", ""))

    whole = bedside.judge(told)

    last = whole[-1]
    assert str("none" if last.crs.grade is None else last.crs.grade) == cells["grade"], last.crs
    assert last.crs.status.value.replace("_", " ") == cells["status"]
    for claim in filter(None, (part.strip() for part in cells["also"].split(";"))):
        assert holds(last, claim, told.facts()), (claim, last)
    assert bedside.judge_one_by_one(told) == whole
    document = orjson.loads(orjson.dumps(last))
    assert Evaluation.from_document(document) == last
    assert (last.rulebook, last.policy) == (load_rulebook().id, load_policy().id)


@pytest.mark.parametrize("row", RECORDS, ids=lambda row: row.where)
def test_record(row: tables.Row) -> None:
    cells = row.cells
    asked = registry.scale(cells["scale"])
    if cells["answer"] == "refused":
        match = re.fullmatch(r'error "(.+)"', cells["also"])
        assert match is not None, "a refused record says which error"
        with pytest.raises(RecordError) as refused:
            asked.of([records.read(cells["record"])])
        assert str(refused.value) == match[1]
        return

    (answer,) = asked.of([records.read(cells["record"])])

    assert records.is_value(answer.value, cells["answer"]), answer
    for claim in filter(None, (part.strip() for part in cells["also"].split(";"))):
        assert records.holds(answer, claim), (claim, answer)
    document = asked.to_document(answer)
    assert orjson.loads(orjson.dumps(document)) == document


@pytest.mark.parametrize("row", DOSES, ids=lambda row: row.where)
def test_dose_of_tocilizumab(row: tables.Row) -> None:
    cells = row.cells
    given = [
        tocilizumab.GivenDose(at_us=round(float(hour) * bedside.HOUR_US), dose_mg=None)
        for hour in filter(None, cells["given"].split(","))
    ]
    at_us = round(float(cells["now"]) * bedside.HOUR_US)

    warned = tocilizumab.warnings(
        given,
        at_us=at_us,
        dose_mg=float(cells["mg"]) if cells["mg"] else None,
        weight_kg=float(cells["kg"]) if cells["kg"] else None,
    )
    next_us = tocilizumab.count(given, at_us=at_us).next_us

    said = ", ".join(f"{one.code}{'!' if one.exceeds else ''}" for one in warned)
    assert said == cells["warnings"]
    assert next_us == (
        None if cells["next"] == "none" else round(float(cells["next"]) * bedside.HOUR_US)
    )


@pytest.mark.parametrize("row", BANDS, ids=lambda row: row.where)
def test_band(row: tables.Row) -> None:
    cells = row.cells
    parameter = cells["parameter"]
    columns: dict[str, object] = {name: [np.nan] for name in NUMERIC}
    columns["consciousness"] = [-1]
    oxygen = {"air": 0, "oxygen": 1, "?": 2, "": 2}[cells["oxygen"]]
    if parameter == "consciousness":
        columns[parameter] = ["ACVPU".index(cells["value"])] if cells["value"] != "?" else [-1]
    elif parameter != "supplemental_oxygen":
        columns[parameter] = [np.nan if cells["value"] == "?" else float(cells["value"])]

    scored = score_news2_columns(
        load_rulebook().news2,
        **columns,
        on_oxygen=[oxygen],
        spo2_scale=int(cells["scale"] or 1),
    )

    hit = points_and_band(int(scored.cells[PARAMETERS.index(parameter), 0]))
    assert (None if hit is None else str(hit[0])) == {"missing": None}.get(
        cells["points"], cells["points"]
    )
    assert not scored.complete[0]
    assert scored.total[0] == -1


def test_the_page_of_the_rules_is_current() -> None:
    advice = "docs/rules.md is not current: run python -m tests.spec.rules_page"
    assert rules_page.PAGE.read_text(encoding="utf-8") == rules_page.page(), advice


def test_the_page_of_what_is_charted_is_current() -> None:
    advice = "docs/fields.md is not current: run python -m tests.spec.fields_page"
    assert fields_page.PAGE.read_text(encoding="utf-8") == fields_page.page(), advice
