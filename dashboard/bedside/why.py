"""Why this grade: one sentence, what would raise it, and when the next set is due."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import wording
from monitoring.clinical.confirmation import CRS, HIGHEST_SUGGESTED, ICANS
from monitoring.clinical.explain import may_be_already, sentence
from monitoring.clinical.explain_icans import icans_sentence, why_not_graded
from monitoring.clinical.results import (
    ConfirmedGrade,
    CrsGrade,
    Evaluation,
    GradeStatus,
    IcansGrade,
    Truth,
)
from monitoring.clinical.schedule import Due
from monitoring.services.instants import SECOND_US, from_us, to_us
from monitoring.services.patient import PatientPage

NOT_CURRENT = (
    "Not judged now: what follows was true when this patient was last judged, and may be old. "
    "Look at the patient; tell the person who runs Stormwatch."
)
UNREADABLE = (
    "Not judged: the newest judgement of this patient cannot be read. "
    "Look at the patient; tell the person who runs Stormwatch."
)
_ARROWS = {"rising": "↑ rising", "falling": "↓ falling", "steady": "→ steady", "unknown": ""}
# What is met is certain in both; in the second a vasopressor may run unseen (C23).
_LOWER_BOUNDS = (GradeStatus.AT_LEAST, GradeStatus.CANNOT_GRADE)


def draw(page: PatientPage, *, changes: Sequence[str] = (), zone: ZoneInfo, now: datetime) -> None:
    """The badges, the sentence, what is next; ``changes`` are what would move a grade."""
    evaluation = page.evaluation
    if evaluation is None and page.not_judged:
        st.html(f"<div class='sw-why'><p class='sw-sentence'>{wording.plain(UNREADABLE)}</p></div>")
        return
    if evaluation is None:
        st.html(
            "<div class='sw-why'><p class='sw-sentence'>Nothing has been observed yet. "
            "Chart the first set.</p></div>"
        )
        return
    raise_words = [*may_be_already(evaluation), *changes]
    raises = "".join(f"<p class='sw-raise'>{wording.plain(line)}</p>" for line in raise_words)
    st.html(
        "<div class='sw-why'>"
        f"{_badges(page, evaluation)}"
        f"<p class='sw-sentence'>{wording.plain(sentence(evaluation))}</p>"
        f"<p class='sw-sentence sw-second'>{wording.plain(icans_sentence(evaluation))}</p>"
        f"{raises}"
        f"<p class='sw-next'>{wording.plain(_next(page, evaluation, zone=zone, now=now))}</p>"
        "</div>"
    )


def _badges(page: PatientPage, evaluation: Evaluation) -> str:
    """The three scales; of a patient who is not judged none looks like the present one."""
    if page.not_judged:
        badges = (
            old_badge("CRS", evaluation.crs.grade)
            + old_badge("ICANS", None if evaluation.icans is None else evaluation.icans.grade)
            + old_badge("NEWS2", evaluation.news2.total)
        )
        said = f"<p class='sw-problem' role='alert'>{wording.plain(NOT_CURRENT)}</p>"
        return f"<div class='sw-badges'>{badges}</div>{said}"
    return (
        f"<div class='sw-badges'>{crs_badge(evaluation.crs, evaluation.word_on(CRS))}"
        f"{icans_badge(evaluation)}{_news2(evaluation)}</div>"
    )


def old_badge(scale: str, grade: int | None) -> str:
    """A grade of an earlier look, while the newest one fails."""
    was = "" if grade is None else f", was {grade}"
    return f"<span class='sw-badge' data-grade='unknown'><b>{scale} ?</b> not judged{was}</span>"


def crs_badge(crs: CrsGrade, word: ConfirmedGrade | None = None) -> str:
    """The grade as a badge: its number, its scale, its direction and peak in words."""
    details = [_ARROWS.get(crs.direction, "")]
    if crs.resolving:
        details.append("resolving")
    if crs.status is GradeStatus.CANNOT_GRADE:
        details.append("cannot be graded")
    return _badge("CRS", crs, word, details)


def icans_badge(evaluation: Evaluation) -> str:
    """The ICANS grade as a badge; unknown looks unknown."""
    icans = evaluation.icans
    if icans is None:
        return "<span class='sw-badge' data-grade='unknown'><b>ICANS ?</b> not judged</span>"
    details = [_ARROWS.get(icans.direction, "")]
    if icans.grade is None:
        details = [why_not_graded(icans)]
    return _badge("ICANS", icans, evaluation.word_on(ICANS), details)


def _badge(
    name: str, grade: CrsGrade | IcansGrade, word: ConfirmedGrade | None, details: list[str]
) -> str:
    shown = grade.grade if word is None else word.shown
    number = "?" if shown is None else str(shown)
    if word is not None and shown != grade.grade:
        details = ["confirmed by a clinician"]
    elif grade.status in _LOWER_BOUNDS and shown is not None:
        number = f"≥{shown}"
    if grade.peak is not None:
        details.append(f"peak {grade.peak}")
    if any(one.truth is Truth.HELD and one.grade == shown for one in grade.criteria):
        details.append("held from the last known value")
    level = "unknown" if shown is None else str(min(shown, HIGHEST_SUGGESTED))
    said = ", ".join(detail for detail in details if detail)
    return (
        f"<span class='sw-badge' data-grade='{level}'><b>{name} {wording.plain(number)}</b> "
        f"{wording.plain(said)}</span>"
    )


def _news2(evaluation: Evaluation) -> str:
    score = evaluation.news2
    if not score.applicable:
        return "<span class='sw-badge sw-quiet'>NEWS2 not for children</span>"
    if score.total is not None:
        return f"<span class='sw-badge sw-quiet'><b>NEWS2 {score.total}</b></span>"
    return (
        f"<span class='sw-badge sw-quiet'><b>NEWS2 incomplete</b>, at least {score.minimum}</span>"
    )


def _next(page: PatientPage, evaluation: Evaluation, *, zone: ZoneInfo, now: datetime) -> str:
    judged = wording.date_and_clock(from_us(evaluation.at_us), zone)
    age = wording.age((to_us(now) - evaluation.at_us) / SECOND_US)
    said = f"Judged on what was known at {judged}" + ("." if age == "now" else f", {age} ago.")
    return " ".join([said, *_dues(page, zone=zone, now_us=to_us(now))])


def _dues(page: PatientPage, *, zone: ZoneInfo, now_us: int) -> list[str]:
    """When the next set and the next ICE are due, and how late they are."""
    tool = (
        "ICE"
        if page.evaluation is None or page.evaluation.icans is None
        else (page.evaluation.icans.tool)
    )
    dues = (("set", page.due), (tool, page.ice_due))
    return [_due(what, due, zone=zone, now_us=now_us) for what, due in dues if due is not None]


def _due(what: str, due: Due, *, zone: ZoneInfo, now_us: int) -> str:
    late_s = (now_us - due.next_us) / SECOND_US
    at = wording.clock_or_date(from_us(due.next_us), zone, now=from_us(now_us))
    when = f"Next {what} due {at}, in {wording.age(-late_s)}"
    if late_s > 0:
        overdue = "overdue" if now_us > due.overdue_at_us else "due"
        when = f"Next {what} was due {at}: {overdue}, {wording.age(late_s)} late"
    return f"{when} ({due.reason})."
