"""A CRS grade in plain words: why this one, what is not known, and the rows behind it."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.clinical.results import (
    CriterionEvidence,
    CrsGrade,
    Evaluation,
    GradeStatus,
    InputEvidence,
    Truth,
)

_MET = (Truth.YES, Truth.HELD)
# What a concept is called inside a sentence, where its label would be stiff.
_NAMES = {
    "systolic_bp": "SBP",
    "diastolic_bp": "DBP",
    "mean_arterial_pressure": "MAP",
    "baseline_systolic_bp": "baseline",
    "body_temperature": "temperature",
    "oxygen_device": "oxygen device",
    "oxygen_flow": "oxygen flow",
    "fluid_bolus": "fluid bolus",
    "vasopressor": "use of vasopressors",
}
# What a criterion is called inside a sentence.
FINDINGS = {
    "fever": "fever",
    "hypotension_no_vasopressor": "hypotension",
    "one_vasopressor": "hypotension requiring a vasopressor",
    "multiple_vasopressors": "hypotension requiring multiple vasopressors",
    "low_flow_oxygen": "hypoxia requiring low-flow oxygen",
    "high_flow_oxygen": "hypoxia requiring high-flow oxygen or a mask",
    "positive_pressure": "hypoxia requiring positive pressure",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One row behind a grade: the criterion, its truth, and one value with its age.

    ``value`` is None for a criterion without any row. ``table`` and ``row_id`` name the stored row.
    """

    grade: int
    domain: str
    criterion: str
    label: str
    truth: Truth
    concept: str | None
    value: str | None
    age_s: float | None
    stale: bool
    table: str | None
    row_id: int | None
    note: str | None
    source: str


def sentence(evaluation: Evaluation) -> str:
    """Why this grade: "SBP 84, baseline 118: hypotension. CRS grade 2 suggested."."""
    crs = evaluation.crs
    met = [one for one in crs.criteria if one.truth in _MET]
    if crs.grade is None:
        return _not_known(crs, met)
    if crs.grade == 0:
        return _grade_zero(crs, met)
    top = [one for one in met if one.grade == max(c.grade for c in met)]
    reasons = ". ".join(_reason(one) for one in top)
    verdict = f"CRS grade {crs.grade} suggested."
    if crs.status is not GradeStatus.GRADED:
        verdict = f"CRS grade {crs.grade} at least; not known: {_missing(crs)}."
    return f"{reasons}. {verdict}"


def may_be_already(evaluation: Evaluation) -> list[str]:
    """What an unknown criterion may hide: "May be grade 3 already; not known: SBP."; else none."""
    crs = evaluation.crs
    if crs.grade is not None and crs.status is GradeStatus.GRADED:
        return []
    return [f"May be CRS grade {crs.at_most} already; not known: {_missing(crs)}."]


def table(evaluation: Evaluation) -> list[EvidenceRow]:
    """Every criterion, highest grade first, with the rows it rests on."""
    rows = []
    for criterion in sorted(evaluation.crs.criteria, key=lambda one: -one.grade):
        inputs: tuple[InputEvidence | None, ...] = criterion.inputs or (None,)
        rows += [_row(criterion, one) for one in inputs]
    return rows


def age_in_words(age_s: float) -> str:
    """How long ago: "now", "4 min", "3 h", "2 d"."""
    minutes = int(age_s // 60)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d"


def ago_in_words(age_s: float) -> str:
    """The same, inside a sentence: "now", "4 min ago"."""
    age = age_in_words(age_s)
    return age if age == "now" else f"{age} ago"


def last_known_in_words(ages_s: Sequence[float]) -> str:
    """Of a criterion that is held, by the ages of its inputs: "when last known 3 h ago".

    Inputs of this minute that leave the criterion open do not say when it was last met.
    """
    known = bool(ages_s) and age_in_words(min(ages_s)) != "now"
    return f"when last known {ago_in_words(min(ages_s))}" if known else "when last known"


def _row(criterion: CriterionEvidence, one: InputEvidence | None) -> EvidenceRow:
    return EvidenceRow(
        grade=criterion.grade,
        domain=criterion.domain,
        criterion=criterion.id,
        label=criterion.label,
        truth=criterion.truth,
        concept=None if one is None else one.concept,
        value=None if one is None else one.display,
        age_s=None if one is None else one.age_s,
        stale=one is not None and one.stale,
        table=None if one is None else one.table,
        row_id=None if one is None else one.row_id,
        note=criterion.note,
        source=criterion.source,
    )


def _not_known(crs: CrsGrade, met: list[CriterionEvidence]) -> str:
    known = [_reason(one) for one in met]
    lead = f"{'. '.join(known)}. " if known else ""
    return f"{lead}CRS grade not known. Chart first: {_missing(crs)}."


def _grade_zero(crs: CrsGrade, met: list[CriterionEvidence]) -> str:
    if crs.resolving:
        temperature = next(iter(crs.criteria[0].inputs), None)
        now = "" if temperature is None else f"Temperature {temperature.display}, "
        hidden = " Fever may be hidden by treatment." if crs.fever_waived else ""
        return (
            f"{now}no hypotension, no oxygen need: CRS resolving, grade 0 now, "
            f"peak {crs.peak}.{hidden}"
        )
    if met:
        reasons = ". ".join(_reason(one) for one in met)
        return f"{reasons}, without fever. No CRS by ASTCT, grade 0: look for another cause."
    return "No fever: no CRS by ASTCT, grade 0."


def _reason(criterion: CriterionEvidence) -> str:
    finding = FINDINGS[criterion.id]
    values = _values(criterion)
    text = f"{values[0].upper()}{values[1:]}: {finding}" if values else finding.capitalize()
    if criterion.truth is Truth.HELD:
        ages = [one.age_s for one in criterion.inputs if one.table == "observation"]
        return f"{text} {last_known_in_words(ages)}"
    return text


def _values(criterion: CriterionEvidence) -> str:
    if criterion.id == "fever":
        return _fever_values(criterion)
    if criterion.id in ("one_vasopressor", "multiple_vasopressors"):
        return " + ".join(one.display for one in criterion.inputs)
    if criterion.domain == "hypoxia":
        return " ".join(one.display for one in criterion.inputs)
    parts = []
    for one in criterion.inputs:
        if one.value is None:
            parts.append("fluid bolus")
        elif one.concept != "diastolic_bp":
            parts.append(f"{_NAMES[one.concept]} {one.value:.0f}")
    return ", ".join(dict.fromkeys(parts))


def _fever_values(criterion: CriterionEvidence) -> str:
    if not criterion.inputs:
        return ""
    newest, *earlier = criterion.inputs
    text = f"temperature {newest.display}"
    if earlier:
        text += f", {earlier[0].display} {ago_in_words(earlier[0].age_s)}"
    return text


def _missing(crs: CrsGrade) -> str:
    return ", ".join(_NAMES.get(name, name.replace("_", " ")) for name in crs.missing)
