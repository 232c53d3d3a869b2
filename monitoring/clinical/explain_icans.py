"""The ICANS grade in plain words: why it is suggested, or what has to be assessed first."""

from monitoring.clinical.assessment_tools import TOOLS
from monitoring.clinical.concepts import CONCEPTS
from monitoring.clinical.evidence import judged_criterion
from monitoring.clinical.explain import ago_in_words, last_known_in_words
from monitoring.clinical.icans import icans_rules
from monitoring.clinical.results import (
    CriterionEvidence,
    Evaluation,
    GradeStatus,
    IcansGrade,
    Truth,
)

_US_PER_S = 1_000_000


def icans_sentence(evaluation: Evaluation) -> str:
    """Why this ICANS grade: "ICE 5 of 10. ICANS grade 2 suggested."."""
    icans = evaluation.icans
    if icans is None:
        return "ICANS was not judged at that time."
    if icans.grade is None:
        return f"{_untested(icans, evaluation.at_us)} ICANS grade not known. Assess {icans.tool}."
    known = _points(icans)
    if icans.grade == 0:
        if icans.status is GradeStatus.GRADED:
            return f"{known}, no neurological sign: ICANS grade 0."
        return f"{known}, no sign of ICANS; not known: {missing_words(icans)}."
    top = [one for one in icans.criteria if one.grade == icans.grade]
    reasons = ". ".join(_reason(one, icans) for one in top)
    if icans.status is GradeStatus.AT_LEAST:
        return f"{reasons}. ICANS grade {icans.grade} at least; not known: {missing_words(icans)}."
    return f"{reasons}. ICANS grade {icans.grade} suggested."


def why_not_graded(icans: IcansGrade) -> str:
    """In two words why there is no grade: "sedated", "ICE too old"."""
    if _obstacle(icans) is not None:
        return "sedated" if icans.notes[0].startswith("Under sedation") else "not assessable"
    return "not assessed" if icans.tested_us is None else f"{icans.tool} too old"


def icans_criteria(icans: IcansGrade) -> tuple[CriterionEvidence, ...]:
    """Every row of the ICANS table with its truth, those of the other test left out."""
    met = {one.id: one for one in icans.criteria}
    other = "capd" if icans.tool == "ICE" else "ice"
    return tuple(
        met.get(one.id)
        or judged_criterion(one, Truth.UNKNOWN if one.id in icans.unknown else Truth.NO)
        for one in icans_rules().table.criteria
        if one.inputs != (other,)
    )


def missing_words(icans: IcansGrade) -> str:
    """What has to be assessed, as the ward names it: "ICE, seizure"."""
    return ", ".join(
        icans.tool if name in ("ice_total", "capd_total") else _inside(CONCEPTS[name].label)
        for name in icans.missing
    )


def _inside(label: str) -> str:
    """A label inside a sentence; a name keeps its capital."""
    return label if label.startswith("Cushing") else label[:1].lower() + label[1:]


def _points(icans: IcansGrade) -> str:
    if icans.points is None:
        return f"{icans.tool} not scored in full"
    return f"{icans.tool} {icans.points} of {TOOLS[icans.tool].most}"


def _obstacle(icans: IcansGrade) -> str | None:
    """Why nobody can assess it now, where that was charted."""
    first = icans.notes[0] if icans.notes else ""
    return first if first.startswith(("Under sedation", f"{icans.tool} cannot")) else None


def _untested(icans: IcansGrade, at_us: int) -> str:
    obstacle = _obstacle(icans)
    if obstacle is not None:
        return obstacle
    if icans.tested_us is None:
        return f"No {icans.tool} yet."
    return f"Last {icans.tool} {ago_in_words((at_us - icans.tested_us) / _US_PER_S)}."


def _reason(criterion: CriterionEvidence, icans: IcansGrade) -> str:
    text = criterion.label
    if criterion.domain in ("ice", "capd") and icans.points is not None:
        text = _points(icans)
    if criterion.truth is not Truth.HELD:
        return text
    ages = [one.age_s for one in criterion.inputs]
    return f"{criterion.label} {last_known_in_words(ages)}"
