"""The observation set: one screen, one submit, the last values beside the fields."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import session, wording
from dashboard.bedside import words
from dashboard.charting import preview, save_bar, severities, time_field
from dashboard.charting.entries import (
    CELSIUS,
    CODE_FIELDS,
    FAHRENHEIT,
    FULL_SET,
    NUMBER_FIELDS,
    PARTIAL_REASONS,
    SYMPTOM_FIELDS,
    Entries,
    read_entries,
)
from dashboard.charting.form import Form
from dashboard.charting.set_saving import Fields, problems, save_set
from dashboard.charting.wall_clock import Resolved, Twice, Unusable
from monitoring.clinical.concepts import (
    CONCEPTS,
    CONSCIOUSNESS,
    OXYGEN_DEVICES,
    OXYGEN_INDICATIONS,
    SYMPTOMS,
)
from monitoring.services.instants import SECOND_US, to_us
from monitoring.services.patient import PatientPage

_UNITS = {"°C": CELSIUS, "°F": FAHRENHEIT}
_SITES = ("oral", "tympanic", "axillary", "rectal", "bladder", "temporal")
_OTHER_FIELDS = ("unit", "site", "partial", "partial_words", "confirmed")
FIELDS = (*NUMBER_FIELDS, *CODE_FIELDS, *SYMPTOM_FIELDS, *_OTHER_FIELDS, *time_field.FIELDS)
_DEFAULTS = {"unit": "°C"}

# A keypad of digits on a tablet; the other numbers need a decimal point, which it has not.
_WHOLE = {
    "heart_rate": "Heart rate /min",
    "respiratory_rate": "Respiration /min",
    "systolic_bp": "Systolic BP",
    "diastolic_bp": "Diastolic BP",
    "mean_arterial_pressure": "MAP, if measured",
    "spo2": "SpO2 %",
}


def form_for(page: PatientPage) -> Form:
    """The observation form of one stay for the signed-in member."""
    return Form(
        name="set",
        author=session.member().username,
        encounter=page.head.public_id,
        defaults=_DEFAULTS,
    )


def draw(page: PatientPage, row: DeltaGenerator, *, zone: ZoneInfo, now: datetime) -> None:
    """The whole form; ``row`` is the line above it, ``now`` when this run began."""
    form = form_for(page)
    draft = form.open(FIELDS, now=now)
    fields = dict(draft.fields)
    entries = read(fields)
    found = time_field.read_time(fields, zone=zone, now=now, otherwise=draft.begun_at)
    with row:
        time_field.draw_time(form, "Measured", found, zone=zone, otherwise=draft.begun_at)
        st.space("stretch")
        st.segmented_control(
            "Temperature in",
            tuple(_UNITS),
            key=form.key("unit"),
            required=True,
            label_visibility="collapsed",
        )
        st.selectbox(
            "Temperature site",
            _SITES,
            index=None,
            key=form.key("site"),
            width=190,
            placeholder="temperature site",
            label_visibility="collapsed",
        )
    with st.container(key="sw_vitals"):
        _draw_vitals(form, page, entries, now=now)
    outlook = preview.look_ahead(page, entries, found, now=now)
    _draw_symptoms(form, page, outlook, now=now)
    _draw_bar(form, page, entries, found, outlook)


def read(fields: Mapping[str, object]) -> Entries:
    """The set that the form's fields say."""
    return read_entries(
        {name: fields.get(name) for name in (*NUMBER_FIELDS, *CODE_FIELDS, *SYMPTOM_FIELDS)},
        temperature_unit=_UNITS[str(fields.get("unit", "°C"))],
        site=None if fields.get("site") is None else str(fields["site"]),
    )


def _draw_vitals(form: Form, page: PatientPage, entries: Entries, *, now: datetime) -> None:
    grid = st.grid(7, min_column_width=140, gap="small")
    with grid.cell():
        label = f"Temperature {st.session_state[form.key('unit')]}"
        _number(form, page, entries, "body_temperature", label, now=now)
    for concept, label in _WHOLE.items():
        with grid.cell():
            _number(form, page, entries, concept, label, now=now)
    with grid.cell():
        st.selectbox(
            "Oxygen device",
            OXYGEN_DEVICES,
            index=None,
            key=form.key("oxygen_device"),
            format_func=lambda code: words.device(code, None),
            placeholder="not charted",
        )
        _last(page, entries, "oxygen_device", now=now)
    with grid.cell():
        _number(form, page, entries, "oxygen_flow", "Flow L/min", now=now)
    with grid.cell():
        _number(form, page, entries, "inhaled_oxygen", "FiO2 %", now=now)
    with grid.cell():
        on_air = st.session_state.get(form.key("oxygen_device")) == "room_air"
        st.selectbox(
            "Reason for oxygen",
            OXYGEN_INDICATIONS,
            index=None,
            key=form.key("oxygen_indication"),
            format_func=lambda code: words.coded("oxygen_indication", code),
            placeholder="hypoxia, if left",
            disabled=on_air,
        )
        _last(page, entries, "oxygen_indication", now=now)
    with grid.cell(column_span=2):
        st.segmented_control(
            "Consciousness",
            CONSCIOUSNESS,
            key=form.key("consciousness"),
            format_func=lambda code: words.coded("consciousness", code).split(": ")[0],
        )
        _last(page, entries, "consciousness", now=now)
    with grid.cell():
        _number(form, page, entries, "body_weight", "Weight kg", now=now)


def _number(
    form: Form, page: PatientPage, entries: Entries, concept: str, label: str, *, now: datetime
) -> None:
    st.text_input(
        label,
        key=form.key(concept),
        type="phone" if concept in _WHOLE else "default",
        autocomplete="off",
        max_chars=12,
        # A field for telephone numbers would suggest one.
        placeholder=" ",
    )
    _last(page, entries, concept, now=now)


def _last(page: PatientPage, entries: Entries, concept: str, *, now: datetime) -> None:
    """Under the field: what needs a look, else the last value with its age."""
    if concept in entries.refused or concept in entries.questions:
        st.html("<p class='sw-last sw-look'>see below</p>")
        return
    st.html(f"<p class='sw-last'>{wording.plain(last_value(page, concept, now=now))}</p>")


def last_value(page: PatientPage, concept: str, *, now: datetime) -> str:
    """The newest value of a concept and its age: "38.4 C, 12 min ago"."""
    latest = page.latest.get(concept)
    if latest is None:
        return "none yet"
    age = wording.age((to_us(now) - latest.taken_us) / SECOND_US)
    said = words.value(concept, latest.value, latest.code)
    return f"{said}, {age}" if age == "now" else f"{said}, {age} ago"


def _draw_symptoms(
    form: Form, page: PatientPage, outlook: preview.Outlook, *, now: datetime
) -> None:
    known = " · ".join(f"{label}: {state}" for label, state in outlook.from_vitals)
    with st.container(
        horizontal=True, vertical_alignment="center", key="sw_symptom_head", gap="small", wrap=False
    ):
        st.html(
            f"<p class='sw-legend'><strong>Symptoms</strong> {wording.plain(known)} "
            "(from the vital signs) · 0 none, 1 mild, 2 moderate, 3 severe, "
            "4 life-threatening</p>",
            width="stretch",
        )
        severities.draw_table()
        st.button("The rest: none", on_click=_rest_none, args=(form,), key=form.key("rest_none"))
    with st.container(key="sw_symptoms"):
        grid = st.grid("auto", min_column_width=310, gap="xsmall")
        for symptom in SYMPTOMS:
            with (
                grid.cell(),
                st.container(horizontal=True, vertical_alignment="center", gap=None, wrap=False),
            ):
                latest = page.latest.get(symptom.code)
                before = "" if latest is None or not latest.value else f"was {latest.value:.0f}"
                meaning = wording.plain(severities.meaning(symptom.code))
                st.html(
                    f"<p class='sw-symptom' title='{meaning}'>"
                    f"<span>{wording.plain(symptom.label)}</span><em>{before}</em></p>",
                    width=94,
                )
                st.segmented_control(
                    symptom.label,
                    severities.offered(symptom.code),
                    key=form.key(symptom.code),
                    label_visibility="collapsed",
                    wrap=False,
                )


def _rest_none(form: Form) -> None:
    typed = form.typed(SYMPTOM_FIELDS)
    for symptom in SYMPTOM_FIELDS:
        if symptom not in typed:
            form.put(symptom, 0)


def _draw_bar(
    form: Form,
    page: PatientPage,
    entries: Entries,
    found: Resolved | Twice | Unusable,
    outlook: preview.Outlook,
) -> None:
    """What is wrong, what it will do, and the one button."""
    with save_bar.draw(form, problems(entries, found), ask=tuple(entries.questions.values())):
        st.html(
            f"<p class='sw-ahead' aria-live='polite'>{wording.plain(outlook.sentence)}</p>",
            width="stretch",
        )
        with st.container(width="content"):
            if entries.missing and not entries.is_empty:
                st.selectbox(
                    "Why a partial set",
                    PARTIAL_REASONS,
                    index=None,
                    key=form.key("partial"),
                    placeholder=f"{len(entries.missing)} of {len(FULL_SET)} missing: why?",
                    accept_new_options=True,
                    label_visibility="collapsed",
                    width=230,
                )
        save_bar.buttons(form, page, is_empty=entries.is_empty, save=_save)


def _save(form: Form, key: str, page: PatientPage) -> None:
    save_set(
        form,
        key,
        page,
        fields=FIELDS,
        read=read,
        in_words=lambda entries, _: in_words(entries),
        further=_to_answer,
        partial_reason=lambda entries, fields: str(fields["partial"]) if entries.missing else None,
    )


def in_words(entries: Entries) -> str:
    """A set in one line; the symptoms that are absent are counted, not listed."""
    said = [
        f"{CONCEPTS[one.concept].label} {words.value(one.concept, one.value, one.code)}"
        for one in entries.values
        if one.concept not in SYMPTOM_FIELDS or one.value
    ]
    absent = sum(one.concept in SYMPTOM_FIELDS and not one.value for one in entries.values)
    return ", ".join([*said, f"{absent} symptoms absent"] if absent else said)


def _to_answer(entries: Entries, fields: Fields) -> str | None:
    """What a set still has to be answered for: unusual values, and why it is not a full one."""
    if entries.unanswered(frozenset(fields.get("confirmed") or ())):
        return "Press each unusual value that is right, or correct it, then save."
    if entries.missing and not fields.get("partial"):
        listed = ", ".join(entries.missing)
        return f"Not a full set: {listed} missing. Enter them, or choose a reason, then save."
    return None
