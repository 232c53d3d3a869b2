"""The field for when something was measured or given: now unless another time is written."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import wording
from dashboard.charting.form import Form
from dashboard.charting.wall_clock import Resolved, Twice, Unusable, instant

FIELDS = ("clock", "yesterday", "repeated")
_SECOND = "second"


def read_time(
    fields: dict[str, Any], *, zone: ZoneInfo, now: datetime, otherwise: datetime
) -> Resolved | Twice | Unusable:
    """The instant that the fields say; without a time it is ``otherwise``."""
    chosen = fields.get("repeated")
    return instant(
        str(fields.get("clock", "")),
        yesterday=bool(fields.get("yesterday")),
        second=None if chosen is None else str(chosen).startswith(_SECOND),
        zone=zone,
        now=now,
        otherwise=otherwise,
    )


def draw_time(
    form: Form,
    label: str,
    found: Resolved | Twice | Unusable,
    *,
    zone: ZoneInfo,
    otherwise: datetime,
) -> None:
    """The time of day, the day, and on the night the clocks go back which of the two hours.

    Drawn in one row, into the container it is called in.
    """
    st.text_input(
        label,
        key=form.key("clock"),
        placeholder=f"{label.lower()} now, {wording.clock(otherwise, zone)}",
        autocomplete="off",
        label_visibility="collapsed",
        width=230,
    )
    st.checkbox("yesterday", key=form.key("yesterday"), width=110)
    with st.container(width="content"):
        if isinstance(found, Twice):
            st.segmented_control(
                "This hour came twice: which one?",
                found.choices,
                key=form.key("repeated"),
                label_visibility="collapsed",
            )
