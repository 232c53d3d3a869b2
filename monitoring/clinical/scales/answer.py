"""What a scale says of one record: the grade or total, why, and what was missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitoring.clinical.scales.fields import Columns, Field, read_columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One row of the scale's table that was met, or one item that scored.

    ``weight`` is its grade or its points. ``inputs`` are the fields it rests on with the values
    that were given, in the scale's own units.
    """

    id: str
    label: str
    weight: float
    inputs: Mapping[str, Any]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A scale's answer to one record.

    ``value`` is the grade or the total, None where nothing can be said; ``reason`` says in one
    sentence why, or why not. ``flags`` are short codes to act on or to review. ``missing`` names
    every field whose absence could hide a higher grade, or without which there is no total.
    ``parts`` holds a score's points by item, None where missing. ``would_raise`` and
    ``would_lower`` are the nearest single changes, each a sentence.
    """

    value: float | None
    reason: str
    evidence: tuple[Finding, ...] = ()
    flags: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    parts: Mapping[str, float | None] | None = None
    would_raise: tuple[str, ...] = ()
    would_lower: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scale:
    """A scale that can be asked: its fields, and its answer to n records at once.

    ``answers`` is "grade" or "total". ``version`` is stored with every answer. ``of_columns`` is
    vectorised: what it does per record is no more than writing the answer down.
    """

    id: str
    title: str
    version: str
    answers: str
    source: str
    fields: tuple[Field, ...]
    of_columns: Callable[[Columns], Sequence[Answer]]

    def of(self, records: Sequence[Mapping[str, Any]]) -> Sequence[Answer]:
        """The answer to each record; raises ``RecordError`` where one cannot be read."""
        return self.of_columns(read_columns(records, self.fields))

    def to_document(self, answer: Answer) -> dict[str, Any]:
        """An answer as plain JSON: ``grade`` or ``total``, then what it rests on."""
        document: dict[str, Any] = {
            "scale": self.id,
            "version": self.version,
            self.answers: _plain(answer.value),
            "reason": answer.reason,
            "evidence": [
                {
                    "id": one.id,
                    "label": one.label,
                    "grade" if self.answers == "grade" else "points": _plain(one.weight),
                    "inputs": dict(one.inputs),
                    "source": one.source,
                }
                for one in answer.evidence
            ],
            "flags": list(answer.flags),
            "missing": list(answer.missing),
        }
        if answer.parts is not None:
            document["parts"] = {name: _plain(points) for name, points in answer.parts.items()}
        if self.answers == "grade":
            document["would_raise"] = list(answer.would_raise)
            document["would_lower"] = list(answer.would_lower)
        return document


def _plain(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value
