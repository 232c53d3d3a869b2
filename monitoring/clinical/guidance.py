"""What guidelines say at a CRS grade: quoted and cited text for a clinician, never an order.

Clinical reference 7.1 (ASCO 2021, adjuncts), 7.2 (labels and monitoring) and 9 (item 6). The texts
stand in ``rules/guidelines.toml``.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from monitoring.clinical.policy_types import THERAPY_CLASSES
from monitoring.clinical.rule_file import RuleTable, read_packaged

NOT_AN_ORDER = "Guideline text, not an order"


class Kind(StrEnum):
    """What a text is about, in the order in which it is read."""

    MANAGEMENT = "management"
    ADJUNCT = "adjunct"
    MONITORING = "monitoring"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidelineText:
    """A quoted text. ``dated`` is the date of its publication as far as known.

    ``grades`` are the CRS grades (ASTCT 2019) it speaks of, empty for every one; ``unverified``
    is what the reference calls unsure, and is never shown without that word.
    """

    id: str
    kind: Kind
    grades: tuple[int, ...]
    therapies: tuple[str, ...]
    products: tuple[str, ...]
    text: str
    citation: str
    dated: str
    unverified: bool
    source: str

    @property
    def quoted(self) -> str:
        """The text with the mark that it is unverified, where it is."""
        return f"{self.text} (unverified)" if self.unverified else self.text


@cache
def load_guidelines() -> tuple[GuidelineText, ...]:
    """The packaged texts, read and checked once a process; raises ``RuleFileError``."""
    table = RuleTable(read_packaged("guidelines.toml"), "guidelines.toml")
    table.text("id")
    table.integer("version", low=1, high=9999)
    table.text("source")
    texts = tuple(_text(row) for row in table.rows("text"))
    table.finish()
    if len({one.id for one in texts}) != len(texts):
        table.refuse("two texts have one id")
    managed = {grade for one in texts if one.kind is Kind.MANAGEMENT for grade in one.grades}
    if managed != {1, 2, 3, 4}:
        table.refuse("every grade from 1 to 4 needs a text of management")
    return texts


def guidance(
    grade: int | None, *, therapies: Collection[str] = (), products: Collection[str] = ()
) -> tuple[GuidelineText, ...]:
    """The texts for a CRS grade and what the person was given, by kind and as the file has them.

    Without a grade, and at grade 0, only what holds at every grade is left: no text is chosen for a
    grade that nobody knows. ``therapies`` are classes, ``products`` names of what was infused.
    """
    given = {one.strip().lower() for one in products}
    chosen = [
        one
        for one in load_guidelines()
        if (not one.grades or grade in one.grades)
        and (not one.therapies or not set(one.therapies).isdisjoint(therapies))
        and (not one.products or not set(one.products).isdisjoint(given))
    ]
    return tuple(sorted(chosen, key=lambda one: list(Kind).index(one.kind)))


def _text(row: RuleTable) -> GuidelineText:
    kind = row.text("kind")
    if kind not in set(Kind):
        row.refuse(f"kind must be one of {', '.join(Kind)}")
    text = GuidelineText(
        id=row.text("id"),
        kind=Kind(kind),
        grades=row.integers("grades", low=1, high=4),
        therapies=row.texts("therapies") if row.has("therapies") else (),
        products=row.texts("products") if row.has("products") else (),
        text=row.text("text"),
        citation=row.text("citation"),
        dated=row.text("dated"),
        unverified=row.flag("unverified"),
        source=row.text("source"),
    )
    row.finish()
    if not set(text.therapies) <= set(THERAPY_CLASSES):
        row.refuse(f"therapies must be of {', '.join(THERAPY_CLASSES)}")
    if "UNSURE" in text.source and not text.unverified:
        row.refuse("the source is unsure: mark the text unverified")
    return text
