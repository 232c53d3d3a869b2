"""Grade scales whose rows are limits on laboratory values: CTCAE's laboratory terms and ICAHT.

Each row of the file is a criterion with the conditions of which any meets it; a limit of normal or
a baseline that is not given leaves its row unknown, and is named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from monitoring.clinical.rule_file import RuleTable, read_packaged
from monitoring.clinical.rulebook_types import Criterion
from monitoring.clinical.scales import criteria_answer
from monitoring.clinical.scales.answer import Answer, Scale
from monitoring.clinical.scales.criteria_answer import Judged
from monitoring.clinical.scales.criteria_table import HIGHEST_GRADE, CriteriaTable
from monitoring.clinical.scales.fields import Columns
from monitoring.clinical.scales.limits import Condition, Inputs, element_truth
from monitoring.clinical.scales.limits_reader import (
    finding_fields,
    read_conditions,
    read_findings,
)
from monitoring.clinical.scales.quantities import disagreements, fields_of
from monitoring.clinical.truths import UNKNOWN, YES


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LimitGrades:
    """A grade table and the conditions of each criterion by its id."""

    table: CriteriaTable
    conditions: Mapping[str, tuple[Condition, ...]]
    truths: Mapping[str, str]


def ctcae_laboratory() -> Scale:
    """The highest CTCAE v5.0 laboratory grade, with each term's own (clinical reference 5.4)."""
    return _load("ctcae-labs", "ctcae_laboratory.toml")


def icaht() -> Scale:
    """Early ICAHT, day 0 to 30 (Rejeski 2023; clinical reference 5.3)."""
    own = _load("icaht", "icaht.toml")
    return replace(own, check=lambda columns: {**own.check(columns), **_more_days_lower(columns)})


def _more_days_lower(columns: Columns) -> dict[int, str]:
    """Each day at the lower count is one at the higher count too."""
    lower, higher = (columns.number[f"days_anc_{count}_or_less"] for count in (100, 500))
    message = (
        "days_anc_100_or_less is at most days_anc_500_or_less: "
        "a day of the lower count is one of the higher too."
    )
    return dict.fromkeys(np.flatnonzero(lower > higher).tolist(), message)


def parse_limit_grades(table: RuleTable) -> LimitGrades:
    """A grade table of limits from the content of its file; raises ``RuleFileError``."""
    truths = read_findings(table)
    rows = [_criterion(row, truths) for row in table.rows("criterion")]
    criteria = _leaving_to_lower([criterion for criterion, _ in rows])
    grades = LimitGrades(
        table=CriteriaTable(
            id=f"{table.text('id')}@{table.integer('version', low=1, high=9999)}",
            title=table.text("title"),
            criteria=criteria,
            source=table.text("source"),
        ),
        conditions={criterion.id: conditions for criterion, conditions in rows},
        truths=truths,
    )
    table.finish()
    if not rows or len(grades.conditions) != len(rows):
        table.refuse("needs criteria, each with an id of its own")
    return grades


def _leaving_to_lower(criteria: Sequence[Criterion]) -> tuple[Criterion, ...]:
    """Each criterion with the next lower one of its domain: from 4 one comes to 3 first."""
    left = []
    for one in criteria:
        lower = [c for c in criteria if c.domain == one.domain and c.grade < one.grade]
        nearest = max(lower, key=lambda c: c.grade, default=None)
        left.append(replace(one, leaves=None if nearest is None else nearest.id))
    return tuple(left)


def _criterion(
    row: RuleTable, truths: Mapping[str, str]
) -> tuple[Criterion, tuple[Condition, ...]]:
    conditions = read_conditions(row, "any_of", truths)
    if not conditions:
        row.refuse("a criterion needs a condition")
    fields = [name for condition in conditions for name in condition.field_names]
    criterion = Criterion(
        id=row.text("id"),
        domain=row.text("domain"),
        grade=row.integer("grade", low=1, high=HIGHEST_GRADE),
        label=row.text("label"),
        inputs=tuple(dict.fromkeys(fields)),
        would_be_met=row.text("would_be_met"),
        source=row.text("source"),
    )
    row.finish()
    return criterion, conditions


def load_limit_grades(file: str) -> LimitGrades:
    """The grade table of a packaged rule file; raises ``RuleFileError``."""
    return parse_limit_grades(RuleTable(read_packaged(file), file))


def _load(name: str, file: str) -> Scale:
    grades = load_limit_grades(file)
    quantities = [
        quantity
        for conditions in grades.conditions.values()
        for condition in conditions
        for quantity in condition.quantities
    ]
    return Scale(
        id=name,
        title=grades.table.title,
        version=grades.table.id,
        answers="grade",
        source=grades.table.source,
        fields=(*fields_of(quantities), *finding_fields(grades.truths)),
        of_columns=lambda columns: _answers(grades, columns),
        check=lambda columns: disagreements(quantities, columns),
    )


def _answers(grades: LimitGrades, columns: Columns) -> Sequence[Answer]:
    inputs = Inputs(columns)
    judged = {
        name: Judged(truth=element_truth(conditions, inputs), lacking=inputs.lacking(conditions))
        for name, conditions in grades.conditions.items()
    }
    by_domain = _grades_by_domain(grades.table, judged)
    return [
        replace(answer, parts={domain: column[place] for domain, column in by_domain.items()})
        for place, answer in enumerate(
            criteria_answer.answers(grades.table, judged, columns, flags={})
        )
    ]


def _grades_by_domain(
    table: CriteriaTable, judged: Mapping[str, Judged]
) -> dict[str, list[float | None]]:
    """Each domain's own grade by record: None where nothing of it is met and something unknown."""
    found: dict[str, list[float | None]] = {}
    for domain in dict.fromkeys(one.domain for one in table.criteria):
        rows = [one for one in table.criteria if one.domain == domain]
        truths = np.stack([judged[one.id].truth for one in rows])
        weights = np.array([one.grade for one in rows])[:, None]
        grade = ((truths == YES) * weights).max(axis=0)
        known = (grade > 0) | ~(truths == UNKNOWN).any(axis=0)
        found[domain] = [
            float(one) if is_known else None
            for one, is_known in zip(grade.tolist(), known.tolist(), strict=True)
        ]
    return found
