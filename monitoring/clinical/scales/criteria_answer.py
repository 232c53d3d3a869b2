"""From judged criteria to answers: the highest row met, why, what is missing, what would change it.

For grade scales whose rows each stand alone. Null comes only where nothing at all is known; a row
that is unknown is named by the fields that would settle it, wherever it could hide a higher grade.
Grade 5 is a clinician's statement: it is graded when stated and never called possible.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.scales.answer import Answer, Finding
from monitoring.clinical.scales.criteria_table import (
    HIGHEST_GRADE,
    CriteriaTable,
    Graded,
    grade_by,
    would_lower,
    would_raise,
)
from monitoring.clinical.scales.fields import Columns
from monitoring.clinical.truths import UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """One criterion over n records: ``truth`` int8 (n,), and by field where its absence matters."""

    truth: NDArray[np.int8]
    lacking: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)


def answers(
    table: CriteriaTable,
    judged: Mapping[str, Judged],
    columns: Columns,
    flags: Mapping[str, NDArray[np.bool_]],
) -> list[Answer]:
    """The answer to each record.

    ``judged`` holds every criterion of the table by id; ``flags`` are codes with where they apply.
    Raises ``KeyError`` where a criterion was not judged.
    """
    graded = grade_by(table, {name: one.truth for name, one in judged.items()})
    unknown = np.stack([judged[one.id].truth == UNKNOWN for one in table.criteria])
    asked = np.array([one.grade != HIGHEST_GRADE for one in table.criteria])
    nothing = unknown[asked].all(axis=0) & (graded.grade == 0)
    return [
        _unknown(table, judged, graded, unknown[:, place], flags, place)
        if nothing[place]
        else _answer(table, judged, graded, unknown[:, place], columns, flags, place)
        for place in range(columns.n)
    ]


def _unknown(
    table: CriteriaTable,
    judged: Mapping[str, Judged],
    graded: Graded,
    unknown: NDArray[np.bool_],
    flags: Mapping[str, NDArray[np.bool_]],
    place: int,
) -> Answer:
    return Answer(
        value=None,
        reason=f"Nothing that is known tells a row of {table.title}.",
        flags=tuple(code for code, mask in flags.items() if mask[place]),
        missing=_missing(table, judged, graded, unknown, place),
    )


def _answer(
    table: CriteriaTable,
    judged: Mapping[str, Judged],
    graded: Graded,
    unknown: NDArray[np.bool_],
    columns: Columns,
    flags: Mapping[str, NDArray[np.bool_]],
    place: int,
) -> Answer:
    missing = _missing(table, judged, graded, unknown, place)
    raised = tuple(code for code, mask in flags.items() if mask[place])
    grade, at_most = int(graded.grade[place]), int(graded.at_most[place])
    met: list[bool] = graded.met[:, place].tolist()
    findings = tuple(
        Finding(
            id=one.id,
            label=one.label,
            weight=float(one.grade),
            inputs=columns.given(place, one.inputs),
            source=one.source,
        )
        for one in sorted(compress(table.criteria, met), key=lambda one: -one.grade)
    )
    return Answer(
        value=float(grade),
        reason=_reason(table, findings, grade, at_most),
        evidence=findings,
        flags=raised,
        missing=missing,
        would_raise=would_raise(
            table,
            grade=grade,
            met=[
                is_met or one.grade == HIGHEST_GRADE
                for one, is_met in zip(table.criteria, met, strict=True)
            ],
        ),
        would_lower=would_lower(table, grade=grade, met=met),
    )


def _missing(
    table: CriteriaTable,
    judged: Mapping[str, Judged],
    graded: Graded,
    unknown: NDArray[np.bool_],
    place: int,
) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for one in compress(table.criteria, unknown):
        if one.grade > graded.grade[place]:
            lacking = judged[one.id].lacking
            names |= {name: None for name, mask in lacking.items() if mask[place]}
    return tuple(names)


def _reason(table: CriteriaTable, findings: Sequence[Finding], grade: int, at_most: int) -> str:
    top = [one.label for one in findings if one.weight == grade]
    why = "; ".join(top) if top else "no row of the table is met"
    said = f"{table.title} grade {grade}: {why}."
    if at_most == grade:
        return said
    return f"{said} It could be up to {at_most}: not all is known."
