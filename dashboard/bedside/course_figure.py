"""The figure of a window with its alternative text, or the same data as a table."""

from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.bedside import values_table, words
from dashboard.bedside.frame import palette
from dashboard.bedside.limits import limits_in_force
from dashboard.bedside.tracks_of import tracks_of
from dashboard.bedside.window import Window
from dashboard.charts.config import chart_config
from dashboard.charts.patient_figure import patient_figure
from dashboard.loaders import store
from monitoring.clinical.explain import sentence
from monitoring.clinical.rulebook import load_rulebook
from monitoring.services.course import LISTED_VALUES, course, listed_values
from monitoring.services.patient import PatientPage

_LEGEND = (
    "Dashed: limits of the rules and of local policy. Dotted: the person's own usual pressure. "
    "Grey: scores 3 in NEWS2. Hatched: fever may be masked by treatment. "
    "Crossed circle: amended or struck out."
)


def draw(page: PatientPage, window: Window, *, zone: ZoneInfo) -> None:
    """What was measured, given and suggested in the window."""
    if window.as_table:
        current, replaced = listed_values(
            store(),
            encounter_id=page.head.encounter_id,
            from_at=window.from_at,
            to_at=window.to_at,
        )
        values_table.draw(current, replaced, zone=zone, key="values")
        if len(current) == LISTED_VALUES:
            st.text(f"The newest {LISTED_VALUES:,} values; choose a shorter range for more.")
        return
    shown = course(
        store(),
        encounter_id=page.head.encounter_id,
        from_at=window.from_at,
        to_at=window.to_at,
    )
    rulebook = load_rulebook()
    tracks = tracks_of(
        shown,
        treatments=page.treatments,
        doses_us=[dose.infused_us for dose in page.doses],
        limits=limits_in_force(
            rulebook=rulebook,
            policy=page.policy,
            baseline=page.baseline,
            age_years=page.age_years,
        ),
        rulebook=rulebook,
    )
    drawn = patient_figure(tracks, window.axis, palette())
    st.plotly_chart(
        drawn.figure,
        key="course",
        theme=None,
        config=chart_config(),
        alt=alternative(page, window),
    )
    st.caption(_LEGEND if drawn.thinned is None else f"{drawn.thinned} {_LEGEND}")


def alternative(page: PatientPage, window: Window) -> str:
    """What the figure shows, for who cannot see it: the finding and the newest values."""
    finding = "Not judged now." if page.not_judged else "Nothing observed yet."
    if page.evaluation is not None and not page.not_judged:
        finding = sentence(page.evaluation)
    newest = [
        f"{name} {words.value(concept, latest.value, latest.code)}"
        for concept, name in (
            ("body_temperature", "temperature"),
            ("systolic_bp", "systolic pressure"),
            ("heart_rate", "heart rate"),
            ("spo2", "SpO2"),
        )
        if (latest := page.latest.get(concept)) is not None
    ]
    span = f"{window.axis.label(window.axis.from_us)} to {window.axis.label(window.axis.to_us)}"
    return f"{finding} Last values: {', '.join(newest) or 'none'}. Course from {span}."
