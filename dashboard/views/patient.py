"""Patient: who it is, why this grade, what is open, and the whole course on one time axis."""

from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import session
from dashboard.bedside import (
    alert_list,
    also,
    asked,
    changes,
    course_figure,
    evidence,
    frame,
    guideline,
    ice_table,
    identity,
    stated,
    tocilizumab,
    why,
    window,
)
from dashboard.bedside.alive import keep_watch


def _draw() -> None:
    frame.begin()
    now = session.now()
    page = frame.find_page(now)
    if page is None:
        return
    zone = ZoneInfo(page.head.time_zone)
    address = f"/chart?{session.ENCOUNTER_PARAMETER}={page.head.public_id}"
    identity.draw(page, onward=("Chart", address), zone=zone, now=now)
    grid = st.grid(2, min_column_width=440, gap="small")
    with grid.cell():
        why.draw(page, changes=changes.lines(page), zone=zone, now=now)
        asked.draw(page, zone=zone, now=now)
        stated.draw(page, zone=zone, now=now)
        tocilizumab.draw(page, zone=zone, now=now)
        also.draw(page, now=now)
        guideline.draw(page)
    with grid.cell():
        alert_list.draw(page, zone=zone, now=now)
    shown = window.draw(page, zone=zone, now=now)
    course_figure.draw(page, shown, zone=zone)
    ice_table.draw(page, shown, zone=zone)
    if page.evaluation is not None:
        with st.container(key="sw_evidence"):
            evidence.draw(page.evaluation, zone=zone)
    keep_watch(page.head, page.mark, zone)


_draw()
