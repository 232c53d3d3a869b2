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
    episode_table,
    evidence,
    frame,
    guideline,
    ice_table,
    identity,
    laboratory_table,
    stated,
    tocilizumab,
    why,
    window,
)
from dashboard.bedside.alive import keep_watch
from dashboard.part import part


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
        moves: list[str] = []
        with part("What would move the grade"):
            moves = changes.lines(page)
        with part("Why this grade"):
            why.draw(page, changes=moves, zone=zone, now=now)
        with part("What a symptom asks for"):
            asked.draw(page, zone=zone, now=now)
        with part("What clinicians said of the grade"):
            stated.draw(page, zone=zone, now=now)
        with part("Tocilizumab"):
            tocilizumab.draw(page, zone=zone, now=now)
        with part("Other scales"):
            also.draw(page, now=now)
        with part("Guideline text"):
            guideline.draw(page)
    with grid.cell(), part("The alerts"):
        alert_list.draw(page, zone=zone, now=now)
    with part("The course"):
        shown = window.draw(page, zone=zone, now=now)
        course_figure.draw(page, shown, zone=zone)
        ice_table.draw(page, shown, zone=zone)
    with part("The laboratory values"):
        laboratory_table.draw(page, zone=zone, now=now)
    with part("The CRS episodes"):
        episode_table.draw(page, zone=zone, now=now)
    if page.evaluation is not None:
        with part("The evidence"), st.container(key="sw_evidence"):
            evidence.draw(page.evaluation, zone=zone)
    keep_watch(page.head, page.mark, zone)


_draw()
