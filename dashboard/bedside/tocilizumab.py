"""Tocilizumab as it was given: how often of how many, how long ago, and when the next may follow.

Bookkeeping (clinical reference 7.1, 9): it warns, never blocks, and orders nothing.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import wording
from monitoring.clinical import tocilizumab
from monitoring.clinical.tocilizumab import DoseCount, DoseWarning, GivenDose
from monitoring.services.instants import SECOND_US, from_us, to_us
from monitoring.services.patient import PatientPage


def draw(page: PatientPage, *, zone: ZoneInfo, now: datetime) -> None:
    """One line, where any was given."""
    said = line(given(page), zone=zone, now=now)
    if said is not None:
        st.html(f"<p class='sw-given'>{wording.plain(said)}</p>")


def line(doses: tuple[GivenDose, ...], *, zone: ZoneInfo, now: datetime) -> str | None:
    """The count in words: "Tocilizumab 2 of 4, last 5 h ago, next not before 14:30."."""
    counted = tocilizumab.count(doses, at_us=to_us(now))
    if counted.last_us is None:
        return None
    ago = wording.age((to_us(now) - counted.last_us) / SECOND_US)
    last = "last now" if ago == "now" else f"last {ago} ago"
    return (
        f"Tocilizumab {counted.in_all} of {counted.most_in_all}"
        f"{_in_24_hours(counted)}, {last}, {_next(counted, zone=zone, now=now)}."
    )


def look_ahead(
    page: PatientPage, *, at: datetime, dose_value: float | None, dose_unit: str | None
) -> tuple[DoseWarning, ...]:
    """What to know before a dose is charted at a time."""
    weight = page.latest.get("body_weight")
    weight_kg = None if weight is None else weight.value
    return tocilizumab.warnings(
        given(page),
        at_us=to_us(at),
        dose_mg=tocilizumab.in_mg(dose_value, dose_unit, weight_kg),
        weight_kg=weight_kg,
    )


def given(page: PatientPage) -> tuple[GivenDose, ...]:
    """The doses of the stay that stand in the chart."""
    weight = page.latest.get("body_weight")
    return tuple(
        GivenDose(
            at_us=one.started_us,
            dose_mg=tocilizumab.in_mg(
                one.dose_value, one.dose_unit, None if weight is None else weight.value
            ),
        )
        for one in page.treatments
        if tocilizumab.is_tocilizumab(one.agent)
    )


def _in_24_hours(counted: DoseCount) -> str:
    if counted.in_24_hours < 2:
        return ""
    return f" ({counted.in_24_hours} of {counted.most_in_24_hours} in 24 h)"


def _next(counted: DoseCount, *, zone: ZoneInfo, now: datetime) -> str:
    if counted.next_us is None:
        return "none may follow"
    if counted.next_us <= to_us(now):
        return "the interval is over"
    at = wording.clock_or_date(from_us(counted.next_us), zone, now=now)
    return f"next not before {at}"
