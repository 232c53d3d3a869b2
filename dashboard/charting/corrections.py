"""One wrong value put right or struck out, with a reason; the old one stays beside it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import session, wording
from dashboard.bedside import values_table, words
from dashboard.charting import save_bar
from dashboard.charting.form import Form
from dashboard.charting.saving import Saved, refuse, save_once
from dashboard.loaders import store
from monitoring.clinical.checking import Checked, Refused, check_value
from monitoring.clinical.concepts import CONCEPTS
from monitoring.services import correct
from monitoring.services.change import Recorded
from monitoring.services.course import ValueRow, listed_values
from monitoring.services.instants import from_us
from monitoring.services.patient import PatientPage

FIELDS = ("row", "action", "value", "unit", "reason", "sure")
REASONS = (
    "Typing mistake",
    "Wrong patient",
    "Wrong time",
    "Measurement artefact",
    "Device fault",
)
_REACH = timedelta(hours=72)
_AMEND, _STRIKE = "Put right", "Strike out"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Correction:
    """What is to be done; ``checked`` is None for striking out."""

    row: ValueRow
    checked: Checked | None
    sent: str
    reason: str


def form_for(page: PatientPage) -> Form:
    """The correction form of one stay for the signed-in member."""
    return Form(
        name="correction",
        author=session.member().username,
        encounter=page.head.public_id,
        defaults={"action": _AMEND},
    )


def draw(page: PatientPage, _row: DeltaGenerator, *, zone: ZoneInfo, now: datetime) -> None:
    """Choose a value, say what is right and why; below it the values as they are known."""
    form = form_for(page)
    fields = dict(form.open(FIELDS, now=now).fields)
    current, replaced = listed_values(
        store(), encounter_id=page.head.encounter_id, from_at=now - _REACH, to_at=now
    )
    by_id = {row.id: row for row in current}
    with st.container(key="sw_correction"):
        grid = st.grid(7, min_column_width=150, gap="small")
        with grid.cell(column_span=3):
            st.selectbox(
                "Value of the last 72 h",
                tuple(by_id),
                index=None,
                key=form.key("row"),
                format_func=lambda row_id: _line(by_id[row_id], zone) if row_id in by_id else "",
                placeholder="choose",
            )
        with grid.cell(column_span=2):
            st.segmented_control(
                "What to do", (_AMEND, _STRIKE), key=form.key("action"), required=True
            )
        chosen = by_id.get(fields.get("row", 0))
        striking = fields.get("action") == _STRIKE
        with grid.cell():
            _draw_right_value(form, chosen, disabled=striking or chosen is None)
        with grid.cell():
            st.selectbox(
                "Because", REASONS, index=None, key=form.key("reason"), placeholder="a reason",
                accept_new_options=True,
            )  # fmt: skip
    with save_bar.draw(form):
        st.checkbox("An unusual value is right", key=form.key("sure"), width="stretch")
        st.button(
            "Save correction",
            type="primary",
            key=form.key("save"),
            on_click=_save,
            args=(form, form.draft.key, page, chosen),
        )
    values_table.draw(current, replaced, zone=zone, key="values_to_correct")


def _draw_right_value(form: Form, chosen: ValueRow | None, *, disabled: bool) -> None:
    known = None if chosen is None else CONCEPTS[chosen.concept]
    if known is not None and known.is_coded:
        st.selectbox(
            "Right value", known.codes, index=None, key=form.key("value"), disabled=disabled,
            format_func=lambda code: words.coded(known.code, code),
        )  # fmt: skip
        return
    unit = "" if known is None else f", {words.unit(known.code)}"
    st.text_input(
        f"Right value{unit}", key=form.key("value"), disabled=disabled, autocomplete="off",
        max_chars=12,
    )  # fmt: skip


def _line(row: ValueRow, zone: ZoneInfo) -> str:
    taken = wording.date_and_clock(from_us(row.taken_us), zone)
    said = words.value(row.concept, row.value_num, row.value_code)
    return f"{CONCEPTS[row.concept].label} {said}, {taken}"


def _save(form: Form, key: str, page: PatientPage, chosen: ValueRow | None) -> None:
    now = session.now()
    session.touch(now)
    if form.draft.key != key:
        return
    fields = form.typed(FIELDS)
    correction = _read(fields, chosen)
    if isinstance(correction, str):
        refuse(correction, fields)
        return
    label = CONCEPTS[correction.row.concept].label

    def save() -> Saved:
        return Saved(
            what=f"{label} {'struck out' if correction.checked is None else 'put right'}",
            taken=wording.date_and_clock(
                from_us(correction.row.taken_us), ZoneInfo(page.head.time_zone)
            ),
            recorded=_store(correction, now=now),
        )

    if save_once(key, encounter=page.head.public_id, fields=fields, save=save):
        form.begin_anew(now=now)


def _read(fields: dict[str, Any], chosen: ValueRow | None) -> _Correction | str:
    """The correction that the fields say, or what is missing from it."""
    if chosen is None:
        return "Choose the value that is wrong."
    reason = str(fields.get("reason", "")).strip()
    if not reason:
        return "Choose or write a reason. It stays beside the old value."
    if fields.get("action") == _STRIKE:
        return _Correction(row=chosen, checked=None, sent="", reason=reason)
    sent = str(fields.get("value", "")).strip()
    checked = check_value(chosen.concept, sent, CONCEPTS[chosen.concept].unit or None)
    if isinstance(checked, Refused):
        return checked.message
    if checked.question is not None and not fields.get("sure"):
        return f"{checked.question} Tick “An unusual value is right”, or correct it."
    return _Correction(row=chosen, checked=checked, sent=sent, reason=reason)


def _store(correction: _Correction, *, now: datetime) -> Recorded:
    actor = session.member().username
    if correction.checked is None:
        return correct.strike_out(
            store(),
            observation_id=correction.row.id,
            reason=correction.reason,
            actor=actor,
            now=now,
        )
    return correct.amend_value(
        store(),
        observation_id=correction.row.id,
        value=correction.checked.value,
        code=correction.checked.code,
        value_sent=correction.sent,
        unit_sent=CONCEPTS[correction.row.concept].unit or None,
        queried=correction.checked.queried,
        reason=correction.reason,
        actor=actor,
        now=now,
    )
