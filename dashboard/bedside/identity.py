"""Who this is: the line that stays at the top of every page about one patient."""

from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import wording
from dashboard.bedside import words
from monitoring.services.instants import SECOND_US, from_us, to_us
from monitoring.services.patient import PatientPage

_HOUR_US = 3_600_000_000
_SEX = {"female": "female", "male": "male", "other": "other", "unknown": "sex not known"}


def draw(page: PatientPage, *, onward: tuple[str, str], zone: ZoneInfo, now: datetime) -> None:
    """Name, bed, identifier, age, weight, therapy, day and hours, allergies, usual pressure.

    ``onward`` is a link to the patient's other page: its word and its address.
    """
    head = page.head
    parts = [
        ("Bed", head.bed or "no bed"),
        ("Id", head.identifier),
        ("Age", _age(page)),
        ("Weight", _weight(page, now=now)),
        ("Therapy", _therapy(page, zone=zone, now=now)),
        ("Allergies", head.allergies or "none recorded"),
        ("Usual BP", _usual_pressure(page)),
    ]
    cells = "".join(
        f"<div><dt>{wording.plain(name)}</dt><dd>{wording.plain(said)}</dd></div>"
        for name, said in parts
    )
    name = wording.plain(f"{head.family_name}, {head.given_name}".strip(", "))
    ended = (
        ""
        if head.discharged_us is None
        else "<p class='sw-ended'>Discharged "
        f"{wording.plain(wording.date_and_clock(from_us(head.discharged_us), zone))}</p>"
    )
    word, address = onward
    link = f"<a class='sw-onward' href='{address}' target='_self'>{word}</a>"
    with st.container(key="sw_identity"):
        st.html(f"<div class='sw-identity'><h1>{name}</h1><dl>{cells}</dl>{ended}{link}</div>")


def day_and_hours(dose_us: int, *, zone: ZoneInfo, now: datetime) -> str:
    """The day after an infusion by the ward's calendar, and the hours since: "D+3, 74 h"."""
    days = (now.astimezone(zone).date() - from_us(dose_us).astimezone(zone).date()).days
    hours = (to_us(now) - dose_us) / _HOUR_US
    return f"D{days:+d}, {hours:.0f} h" if hours >= 0 else f"D{days:+d}, in {-hours:.0f} h"


def _age(page: PatientPage) -> str:
    if page.age_years is None:
        return "not known"
    sex = _SEX.get(page.head.sex or "", page.head.sex or "")
    return f"{page.age_years:.0f} y {sex}".strip()


def _weight(page: PatientPage, *, now: datetime) -> str:
    latest = page.latest.get("body_weight")
    if latest is None or latest.value is None:
        return "not measured"
    age = wording.age((to_us(now) - latest.taken_us) / SECOND_US)
    said = words.value("body_weight", latest.value, None)
    return said if age == "now" else f"{said}, {age} ago"


def _therapy(page: PatientPage, *, zone: ZoneInfo, now: datetime) -> str:
    if not page.doses:
        return "no infusion recorded"
    newest = page.doses[-1]
    number = "" if len(page.doses) == 1 else f", dose {len(page.doses)}"
    return f"{newest.product}{number}, {day_and_hours(newest.infused_us, zone=zone, now=now)}"


def _usual_pressure(page: PatientPage) -> str:
    baseline = page.baseline
    if baseline is None or baseline.systolic_mmhg is None:
        return "not recorded"
    if baseline.diastolic_mmhg is None:
        return f"{baseline.systolic_mmhg:.0f} systolic"
    return f"{baseline.systolic_mmhg:.0f}/{baseline.diastolic_mmhg:.0f}"
