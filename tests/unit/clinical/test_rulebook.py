"""A rulebook in doubt is refused whole: the wrong rule must not reach a bedside."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from monitoring.clinical.rule_file import RuleFileError, read_packaged
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.rulebook_reader import parse_crs, parse_news2

Spoil = Callable[[dict[str, Any]], object]


def test_the_packaged_rulebook_loads_and_names_itself() -> None:
    rulebook = load_rulebook()

    assert rulebook.id == "stormwatch-rules@2"
    assert rulebook.crs.id == "astct_crs@2"
    assert rulebook.news2.id == "news2@1"
    assert load_rulebook() is rulebook


def test_every_rule_is_cited() -> None:
    rulebook = load_rulebook()
    cited = (
        *rulebook.crs.criteria,
        *rulebook.crs.devices.values(),
        *rulebook.news2.banded.values(),
        *rulebook.news2.choices.values(),
        *rulebook.news2.thresholds,
    )

    assert all(len(rule.source) > 8 for rule in cited)


def _row(content: dict[str, Any], table: str, key: str, value: str) -> dict[str, Any]:
    return next(row for row in content[table] if row[key] == value)


SPOILED_NEWS2: dict[str, tuple[Spoil, str]] = {
    "a gap between bands": (
        lambda c: _row(c, "parameter", "name", "heart_rate")["bands"][1].update(range="42-50"),
        "news2.toml, parameter 6: bands <= 40 and 42-50 leave a gap or overlap.",
    ),
    "bands that overlap": (
        lambda c: _row(c, "parameter", "name", "heart_rate")["bands"][1].update(range="40-50"),
        "news2.toml, parameter 6: bands <= 40 and 40-50 leave a gap or overlap.",
    ),
    "a chart without its last band": (
        lambda c: _row(c, "parameter", "name", "spo2_scale_1")["bands"].pop(),
        (
            "news2.toml, parameter 2: bands must begin with <= and end with >= so that no "
            "value is left out."
        ),
    ),
    "an edge finer than the chart": (
        lambda c: _row(c, "parameter", "name", "heart_rate")["bands"][0].update(range="<= 40.5"),
        "news2.toml, parameter 6, bands 1: 40.5 is finer than the chart's step of 1.",
    ),
    "a band written backwards": (
        lambda c: _row(c, "parameter", "name", "heart_rate")["bands"][1].update(range="50-41"),
        "news2.toml, parameter 6, bands 2: range 50-41 runs backwards.",
    ),
    "an edge that is no number": (
        lambda c: _row(c, "parameter", "name", "heart_rate")["bands"][0].update(range="<= many"),
        "news2.toml, parameter 6, bands 1: many is not a number.",
    ),
    "two rows for one parameter": (
        lambda c: c["parameter"].append(copy.deepcopy(_row(c, "parameter", "name", "heart_rate"))),
        "news2.toml: heart_rate has two rows; keep one.",
    ),
    "two rows for one choice": (
        lambda c: c["choice"].append(copy.deepcopy(c["choice"][0])),
        "news2.toml: supplemental_oxygen has two rows; keep one.",
    ),
    "two points for one answer": (
        lambda c: c["choice"][0]["options"].append(dict(c["choice"][0]["options"][0], points=3)),
        "news2.toml, choice 1, options 3: air has two rows; keep one.",
    ),
    "points beyond 3": (
        lambda c: _row(c, "parameter", "name", "heart_rate")["bands"][0].update(points=4),
        "news2.toml, parameter 6, bands 1: points must lie between 0 and 3.",
    ),
    "a concept nobody knows": (
        lambda c: _row(c, "parameter", "name", "heart_rate").update(concept="pulse"),
        "news2.toml, parameter 6: pulse is not a numeric concept of the dictionary.",
    ),
    "a unit that is not the concept's": (
        lambda c: _row(c, "parameter", "name", "body_temperature").update(unit="[degF]"),
        "news2.toml, parameter 7: the unit must be Cel, the concept's own.",
    ),
    "a row without its source": (
        lambda c: _row(c, "parameter", "name", "heart_rate").pop("source"),
        "news2.toml, parameter 6: source is missing; add it.",
    ),
    "missing taken for normal": (
        lambda c: _row(c, "parameter", "name", "heart_rate").update(no_data="normal"),
        "news2.toml, parameter 6: unknown key no_data; correct or remove it.",
    ),
    "a level of consciousness left out": (
        lambda c: _row(c, "choice", "name", "consciousness")["options"].pop(),
        "news2.toml: consciousness needs a row for each of A, C, V, P and U.",
    ),
    "thresholds out of order": (
        lambda c: c["threshold"].reverse(),
        "news2.toml: thresholds must run from the highest total down to 0.",
    ),
}


@pytest.mark.parametrize(("spoil", "reason"), SPOILED_NEWS2.values(), ids=list(SPOILED_NEWS2))
def test_a_spoiled_news2_is_refused(spoil: Spoil, reason: str) -> None:
    content = copy.deepcopy(read_packaged("news2.toml"))
    spoil(content)

    with pytest.raises(RuleFileError) as refused:
        parse_news2(content)
    assert str(refused.value) == reason


def test_a_band_may_be_a_single_value() -> None:
    content = copy.deepcopy(read_packaged("news2.toml"))
    bands = _row(content, "parameter", "name", "respiratory_rate")["bands"]
    bands[1]["range"], bands[2]["range"] = "9-9", "10-20"

    (_, single, *_) = parse_news2(content).banded["respiratory_rate"].bands

    assert (single.low, single.high) == (9, 9)


SPOILED_CRS: dict[str, tuple[Spoil, str]] = {
    "a criterion left out": (
        lambda c: c["criterion"].pop(),
        (
            "astct_crs.toml: the criteria must be, in this order, fever, "
            "hypotension_no_vasopressor, one_vasopressor, multiple_vasopressors, "
            "low_flow_oxygen, high_flow_oxygen, positive_pressure."
        ),
    ),
    "a grade of 5": (
        lambda c: c["criterion"][0].update(grade=5),
        "astct_crs.toml, criterion 1: grade must lie between 1 and 4.",
    ),
    "an uncited criterion": (
        lambda c: c["criterion"][0].update(source=" "),
        "astct_crs.toml, criterion 1: source must be a text that is not empty.",
    ),
    "an input nobody knows": (
        lambda c: c["criterion"][0].update(inputs=["temperature"]),
        "astct_crs.toml, criterion 1: inputs temperature are not known.",
    ),
    "a device left out": (
        lambda c: c["device"].pop(),
        "astct_crs.toml: every oxygen device of the dictionary needs exactly one row.",
    ),
    "a device whose class falls with more flow": (
        lambda c: _row(c, "device", "device", "nasal_cannula")["class"].update(high=0),
        "astct_crs.toml, device 2: more flow must not lower the class.",
    ),
    "a drug in two groups": (
        lambda c: c["vasopressors"]["noted"].append({"agent": "dopamine", "names": []}),
        "astct_crs.toml, vasopressors: a drug stands in two groups; keep it in one.",
    ),
    "a drug named twice": (
        lambda c: c["vasopressors"]["counted"].append({"agent": "adrenaline", "names": []}),
        "astct_crs.toml, vasopressors, counted 8: adrenaline is listed twice.",
    ),
    "every reason for oxygen excused": (
        lambda c: c["oxygen"]["not_for_hypoxia"].append("hypoxia"),
        "astct_crs.toml: not_for_hypoxia must name reasons of the dictionary, not all of them.",
    ),
    "the low-flow limit as a text": (
        lambda c: c["oxygen"].update(low_flow_to_lpm="6"),
        "astct_crs.toml, oxygen: low_flow_to_lpm must be a number.",
    ),
    "a number for hypotension, which ASTCT does not have": (
        lambda c: c.update(hypotension={"systolic_mmhg": 90}),
        "astct_crs.toml: unknown key hypotension; correct or remove it.",
    ),
}


@pytest.mark.parametrize(("spoil", "reason"), SPOILED_CRS.values(), ids=list(SPOILED_CRS))
def test_a_spoiled_crs_grade_is_refused(spoil: Spoil, reason: str) -> None:
    content = copy.deepcopy(read_packaged("astct_crs.toml"))
    spoil(content)

    with pytest.raises(RuleFileError) as refused:
        parse_crs(content)
    assert str(refused.value) == reason


def test_a_refusal_names_the_file_and_the_row() -> None:
    content = copy.deepcopy(read_packaged("news2.toml"))
    content["parameter"][3]["step"] = "one"

    with pytest.raises(RuleFileError, match=r"news2\.toml, parameter 4: step must be a number\."):
        parse_news2(content)
