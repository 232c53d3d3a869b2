"""The CRS episodes of the stay: onset, highest grade, time in each, masked fever, end."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from dashboard import wording
from dashboard.bedside.identity import day_and_hours
from dashboard.loaders import store
from monitoring.services.episodes import EpisodeSummary, episodes_now
from monitoring.services.instants import from_us
from monitoring.services.patient import PatientPage

_HOUR_S = 3600


def draw(page: PatientPage, *, zone: ZoneInfo, now: datetime) -> None:
    """A fold; what is in it is worked out when somebody opens it, as it takes the whole stay."""
    if page.evaluation is None or page.evaluation.episode.onset_us is None:
        return
    with st.expander("CRS episodes of this stay", key="episodes", on_change="rerun") as fold:
        if not fold.open:
            return
        found = episodes_now(store(), page, now=now)
        st.dataframe(
            frame(found, page, zone=zone), hide_index=True, height="content", key="episode_table"
        )
        st.caption(
            "By the suggested grade and the limits in force now. Fever counts as masked while it "
            "is waived after treatment and none is measured."
        )


def frame(found: tuple[EpisodeSummary, ...], page: PatientPage, *, zone: ZoneInfo) -> pd.DataFrame:
    """One row an episode, the newest last; hours of a grade that was never reached are left out."""
    rows = [
        (
            f"{one.number}, again" if one.is_recurrence else str(one.number),
            _at(one.onset_us, zone),
            _day(one.onset_us, page, zone=zone),
            "not known" if one.peak is None else str(one.peak),
            "over" if one.resolved_us is not None else _grade(one.current),
            "; ".join(
                f"{_grade(grade)}: {_hours(seconds)}"
                for grade, seconds in one.grade_s.items()
                if seconds
            ),
            _hours(one.masked_fever_s) if one.masked_fever_s else "",
            "" if one.resolved_us is None else _at(one.resolved_us, zone),
        )
        for one in found
    ]
    names = [
        "Episode",
        "Onset",
        "After the dose",
        "Highest",
        "Now",
        "Time in each grade",
        "Masked fever",
        "Resolved",
    ]
    return pd.DataFrame(rows, columns=names)


def _grade(grade: int | None) -> str:
    return "not known" if grade is None else f"grade {grade}"


def _hours(seconds: float) -> str:
    return f"{seconds / _HOUR_S:.1f} h"


def _at(at_us: int, zone: ZoneInfo) -> str:
    return wording.date_and_clock(from_us(at_us), zone)


def _day(onset_us: int, page: PatientPage, *, zone: ZoneInfo) -> str:
    doses = [dose.infused_us for dose in page.doses if dose.infused_us <= onset_us]
    return day_and_hours(doses[-1], zone=zone, now=from_us(onset_us)) if doses else ""
