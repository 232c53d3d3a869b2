"""A treatment that was entered by mistake, struck out with a reason; its versions stay."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import session, wording
from dashboard.bedside import words
from dashboard.charting.form import Form
from dashboard.charting.saving import Saved, refusal, save_once
from dashboard.loaders import store
from monitoring.services import treat
from monitoring.services.instants import from_us, to_us
from monitoring.services.patient import PatientPage, TreatmentGiven

FIELDS = ("row", "reason")
REASONS = ("Typing mistake", "Wrong patient", "Not given", "Entered twice")
_REACH = timedelta(days=7)


def draw(page: PatientPage, *, zone: ZoneInfo, now: datetime) -> None:
    """Choose a treatment of the last days and say why it is wrong; nothing where there is none."""
    since_us = to_us(now - _REACH)
    entered = {
        one.row_id: one
        for one in sorted(page.treatments, key=lambda one: -one.started_us)
        if one.ended_us is None or one.started_us >= since_us
    }
    if not entered:
        return
    form = Form(name="mistake", author=session.member().username, encounter=page.head.public_id)
    fields = dict(form.open(FIELDS, now=now).fields)
    chosen = entered.get(fields.get("row", 0))
    st.subheader("Entered by mistake")
    with st.container(key="sw_mistake"):
        grid = st.grid(6, min_column_width=150, gap="small")
        with grid.cell(column_span=3):
            st.selectbox(
                "Treatment of the last 7 days",
                tuple(entered),
                index=None,
                key=form.key("row"),
                format_func=lambda row_id: (
                    _line(entered[row_id], zone) if row_id in entered else ""
                ),
                placeholder="choose",
            )
        with grid.cell(column_span=2):
            st.selectbox(
                "Because", REASONS, index=None, key=form.key("reason"), placeholder="a reason",
                accept_new_options=True,
            )  # fmt: skip
        with grid.cell():
            st.button(
                "Strike out",
                key=form.key("strike"),
                disabled=chosen is None or "reason" not in fields,
                on_click=_strike,
                args=(form, form.draft.key, page, chosen),
            )
        refused = refusal(fields)
        if refused is not None and fields:
            st.html(f"<p class='sw-problem' role='alert'>{wording.plain(refused)}</p>")


def _line(one: TreatmentGiven, zone: ZoneInfo) -> str:
    started = wording.date_and_clock(from_us(one.started_us), zone)
    return f"{words.treatment(one)}, {started}"


def _strike(form: Form, key: str, page: PatientPage, chosen: TreatmentGiven | None) -> None:
    now = session.now()
    session.touch(now)
    if form.draft.key != key or chosen is None:
        return
    fields = form.typed(FIELDS)

    def save() -> Saved:
        return Saved(
            what=f"{words.agent(chosen.agent)} struck out",
            taken=wording.date_and_clock(from_us(chosen.started_us), ZoneInfo(page.head.time_zone)),
            recorded=treat.strike_out_treatment(
                store(),
                treatment_id=chosen.row_id,
                reason=str(fields.get("reason", "")),
                actor=session.member().username,
                now=now,
            ),
        )

    if save_once(key, encounter=page.head.public_id, fields=fields, save=save):
        form.begin_anew(now=now)
