"""Writes docs/fields.md: what can be charted, and what each scale asks of a record.

``python -m tests.spec.fields_page`` writes the page; a test holds it to be current.
"""

from collections.abc import Iterator
from pathlib import Path

from monitoring.clinical.concepts import CONCEPTS, LARGEST_NUMBER, Category, Concept
from monitoring.clinical.scales import registry
from monitoring.clinical.scales.answer import Scale
from monitoring.clinical.scales.fields import Field, FieldKind
from tests.spec import values_page
from tests.spec.tables import markdown

PAGE = Path(__file__).parents[2] / "docs" / "fields.md"

_INTRODUCTION = """# What is charted, and what a record says

This page is generated from the concepts and the scales; `python -m tests.spec.fields_page` writes
it. What is missing is unknown and never normal.

A value outside the possible range is refused and its text is kept; one outside the probable range
is asked about, scored and marked (clinical reference 8.4). Codes are LOINC, units UCUM (5.4, 5.5).
"""

_RECORDS = """# The fields of a record

A record is a line of JSON for `stormwatch grade --scale SCALE`. A field that is absent or null is
unknown. Spaces, hyphens and capitals in a choice do not matter; other names stand in brackets.
"""

_NEAR_NOTHING = 1e-6
_KINDS = {
    FieldKind.NUMBER: "number",
    FieldKind.TRUTH: "true or false",
    FieldKind.CHOICE: "one of",
    FieldKind.CHOICES: "any of",
}


def page() -> str:
    """The whole page."""
    parts = [_INTRODUCTION]
    for category in Category:
        parts += _concepts(category)
    parts += values_page.values()
    parts.append(_RECORDS)
    for name in registry.names():
        parts += _scale(registry.scale(name))
    return "\n".join(parts)


def _concepts(category: Category) -> Iterator[str]:
    yield f"# Concepts: {category.value}\n"
    yield markdown(
        ("code", "label", "LOINC", "unit", "decimals", "possible", "probable", "values"),
        (_concept(code, one) for code, one in CONCEPTS.items() if one.category is category),
    )


def _concept(code: str, one: Concept) -> tuple[object, ...]:
    assert code == one.code
    precision = "whole" if one.whole else "" if one.is_coded else one.decimals
    ranges = (_range(one.possible), _range(one.probable))
    return (code, one.label, one.loinc or "", one.unit, precision, *ranges, ", ".join(one.codes))


def _range(bounds: tuple[float, float] | None) -> str:
    if bounds is None:
        return ""
    low, high = bounds
    if (low, high) == (-LARGEST_NUMBER, LARGEST_NUMBER):
        return ""
    begin = "above 0" if 0 < low < _NEAR_NOTHING else f"{low:g}"
    if high == LARGEST_NUMBER:
        return begin if begin == "above 0" else f"from {begin}"
    return f"{begin} to {high:g}"


def _scale(scale: Scale) -> Iterator[str]:
    yield f"## {scale.id}: {scale.title}\n"
    yield f"Answers a {scale.answers}. {scale.source}.\n"
    yield markdown(
        ("field", "asks", "kind", "unit", "range", "choices"),
        (
            (
                f"`{one.name}`",
                one.label,
                "whole number" if one.whole else _KINDS[one.kind],
                one.unit,
                _range((one.lowest, one.highest)),
                _choices(one),
            )
            for one in scale.fields
        ),
    )


def _choices(field: Field) -> str:
    said = []
    for choice in field.choices:
        others = [other for other, own in field.synonyms.items() if own == choice]
        said.append(f"{choice} ({', '.join(others)})" if others else choice)
    said += [f"not {other}: {advice}" for other, advice in field.advice.items()]
    return "; ".join(said).replace("|", "/")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
