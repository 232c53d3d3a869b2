"""Lee 2014: the older CRS grade that uses vasopressor dose and organ toxicity, shown as "also".

Lee DW et al. Blood 2014;124:188-195; clinical reference 3.1 and 3.2. The rows stand in
``rules/lee_2014.toml``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.rule_file import RuleTable, read_packaged
from monitoring.clinical.scales import also_fields as ask
from monitoring.clinical.scales.answer import Answer, Scale
from monitoring.clinical.scales.criteria_answer import Judged, answers
from monitoring.clinical.scales.criteria_table import CriteriaTable, any_of, parse_criteria
from monitoring.clinical.scales.fields import Columns, Field, FieldKind
from monitoring.clinical.scales.running_pressors import (
    HighDose,
    contradictions,
    parse_high_dose,
    read_pressors,
)
from monitoring.clinical.truths import NO, UNKNOWN, YES

NAME = "lee2014"
CRITERIA = (
    "fever",
    "symptoms",
    "oxygen_below_40",
    "fluids",
    "low_dose_vasopressor",
    "organ_grade_2",
    "oxygen_from_40",
    "high_dose_vasopressor",
    "multiple_vasopressors",
    "organ_grade_3",
    "ventilator",
    "organ_grade_4",
    "death",
)
SYMPTOMS = ("nausea", "fatigue", "headache", "myalgia", "malaise")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeeRules:
    """The table with its fever, its oxygen fraction and its high doses."""

    table: CriteriaTable
    fever_from_c: float
    oxygen_high_from_fraction: float
    high_dose: HighDose


def build() -> Scale:
    """The scale as it is asked; raises ``RuleFileError`` where its file cannot be trusted."""
    rules = load_lee()
    return Scale(
        id=NAME,
        title=rules.table.title,
        version=rules.table.id,
        answers="grade",
        source=rules.table.source,
        fields=_fields(rules.high_dose),
        of_columns=lambda columns: grade(columns, rules),
        check=lambda columns: {
            **ask.contradictions(columns),
            **contradictions(columns, rules.high_dose),
            **_bounds(columns),
        },
    )


@cache
def load_lee() -> LeeRules:
    """The packaged rules, read and checked once a process."""
    table = RuleTable(read_packaged("lee_2014.toml"), "lee_2014.toml")
    high_dose = parse_high_dose(table.table("high_dose"))
    fever, oxygen = table.table("fever"), table.table("oxygen")
    known = frozenset(one.name for one in _fields(high_dose))
    rules = LeeRules(
        table=parse_criteria(table, known),
        fever_from_c=fever.number("from_c", low=37.0, high=40.0),
        oxygen_high_from_fraction=oxygen.number("high_from_fraction", low=0.22, high=1.0),
        high_dose=high_dose,
    )
    for cited in (fever, oxygen):
        cited.text("source")
        cited.finish()
    table.finish()
    if tuple(one.id for one in rules.table.criteria) != CRITERIA:
        table.refuse(f"the criteria must be, in this order, {', '.join(CRITERIA)}")
    return rules


def grade(columns: Columns, rules: LeeRules) -> list[Answer]:
    """Grade n records that do not contradict themselves."""
    oxygen = ask.oxygen_need(columns, high_from_fraction=rules.oxygen_high_from_fraction)
    pressors = read_pressors(columns, rules.high_dose)
    organ, liver = _reached(columns, "organ_toxicity"), _reached(columns, "transaminitis")
    judged = {
        "fever": ask.fever(columns, rules.fever_from_c),
        "symptoms": _symptoms(columns),
        "oxygen_below_40": oxygen.below,
        "fluids": ask.stated(columns, "fluids_for_hypotension"),
        "low_dose_vasopressor": pressors.low_dose_of_one,
        "organ_grade_2": _organ(columns, organ(2), liver(2)),
        "oxygen_from_40": oxygen.high,
        "high_dose_vasopressor": pressors.high_dose,
        "multiple_vasopressors": pressors.multiple,
        "organ_grade_3": _organ(columns, organ(3), liver(3)),
        "ventilator": ask.ventilator(columns),
        "organ_grade_4": Judged(
            truth=organ(4),
            lacking={"organ_toxicity_grade": ask.absent(columns, "organ_toxicity_grade")},
        ),
        "death": ask.death(columns),
    }
    flags = {
        "fio2_unknown": oxygen.fraction_unknown,
        "vasopressin_counted": pressors.vasopressin_makes_multiple,
        "positive_pressure_not_counted": ask.pressure_not_counted(columns),
        "no_high_dose_limit": pressors.without_limit,
        "inotrope_not_counted": pressors.not_counted,
        "hypotension_untreated": ask.untreated(
            columns,
            judged["fluids"].truth,
            pressors.low_dose_of_one.truth,
            pressors.high_dose.truth,
            pressors.multiple.truth,
        ),
    }
    return answers(rules.table, judged, columns, flags)


def at_least(grades: NDArray[np.float64], limit: int) -> NDArray[np.int8]:
    """Whether a toxicity reaches a grade, three-valued."""
    return np.where(np.isnan(grades), UNKNOWN, np.where(grades >= limit, YES, NO))


def _reached(columns: Columns, toxicity: str) -> Callable[[int], NDArray[np.int8]]:
    """Whether a toxicity reaches a grade, by its grade or by the lower bound known of it."""
    grades, bounds = columns.number[f"{toxicity}_grade"], columns.number[f"{toxicity}_at_least"]

    def reaches(limit: int) -> NDArray[np.int8]:
        return np.where(bounds >= limit, YES, at_least(grades, limit))

    return reaches


def _bounds(columns: Columns) -> dict[int, str]:
    """Where a toxicity is said to be below what it is said to reach."""
    found: dict[int, str] = {}
    for toxicity in ("organ_toxicity", "transaminitis"):
        grade, bound = f"{toxicity}_grade", f"{toxicity}_at_least"
        apart = columns.number[grade] < columns.number[bound]
        message = f"{grade} lies below {bound}; correct one of them."
        found |= dict.fromkeys(np.flatnonzero(apart).tolist(), message)
    return found


def _symptoms(columns: Columns) -> Judged:
    listed = columns.listed["symptoms"]
    truth = np.where(columns.chosen["symptoms"].any(axis=1), YES, np.where(listed, NO, UNKNOWN))
    return Judged(truth=truth, lacking={"symptoms": ~listed})


def _organ(columns: Columns, organ: NDArray[np.int8], liver: NDArray[np.int8]) -> Judged:
    names = ("organ_toxicity_grade", "transaminitis_grade")
    return Judged(
        truth=any_of(organ, liver), lacking={name: ask.absent(columns, name) for name in names}
    )


def _fields(high_dose: HighDose) -> tuple[Field, ...]:
    return (
        *ask.shared_fields(),
        Field(
            name="symptoms",
            label="Symptoms that need symptomatic treatment only",
            kind=FieldKind.CHOICES,
            choices=SYMPTOMS,
            synonyms={"tiredness": "fatigue", "muscle_pain": "myalgia", "myalgias": "myalgia"},
        ),
        ask.truth_field("ventilated", "Ventilator support"),
        *(
            ask.number_field(one.field, f"{one.agent.capitalize()} dose", one.unit, 10_000.0)
            for one in high_dose.alone
        ),
        ask.truth_field("vasopressin", "Vasopressin runs"),
        ask.number_field(
            "vasopressor_hours", "Hours for which the dose was required", "h", 10_000.0
        ),
        ask.number_field(
            "organ_toxicity_grade",
            "Highest CTCAE grade of organ toxicity, transaminases apart",
            "{grade}",
            4.0,
            whole=True,
        ),
        ask.number_field(
            "transaminitis_grade", "CTCAE grade of ALT or AST", "{grade}", 4.0, whole=True
        ),
        ask.number_field(
            "organ_toxicity_at_least",
            "CTCAE grade that organ toxicity is known to reach, not all organs being known",
            "{grade}",
            4.0,
            whole=True,
        ),
        ask.number_field(
            "transaminitis_at_least",
            "CTCAE grade that ALT or AST is known to reach, the other not being known",
            "{grade}",
            4.0,
            whole=True,
        ),
    )
