"""What holds for every scale alike: its name, an empty record, its document, its own words."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitoring import clinical
from monitoring.clinical.policy import load_policy
from monitoring.clinical.scales import registry
from monitoring.clinical.scales.fields import FieldKind, RecordError
from monitoring.clinical.spelling import spelled
from tests.spec import records, tables


def rule_versions(table: dict[str, Any]) -> Iterator[str]:
    """The versions that a rule file gives, one for each rulebook in it."""
    if "version" in table:
        yield f"{table['id']}@{table['version']}"
    for inner in table.values():
        if isinstance(inner, dict):
            yield from rule_versions(inner)


RULE_FILES = sorted((Path(clinical.__file__).parent / "rules").glob("*.toml"))
VERSIONS = {
    version
    for path in RULE_FILES
    for version in rule_versions(tomllib.loads(path.read_text(encoding="utf-8")))
}


@pytest.mark.parametrize("name", registry.names())
def test_an_answer_names_the_rule_file_in_force_and_its_version(name: str) -> None:
    scale = registry.scale(name)
    (answer,) = scale.of([{}])

    version = scale.to_document(answer)["version"]

    # The mean pressure is a formula alone.
    assert set(version.split()) <= VERSIONS | {load_policy().id, "map@1"}
    assert version.partition("@")[0] in {"map"} | {path.stem for path in RULE_FILES} | {
        f"ctcae_v5_{term}" for term in ("fever", "hypotension", "hypoxia")
    }


@pytest.mark.parametrize("name", registry.names())
def test_a_scale_answers_to_its_name_and_to_a_record_that_says_nothing(name: str) -> None:
    scale = registry.scale(name)

    (answer,) = scale.of([{}])
    document = scale.to_document(answer)

    assert scale.id == name
    assert scale.answers in {"grade", "total"}
    # Nothing known is never a grade or a total; what is missing is named.
    assert document[scale.answers] is None
    assert document["missing"]
    assert document["reason"]
    assert json.loads(json.dumps(document)) == document


RECORDS = [
    (row.cells["scale"], records.read(row.cells["record"]))
    for chapter in tables.chapters()
    for row in tables.rows(chapter)
    if "record" in row.cells
]


@pytest.mark.parametrize("name", registry.names())
def test_many_records_are_answered_as_each_alone(name: str) -> None:
    scale = registry.scale(name)
    asked = [{}, *(record for of, record in RECORDS if of == name), {}]

    together, alone = scale.of_each(asked), [scale.of_each([one])[0] for one in asked]

    assert list(map(repr, together)) == list(map(repr, alone))


@pytest.mark.parametrize("name", registry.names())
def test_every_other_name_of_a_choice_means_one_choice(name: str) -> None:
    for field in registry.scale(name).fields:
        assert (field.kind in {FieldKind.CHOICE, FieldKind.CHOICES}) == bool(field.choices)
        meant: dict[str, str] = {spelled(one): one for one in field.choices}
        for other, own in field.synonyms.items():
            assert meant.setdefault(spelled(other), own) == own, (field.name, other)
        assert not {spelled(one) for one in field.advice} & set(meant)


@pytest.mark.parametrize("name", registry.names())
def test_an_unknown_field_is_refused_by_every_scale(name: str) -> None:
    with pytest.raises(RecordError, match="Unknown field 'shoe_size'"):
        registry.scale(name).of([{"shoe_size": 43}])


def test_an_unknown_scale_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(registry.UnknownScaleError, match="Known are: astct-crs, astct-icans"):
        registry.scale("x")
