"""A score's file in doubt is refused whole, with the place and what to do."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from monitoring.clinical.rule_file import RuleFileError, RuleTable, read_packaged
from monitoring.clinical.scales import registry
from monitoring.clinical.scales.limit_grades import parse_limit_grades
from monitoring.clinical.scales.points_reader import parse_points
from monitoring.clinical.scales.quantities import QUANTITIES
from monitoring.clinical.scales.quotients import parse_quotients

Spoil = Callable[[dict[str, Any]], object]
OWN = (
    "sirs", "qsofa", "hscore", "car-hematotox", "hlh-2004", "cartox-hlh", "iec-hs",
    "febrile-neutropenia", "easix", "s-easix", "m-easix", "shock-index", "map", "ctcae-labs",
    "icaht",
)  # fmt: skip


def item(content: dict[str, Any], name: str, rows: str = "item") -> dict[str, Any]:
    return next(row for row in content[rows] if row["id"] == name)


SPOILED: dict[str, tuple[str, Spoil, str]] = {
    "a gap between bands": (
        "hscore.toml",
        lambda c: item(c, "temperature")["bands"][1].update(range="38.5-39.4"),
        "leave a gap or overlap",
    ),
    "an edge in two bands": (
        "hscore.toml",
        lambda c: item(c, "ast")["bands"][0].update(range="<= 30"),
        "leave a gap or overlap",
    ),
    "an edge in no band": (
        "hscore.toml",
        lambda c: item(c, "ast")["bands"][1].update(range="> 30"),
        "an edge lies in no band",
    ),
    "bands without an end": (
        "hscore.toml",
        lambda c: item(c, "ferritin")["bands"].pop(),
        "from the lowest value to the highest",
    ),
    "a range that runs backwards": (
        "hscore.toml",
        lambda c: item(c, "ferritin")["bands"][1].update(range="6000-2000"),
        "runs backwards",
    ),
    "a limit nobody can read": (
        "sirs.toml",
        lambda c: item(c, "heart_rate")["any_of"][0].update(when="above 90"),
        "must read",
    ),
    "a multiple of nothing": (
        "iec_hs.toml",
        lambda c: item(c, "ldh")["any_of"][0].update(when="> 1 x normal"),
        "not ULN, LLN or baseline",
    ),
    "a multiple of a vital sign's limit": (
        "sirs.toml",
        lambda c: item(c, "heart_rate")["any_of"][0].update(when="> 2 x ULN"),
        "hr has no uln",
    ),
    "a band that is a multiple": (
        "hscore.toml",
        lambda c: item(c, "ast")["bands"][1].update(range=">= 30 x ULN"),
        "not a multiple",
    ),
    "a quantity nobody knows": (
        "sirs.toml",
        lambda c: item(c, "heart_rate")["any_of"][0].update(value="heart"),
        "not a quantity",
    ),
    "a unit that does not fit": (
        "hscore.toml",
        lambda c: item(c, "fibrinogen").update(unit="mmol/L"),
        "fibrinogen is not known in mmol/L",
    ),
    "a finding that is not declared": (
        "qsofa.toml",
        lambda c: item(c, "mentation")["any_of"][1].update(truth="confusion"),
        "confusion is not a finding",
    ),
    "a finding declared twice": (
        "hscore.toml",
        lambda c: c["finding"].append(c["finding"][0]),
        "stands twice",
    ),
    "an absence nobody knows": (
        "qsofa.toml",
        lambda c: item(c, "mentation")["any_of"][1].update(absent="ignored"),
        "absent must be one of",
    ),
    "more findings that score less": (
        "hscore.toml",
        lambda c: item(c, "organomegaly").update(by_count=[0, 38, 23]),
        "must not score less",
    ),
    "a count without points for all": (
        "hscore.toml",
        lambda c: item(c, "organomegaly").update(by_count=[0, 23]),
        "points for none, one and every further one",
    ),
    "an item without a source": (
        "hscore.toml",
        lambda c: item(c, "ast").pop("source"),
        "source is missing",
    ),
    "a key that was mistyped": (
        "hscore.toml",
        lambda c: item(c, "ast").update(edge_flags="x"),
        "unknown key edge_flags",
    ),
    "two items with one name": (
        "hscore.toml",
        lambda c: item(c, "ast").update(id="ferritin"),
        "an id of its own",
    ),
    "a verdict without a source": (
        "sirs.toml",
        lambda c: c["verdict"].pop("source"),
        "source is missing",
    ),
    "negative points": (
        "sirs.toml",
        lambda c: item(c, "heart_rate").update(points=-1),
        "must lie between",
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_points_table_in_doubt_is_refused(name: str) -> None:
    file, spoil, message = SPOILED[name]
    content = copy.deepcopy(read_packaged(file))
    parse_points(RuleTable(content, file))
    spoil(content)

    with pytest.raises(RuleFileError, match=message) as refused:
        parse_points(RuleTable(content, file))
    assert str(refused.value).startswith(file)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda c: item(c, "easix", "quotient").pop("source"), "source is missing"),
        (lambda c: item(c, "easix", "quotient").update(id="s_easix"), "an id of its own"),
        (
            lambda c: item(c, "m_easix", "quotient")["multiply"][1].update(unit="g/L"),
            "not known in",
        ),
        (lambda c: item(c, "easix", "quotient")["divide"].update(value="plts"), "not a quantity"),
        (lambda c: c.update(cutoff=5), "unknown key cutoff"),
    ],
)
def test_a_quotient_in_doubt_is_refused(spoil: Spoil, message: str) -> None:
    content = copy.deepcopy(read_packaged("easix.toml"))
    spoil(content)

    with pytest.raises(RuleFileError, match=message):
        parse_quotients(RuleTable(content, "easix.toml"))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda c: item(c, "alt_2", "criterion").update(any_of=[]), "needs a condition"),
        (lambda c: item(c, "alt_2", "criterion").update(id="alt_1"), "an id of its own"),
        (lambda c: item(c, "alt_2", "criterion").update(grade=6), "must lie between"),
        (lambda c: item(c, "alt_2", "criterion").pop("would_be_met"), "would_be_met is missing"),
        (lambda c: c.pop("criterion"), "criterion is missing"),
    ],
)
def test_a_grade_of_limits_in_doubt_is_refused(spoil: Spoil, message: str) -> None:
    content = copy.deepcopy(read_packaged("ctcae_laboratory.toml"))
    spoil(content)

    with pytest.raises(RuleFileError, match=message):
        parse_limit_grades(RuleTable(content, "ctcae_laboratory.toml"))


@pytest.mark.parametrize("name", OWN)
def test_every_score_is_registered_and_cited(name: str) -> None:
    scale = registry.scale(name)

    assert scale.id == name
    assert len(scale.source) > 8
    assert len({field.name for field in scale.fields}) == len(scale.fields)


@pytest.mark.parametrize("name", OWN)
def test_a_record_of_nothing_answers_nothing_and_names_what_is_missing(name: str) -> None:
    scale = registry.scale(name)

    (answer,) = scale.of([{}])

    assert answer.value is None
    assert answer.missing
    assert set(answer.missing) <= {field.name for field in scale.fields}
    assert answer.evidence == ()


@pytest.mark.parametrize("name", OWN)
def test_a_record_among_others_is_answered_as_alone(name: str) -> None:
    scale = registry.scale(name)
    numbers = [field for field in scale.fields if field.unit]
    first, last = (
        {field.name: min(max(field.lowest, 40.0), field.highest)}
        for field in (numbers[0], numbers[-1])
    )
    records = [{}, first, last]

    together = scale.of(records)

    assert [scale.of([one])[0] for one in records] == list(together)


def test_every_spelling_of_a_quantity_has_a_field_of_its_own() -> None:
    fields = [name for quantity in QUANTITIES.values() for name in quantity.field_names]

    assert len(set(fields)) == len(fields)
