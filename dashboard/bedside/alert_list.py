"""Open alerts of one patient, whose they are, and what a person can do about each."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import wording
from dashboard.bedside import alert_actions
from dashboard.loaders import store
from monitoring.clinical.alert_order import Place, place
from monitoring.clinical.results import Priority
from monitoring.services.instants import SECOND_US, from_us, to_us
from monitoring.services.members import members
from monitoring.services.patient import AlertRow, PatientPage


def draw(page: PatientPage, *, zone: ZoneInfo, now: datetime) -> None:
    """The highest priority first, owned or not, and within it as the tile lists them.

    An alert that nobody owns, or that says for others what nobody owns, has the button.
    """
    notice = alert_actions.take_notice()
    if notice is not None:
        st.html(f"<p class='sw-problem' role='alert'>{wording.plain(notice)}</p>")
    if not page.alerts:
        st.html("<p class='sw-quiet-line'>No open alerts.</p>")
        return
    names = {one.username: one.display_name for one in members(store()) if one.active}
    with st.container(key="sw_alerts", gap=None):
        for row in sorted(page.alerts, key=_order):
            with st.container(
                horizontal=True, vertical_alignment="center", gap="small", wrap=False
            ):
                says = page.covered.get(row.problem, ())
                st.html(_line(row, names, says, zone=zone, now=now), width="stretch")
                if any(one.owner is None for one in (row, *says)):
                    st.button(
                        "I own it",
                        key=f"own:{row.public_id}",
                        on_click=alert_actions.own,
                        args=(row.public_id, now),
                    )
                alert_actions.draw(row, names, page.policy, seen_at=now)


def _order(row: AlertRow) -> tuple[int, Place]:
    on_tile = place(
        problem=row.problem,
        priority=Priority(row.priority),
        condition=row.condition,
        severity=row.severity,
        owner=row.owner,
        is_snoozed=row.visibility == "snoozed",
        raised_us=row.raised_us,
        waiting_since_us=row.waiting_since_us,
    )
    return on_tile.less_urgent, on_tile


def _line(
    row: AlertRow,
    names: dict[str, str],
    says: Sequence[AlertRow],
    *,
    zone: ZoneInfo,
    now: datetime,
) -> str:
    """One alert; ``says`` are the alerts for which it speaks."""
    since = ""
    if row.raised_us is not None:
        age = wording.age((to_us(now) - row.raised_us) / SECOND_US)
        since = f"since {wording.clock(from_us(row.raised_us), zone)}, {age}"
    owner = _unowned(row, zone) if row.owner is None else f"owned by {row.owner_name}"
    state = {
        "normal": "back to normal, not acknowledged",
        "no_data": "no newer value: still counts",
    }.get(row.condition, "")
    called = ""
    if row.owner is None and row.escalated_to is not None:
        called = f"escalated to the {row.escalated_to.replace('_', ' ')}"
    offered = ""
    if row.offered_to is not None:
        offered = f"offered to {names.get(row.offered_to, row.offered_to)}"
    snoozed = ""
    if row.visibility == "snoozed" and row.snoozed_until_us is not None:
        snoozed = f"snoozed until {wording.clock(from_us(row.snoozed_until_us), zone)}"
    includes = f"includes {'; '.join(_included(one, row) for one in says)}" if says else ""
    parts = (since, owner, called, offered, state, snoozed, includes)
    details = ", ".join(part for part in parts if part)
    return (
        f"<p class='sw-alert' data-priority='{wording.plain(row.priority)}'>"
        f"<b>{wording.plain(row.priority)}</b> <span>{wording.plain(row.label)}</span> "
        f"<em>{wording.plain(details)}</em></p>"
    )


def _included(one: AlertRow, row: AlertRow) -> str:
    """An alert that another one says, and whose it is where that is not the other's owner."""
    if one.owner == row.owner:
        return one.label
    return f"{one.label} ({'not taken yet' if one.owner is None else f'owned by {one.owner_name}'})"


def _unowned(row: AlertRow, zone: ZoneInfo) -> str:
    """Since when it is nobody's, where that began after it was raised."""
    if row.waiting_since_us is None or row.waiting_since_us == row.raised_us:
        return "unowned"
    return f"unowned since {wording.clock(from_us(row.waiting_since_us), zone)}"
