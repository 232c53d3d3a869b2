"""Why this grade: one sentence, what would raise it, and when the next set is due."""

from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import wording
from monitoring.clinical.explain import sentence, what_would_raise
from monitoring.clinical.results import CrsGrade, Evaluation, GradeStatus, Truth
from monitoring.services.instants import from_us, to_us
from monitoring.services.patient import PatientPage

_ARROWS = {"rising": "↑ rising", "falling": "↓ falling", "steady": "→ steady", "unknown": ""}


def draw(page: PatientPage, *, zone: ZoneInfo, now: datetime) -> None:
    """The badges, the sentence, what would make it worse, and what is next."""
    evaluation = page.evaluation
    if evaluation is None:
        st.html(
            "<div class='sw-why'><p class='sw-sentence'>Nothing has been observed yet. "
            "Chart the first set.</p></div>"
        )
        return
    raise_words = what_would_raise(evaluation)
    raises = "".join(f"<p class='sw-raise'>{wording.plain(line)}</p>" for line in raise_words)
    st.html(
        "<div class='sw-why'>"
        f"<div class='sw-badges'>{crs_badge(evaluation.crs)}{_news2(evaluation)}</div>"
        f"<p class='sw-sentence'>{wording.plain(sentence(evaluation))}</p>"
        f"{raises}"
        f"<p class='sw-next'>{wording.plain(_next(page, evaluation, zone=zone, now=now))}</p>"
        "</div>"
    )


def crs_badge(crs: CrsGrade) -> str:
    """The grade as a badge: its number, its scale, its direction and peak in words."""
    number = "?" if crs.grade is None else str(crs.grade)
    if crs.grade is not None and crs.status is GradeStatus.AT_LEAST:
        number = f"≥{crs.grade}"
    details = [_ARROWS.get(crs.direction, "")]
    if crs.resolving:
        details.append("resolving")
    if crs.peak is not None:
        details.append(f"peak {crs.peak}")
    if any(one.truth is Truth.HELD and one.grade == crs.grade for one in crs.criteria):
        details.append("held from the last known value")
    if crs.status is GradeStatus.CANNOT_GRADE:
        details.append("cannot be graded")
    level = "unknown" if crs.grade is None else str(crs.grade)
    said = ", ".join(detail for detail in details if detail)
    return (
        f"<span class='sw-badge' data-grade='{level}'><b>CRS {wording.plain(number)}</b> "
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
    age = wording.age((to_us(now) - evaluation.at_us) / 1_000_000)
    said = f"Judged on what was known at {judged}" + ("." if age == "now" else f", {age} ago.")
    if page.due is None:
        return said
    late_s = (to_us(now) - page.due.next_us) / 1_000_000
    at = wording.clock(from_us(page.due.next_us), zone)
    when = f"Next set due {at}, in {wording.age(-late_s)}"
    if late_s > 0:
        overdue = "overdue" if to_us(now) > page.due.overdue_at_us else "due"
        when = f"Next set was due {at}: {overdue}, {wording.age(late_s)} late"
    return f"{said} {when} ({page.due.reason})."
