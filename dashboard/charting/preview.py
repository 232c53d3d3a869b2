"""What the set would do if it were saved, said before saving by the rules that will judge it."""

import logging
from dataclasses import dataclass
from datetime import datetime

from dashboard.charting.entries import Entries
from dashboard.charting.wall_clock import Resolved, Twice, Unusable
from dashboard.loaders import store
from monitoring.clinical.explain import sentence
from monitoring.clinical.explain_icans import icans_sentence
from monitoring.clinical.results import (
    ConditionState,
    CrsGrade,
    Evaluation,
    GradeStatus,
    IcansGrade,
)
from monitoring.services import record
from monitoring.services.errors import RefusedError
from monitoring.services.failures import without_data
from monitoring.services.patient import PatientPage

# Two of the sixteen symptoms are read from the vital signs and never asked.
_FROM_VITALS = (("Fever", "fever"), ("Low blood pressure", "hypotension"))
CRS, ICANS = "CRS", "ICANS"
CANNOT_SAY = (
    "What saving would do to the grade cannot be worked out. Go by the patient, and tell the "
    "person who runs Stormwatch."
)
_log = logging.getLogger(__name__)
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
    page: PatientPage,
    entries: Entries,
    found: Resolved | Twice | Unusable,
    *,
    now: datetime,
    first: str = CRS,
) -> Outlook:
    """What saving would do now; nothing is written. ``first`` is the scale the form is about."""
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
    except Exception as failed:  # noqa: BLE001 - said on the form, and logged
        _log.error("A set could not be judged ahead: %s", without_data(failed))
        return Outlook(sentence=CANNOT_SAY, from_vitals=from_vitals(page.evaluation))
    return Outlook(
        sentence=_said(ahead.before, ahead.after, first),
        from_vitals=from_vitals(ahead.after),
    )


def _said(before: Evaluation | None, after: Evaluation, first: str) -> str:
    """The scale of the form with its reason, and the other one where it moves."""
    if first == ICANS:
        why, other = icans_sentence(after), CRS
    else:
        why, other = sentence(after), ICANS
    moves = _grade(before, other) != _grade(after, other)
    more = f"{change(before, after, other)} " if moves else ""
    return f"{change(before, after, first)} {more}{why}"


def change(before: Evaluation | None, after: Evaluation, scale: str = CRS) -> str:
    """How a grade will move: "This will raise CRS 1 -> 2."."""
    old, new = _grade(before, scale), _grade(after, scale)
    if new is None:
        return f"{scale} cannot be graded with this."
    written = _written(after, scale)
    if old is None:
        return f"{scale} {written} will be suggested."
    if new > old:
        return f"This will raise {scale} {old} → {written}."
    if new < old:
        return f"This will lower {scale} {old} → {written}."
    return f"{scale} stays {written}."


def from_vitals(evaluation: Evaluation | None) -> tuple[tuple[str, str], ...]:
    """Fever and low blood pressure as the rules see them; a missing input is "not known"."""
    conditions = {} if evaluation is None else {one.problem: one for one in evaluation.conditions}
    return tuple(
        (label, _STATES[conditions[problem].state] if problem in conditions else "not known")
        for label, problem in _FROM_VITALS
    )


def _of(evaluation: Evaluation | None, scale: str) -> CrsGrade | IcansGrade | None:
    if evaluation is None:
        return None
    return evaluation.icans if scale == ICANS else evaluation.crs


def _grade(evaluation: Evaluation | None, scale: str) -> int | None:
    known = _of(evaluation, scale)
    return None if known is None else known.grade


def _written(evaluation: Evaluation, scale: str) -> str:
    known = _of(evaluation, scale)
    if known is None:
        return "not known"
    return f"at least {known.grade}" if known.status is GradeStatus.AT_LEAST else str(known.grade)
