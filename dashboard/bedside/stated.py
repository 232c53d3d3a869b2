"""What clinicians said of the grades beside what is computed, and the buttons of a physician."""

from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import session, wording
from dashboard.charting.form import Form
from dashboard.loaders import store
from monitoring.clinical.confirmation import CRS, ICANS
from monitoring.clinical.results import ConfirmedGrade, Evaluation
from monitoring.services.access import Role
from monitoring.services.confirm import confirm_grade
from monitoring.services.errors import RefusedError
from monitoring.services.instants import from_us
from monitoring.services.patient import PatientPage, StatedRow

NAMES = {CRS: "CRS", ICANS: "ICANS"}
_FIELDS = ("scale", "grade", "grade_reason")
_REFUSED = "bedside:grade_refused"


def draw(page: PatientPage, *, zone: ZoneInfo, now: datetime) -> None:
    """The words that stand; for a physician also the buttons that give one."""
    evaluation = page.evaluation
    if evaluation is None:
        return
    for line in lines(page, evaluation, zone=zone):
        st.html(f"<p class='sw-stated'>{wording.plain(line)}</p>")
    if session.member().role is Role.PHYSICIAN and page.head.discharged_us is None:
        _draw_buttons(page, evaluation, now=now)


def lines(page: PatientPage, evaluation: Evaluation, *, zone: ZoneInfo) -> list[str]:
    """One line a scale on which a clinician's word stands."""
    rows = {row.id: row for row in page.stated}
    return [
        _line(word, rows[word.row_id], computed_grade(evaluation, word.scale), zone=zone)
        for word in evaluation.confirmed
        if word.row_id in rows
    ]


def computed_grade(evaluation: Evaluation, scale: str) -> int | None:
    """What the rules say of a scale now."""
    if scale == CRS:
        return evaluation.crs.grade
    return None if evaluation.icans is None else evaluation.icans.grade


def _line(word: ConfirmedGrade, row: StatedRow, computed: int | None, *, zone: ZoneInfo) -> str:
    """ "CRS confirmed 2 by Dr Okonkwo, Sun 22 Nov, 10:40: a bolus nobody charted; computed 1."."""
    at = wording.date_and_clock(from_us(row.at_us), zone)
    why = "" if row.reason is None else f": {row.reason}"
    said = f"{NAMES[word.scale]} confirmed {word.grade} by {row.by}, {at}{why}"
    if computed == word.grade and word.shown == word.grade:
        return f"{said}."
    now = "not known" if computed is None else str(computed)
    parts = [f"computed {now} now"]
    if row.computed_grade not in (None, computed):
        parts.append(f"computed {row.computed_grade} then")
    if word.shown != word.grade:
        ended = "the computed grade rose" if word.rose else "it ran out"
        parts.append(f"{ended}, so {word.shown} is shown")
    elif word.expired:
        parts.append("confirm again")
    return f"{said}; {', '.join(parts)}."


def _draw_buttons(page: PatientPage, evaluation: Evaluation, *, now: datetime) -> None:
    form = Form(name="grade", author=session.member().username, encounter=page.head.public_id)
    draft = form.open(_FIELDS, now=now)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="sw_confirm"):
        for scale, name in NAMES.items():
            grade = computed_grade(evaluation, scale)
            word = evaluation.word_on(scale)
            if grade is None or (word is not None and (word.grade, word.shown) == (grade, grade)):
                continue
            st.button(
                f"Confirm {name} {grade}",
                key=f"confirm:{scale}:{draft.key}",
                on_click=_confirm,
                args=(form, page, scale, grade, None),
            )
        with st.popover("Another grade", key=f"another_grade:{draft.key}"):
            st.segmented_control(
                "Scale", tuple(NAMES), key=form.key("scale"), format_func=NAMES.__getitem__
            )
            st.segmented_control("Grade (5 is death)", range(6), key=form.key("grade"))
            st.text_input("Why", key=form.key("grade_reason"), max_chars=200, autocomplete="off")
            st.button("Set this grade", key=form.key("set"), on_click=_set, args=(form, page))
    refused = st.session_state.pop(_REFUSED, None)
    if refused is not None:
        st.html(f"<p class='sw-problem' role='alert'>{wording.plain(refused)}</p>")


def _set(form: Form, page: PatientPage) -> None:
    fields = form.typed(_FIELDS)
    if fields.get("scale") is None or fields.get("grade") is None:
        st.session_state[_REFUSED] = "Choose the scale and the grade, and say why."
        return
    _confirm(form, page, fields["scale"], fields["grade"], fields.get("grade_reason"))


def _confirm(form: Form, page: PatientPage, scale: str, grade: int, reason: str | None) -> None:
    now = session.now()
    session.touch(now)
    try:
        confirm_grade(
            store(),
            encounter_id=page.head.encounter_id,
            scale=scale,
            grade=grade,
            reason=reason,
            submission=f"{form.draft.key}/{scale}",
            actor=session.member().username,
            now=now,
        )
    except RefusedError as refused:
        st.session_state[_REFUSED] = str(refused)
        return
    form.begin_anew(now=now)
