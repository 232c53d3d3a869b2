"""What a new or worse symptom asks for: "Rigor, 12 min ago. Measure the temperature ..."."""

from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import wording
from dashboard.loaders import store
from monitoring.clinical.symptom_triggers import Asked
from monitoring.services.instants import from_us, to_us
from monitoring.services.patient import PatientPage
from monitoring.services.symptoms import asked_now


def draw(page: PatientPage, *, zone: ZoneInfo, now: datetime) -> None:
    """A line for each; nothing where all was charted."""
    for one in asked_now(store(), encounter_id=page.head.encounter_id, now=now):
        st.html(f"<p class='sw-warn'><b>{wording.plain(line(one, zone=zone, now=now))}</b></p>")


def line(one: Asked, *, zone: ZoneInfo, now: datetime) -> str:
    """The symptom, when it was charted, what to do, and whether that is late."""
    late_s = (to_us(now) - one.due_us) / 1_000_000
    since = wording.clock(from_us(one.since_us), zone)
    said = f"{one.trigger.label} (grade {one.severity}) since {since}. {one.trigger.action}"
    return f"{said} Late by {wording.age(late_s)}." if late_s >= 60 else said
