"""Which stretch of the stay is shown, and by which clock: one row of controls, kept in the address.

The address holds the choice and no time of day, so a refresh, a second person and tomorrow's look
all see the newest stretch unless somebody went back on purpose.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import wording
from dashboard.charts.time_axis import TimeAxis
from monitoring.services.instants import from_us, to_us
from monitoring.services.patient import PatientPage

_HOUR_US = 3_600_000_000
_SPANS_H = {"24 h": 24, "72 h": 72, "7 d": 168}
_ALL = "all"
_CLOCK, _INFUSION = "clock time", "hours since infusion"
_FIGURE, _TABLE = "figure", "table"
# How many half windows the view was moved back, in the address.
_BACK = "back"
# Beyond the first and the last reading, so that neither stands on the edge.
_MARGIN_US = _HOUR_US // 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What the controls say."""

    axis: TimeAxis
    as_table: bool

    @property
    def from_at(self) -> datetime:
        """The window's beginning."""
        return from_us(self.axis.from_us)

    @property
    def to_at(self) -> datetime:
        """The window's end."""
        return from_us(self.axis.to_us)


def draw(page: PatientPage, *, zone: ZoneInfo, now: datetime) -> Window:
    """The row of controls, and the window they choose."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="sw_window"):
        span = st.segmented_control(
            "Range",
            (*_SPANS_H, _ALL),
            default="72 h",
            required=True,
            key="window",
            label_visibility="collapsed",
            bind="query-params",
        )
        back = _steps_back()
        movable = span in _SPANS_H
        earliest_us = earliest(page)
        end_us = newest_end_us(page, now=now) - (back * _width_us(span) // 2 if movable else 0)
        st.button(
            "← earlier",
            on_click=_move,
            args=(1,),
            disabled=not movable or end_us - _width_us(span) <= earliest_us,
        )
        st.button("later →", on_click=_move, args=(-1,), disabled=not movable or back == 0)
        by = st.segmented_control(
            "Time",
            (_CLOCK, _INFUSION),
            default=_CLOCK,
            required=True,
            key="axis",
            label_visibility="collapsed",
            bind="query-params",
            disabled=not page.doses,
        )
        form = st.segmented_control(
            "Show as",
            (_FIGURE, _TABLE),
            default=_FIGURE,
            required=True,
            key="show",
            label_visibility="collapsed",
            bind="query-params",
        )
        if back and movable:
            at = wording.date_and_clock(from_us(end_us), zone)
            st.html(f"<p class='sw-look'>Looking back: this ends {wording.plain(at)}</p>")
    start_us = end_us - _width_us(span) if movable else earliest_us - _MARGIN_US
    since_infusion = by == _INFUSION and page.doses
    return Window(
        axis=TimeAxis(
            from_us=start_us,
            to_us=end_us,
            zone=zone,
            infused_us=page.doses[-1].infused_us if since_infusion else None,
        ),
        as_table=form == _TABLE,
    )


def earliest(page: PatientPage) -> int:
    """The first thing that is known of the stay."""
    known = [page.head.admitted_us, page.first_taken_us, *(d.infused_us for d in page.doses)]
    return min(at for at in known if at is not None)


def newest_end_us(page: PatientPage, *, now: datetime) -> int:
    """Where the newest window ends: now, or the discharge."""
    return to_us(now) if page.head.discharged_us is None else page.head.discharged_us


def _width_us(span: str | None) -> int:
    return _SPANS_H.get(span or "", 72) * _HOUR_US


def _steps_back() -> int:
    written = st.query_params.get(_BACK, "0")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 4 else 0


def _move(steps: int) -> None:
    back = max(0, _steps_back() + steps)
    if back:
        st.query_params[_BACK] = str(back)
    else:
        st.query_params.pop(_BACK, None)
