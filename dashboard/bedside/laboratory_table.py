"""Laboratory values at a glance: last, before, how fast, lowest, highest, before the therapy."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from dashboard import wording
from dashboard.bedside import words
from dashboard.loaders import store
from monitoring.clinical.concepts import CONCEPTS
from monitoring.services.instants import SECOND_US, from_us
from monitoring.services.laboratory_trends import LaboratoryTrend, LaboratoryValue, trends_now
from monitoring.services.patient import PatientPage

_FLAGS = {
    "rises_under_receptor_blockade": "rises after tocilizumab, which is not worsening",
    "falls_under_receptor_blockade": "falls after tocilizumab, whatever the CRS does",
}


def draw(page: PatientPage, *, zone: ZoneInfo, now: datetime) -> None:
    """One row a test that was ever resulted; nothing where none was."""
    found = trends_now(store(), page, now=now)
    if not found:
        return
    st.subheader("Laboratory")
    st.dataframe(
        frame(found, zone=zone),
        hide_index=True,
        height="content",
        key="laboratory",
        column_config={"Note": st.column_config.TextColumn(width="large")},
    )
    for one in found:
        for flag in one.flags:
            st.caption(f"{CONCEPTS[one.concept].label} {_FLAGS[flag]}.")


def frame(found: tuple[LaboratoryTrend, ...], *, zone: ZoneInfo) -> pd.DataFrame:
    """What each test has done, in the ward's words; an old last value says so."""
    rows = [
        (
            CONCEPTS[one.concept].label,
            _value(one, one.last) + (" (old)" if one.is_stale else ""),
            wording.date_and_clock(from_us(one.last.taken_us), zone),
            _value(one, one.previous),
            _per_day(one),
            _value(one, one.nadir),
            _value(one, one.peak),
            _value(one, one.baseline),
            _note(one),
        )
        for one in found
    ]
    names = [
        "Test",
        "Last",
        "Taken",
        "One before",
        "A day",
        "Lowest",
        "Highest",
        "Before therapy",
        "Note",
    ]
    return pd.DataFrame(rows, columns=names)


def _value(trend: LaboratoryTrend, one: LaboratoryValue | None) -> str:
    return "" if one is None else words.value(trend.concept, one.value, None)


def _per_day(trend: LaboratoryTrend) -> str:
    """ "+212 ng/mL", between the last two results."""
    change = trend.change_per_day
    if change is None:
        return ""
    shown = f"{change:+.0f}" if abs(change) >= 100 else f"{change:+.2g}"
    return f"{shown} {words.unit(trend.concept)}"


def _note(trend: LaboratoryTrend) -> str:
    """That it has risen fast, unless the last result is lower than the one before."""
    if trend.rapid is None or (trend.change_per_day or 0) < 0:
        return ""
    low, high = trend.rapid
    within = wording.age((high.taken_us - low.taken_us) / SECOND_US)
    return f"rose fast: from {_value(trend, low)} within {within}"
