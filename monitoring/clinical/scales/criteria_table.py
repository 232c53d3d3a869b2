"""A grade scale as a table of criteria: the grade is the highest criterion met.

Each criterion is a column of three values, yes, no and unknown. Unknown never lowers a grade: it is
named where it could hide a higher one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.rule_file import RuleTable
from monitoring.clinical.rulebook_types import Criterion
from monitoring.clinical.scales.fields import Columns
from monitoring.clinical.truths import HELD, NO, UNKNOWN, YES

HIGHEST_GRADE = 5
_ANY_NUMBER = {"low": -1e9, "high": 1e9}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CriteriaTable:
    """A published grade table; ``id`` carries its version, as "astct_icans@1"."""

    id: str
    title: str
    criteria: tuple[Criterion, ...]
    source: str

    def row(self, criterion: str) -> int:
        """The criterion's row in the matrix of truths."""
        return next(n for n, one in enumerate(self.criteria) if one.id == criterion)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Graded:
    """n records graded: ``grade`` int8, the highest criterion met and 0 where none is; ``at_most``
    int8, the grade if every unknown criterion were met; ``met`` bool (criteria, n).
    """

    grade: NDArray[np.int8]
    at_most: NDArray[np.int8]
    met: NDArray[np.bool_]


def parse_criteria(table: RuleTable, fields: frozenset[str]) -> CriteriaTable:
    """The common head and the criteria of a grade scale's file; the caller finishes the table.

    ``fields`` are the names that a criterion's ``inputs`` may hold. Raises ``RuleFileError``.
    """
    title = table.text("title")
    criteria = tuple(_criterion(row, fields) for row in table.rows("criterion"))
    ids = [one.id for one in criteria]
    if len(set(ids)) != len(ids):
        table.refuse("two criteria have one id")
    if unknown := {one.leaves for one in criteria} - {None, *ids}:
        names = ", ".join(sorted(map(str, unknown)))
        table.refuse(f"leaves {names} is not a criterion of this scale")
    return CriteriaTable(
        id=f"{table.text('id')}@{table.integer('version', low=1, high=9999)}",
        title=title,
        criteria=criteria,
        source=table.text("source"),
    )


def grade_by(table: CriteriaTable, truths: Mapping[str, NDArray[np.int8]]) -> Graded:
    """Grade n records from the truth of every criterion, by id; raises ``KeyError`` without one."""
    matrix = np.stack([truths[one.id] for one in table.criteria])
    grades = np.array([one.grade for one in table.criteria], dtype=np.int8)[:, None]
    met = (matrix == YES) | (matrix == HELD)
    grade = (met * grades).max(axis=0)
    could_be = ((matrix == UNKNOWN) * grades).max(axis=0)
    return Graded(grade=grade, at_most=np.maximum(grade, could_be), met=met)


def truth_of_answer(criterion: Criterion, columns: Columns) -> NDArray[np.int8]:
    """Whether the answer to the criterion's one input meets it, as its table says.

    A number lies from ``low`` to ``high``, both included; a choice is ``answer``, a list holds it;
    a truth is true. Unknown where the input is.
    """
    (name,) = criterion.inputs
    if name in columns.truth:
        return columns.truth[name]
    if name in columns.number:
        number = columns.number[name]
        holds = (number >= (criterion.low or 0)) & (number <= (criterion.high or 0))
    else:
        answer = columns.fields[name].choices.index(criterion.answer or "")
        in_list = name in columns.chosen
        holds = columns.chosen[name][:, answer] if in_list else columns.choice[name] == answer
    return np.where(columns.is_known(name), np.where(holds, YES, NO), UNKNOWN)


def any_of(*columns: NDArray[np.int8]) -> NDArray[np.int8]:
    """Yes where any is, else unknown where any is, else no."""
    matrix = np.stack(columns)
    any_yes, any_unknown = (matrix == YES).any(axis=0), (matrix == UNKNOWN).any(axis=0)
    return np.where(any_yes, YES, np.where(any_unknown, UNKNOWN, NO))


def would_raise(table: CriteriaTable, *, grade: int, met: Sequence[bool]) -> tuple[str, ...]:
    """The nearest single changes upwards, a line a grade: "Grade 3 if ... or ..."."""
    lines = []
    for higher in sorted({one.grade for one in table.criteria if one.grade > grade}):
        ways = [
            one.would_be_met
            for one, is_met in zip(table.criteria, met, strict=True)
            if one.grade == higher and not is_met
        ]
        if ways:
            lines.append(f"Grade {higher} if {' or '.join(ways)}.")
    return tuple(lines)


def would_lower(table: CriteriaTable, *, grade: int, met: Sequence[bool]) -> tuple[str, ...]:
    """The nearest single change downwards: "Grade 2 if no vasopressor runs.".

    Only the criterion that carries the grade alone can lower it; where two do, that is said.
    """
    holding = list(compress(table.criteria, met))
    carriers = [one for one in holding if one.grade == grade]
    if not carriers:
        return ()
    if len(carriers) > 1:
        names = " and ".join(_inside(one.label) for one in carriers)
        return (f"No single change lowers it: {names} each make grade {grade}.",)
    (carrier,) = carriers
    left = [one.grade for one in holding if one is not carrier]
    left += [one.grade for one in table.criteria if one.id == carrier.leaves]
    ends = carrier.would_end or f"no longer: {_inside(carrier.label)}"
    return (f"Grade {max(left, default=0)} if {ends}.",)


def _inside(label: str) -> str:
    """A label inside a sentence; an abbreviation keeps its capitals."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _criterion(row: RuleTable, fields: frozenset[str]) -> Criterion:
    inputs = row.texts("inputs")
    if unknown := set(inputs) - fields:
        row.refuse(f"{', '.join(sorted(unknown))} is not a field of this scale")
    criterion = Criterion(
        id=row.text("id"),
        domain=row.text("domain"),
        grade=row.integer("grade", low=1, high=HIGHEST_GRADE),
        label=row.text("label"),
        inputs=inputs,
        would_be_met=row.text("would_be_met"),
        source=row.text("source"),
        would_end=row.optional_text("would_end"),
        leaves=row.optional_text("leaves"),
        low=row.number("low", **_ANY_NUMBER) if row.has("low") else None,
        high=row.number("high", **_ANY_NUMBER) if row.has("high") else None,
        answer=row.optional_text("answer"),
    )
    row.finish()
    if (criterion.low is None) != (criterion.high is None):
        row.refuse("low and high stand together")
    return criterion
