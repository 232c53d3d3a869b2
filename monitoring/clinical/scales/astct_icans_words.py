"""What is said of each ICANS grade: the reason, the evidence, what would change it."""

from dataclasses import replace
from itertools import compress
from typing import TYPE_CHECKING

from monitoring.clinical.rulebook_types import Criterion
from monitoring.clinical.scales.answer import Answer, Finding
from monitoring.clinical.scales.criteria_table import CriteriaTable, would_lower, would_raise
from monitoring.clinical.scales.fields import Columns
from monitoring.clinical.scales.patterns import same_findings

if TYPE_CHECKING:
    from monitoring.clinical.scales.astct_icans import IcansRecords

_NAMES = {
    "ice": "ICE",
    "capd": "CAPD",
    "unable_to_perform": "whether ICE can be performed",
    "seizure": "seizures",
    "deep_focal_weakness": "focal weakness",
    "icp": "signs of raised pressure",
}


def answers(columns: Columns, records: "IcansRecords", table: CriteriaTable) -> list[Answer]:
    """The answer to each record."""
    firsts, pattern_of = same_findings(
        [
            records.grade,
            records.at_most,
            *records.met,
            *records.flags.values(),
            *records.missing.values(),
            *records.asked.values(),
        ]
    )
    patterns = [_pattern(records, place, table) for place in firsts]
    return [
        _answer(columns, table, place, *patterns[number])
        for place, number in enumerate(pattern_of.tolist())
    ]


def _pattern(
    records: "IcansRecords", place: int, table: CriteriaTable
) -> tuple[Answer, tuple[Criterion, ...]]:
    """What all records with these findings share, and the criteria they meet."""
    grade, worst = int(records.grade[place]), int(records.worst[place])
    at_most = int(records.at_most[place])
    met = records.met[:, place].tolist()
    flags = tuple(name for name, column in records.flags.items() if column[place])
    missing = tuple(name for name, column in records.missing.items() if column[place])
    unknown = ", ".join(_NAMES.get(name, name) for name in missing)
    if "not_assessable_sedated" in flags:
        verdict = "Under sedation ICANS cannot be assessed."
        if worst:
            verdict += f" Grade {worst} if sedation does not explain it."
    elif grade < 0:
        verdict = f"Nothing was assessed: ICANS cannot be graded. Assess first: {unknown}."
    elif at_most > grade:
        least = f"ICANS grade {grade} at least" if grade else "No sign of ICANS known, grade 0"
        verdict = f"{least}, at most {at_most}; not known: {unknown}."
    else:
        verdict = f"ICANS grade {grade} suggested." if grade else "No sign of ICANS: grade 0."
    shared = Answer(
        value=None if grade < 0 else float(grade),
        reason=verdict,
        flags=flags,
        missing=missing,
        would_raise=_raising(table, records, place, grade=grade, met=met),
        would_lower=would_lower(table, grade=grade, met=met),
    )
    return shared, tuple(compress(table.criteria, met))


def _raising(
    table: CriteriaTable, records: "IcansRecords", place: int, *, grade: int, met: list[bool]
) -> tuple[str, ...]:
    """What would raise the grade, without the test that does not count at this age."""
    if grade < 0:
        return ()
    asked = [
        one.low is None or one.domain not in records.asked or bool(records.asked[one.domain][place])
        for one in table.criteria
    ]
    kept = replace(table, criteria=tuple(compress(table.criteria, asked)))
    return would_raise(kept, grade=grade, met=list(compress(met, asked)))


def _answer(
    columns: Columns,
    table: CriteriaTable,
    place: int,
    shared: Answer,
    met: tuple[Criterion, ...],
) -> Answer:
    worst = max((one.grade for one in met), default=0)
    reasons = [_reason(columns, place, one) for one in met if one.grade == worst]
    return Answer(
        value=shared.value,
        reason=" ".join([*reasons, shared.reason]),
        evidence=tuple(
            Finding(
                id=one.id,
                label=one.label,
                weight=one.grade,
                inputs=columns.given(place, one.inputs),
                source=one.source,
            )
            for one in met
        ),
        flags=shared.flags,
        missing=shared.missing,
        would_raise=shared.would_raise,
        would_lower=shared.would_lower,
    )


def _reason(columns: Columns, place: int, criterion: Criterion) -> str:
    if criterion.low is None:
        return f"{criterion.label}."
    (name,) = criterion.inputs
    return f"{_NAMES[name]} {columns.said(name)[place]} ({criterion.label})."
