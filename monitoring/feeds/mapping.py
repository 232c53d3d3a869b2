"""A column mapping: what a file's columns and names mean, as data that a person can read and write.

It is written in TOML (``mapping_file``; ``docs/import-mappings.md``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Layout(StrEnum):
    """One row a value, one row a moment, or a file that is known and cannot be imported."""

    LONG = "long"
    WIDE = "wide"
    REFUSED = "refused"


class ClockKind(StrEnum):
    """Whether times are dates or hours from a moment of the source's own."""

    CALENDAR = "calendar"
    HOURS = "hours"


ROLES = ("patient", "time", "name", "value", "unit", "method", "age_years", "sex")


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRule:
    """What a source's name (a column, or a word in the name column) means.

    ``unit`` is assumed where none is sent; with ``unit_in_name`` a different one sent beside it is
    a contradiction. ``values`` translates a coded concept's words.
    """

    name: str
    concept: str
    unit: str | None = None
    unit_in_name: bool = False
    method: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)

    def translated(self, sent: str) -> str:
        """The value in our words, where the mapping knows the source's word for it."""
        if not self.values:
            return sent
        return {folded(word): code for word, code in self.values.items()}.get(folded(sent), sent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How to read the time column; from ``shifted_from_year`` on, dates are de-identified ones.

    ``formats`` (as for ``strptime``) are tried after ISO 8601; ``time_zone`` beats the ward's.
    """

    kind: ClockKind
    shifted_from_year: int | None = None
    time_zone: str | None = None
    formats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TherapyRule:
    """A therapy that every patient of the source had, infused at an hour of the source's clock."""

    product: str
    therapy_class: str
    infused_at_hour: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMapping:
    """All that is known of one kind of file. ``names`` is keyed by the folded spelling."""

    id: str
    title: str
    layout: Layout
    required: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    names: Mapping[str, NameRule]
    not_used: Mapping[str, str]
    clock: Clock
    identifier_system: str
    patient_label: str
    patient_from_file_name: bool
    absent: frozenset[str]
    sexes: Mapping[str, str]
    care_setting: str
    treatments_charted: bool
    therapy: TherapyRule | None
    refusal: str | None


def folded(text: str) -> str:
    """A name or header without differences of case and blanks."""
    return " ".join(text.split()).casefold()
