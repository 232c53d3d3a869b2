"""What a symptom asks for: "Rigor, 12 min ago. Measure the temperature ..."."""

from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import wording
from dashboard.bedside import words
from dashboard.loaders import store
from monitoring.clinical.concepts import SYMPTOMS
from monitoring.clinical.symptom_triggers import Asked
from monitoring.clinical.temperature_site import may_hide_fever
from monitoring.services.instants import SECOND_US, from_us, to_us
from monitoring.services.patient import PatientPage
from monitoring.services.symptoms import asked_now

# A symptom or a temperature of the day before says nothing of now; as far as the rules look back.
_A_DAY_US = 24 * 3600 * SECOND_US


def draw(page: PatientPage, *, zone: ZoneInfo, now: datetime) -> None:
    """A line for each; nothing where all was charted."""
    for one in asked_now(store(), encounter_id=page.head.encounter_id, now=now):
        _say(line(one, zone=zone, now=now))
    doubt = another_site(page, now=now)
    if doubt is not None:
        _say(doubt)


def _say(text: str) -> None:
    st.html(f"<p class='sw-warn'><b>{wording.plain(text)}</b></p>")


def another_site(page: PatientPage, *, now: datetime) -> str | None:
    """Where the newest temperature was taken under the arm and may hide a fever (C2)."""
    newest = page.latest.get("body_temperature")
    if newest is None or newest.value is None or newest.taken_us < to_us(now) - _A_DAY_US:
        return None
    severities = {
        symptom.code: one.value
        for symptom in SYMPTOMS
        if (one := page.latest.get(symptom.code)) and one.taken_us >= to_us(now) - _A_DAY_US
    }
    beside = may_hide_fever(temp_c=newest.value, site=newest.method, severities=severities)
    if not beside:
        return None
    shown = words.value("body_temperature", newest.value, None)
    listed = ", ".join(label.lower() for label in beside)
    return f"{shown} under the arm, with {listed}: may be fever. Measure at another site."


def line(one: Asked, *, zone: ZoneInfo, now: datetime) -> str:
    """The symptom, when it was charted, what to do, and whether that is late."""
    late_s = (to_us(now) - one.due_us) / SECOND_US
    since = wording.clock(from_us(one.since_us), zone)
    said = f"{one.trigger.label} (grade {one.severity}) since {since}. {one.trigger.action}"
    return f"{said} Late by {wording.age(late_s)}." if late_s >= 60 else said
