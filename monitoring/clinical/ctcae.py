"""CTCAE v5.0 as data: cytokine release syndrome, fever, hypotension, hypoxia and the symptoms.

US National Cancer Institute, 27 November 2017; clinical reference 3.1, 3.3 and 6. The rows stand in
``rules/ctcae_v5.toml``. Symptoms are context and triage: they never change the ASTCT grade.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from monitoring.clinical.concepts import SYMPTOMS
from monitoring.clinical.rule_file import RuleTable, read_packaged
from monitoring.clinical.scales.criteria_table import CriteriaTable, parse_criteria

# What the grade of cytokine release syndrome may be asked with, by the names of ``ctcae-crs``.
CRS_FIELDS = frozenset(
    {
        "temp_c",
        "temp_f",
        "fever_other_cause",
        "fluids_for_hypotension",
        "vasopressors",
        "o2_device",
        "o2_flow_lpm",
        "fio2",
        "o2_for_hypoxia",
        "positive_pressure_reason",
        "life_threatening",
        "death_due_to_crs",
    }
)
CRS_CRITERIA = (
    "fever",
    "fluids",
    "oxygen_below_40",
    "one_vasopressor",
    "oxygen_from_40",
    "life_threatening",
    "death",
)
# Terms that are read from the vital signs and never asked.
FROM_VITALS = ("Fever", "Hypotension", "Hypoxia")
GRADES = (1, 2, 3, 4, 5)
DEATH = 5
_NOT_DEFINED = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term of CTCAE: its wording by grade; a grade that is not defined is not there.

    ``concept`` is what it is charted as, None for a term of the vital signs. ``unverified`` are the
    grades whose wording the reference calls unsure.
    """

    term: str
    concept: str | None
    grades: Mapping[int, str]
    unverified: frozenset[int]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeverLimits:
    """The fever term in numbers; grade 4 is more than ``grade_4_after_hours`` above grade 3."""

    grade_1_from_c: float
    grade_2_above_c: float
    grade_3_above_c: float
    grade_4_after_hours: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CtcaeRules:
    """CTCAE v5.0 as far as Stormwatch uses it."""

    crs: CriteriaTable
    oxygen_high_from_fraction: float
    fever: FeverLimits
    terms: tuple[Term, ...]

    def of_concept(self, concept: str) -> tuple[Term, ...]:
        """The terms that a charted symptom stands for, in the order of the file."""
        return tuple(one for one in self.terms if one.concept == concept)


@cache
def load_ctcae() -> CtcaeRules:
    """The packaged rules, read and checked once a process; raises ``RuleFileError``."""
    table = RuleTable(read_packaged("ctcae_v5.toml"), "ctcae_v5.toml")
    oxygen = table.table("oxygen")
    rules = CtcaeRules(
        crs=parse_criteria(table, CRS_FIELDS),
        oxygen_high_from_fraction=oxygen.number("high_from_fraction", low=0.22, high=1.0),
        fever=_fever(table.table("fever")),
        terms=tuple(_term(row) for row in table.rows("term")),
    )
    oxygen.text("source")
    oxygen.finish()
    table.finish()
    if tuple(one.id for one in rules.crs.criteria) != CRS_CRITERIA:
        table.refuse(f"the criteria must be, in this order, {', '.join(CRS_CRITERIA)}")
    names = [one.term for one in rules.terms]
    if len(set(names)) != len(names):
        table.refuse("a term has two rows; keep one")
    if tuple(one.term for one in rules.terms if one.concept is None) != FROM_VITALS:
        table.refuse(f"the terms without a concept must be {', '.join(FROM_VITALS)}")
    charted = {one.concept for one in rules.terms}
    for symptom in SYMPTOMS:
        if symptom.code not in charted:
            table.refuse(f"{symptom.code} can be charted and has no term")
        highest = max(offered(rules, symptom.code))
        if symptom.possible != (0.0, float(highest)):
            table.refuse(f"{symptom.code} takes other grades in the dictionary than here")
    return rules


def offered(rules: CtcaeRules, concept: str) -> tuple[int, ...]:
    """The severities that can be charted of a symptom: 0, and each defined one short of death."""
    defined = {grade for one in rules.of_concept(concept) for grade in one.grades}
    return (0, *(grade for grade in GRADES if grade in defined and grade != DEATH))


def wording(rules: CtcaeRules, concept: str) -> Mapping[int, str]:
    """What each severity of a symptom means: "Nausea: ...; Vomiting: ..." where it is two terms."""
    terms = rules.of_concept(concept)
    return MappingProxyType(
        {grade: _of_grade(terms, grade) for grade in offered(rules, concept) if grade}
    )


def _of_grade(terms: tuple[Term, ...], grade: int) -> str:
    said = []
    for one in terms:
        if grade in one.grades:
            unsure = " (wording unverified)" if grade in one.unverified else ""
            name = f"{one.term}: " if len(terms) > 1 else ""
            said.append(f"{name}{one.grades[grade]}{unsure}")
    return " / ".join(said)


def _fever(table: RuleTable) -> FeverLimits:
    degrees = {"low": 37.0, "high": 43.0}
    limits = FeverLimits(
        grade_1_from_c=table.number("grade_1_from_c", **degrees),
        grade_2_above_c=table.number("grade_2_above_c", **degrees),
        grade_3_above_c=table.number("grade_3_above_c", **degrees),
        grade_4_after_hours=table.number("grade_4_after_hours", low=1, high=240),
        source=table.text("source"),
    )
    table.finish()
    if not limits.grade_1_from_c < limits.grade_2_above_c < limits.grade_3_above_c:
        table.refuse("the limits must rise with the grade")
    return limits


def _term(row: RuleTable) -> Term:
    cells = row.texts("grades")
    if len(cells) != len(GRADES) or not all(cell.strip() for cell in cells):
        row.refuse(f"grades needs {len(GRADES)} cells, '{_NOT_DEFINED}' where not defined")
    grades = {
        grade: cell
        for grade, cell in zip(GRADES, cells, strict=True)
        if cell.strip() != _NOT_DEFINED
    }
    term = Term(
        term=row.text("term"),
        concept=row.optional_text("concept"),
        grades=MappingProxyType(grades),
        unverified=frozenset(
            row.integers("unverified", low=1, high=DEATH) if row.has("unverified") else ()
        ),
        source=row.text("source"),
    )
    row.finish()
    if term.concept is not None and term.concept not in {one.code for one in SYMPTOMS}:
        row.refuse(f"{term.concept} is not a symptom of the dictionary")
    return term
