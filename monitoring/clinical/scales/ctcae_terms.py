"""CTCAE v5.0 fever, hypotension and hypoxia: terms often confused with CRS, shown as "also".

US National Cancer Institute, 27 November 2017; clinical reference 3.3. The rows stand in
``rules/ctcae_v5_terms.toml``, the numbers of fever in ``rules/ctcae_v5.toml``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.ctcae import load_ctcae
from monitoring.clinical.rule_file import RuleTable, read_packaged
from monitoring.clinical.scales import also_fields as ask
from monitoring.clinical.scales.answer import Answer, Scale
from monitoring.clinical.scales.astct_crs_columns import temperature_c
from monitoring.clinical.scales.criteria_answer import Judged, answers
from monitoring.clinical.scales.criteria_table import CriteriaTable, any_of, parse_criteria
from monitoring.clinical.scales.fields import Columns, Field, FieldKind
from monitoring.clinical.truths import NO, UNKNOWN, YES

FEVER, HYPOTENSION, HYPOXIA = "ctcae-fever", "ctcae-hypotension", "ctcae-hypoxia"
INTERVENTIONS = ("none", "non_urgent", "medical", "urgent")
_EPSILON = 1e-6
_CRITERIA = {
    "fever": ("from_38", "above_39", "above_40", "above_40_for_a_day", "death"),
    "hypotension": ("asymptomatic", "non_urgent", "medical", "urgent", "death"),
    "hypoxia": ("with_exercise", "at_rest", "airway", "death"),
}


@cache
def _fields() -> Mapping[str, tuple[Field, ...]]:
    death = ask.truth_field("death", "Death due to it")
    return {
        "fever": (
            *ask.shared("temp_c", "temp_f"),
            ask.number_field("hours_above_40_c", "Hours above 40.0 C on end", "h", 10_000.0),
            death,
        ),
        "hypotension": (
            ask.truth_field("hypotension", "Hypotension in a clinician's judgement"),
            Field(
                name="intervention",
                label="What it needs: medical is also hospitalisation",
                kind=FieldKind.CHOICE,
                choices=INTERVENTIONS,
            ),
            death,
        ),
        "hypoxia": (
            ask.number_field("spo2_rest", "SpO2 at rest", "%", 100.0, lowest=1.0),
            ask.number_field("spo2_exercise", "Lowest SpO2 with exercise", "%", 100.0, lowest=1.0),
            ask.number_field("pao2_mmhg", "PaO2", "mm[Hg]", 800.0),
            ask.truth_field("intermittent_o2", "Oxygen needed at times"),
            ask.truth_field("airway_compromise", "Life-threatening airway compromise, urgent"),
            death,
        ),
    }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TermTables:
    """The three tables, and the two numbers of hypoxia."""

    by_term: Mapping[str, CriteriaTable]
    spo2_below_percent: float
    pao2_to_mmhg: float


@cache
def load_terms() -> TermTables:
    """The packaged tables, read and checked once a process; raises ``RuleFileError``."""
    content = RuleTable(read_packaged("ctcae_v5_terms.toml"), "ctcae_v5_terms.toml")
    sections = {term: content.table(term) for term in _fields()}
    limits = sections["hypoxia"].table("limits")
    tables = TermTables(
        by_term={
            term: parse_criteria(section, frozenset(field.name for field in _fields()[term]))
            for term, section in sections.items()
        },
        spo2_below_percent=limits.number("spo2_below_percent", low=50, high=100),
        pao2_to_mmhg=limits.number("pao2_to_mmhg", low=20, high=100),
    )
    for table in (limits, *sections.values(), content):
        table.finish()
    for term, section in sections.items():
        if tuple(one.id for one in tables.by_term[term].criteria) != _CRITERIA[term]:
            section.refuse(f"the criteria must be, in this order, {', '.join(_CRITERIA[term])}")
    return tables


def fever() -> Scale:
    """Fever by temperature and by the time above 40.0 C; raises ``RuleFileError``."""
    limits = load_ctcae().fever

    def judge(columns: Columns) -> Mapping[str, Judged]:
        temp_c, hours = temperature_c(columns), columns.number["hours_above_40_c"]
        above = _above(temp_c, limits.grade_3_above_c)
        long = _above(hours, limits.grade_4_after_hours)
        a_day = np.where(
            (above == NO) | (long == NO), NO, np.where(above == UNKNOWN, UNKNOWN, long)
        )
        lacks = {"temp_c": np.isnan(temp_c)}
        return {
            "from_38": Judged(truth=_from(temp_c, limits.grade_1_from_c), lacking=lacks),
            "above_39": Judged(truth=_above(temp_c, limits.grade_2_above_c), lacking=lacks),
            "above_40": Judged(truth=above, lacking=lacks),
            "above_40_for_a_day": Judged(
                truth=a_day,
                lacking={**lacks, "hours_above_40_c": np.isnan(hours) & (above != NO)},
            ),
        }

    return _scale(FEVER, "fever", judge)


def hypotension() -> Scale:
    """Hypotension by what it needs; raises ``RuleFileError``."""

    def judge(columns: Columns) -> Mapping[str, Judged]:
        needs = columns.choice["intervention"]
        unknown = {"intervention": needs < 0}

        def at(place: int) -> Judged:
            truth = np.where(needs < 0, UNKNOWN, np.where(needs == place, YES, NO))
            return Judged(truth=truth, lacking=unknown)

        there = ask.stated(columns, "hypotension")
        treated = np.where(needs > 0, YES, NO)
        return {
            "asymptomatic": Judged(truth=any_of(there.truth, treated), lacking=there.lacking),
            "non_urgent": at(1),
            "medical": at(2),
            "urgent": at(3),
        }

    return _scale(HYPOTENSION, "hypotension", judge)


def hypoxia() -> Scale:
    """Hypoxia by saturation and PaO2; raises ``RuleFileError``."""
    tables = load_terms()

    def judge(columns: Columns) -> Mapping[str, Judged]:
        def low(name: str) -> NDArray[np.int8]:
            value = columns.number[name]
            known = np.where(value < tables.spo2_below_percent - _EPSILON, YES, NO)
            return np.where(np.isnan(value), UNKNOWN, known)

        pao2 = columns.number["pao2_mmhg"]
        starved = np.where(
            np.isnan(pao2), UNKNOWN, np.where(pao2 <= tables.pao2_to_mmhg + _EPSILON, YES, NO)
        )
        return {
            "with_exercise": _either(
                columns, spo2_exercise=low("spo2_exercise"),
                intermittent_o2=columns.truth["intermittent_o2"],
            ),
            "at_rest": _either(columns, spo2_rest=low("spo2_rest"), pao2_mmhg=starved),
            "airway": ask.stated(columns, "airway_compromise"),
        }  # fmt: skip

    return _scale(HYPOXIA, "hypoxia", judge)


def _scale(name: str, term: str, judge: Callable[[Columns], Mapping[str, Judged]]) -> Scale:
    table = load_terms().by_term[term]

    def grade(columns: Columns) -> Sequence[Answer]:
        death = np.where(columns.truth["death"] == YES, YES, NO)
        return answers(table, {**judge(columns), "death": Judged(truth=death)}, columns, {})

    return Scale(
        id=name,
        title=table.title,
        version=table.id,
        answers="grade",
        source=table.source,
        fields=_fields()[term],
        of_columns=grade,
        check=ask.temperatures_apart if term == "fever" else lambda _: {},
    )


def _either(columns: Columns, **truths: NDArray[np.int8]) -> Judged:
    return Judged(
        truth=any_of(*truths.values()),
        lacking={name: ask.absent(columns, name) for name in truths},
    )


def _from(values: NDArray[np.float64], limit: float) -> NDArray[np.int8]:
    known = np.where(values >= limit - _EPSILON, YES, NO)
    return np.where(np.isnan(values), UNKNOWN, known)


def _above(values: NDArray[np.float64], limit: float) -> NDArray[np.int8]:
    known = np.where(values > limit + _EPSILON, YES, NO)
    return np.where(np.isnan(values), UNKNOWN, known)
