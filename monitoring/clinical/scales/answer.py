"""What a scale says of one record: the grade or total, why, and what was missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitoring.clinical.scales.fields import Columns, Field, RecordError
from monitoring.clinical.scales.reading import read_columns


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
    ``parts`` holds a score's points by item, None where missing. ``details`` are what else the
    scale's paper says of this answer, by name, such as NEWS2's risk and response. ``would_raise``
    and ``would_lower`` are the nearest single changes, each a sentence.
    """

    value: float | None
    reason: str
    evidence: tuple[Finding, ...] = ()
    flags: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    parts: Mapping[str, float | None] | None = None
    details: Mapping[str, Any] | None = None
    would_raise: tuple[str, ...] = ()
    would_lower: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scale:
    """A scale that can be asked: its fields, and its answer to n records at once.

    ``answers`` is "grade" or "total". ``version`` is stored with every answer. ``of_columns`` is
    vectorised: what it does per record is no more than writing the answer down. ``check`` says by
    place what is wrong with a record whose values cannot stand together, such as a diastolic
    pressure above the systolic; ``of_columns`` never sees their values.
    """

    id: str
    title: str
    version: str
    answers: str
    source: str
    fields: tuple[Field, ...]
    of_columns: Callable[[Columns], Sequence[Answer]]
    check: Callable[[Columns], Mapping[int, str]] = lambda _: {}

    def of(self, records: Sequence[Mapping[str, Any]]) -> Sequence[Answer]:
        """The answer to each record; raises ``RecordError`` where one cannot be read."""
        columns = read_columns(records, self.fields)
        for place, message in self.check(columns).items():
            raise RecordError(place, message)
        return self.of_columns(columns)

    def of_each(self, records: Sequence[Mapping[str, Any]]) -> list[Answer | RecordError]:
        """The answer to each record, or in its place why it cannot be read."""
        refused: dict[int, str] = {}
        columns = read_columns(records, self.fields, refused)
        unfit = self.check(columns)
        if unfit:
            refused |= unfit
            said = [{} if place in refused else one for place, one in enumerate(records)]
            columns = read_columns(said, self.fields)
        answers: list[Answer | RecordError] = list(self.of_columns(columns))
        for place, message in refused.items():
            answers[place] = RecordError(place, message)
        return answers

    def to_document(self, answer: Answer) -> dict[str, Any]:
        """An answer as plain JSON: ``grade`` or ``total``, then what it rests on."""
        document: dict[str, Any] = {
            "scale": self.id,
            "version": self.version,
            self.answers: plain_number(answer.value),
            "reason": answer.reason,
            "evidence": [
                {
                    "id": one.id,
                    "label": one.label,
                    "grade" if self.answers == "grade" else "points": plain_number(one.weight),
                    "inputs": dict(one.inputs),
                    "source": one.source,
                }
                for one in answer.evidence
            ],
            "flags": list(answer.flags),
            "missing": list(answer.missing),
        }
        if answer.parts is not None:
            document["parts"] = {
                name: plain_number(points) for name, points in answer.parts.items()
            }
        document |= answer.details or {}
        if self.answers == "grade":
            document["would_raise"] = list(answer.would_raise)
            document["would_lower"] = list(answer.would_lower)
        return document


def plain_number(value: float | None) -> float | int | None:
    """A number as JSON shows it: a whole one without a point."""
    return int(value) if value is not None and value == int(value) else value
