"""What holds for every scale alike: its name, an empty record, its document, its own words."""

import json

import pytest

from monitoring.clinical.scales import registry
from monitoring.clinical.scales.fields import FieldKind, RecordError, spelled


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
