"""Open alerts of one patient, whose they are, and the one press that takes one."""

from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import session, wording
from dashboard.loaders import store
from monitoring.services import alerts
from monitoring.services.errors import RefusedError
from monitoring.services.instants import from_us, to_us
from monitoring.services.patient import AlertRow, PatientPage

_PRIORITIES = ("high", "medium", "low", "technical")
_NOTICE = "bedside:alert_notice"


def draw(page: PatientPage, *, zone: ZoneInfo, now: datetime) -> None:
    """The most urgent first; an alert that nobody owns has the button."""
    notice = st.session_state.pop(_NOTICE, None)
    if notice is not None:
        st.html(f"<p class='sw-problem' role='alert'>{wording.plain(notice)}</p>")
    if not page.alerts:
        st.html("<p class='sw-quiet-line'>No open alerts.</p>")
        return
    ordered = sorted(
        page.alerts,
        key=lambda row: (_PRIORITIES.index(row.priority), row.owner is not None, row.raised_us),
    )
    with st.container(key="sw_alerts", gap=None):
        for row in ordered:
            with st.container(
                horizontal=True, vertical_alignment="center", gap="small", wrap=False
            ):
                st.html(_line(row, zone=zone, now=now), width="stretch")
                if row.owner is None or row.acknowledgement == "unacknowledged":
                    st.button(
                        "I own it",
                        key=f"own:{row.public_id}",
                        on_click=_own,
                        args=(row.public_id,),
                    )


def _line(row: AlertRow, *, zone: ZoneInfo, now: datetime) -> str:
    since = ""
    if row.raised_us is not None:
        age = wording.age((to_us(now) - row.raised_us) / 1_000_000)
        since = f"since {wording.clock(from_us(row.raised_us), zone)}, {age}"
    owner = "unowned" if row.owner is None else f"owned by {row.owner_name}"
    state = {
        "normal": "back to normal, not acknowledged",
        "no_data": "no newer value: still counts",
    }.get(row.condition, "")
    snoozed = "snoozed" if row.visibility == "snoozed" else ""
    details = ", ".join(part for part in (since, owner, state, snoozed) if part)
    return (
        f"<p class='sw-alert' data-priority='{wording.plain(row.priority)}'>"
        f"<b>{wording.plain(row.priority)}</b> <span>{wording.plain(row.label)}</span> "
        f"<em>{wording.plain(details)}</em></p>"
    )


def _own(thread_public_id: str) -> None:
    now = session.now()
    session.touch(now)
    try:
        alerts.acknowledge(
            store(),
            thread_public_id=thread_public_id,
            note=None,
            actor=session.member().username,
            now=now,
        )
    except RefusedError as refused:
        st.session_state[_NOTICE] = str(refused)
