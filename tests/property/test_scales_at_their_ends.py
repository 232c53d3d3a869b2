"""No number that a scale takes stops it: one odd record must not cost the answers of all others."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.clinical.scales import registry
from monitoring.clinical.scales.fields import Field, FieldKind, RecordError
from tests.property.effort import examples


def said(dice: random.Random, field: Field) -> object:
    """An answer at the ends of what the field takes."""
    if field.kind is FieldKind.NUMBER:
        return dice.choice([field.lowest, field.highest, (field.lowest + field.highest) // 2])
    if field.kind is FieldKind.TRUTH:
        return dice.random() < 0.5
    if field.kind is FieldKind.CHOICE:
        return dice.choice(field.choices)
    return dice.sample(field.choices, dice.randint(0, len(field.choices)))


@pytest.mark.parametrize("name", registry.names())
@settings(max_examples=examples(60))
@given(seed=st.integers(0, 2**32 - 1))
def test_a_scale_answers_at_the_ends_of_every_field(name: str, seed: int) -> None:
    dice, scale = random.Random(seed), registry.scale(name)
    record = {one.name: said(dice, one) for one in scale.fields if dice.random() < 0.7}
    try:
        (answer,) = scale.of([record])
    except RecordError:
        # Two of its values contradict each other, and the message says which.
        return
    json.dumps(scale.to_document(answer), allow_nan=False)
