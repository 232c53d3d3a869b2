"""What is said of each graded record: the reason, the evidence, and what would change the grade.

Most records say the same few things: what depends on the pattern of findings alone is worded once a
pattern, and only the values once a record.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from monitoring.clinical.explain import FINDINGS
from monitoring.clinical.grading import NO_GRADE
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.rulebook_types import Criterion, CrsRules
from monitoring.clinical.scales.answer import Answer, Finding
from monitoring.clinical.scales.astct_crs_columns import (
    NOTHING,
    SHUT,
    TEMPERATURE_UNKNOWN,
    CrsRecords,
)
from monitoring.clinical.scales.criteria_table import CriteriaTable, would_lower, would_raise
from monitoring.clinical.scales.fields import Columns
from monitoring.clinical.scales.patterns import same_findings

_BY_POLICY = "local policy, ASTCT has no number"
_HYPOTENSION = "hypotension_no_vasopressor"
_SUPPORT = ("o2_device", "o2_flow_lpm", "fio2", "o2_for_hypoxia", "positive_pressure_reason")
# The fields that a criterion rests on.
_INPUTS = {
    "fever": ("temp_c", "temp_f", "fever_other_cause"),
    _HYPOTENSION: ("fluids_for_hypotension", "hypotension_by_baseline"),
    "one_vasopressor": ("vasopressors",),
    "multiple_vasopressors": ("vasopressors",),
    "low_flow_oxygen": _SUPPORT,
    "high_flow_oxygen": _SUPPORT,
    "positive_pressure": _SUPPORT,
}
_NUMBERS = ("sbp", "dbp", "baseline_sbp", "age_years")
# What a missing field is called inside a sentence.
_NAMES = {
    "temp_c": "temperature",
    "sbp": "systolic pressure",
    "dbp": "diastolic pressure",
    "baseline_sbp": "baseline pressure",
    "age_years": "age",
    "fluids_for_hypotension": "fluids for hypotension",
    "hypotension_by_baseline": "judgement of the pressure",
    "o2_device": "oxygen device",
    "o2_flow_lpm": "oxygen flow",
    "fio2": "inhaled oxygen",
    "o2_for_hypoxia": "reason for oxygen",
    "episode_open": "whether an episode is open",
    "antipyretic_or_anticytokine_since_onset": "whether its fever was treated",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    """What records with the same findings share. ``told`` are the criteria that the reason names;
    ``head`` and ``tail`` stand around their values.
    """

    value: float | None
    criteria: tuple[int, ...]
    told: tuple[int, ...]
    by_numbers: bool
    head: str
    tail: str
    flags: tuple[str, ...]
    missing: tuple[str, ...]
    would_raise: tuple[str, ...]
    would_lower: tuple[str, ...]
    death: Criterion | None = None


def answers(
    columns: Columns,
    records: CrsRecords,
    *,
    rules: CrsRules,
    table: CriteriaTable,
    policy: Policy,
) -> list[Answer]:
    """The answer to each record."""
    firsts, pattern_of = same_findings(
        [
            records.gate,
            records.grade,
            records.at_most,
            records.by_numbers,
            *records.met,
            *records.flags.values(),
            *records.missing.values(),
            *records.turns.values(),
        ]
    )
    patterns = [_pattern(records, place, rules=rules, table=table) for place in firsts]
    said = _Said(columns, rules, policy)
    return [
        _answer(said, patterns[number], place) for place, number in enumerate(pattern_of.tolist())
    ]


def _pattern(records: CrsRecords, place: int, *, rules: CrsRules, table: CriteriaTable) -> _Pattern:
    grade, gate = int(records.grade[place]), int(records.gate[place])
    provisional, at_most = int(records.provisional[place]), int(records.at_most[place])
    met = records.met[:, place].tolist()
    criteria = tuple(row for row, is_met in enumerate(met) if is_met)
    missing = tuple(name for name, column in records.missing.items() if column[place])
    flags = tuple(name for name, column in records.flags.items() if column[place])
    top = grade if grade > 0 else provisional
    told = tuple(row for row in criteria if rules.criteria[row].grade == top)
    head, tail = "", ""
    if grade == rules.death.grade:
        return _Pattern(
            value=grade,
            criteria=criteria,
            told=(),
            by_numbers=bool(records.by_numbers[place]),
            head=f"{rules.death.label}: CRS grade {grade}.",
            tail="",
            flags=flags,
            missing=(),
            would_raise=(),
            would_lower=(),
            death=rules.death,
        )
    unknown = ", ".join(_NAMES.get(name, name) for name in missing)
    if gate == NOTHING:
        head = "No temperature and no open episode: CRS cannot be graded. "
        tail = f"Provisional grade {provisional} if it is CRS." if told else ""
        tail = f"{tail} Chart first: {unknown}.".strip()
    elif gate == SHUT:
        head, tail = _shut(flags, provisional, told)
        if at_most:
            tail += f" May be grade {at_most}; not known: {unknown}."
    elif grade == 0:
        warm = "Temperature not known, " if gate == TEMPERATURE_UNKNOWN else ""
        head = "No hypotension and no oxygen need known: "
        head = f"{warm}{head[0].lower() if warm else head[0]}{head[1:]}"
        head += "CRS resolving, grade 0 now." if "resolving" in flags else "grade 0 now."
        head += " Fever may be hidden by treatment. " if "fever_waived" in flags else " "
    elif at_most > grade:
        tail = f"CRS grade {grade} at least, at most {at_most}; not known: {unknown}."
    else:
        tail = f"CRS grade {grade} suggested."
    if gate not in (NOTHING, SHUT) and grade == 0 and at_most > 0:
        tail = f"May be grade {at_most}; not known: {unknown}."
    if gate == TEMPERATURE_UNKNOWN and grade > 0:
        tail += " The temperature is not known; an open episode is graded without it."
    if "fever_waived" in flags and grade > 0:
        tail += " Fever is no longer required: it was treated in an open episode."
    return _Pattern(
        value=None if grade == NO_GRADE else grade,
        criteria=criteria,
        told=told,
        by_numbers=bool(records.by_numbers[place]),
        head=head,
        tail=tail,
        flags=flags,
        missing=missing,
        would_raise=would_raise(table, grade=grade, met=met)
        if gate not in (SHUT, NOTHING)
        else _opening(table, records, place),
        would_lower=_lowering(table, records, place, met=met),
    )


def _shut(flags: tuple[str, ...], provisional: int, told: tuple[int, ...]) -> tuple[str, str]:
    if "possible_masked_crs" in flags:
        return "", (
            "No fever, which premedication may have hidden: possible masked CRS, provisional grade "
            f"{provisional}; a clinician has to grade. By ASTCT grade 0."
        )
    attributed = "fever_attributed_to_other_cause" in flags
    fever = "The fever has another cause" if attributed else "No fever"
    if told:
        return "", f"{fever}: no CRS by ASTCT, grade 0. Look for another cause."
    return f"{fever}: no CRS by ASTCT, grade 0.", ""


# What would open the gate, beside a fever.
_NO_OTHER_CAUSE = "the fever has no other cause"
_TREATED = "the fever of the open episode was treated (antipyretic or anticytokine)"


def _opening(table: CriteriaTable, records: CrsRecords, place: int) -> tuple[str, ...]:
    """The single changes that would let what is met count."""
    fever = table.criteria[0].would_be_met
    words = {"cause": _NO_OTHER_CAUSE, "fever": fever, "treatment": _TREATED}
    ways = [word for name, word in words.items() if records.turns[name][place]]
    reached = max(int(records.provisional[place]), 1)
    return (f"Grade {reached} if {' or '.join(ways)}.",) if ways else ()


def _lowering(
    table: CriteriaTable, records: CrsRecords, place: int, *, met: list[bool]
) -> tuple[str, ...]:
    """The nearest single changes downwards; where the fever alone holds it, its end is one."""
    grade = int(records.grade[place])
    lines = would_lower(table, grade=grade, met=met)
    if grade < 2 or not records.turns["cooling"][place]:
        return lines
    ends = table.criteria[0].would_end
    return (*(one for one in lines if one.startswith("Grade")), f"Grade 0 if {ends}.")


class _Said:
    """What each record said, and the words for it."""

    def __init__(self, columns: Columns, rules: CrsRules, policy: Policy) -> None:
        self._columns = columns
        self._criteria = rules.criteria
        self._labels = {one.device: one.label for one in rules.devices.values()}
        self._policy = policy.id

    def inputs(self, place: int, row: int, *, by_numbers: bool) -> dict[str, Any]:
        """What was said of a criterion's inputs; of the numbers where they alone meet it."""
        by_them = by_numbers and self._criteria[row].id == _HYPOTENSION
        names = _NUMBERS if by_them else _INPUTS[self._criteria[row].id]
        return self._columns.given(place, names)

    def finding(self, row: int, inputs: Mapping[str, Any]) -> Finding:
        """The criterion with what was said of its inputs."""
        criterion = self._criteria[row]
        label, source = criterion.label, criterion.source
        if criterion.id == _HYPOTENSION and "sbp" in inputs:
            label, source = f"{label} ({_BY_POLICY})", f"{source}; {self._policy}"
        return Finding(
            id=criterion.id,
            label=label,
            weight=criterion.grade,
            inputs=inputs,
            source=source,
        )

    def reason(self, row: int, inputs: Mapping[str, Any]) -> str:
        """One criterion in words: "Temperature 38.4 C: fever"."""
        criterion = self._criteria[row]
        if criterion.id == "fever":
            values = _temperature(inputs)
        elif criterion.id == _HYPOTENSION:
            values = _pressure(inputs)
        elif criterion.domain == "hypoxia":
            values = self._support(inputs)
        else:
            values = " + ".join(one.replace("_", " ") for one in inputs["vasopressors"])
        return f"{values[0].upper()}{values[1:]}: {FINDINGS[criterion.id]}"

    def _support(self, given: Mapping[str, Any]) -> str:
        parts = [self._labels[given["o2_device"]] if "o2_device" in given else "oxygen"]
        if "o2_flow_lpm" in given:
            parts.append(f"{given['o2_flow_lpm']:g} L/min")
        if "fio2" in given:
            parts.append(f"FiO2 {given['fio2']:g}")
        return " ".join(parts)


def _temperature(given: Mapping[str, Any]) -> str:
    values = [
        f"{max(str(given[name]), f'{given[name]:.1f}', key=len)} {name[-1].upper()}"
        for name in ("temp_c", "temp_f")
        if name in given
    ]
    return f"temperature {', '.join(values)}"


def _pressure(given: Mapping[str, Any]) -> str:
    if given.get("fluids_for_hypotension"):
        return "fluids for hypotension"
    if "sbp" not in given:
        return "low for this person in a clinician's judgement"
    text = f"SBP {given['sbp']:g}"
    if "dbp" in given:
        text += f", DBP {given['dbp']:g}"
    if "baseline_sbp" in given:
        text += f", baseline {given['baseline_sbp']:g}"
    return f"{text} ({_BY_POLICY})"


def _answer(said: _Said, pattern: _Pattern, place: int) -> Answer:
    inputs = {
        row: said.inputs(place, row, by_numbers=pattern.by_numbers) for row in pattern.criteria
    }
    reasons = [said.reason(row, inputs[row]) for row in pattern.told]
    evidence = [said.finding(row, inputs[row]) for row in pattern.criteria]
    if pattern.death is not None:
        evidence.insert(0, _statement(pattern.death))
    told = ". ".join(reasons) + ". " if reasons else ""
    return Answer(
        value=pattern.value,
        reason=f"{pattern.head}{told}{pattern.tail}".strip(),
        evidence=tuple(evidence),
        flags=pattern.flags,
        missing=pattern.missing,
        would_raise=pattern.would_raise,
        would_lower=pattern.would_lower,
    )


def _statement(criterion: Criterion) -> Finding:
    return Finding(
        id=criterion.id,
        label=criterion.label,
        weight=criterion.grade,
        inputs={criterion.id: True},
        source=criterion.source,
    )
