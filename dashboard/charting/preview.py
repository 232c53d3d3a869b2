"""What the set would do if it were saved, said before saving by the rules that will judge it."""

from dataclasses import dataclass
from datetime import datetime

from dashboard.charting.entries import Entries
from dashboard.charting.wall_clock import Resolved, Twice, Unusable
from dashboard.loaders import store
from monitoring.clinical.explain import sentence
from monitoring.clinical.results import ConditionState, CrsGrade, Evaluation, GradeStatus
from monitoring.services import record
from monitoring.services.errors import RefusedError
from monitoring.services.patient import PatientPage

# Two of the sixteen symptoms are read from the vital signs and never asked.
_FROM_VITALS = (("Fever", "fever"), ("Low blood pressure", "hypotension"))
_STATES = {
    ConditionState.ACTIVE: "yes",
    ConditionState.NORMAL: "no",
    ConditionState.NO_DATA: "not known",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What will follow: a sentence, and the two symptoms that the vital signs give."""

    sentence: str
    from_vitals: tuple[tuple[str, str], ...]


def look_ahead(
    page: PatientPage, entries: Entries, found: Resolved | Twice | Unusable, *, now: datetime
) -> Outlook:
    """What saving would do now; nothing is written."""
    if not entries.values:
        said = "Refused values are not saved." if entries.refused else "Nothing entered yet."
        return Outlook(sentence=said, from_vitals=from_vitals(page.evaluation))
    taken_at = found.at if isinstance(found, Resolved) else now
    try:
        ahead = record.preview(
            store(),
            encounter_id=page.head.encounter_id,
            values=entries.values,
            taken_at=taken_at,
            now=now,
        )
    except RefusedError as refused:
        return Outlook(sentence=str(refused), from_vitals=from_vitals(page.evaluation))
    return Outlook(
        sentence=f"{change(ahead.before, ahead.after)} {sentence(ahead.after)}",
        from_vitals=from_vitals(ahead.after),
    )


def change(before: Evaluation | None, after: Evaluation) -> str:
    """How the grade will move: "This will raise CRS 1 -> 2."."""
    old = None if before is None else before.crs.grade
    new = after.crs.grade
    if new is None:
        return "CRS cannot be graded with this set."
    if old is None:
        return f"CRS {_written(after.crs)} will be suggested."
    if new > old:
        return f"This will raise CRS {old} → {_written(after.crs)}."
    if new < old:
        return f"This will lower CRS {old} → {_written(after.crs)}."
    return f"CRS stays {_written(after.crs)}."


def from_vitals(evaluation: Evaluation | None) -> tuple[tuple[str, str], ...]:
    """Fever and low blood pressure as the rules see them; a missing input is "not known"."""
    conditions = {} if evaluation is None else {one.problem: one for one in evaluation.conditions}
    return tuple(
        (label, _STATES[conditions[problem].state] if problem in conditions else "not known")
        for label, problem in _FROM_VITALS
    )


def _written(crs: CrsGrade) -> str:
    return f"at least {crs.grade}" if crs.status is GradeStatus.AT_LEAST else str(crs.grade)
