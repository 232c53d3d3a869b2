"""A treatment given: agent, dose, reason and time; and the end of one that runs."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import session, wording
from dashboard.bedside import tocilizumab as count_of_tocilizumab
from dashboard.bedside import words
from dashboard.charting import save_bar, time_field, treatment_mistakes
from dashboard.charting.form import Form
from dashboard.charting.formulary import AGENTS, INDICATIONS, ROUTES, UNITS, agent_of
from dashboard.charting.saving import Saved, refuse, save_once
from dashboard.charting.wall_clock import Resolved, Unusable
from dashboard.loaders import store
from monitoring.clinical import tocilizumab
from monitoring.services import treat
from monitoring.services.instants import from_us
from monitoring.services.patient import PatientPage, TreatmentGiven

FIELDS = ("agent", "dose", "dose_unit", "route", "indication", "runs", *time_field.FIELDS)
_LARGEST_DOSE = Decimal(1_000_000)


def form_for(page: PatientPage) -> Form:
    """The treatment form of one stay for the signed-in member."""
    return Form(name="treatment", author=session.member().username, encounter=page.head.public_id)


def draw(page: PatientPage, row: DeltaGenerator, *, zone: ZoneInfo, now: datetime) -> None:
    """What runs and can be ended, and the form for what was given."""
    form = form_for(page)
    fields = dict(form.open(FIELDS, now=now).fields)
    found = time_field.read_time(fields, zone=zone, now=now, otherwise=form.draft.begun_at)
    running = [one for one in page.treatments if one.ended_us is None]
    with row:
        time_field.draw_time(form, "Given", found, zone=zone, otherwise=form.draft.begun_at)
    with st.container(key="sw_treatment"):
        grid = st.grid(6, min_column_width=150, gap="small")
        with grid.cell(column_span=2):
            st.selectbox(
                "Agent",
                tuple(AGENTS),
                index=None,
                key=form.key("agent"),
                format_func=words.agent,
                placeholder="type a name",
                accept_new_options=True,
                on_change=_suggest,
                args=(form,),
            )
        with grid.cell():
            st.text_input("Dose", key=form.key("dose"), autocomplete="off", max_chars=12)
        with grid.cell():
            st.selectbox("Unit", UNITS, index=None, key=form.key("dose_unit"), placeholder="-")
        with grid.cell():
            st.selectbox("Route", ROUTES, index=None, key=form.key("route"), placeholder="-")
        with grid.cell():
            st.selectbox(
                "Given for", INDICATIONS, index=None, key=form.key("indication"), placeholder="-"
            )
        with grid.cell(column_span=2):
            st.checkbox("runs on until it is ended", key=form.key("runs"))
    if tocilizumab.is_tocilizumab(str(fields.get("agent", ""))):
        _draw_warnings(page, fields, found, now=now)
    with save_bar.draw(form, [found.message] if isinstance(found, Unusable) else []):
        st.space("stretch")
        st.button(
            "Save treatment",
            type="primary",
            key=form.key("save"),
            on_click=_save,
            args=(form, form.draft.key, page),
        )
    if running:
        _draw_running(form, running, page, zone=zone)
    treatment_mistakes.draw(page, zone=zone, now=now)


def _draw_warnings(
    page: PatientPage, fields: dict[str, Any], found: object, *, now: datetime
) -> None:
    """What the count of tocilizumab says of this dose; it is saved all the same."""
    dose = _dose(fields)
    ahead = count_of_tocilizumab.look_ahead(
        page,
        at=found.at if isinstance(found, Resolved) else now,
        dose_value=dose if isinstance(dose, float) else None,
        dose_unit=fields.get("dose_unit"),
    )
    lines = "".join(
        f"<p class='sw-warn'>{'<b>Check:</b> ' if one.exceeds else ''}{wording.plain(one.text)}</p>"
        for one in ahead
    )
    sources = ". ".join(dict.fromkeys(one.source for one in ahead))
    said = f"{lines}<p class='sw-last'>{wording.plain(sources)}.</p>" if ahead else ""
    st.html(f"<div role='status'>{said}</div>")


def _suggest(form: Form) -> None:
    """Fill what usually goes with the agent; the nurse changes what differs."""
    name = st.session_state[form.key("agent")]
    if not name:
        return
    agent = agent_of(name)
    form.put("dose_unit", agent.unit or None)
    form.put("route", agent.route)
    form.put("runs", agent.runs)
    form.put("indication", agent.indication)


def _draw_running(
    form: Form, running: list[TreatmentGiven], page: PatientPage, *, zone: ZoneInfo
) -> None:
    st.subheader("Running now")
    st.caption("Ends at the time written above; without one, now.")
    for one in running:
        with st.container(horizontal=True, vertical_alignment="center"):
            started = wording.date_and_clock(from_us(one.started_us), zone)
            st.text(f"{words.treatment(one)}, since {started}", width="stretch")
            st.button(
                "End",
                key=f"end:{one.row_id}",
                on_click=_end,
                args=(form, one, page),
            )


def _save(form: Form, key: str, page: PatientPage) -> None:
    now = session.now()
    session.touch(now)
    if form.draft.key != key:
        return
    fields = form.typed(FIELDS)
    zone = ZoneInfo(page.head.time_zone)
    found = time_field.read_time(fields, zone=zone, now=now, otherwise=form.draft.begun_at)
    dose = _dose(fields)
    obstacle = _obstacle(fields, found, dose)
    if obstacle is not None:
        refuse(obstacle, fields)
        return
    assert isinstance(found, Resolved)
    assert not isinstance(dose, str)
    agent = agent_of(str(fields["agent"]))

    def save() -> Saved:
        recorded = treat.record_treatment(
            store(),
            encounter_id=page.head.encounter_id,
            kind=agent.kind,
            agent=agent.name,
            dose_value=dose,
            dose_unit=fields.get("dose_unit") if dose is not None else None,
            route=fields.get("route"),
            indication=fields.get("indication"),
            started_at=found.at,
            ended_at=None if fields.get("runs") else found.at,
            source="chart",
            source_id=key,
            actor=session.member().username,
            now=now,
        )
        amount = "" if dose is None else f" {dose:g} {fields.get('dose_unit')}"
        return Saved(
            what=f"{words.agent(agent.name)}{amount}",
            taken=wording.date_and_clock(found.at, zone),
            recorded=recorded,
        )

    if save_once(key, encounter=page.head.public_id, fields=fields, save=save):
        form.begin_anew(now=now)


def _end(form: Form, one: TreatmentGiven, page: PatientPage) -> None:
    now = session.now()
    session.touch(now)
    fields = form.typed(FIELDS)
    zone = ZoneInfo(page.head.time_zone)
    found = time_field.read_time(fields, zone=zone, now=now, otherwise=now)
    if not isinstance(found, Resolved):
        refuse(_obstacle(fields | {"agent": one.agent}, found, None) or "", fields)
        return

    def save() -> Saved:
        recorded = treat.end_treatment(
            store(),
            treatment_id=one.row_id,
            ended_at=found.at,
            actor=session.member().username,
            now=now,
        )
        return Saved(
            what=f"{words.agent(one.agent)} ended",
            taken=wording.date_and_clock(found.at, zone),
            recorded=recorded,
        )

    save_once(f"end:{one.row_id}", encounter=page.head.public_id, fields=fields, save=save)


def _dose(fields: dict[str, Any]) -> float | str | None:
    """The dose as a number, None when none was written, or words on what is wrong with it."""
    written = str(fields.get("dose", "")).strip()
    if not written:
        return None
    try:
        number = Decimal(written)
    except InvalidOperation:
        return f"The dose “{written}” is no number. Write digits with a decimal point."
    if not (number.is_finite() and 0 < number <= _LARGEST_DOSE):
        return f"A dose of {written} is not possible. Write what was given."
    if not fields.get("dose_unit"):
        return "Choose the unit of the dose."
    return float(number)


def _obstacle(fields: dict[str, Any], found: object, dose: float | str | None) -> str | None:
    if not fields.get("agent"):
        return "Choose what was given, or type its name."
    if isinstance(dose, str):
        return dose
    if isinstance(found, Unusable):
        return found.message
    if not isinstance(found, Resolved):
        return "That hour came twice tonight. Choose the first or the second."
    return None
