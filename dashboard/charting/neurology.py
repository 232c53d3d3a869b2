"""The neurological assessment: ICE that counts itself, CAPD under 12, and the signs of ICANS."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import session, wording
from dashboard.bedside import words
from dashboard.charting import preview, save_bar, time_field
from dashboard.charting.assessment import (
    FIELDS,
    ITEM_FIELDS,
    points_so_far,
    read_assessment,
)
from dashboard.charting.entries import Entries
from dashboard.charting.form import Form
from dashboard.charting.observations import last_value
from dashboard.charting.set_saving import Fields, problems, save_set
from dashboard.charting.wall_clock import Resolved, Twice, Unusable
from monitoring.clinical.assessment_tools import TOOLS, highest
from monitoring.clinical.concepts import (
    ABSENT_OR_PRESENT,
    AROUSAL,
    BEDSIDE_SIGNS,
    CAPD_WHEN_ILL,
    CAPD_WHEN_WELL,
    CONCEPTS,
    EXAMINATION_FINDINGS,
    SEIZURES,
    TEST_OBSTACLES,
    Concept,
)
from monitoring.clinical.neurology import CAPD, ICE, tool_for
from monitoring.services.patient import PatientPage

_ALL = (*FIELDS, *time_field.FIELDS)
# What is asked for each item (clinical reference 2.1).
_TASKS = {
    "ice_orientation": "year, month, city, hospital",
    "ice_naming": "clock, pen, button",
    "ice_commands": "show me two fingers",
    "ice_writing": "a standard sentence",
    "ice_attention": "from 100 back by ten",
    "capd_eye_contact": "with the caregiver",
    "capd_underactive": "moves little while awake",
    "capd_slow": "takes long to answer",
}
# From the left to the right of the paper; the points stand beside each.
_HOW_OFTEN = ("never", "rarely", "sometimes", "often", "always")


def draw(page: PatientPage, row: DeltaGenerator, *, zone: ZoneInfo, now: datetime) -> None:
    """The whole form; ``row`` is the line above it, ``now`` when this run began."""
    form = Form(name="neurology", author=session.member().username, encounter=page.head.public_id)
    draft = form.open(_ALL, now=now)
    fields = dict(draft.fields)
    entries = read_assessment(fields)
    found = time_field.read_time(fields, zone=zone, now=now, otherwise=draft.begun_at)
    with row:
        time_field.draw_time(form, "Assessed", found, zone=zone, otherwise=draft.begun_at)
    tool = tool_for(page.age_years)
    with st.container(key="sw_test"):
        if tool == ICE:
            _draw_ice(form, fields)
        else:
            _draw_capd(form, page, fields, now=now)
        _choice(form, "test_obstacle", f"{tool} not scored because", TEST_OBSTACLES, width=330)
    with st.container(key="sw_signs"):
        _draw_signs(form, page, now=now)
    outlook = preview.look_ahead(page, entries, found, now=now, first=preview.ICANS)
    _draw_bar(form, page, entries, found, outlook)


def _draw_ice(form: Form, fields: dict[str, object]) -> None:
    counted = points_so_far(fields, ICE)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        st.html(
            f"<p class='sw-legend' aria-live='polite'><strong>{wording.plain(counted.words)}"
            "</strong></p>",
            width="stretch",
        )
        st.button("All right: 10", on_click=_all_right, args=(form,), key=form.key("all_right"))
    grid = st.grid("auto", min_column_width=345, gap="xsmall")
    for item in counted.tool.items:
        points = range(highest(item) + 1)
        with grid.cell():
            _scored(form, item, counted.tool.label(item), _TASKS[item.code], points)


def _scored(form: Form, item: Concept, label: str, task: str, points: Sequence[int]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap=None, wrap=False):
        st.html(
            f"<p class='sw-symptom'><span>{wording.plain(label.capitalize())}</span>"
            f"<em>{wording.plain(task)}</em></p>",
            width=128,
        )
        st.segmented_control(
            label.capitalize(),
            points,
            key=form.key(item.code),
            format_func=lambda chosen: scored(item, chosen),
            label_visibility="collapsed",
            wrap=False,
        )


def scored(item: Concept, points: int) -> str:
    """What the points of an item say: of CAPD how often, since points run against it in half."""
    if item in CAPD_WHEN_WELL:
        return f"{_HOW_OFTEN[highest(item) - points]} {points}"
    if item in CAPD_WHEN_ILL:
        return f"{_HOW_OFTEN[points]} {points}"
    return str(points)


def _draw_capd(form: Form, page: PatientPage, fields: dict[str, object], *, now: datetime) -> None:
    """The eight items in the order of the paper, from never to always; or a total alone."""
    counted = points_so_far(fields, CAPD)
    st.html(
        f"<p class='sw-legend' aria-live='polite'><strong>{wording.plain(counted.words)}</strong> "
        "in this shift (under 12 years)</p>"
    )
    grid = st.grid("auto", min_column_width=560, gap="xsmall")
    for item in counted.tool.items:
        points = range(highest(item) + 1)
        often = points[::-1] if item in CAPD_WHEN_WELL else points
        with grid.cell():
            _scored(form, item, counted.tool.label(item), _TASKS.get(item.code, ""), often)
    st.text_input(
        "Or the CAPD total alone, 0 to 32",
        key=form.key("capd_total"),
        type="phone",
        autocomplete="off",
        max_chars=2,
        placeholder=" ",
        width=330,
    )
    _last(page, "capd_total", now=now)


def _draw_signs(form: Form, page: PatientPage, *, now: datetime) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        st.html(
            "<p class='sw-legend'><strong>Signs</strong> since the last assessment</p>",
            width="stretch",
        )
        st.button("No other sign", on_click=_no_sign, args=(form,), key=form.key("no_sign"))
    grid = st.grid("auto", min_column_width=300, gap="small")
    with grid.cell():
        _choice(form, "arousal", "Awakens", AROUSAL)
        _last(page, "arousal", now=now)
    with grid.cell():
        _choice(form, "seizure", "Seizure", SEIZURES)
        _last(page, "seizure", now=now)
    for sign in (*BEDSIDE_SIGNS, CONCEPTS["sedation"], *EXAMINATION_FINDINGS):
        with grid.cell():
            st.segmented_control(sign.label, ABSENT_OR_PRESENT, key=form.key(sign.code))
            _last(page, sign.code, now=now)


def _choice(
    form: Form, code: str, label: str, choices: tuple[str, ...], width: int | str = "stretch"
) -> None:
    st.selectbox(
        label,
        choices,
        index=None,
        key=form.key(code),
        format_func=lambda chosen: words.coded(code, chosen),
        placeholder="not charted",
        width=width,
    )


def _last(page: PatientPage, concept: str, *, now: datetime) -> None:
    said = wording.plain(last_value(page, concept, now=now))
    st.html(f"<p class='sw-last'>{said}</p>")


def _all_right(form: Form) -> None:
    for item in TOOLS[ICE].items:
        form.put(item.code, highest(item))


def _no_sign(form: Form) -> None:
    """Everything at the bedside that is not charted yet is charted as looked for and absent."""
    codes = ("seizure", *(sign.code for sign in BEDSIDE_SIGNS))
    typed = form.typed(codes)
    for code in codes:
        if code not in typed:
            form.put(code, "none" if code == "seizure" else "absent")


def _draw_bar(
    form: Form,
    page: PatientPage,
    entries: Entries,
    found: Resolved | Twice | Unusable,
    outlook: preview.Outlook,
) -> None:
    with save_bar.draw(form, problems(entries, found)):
        st.html(
            f"<p class='sw-ahead' aria-live='polite'>{wording.plain(outlook.sentence)}</p>",
            width="stretch",
        )
        save_bar.buttons(form, page, is_empty=entries.is_empty, save=_save)


def _save(form: Form, key: str, page: PatientPage) -> None:
    save_set(
        form,
        key,
        page,
        fields=_ALL,
        read=read_assessment,
        in_words=lambda entries, fields: in_words(entries, fields, tool_for(page.age_years)),
    )


def in_words(entries: Entries, fields: Fields, tool: str) -> str:
    """An assessment in one line: the points, then what is not normal; the absent are counted."""
    told = [
        f"{CONCEPTS[one.concept].label} {words.value(one.concept, one.value, one.code)}"
        for one in entries.values
        if one.concept not in ITEM_FIELDS and one.code not in ("absent", "none")
    ]
    if any(one.concept in TOOLS[tool].codes for one in entries.values):
        told.insert(0, points_so_far(fields, tool).words)
    absent = sum(one.code in ("absent", "none") for one in entries.values)
    return ", ".join([*told, f"{absent} signs absent"] if absent else told)
