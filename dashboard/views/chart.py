"""Chart: one screen, one submit for a set; a treatment given; a value put right."""

from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import session
from dashboard.bedside import frame, identity
from dashboard.bedside.alive import keep_watch
from dashboard.charting import corrections, observations, outcome, treatments
from monitoring.services.patient import HeadRow

_PARTS = {
    "Observations": observations.draw,
    "Treatment": treatments.draw,
    "Correct a value": corrections.draw,
}


@st.fragment
def _form(head: HeadRow, part: str) -> None:
    """One form. Only this runs again while fields are filled, so typing is never waited for."""
    now = session.now()
    session.touch(now)
    page = frame.find_page(now)
    if page is None:
        return
    zone = ZoneInfo(head.time_zone)
    outcome.draw(head)
    _PARTS[part](page, zone=zone, now=now)


def _draw() -> None:
    frame.begin()
    now = session.now()
    page = frame.find_page(now)
    if page is None:
        return
    zone = ZoneInfo(page.head.time_zone)
    identity.draw(page, zone=zone, now=now)
    with st.container(horizontal=True, vertical_alignment="center"):
        part = st.segmented_control(
            "What to chart",
            tuple(_PARTS),
            default="Observations",
            required=True,
            key="chart_part",
            label_visibility="collapsed",
        )
        frame.links(
            ("Patient", f"/patient?{session.ENCOUNTER_PARAMETER}={page.head.public_id}"),
            ("Ward", "/"),
        )
    _form(page.head, part or "Observations")
    keep_watch(page.head, None, zone)


_draw()
