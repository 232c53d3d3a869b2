"""Chart: one screen, one submit for a set; a treatment given; a value put right."""

from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import session
from dashboard.bedside import frame, identity
from dashboard.bedside.alive import keep_watch
from dashboard.charting import corrections, neurology, observations, outcome, treatments
from monitoring.services.patient import HeadRow

_PARTS = {
    "Observations": observations.draw,
    "Neurology": neurology.draw,
    "Treatment": treatments.draw,
    "Correct a value": corrections.draw,
}


@st.fragment
def _form(head: HeadRow) -> None:
    """One form. Only this runs again while fields are filled, so typing is never waited for."""
    now = session.now()
    session.touch(now)
    page = frame.find_page(now)
    if page is None:
        return
    outcome.draw(head)
    row = st.container(
        key="sw_form_head", horizontal=True, vertical_alignment="center", gap="small"
    )
    part = row.segmented_control(
        "What to chart",
        tuple(_PARTS),
        default="Observations",
        required=True,
        key="chart_part",
        label_visibility="collapsed",
    )
    _PARTS[part or "Observations"](page, row, zone=ZoneInfo(head.time_zone), now=now)


def _draw() -> None:
    frame.begin()
    now = session.now()
    page = frame.find_page(now)
    if page is None:
        return
    zone = ZoneInfo(page.head.time_zone)
    address = f"/patient?{session.ENCOUNTER_PARAMETER}={page.head.public_id}"
    identity.draw(page, onward=("Patient", address), zone=zone, now=now)
    _form(page.head)
    keep_watch(page.head, None, zone)


_draw()
