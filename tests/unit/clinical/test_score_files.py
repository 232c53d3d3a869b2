"""A score's file in doubt is refused whole, with the place and what to do."""

import copy
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from monitoring.clinical.rule_file import RuleFileError, RuleTable, read_packaged
from monitoring.clinical.scales import points_scale, registry
from monitoring.clinical.scales.fields import Field, FieldKind
from monitoring.clinical.scales.limit_grades import parse_limit_grades
from monitoring.clinical.scales.limits import Inputs
from monitoring.clinical.scales.limits_reader import read_interval
from monitoring.clinical.scales.points_reader import parse_points
from monitoring.clinical.scales.points_scale import load_points_scale
from monitoring.clinical.scales.points_table import NO_BAND, score_by
from monitoring.clinical.scales.quantities import QUANTITIES
from monitoring.clinical.scales.quotients import parse_quotients
from monitoring.clinical.scales.reading import read_columns
from monitoring.clinical.truths import NO, UNKNOWN, YES

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
        "hscore.toml, item 2: bands < 38.4 and 38.5-39.4 leave a gap or overlap.",
    ),
    "an edge in two bands": (
        "hscore.toml",
        lambda c: item(c, "ast")["bands"][0].update(range="<= 30"),
        "hscore.toml, item 8: bands <= 30 and >= 30 leave a gap or overlap.",
    ),
    "an edge in no band": (
        "hscore.toml",
        lambda c: item(c, "ast")["bands"][1].update(range="> 30"),
        (
            "hscore.toml, item 8: an edge lies in no band; say edges_score_higher where the "
            "paper is silent."
        ),
    ),
    "bands without an end": (
        "hscore.toml",
        lambda c: item(c, "ferritin")["bands"].pop(),
        "hscore.toml, item 5: bands must reach from the lowest value to the highest.",
    ),
    "a range that runs backwards": (
        "hscore.toml",
        lambda c: item(c, "ferritin")["bands"][1].update(range="6000-2000"),
        "hscore.toml, item 5, bands 2: range 6000-2000 runs backwards.",
    ),
    "a limit nobody can read": (
        "sirs.toml",
        lambda c: item(c, "heart_rate")["any_of"][0].update(when="above 90"),
        (
            "sirs.toml, item 2, any_of 1: limit above 90 must read '< x', '<= x', '> x', '>= "
            "x' or 'x-y'."
        ),
    ),
    "a multiple of nothing": (
        "iec_hs.toml",
        lambda c: item(c, "ldh")["any_of"][0].update(when="> 1 x normal"),
        "iec_hs.toml, item 6, any_of 1: normal is not ULN, LLN or baseline.",
    ),
    "a multiple of a vital sign's limit": (
        "sirs.toml",
        lambda c: item(c, "heart_rate")["any_of"][0].update(when="> 2 x ULN"),
        "sirs.toml, item 2, any_of 1: hr has no uln.",
    ),
    "a band that is a multiple": (
        "hscore.toml",
        lambda c: item(c, "ast")["bands"][1].update(range=">= 30 x ULN"),
        "hscore.toml, item 8, bands 2: a band is a plain range, not a multiple.",
    ),
    "a quantity nobody knows": (
        "sirs.toml",
        lambda c: item(c, "heart_rate")["any_of"][0].update(value="heart"),
        "sirs.toml, item 2, any_of 1: heart is not a quantity that scores know.",
    ),
    "a unit that does not fit": (
        "hscore.toml",
        lambda c: item(c, "fibrinogen").update(unit="mmol/L"),
        "hscore.toml, item 7: fibrinogen is not known in mmol/L.",
    ),
    "a finding that is not declared": (
        "qsofa.toml",
        lambda c: item(c, "mentation")["any_of"][1].update(truth="confusion"),
        "qsofa.toml, item 3, any_of 2: confusion is not a finding of this file.",
    ),
    "a finding declared twice": (
        "hscore.toml",
        lambda c: c["finding"].append(c["finding"][0]),
        "hscore.toml, finding 5: immunosuppression stands twice.",
    ),
    "an absence nobody knows": (
        "qsofa.toml",
        lambda c: item(c, "mentation")["any_of"][1].update(absent="ignored"),
        "qsofa.toml, item 3, any_of 2: absent must be one of unknown, named, same.",
    ),
    "more findings that score less": (
        "hscore.toml",
        lambda c: item(c, "organomegaly").update(by_count=[0, 38, 23]),
        "hscore.toml, item 3: more findings must not score less.",
    ),
    "a count without points for all": (
        "hscore.toml",
        lambda c: item(c, "organomegaly").update(by_count=[0, 23]),
        (
            "hscore.toml, item 3: needs conditions, and points for none, one and every "
            "further one of them."
        ),
    ),
    "an item without a source": (
        "hscore.toml",
        lambda c: item(c, "ast").pop("source"),
        "hscore.toml, item 8: source is missing; add it.",
    ),
    "a key that was mistyped": (
        "hscore.toml",
        lambda c: item(c, "ast").update(edge_flags="x"),
        "hscore.toml, item 8: unknown key edge_flags; correct or remove it.",
    ),
    "two items with one name": (
        "hscore.toml",
        lambda c: item(c, "ast").update(id="ferritin"),
        "hscore.toml: every score needs items, each with an id of its own.",
    ),
    "a verdict without a source": (
        "sirs.toml",
        lambda c: c["verdict"].pop("source"),
        "sirs.toml, verdict: source is missing; add it.",
    ),
    "negative points": (
        "sirs.toml",
        lambda c: item(c, "heart_rate").update(points=-1),
        "sirs.toml, item 2: points must lie between 0 and 500.",
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_points_table_in_doubt_is_refused(name: str) -> None:
    file, spoil, message = SPOILED[name]
    content = copy.deepcopy(read_packaged(file))
    parse_points(RuleTable(content, file))
    spoil(content)

    with pytest.raises(RuleFileError) as refused:
        parse_points(RuleTable(content, file))
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda c: item(c, "easix", "quotient").pop("source"),
            "easix.toml, quotient 1: source is missing; add it.",
        ),
        (
            lambda c: item(c, "easix", "quotient").update(id="s_easix"),
            "easix.toml: needs quotients, each with an id of its own.",
        ),
        (
            lambda c: item(c, "m_easix", "quotient")["multiply"][1].update(unit="g/L"),
            "easix.toml, quotient 3, multiply 2: crp is not known in g/L.",
        ),
        (
            lambda c: item(c, "easix", "quotient")["divide"].update(value="plts"),
            "easix.toml, quotient 1, divide: plts is not a quantity that scores know.",
        ),
        (lambda c: c.update(cutoff=5), "easix.toml: unknown key cutoff; correct or remove it."),
    ],
)
def test_a_quotient_in_doubt_is_refused(spoil: Spoil, message: str) -> None:
    content = copy.deepcopy(read_packaged("easix.toml"))
    spoil(content)

    with pytest.raises(RuleFileError) as refused:
        parse_quotients(RuleTable(content, "easix.toml"))
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda c: item(c, "alt_2", "criterion").update(any_of=[]),
            "ctcae_laboratory.toml, criterion 6: a criterion needs a condition.",
        ),
        (
            lambda c: item(c, "alt_2", "criterion").update(id="alt_1"),
            "ctcae_laboratory.toml: needs criteria, each with an id of its own.",
        ),
        (
            lambda c: item(c, "alt_2", "criterion").update(grade=6),
            "ctcae_laboratory.toml, criterion 6: grade must lie between 1 and 5.",
        ),
        (
            lambda c: item(c, "alt_2", "criterion").pop("would_be_met"),
            "ctcae_laboratory.toml, criterion 6: would_be_met is missing; add it.",
        ),
        (lambda c: c.pop("criterion"), "ctcae_laboratory.toml: criterion is missing; add it."),
    ],
)
def test_a_grade_of_limits_in_doubt_is_refused(spoil: Spoil, message: str) -> None:
    content = copy.deepcopy(read_packaged("ctcae_laboratory.toml"))
    spoil(content)

    with pytest.raises(RuleFileError) as refused:
        parse_limit_grades(RuleTable(content, "ctcae_laboratory.toml"))
    assert str(refused.value) == message


def score(**more: Any) -> dict[str, Any]:
    """A score of one finding, as its file would hold it."""
    return {
        "id": "trial",
        "version": 1,
        "title": "Trial",
        "source": "nobody",
        "finding": [{"field": name, "label": name} for name in ("scores", "needed", "alone")],
        "item": [
            {
                "id": "scores",
                "label": "Scores",
                "any_of": [{"truth": "scores"}],
                "points": 1,
                "source": "nobody",
            }
        ],
    } | more


def test_a_finding_that_no_item_looks_at_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points_scale, "read_packaged", lambda _: score())

    with pytest.raises(RuleFileError) as refused:
        load_points_scale("trial", "trial.toml")

    assert str(refused.value) == "trial.toml: no item looks at alone, needed."


def test_a_range_takes_both_its_ends_in_and_may_be_one_value() -> None:
    interval, of = read_interval(RuleTable({}, "trial.toml"), "5-5")
    assert of is None
    assert interval.holds(np.array([4.9, 5.0, 5.1])).tolist() == [False, True, False]


def test_an_item_of_bands_may_stand_in_a_group() -> None:
    pulse = {
        "id": "pulse",
        "label": "Pulse",
        "value": "hr",
        "unit": "/min",
        "bands": [{"range": "<= 90", "points": 0}, {"range": "> 90", "points": 1}],
        "group": "vital",
        "source": "nobody",
    }
    (item,) = parse_points(RuleTable(score(finding=[], item=[pulse]), "trial.toml")).items
    assert item.group == "vital"


@pytest.mark.parametrize("answers", list(itertools.product([None, False, True], repeat=3)))
def test_a_verdict_is_what_every_answer_to_the_unknown_would_make_of_it(
    answers: tuple[bool | None, ...],
) -> None:
    """From so many points on if all that is required is met, or by one finding alone."""
    names = ("scores", "needed", "alone")
    verdict = {
        "flag": "yes",
        "points_from": 1,
        "required": [{"truth": "needed"}],
        "or_if": [{"truth": "alone"}],
        "source": "nobody",
    }
    table = parse_points(RuleTable(score(verdict=verdict), "trial.toml"))
    fields = [Field(name=name, label=name, kind=FieldKind.TRUTH) for name in names]
    columns = read_columns([dict(zip(names, answers, strict=True))], fields)

    scored = score_by(table, Inputs(columns))
    found = int(scored.verdict[0])

    ways = itertools.product(*((False, True) if one is None else (one,) for one in answers))
    # Of a counted item the band is how many are met.
    assert scored.band.tolist() == [[NO_BAND if answers[0] is None else int(answers[0])]]
    could_be = {(scores and needed) or alone for scores, needed, alone in ways}
    assert found == (UNKNOWN if len(could_be) > 1 else YES if True in could_be else NO)


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
