"""What a person does with one alert: take it with a note, hand it over, snooze it until worse."""

from collections.abc import Callable
from datetime import datetime, timedelta

import streamlit as st

from dashboard import session
from dashboard.loaders import store
from monitoring.clinical.policy import Policy
from monitoring.clinical.results import Priority
from monitoring.services import alerts
from monitoring.services.errors import RefusedError
from monitoring.services.patient import AlertRow

_NOTICE = "bedside:alert_notice"
_MINUTES = (15, 30, 60)


def take_notice() -> str | None:
    """Why the last act was refused, said once; None where it was done."""
    notice: str | None = st.session_state.pop(_NOTICE, None)
    return notice


def try_to(act: Callable[[str, datetime], object]) -> None:
    """Do it as the signed-in person, now; what is refused is said above the list."""
    now = session.now()
    session.touch(now)
    try:
        act(session.member().username, now)
    except RefusedError as refused:
        st.session_state[_NOTICE] = str(refused)


def own(thread_public_id: str, seen_at: datetime, note: str | None = None) -> None:
    """Take an alert as the signed-in person, with what of it the page of a moment showed."""

    def act(who: str, now: datetime) -> None:
        alerts.acknowledge(
            store(),
            thread_public_id=thread_public_id,
            note=note,
            actor=who,
            now=now,
            seen_at=seen_at,
        )

    try_to(act)


def draw(row: AlertRow, names: dict[str, str], policy: Policy, *, seen_at: datetime) -> None:
    """The menu of one alert as it was at a moment; only what its state allows is offered."""
    me = session.member().username
    is_mine = row.owner == me and row.acknowledgement == "acknowledged"
    others = [name for name in names if name != me]
    with st.popover("More", key=f"more:{row.public_id}"):
        if row.offered_to == me:
            _button(
                row,
                "take_over",
                "Take it over",
                lambda who, now: _take_over(row, who, now, seen_at),
            )
            _button(row, "decline", "Decline", lambda who, now: _decline(row, who, now))
        st.text_input("Note", key=_key(row, "note"), max_chars=200)
        st.button(
            "Own it with this note",
            key=f"note_it:{row.public_id}",
            on_click=lambda: own(row.public_id, seen_at, note=_said(row, "note") or None),
        )
        if is_mine and row.offered_to is not None:
            _button(row, "decline", "Take the offer back", lambda who, now: _decline(row, who, now))
        elif is_mine and others:
            st.selectbox(
                "Hand over to", others, key=_key(row, "to"), format_func=lambda one: names[one]
            )
            _button(row, "offer", "Offer it", lambda who, now: _offer(row, who, now))
        if Priority(row.priority) in policy.snooze_never:
            st.caption("An alert of this priority cannot be snoozed.")
        elif row.visibility != "snoozed":
            longest = policy.snooze_longest_s / 60
            lengths = [one for one in _MINUTES if one <= longest]
            st.selectbox(
                "Snooze until worse, at most",
                lengths,
                key=_key(row, "minutes"),
                format_func=lambda one: f"{one} min",
            )
            st.text_input("Because", key=_key(row, "reason"), max_chars=200)
            _button(row, "snooze", "Snooze", lambda who, now: _snooze(row, who, now))


def _button(row: AlertRow, name: str, label: str, act: Callable[[str, datetime], object]) -> None:
    st.button(label, key=f"{name}:{row.public_id}", on_click=try_to, args=(act,))


def _key(row: AlertRow, field: str) -> str:
    return f"alert:{row.public_id}:{field}"


def _said(row: AlertRow, field: str) -> str:
    return str(st.session_state.get(_key(row, field)) or "").strip()


def _offer(row: AlertRow, who: str, now: datetime) -> None:
    alerts.offer(
        store(),
        thread_public_id=row.public_id,
        to=_said(row, "to"),
        note=_said(row, "note") or None,
        actor=who,
        now=now,
    )


def _take_over(row: AlertRow, who: str, now: datetime, seen_at: datetime) -> None:
    alerts.take_over(store(), thread_public_id=row.public_id, actor=who, now=now, seen_at=seen_at)


def _decline(row: AlertRow, who: str, now: datetime) -> None:
    note = _said(row, "note") or None
    alerts.decline(store(), thread_public_id=row.public_id, note=note, actor=who, now=now)


def _snooze(row: AlertRow, who: str, now: datetime) -> None:
    minutes = int(st.session_state[_key(row, "minutes")])
    alerts.snooze(
        store(),
        thread_public_id=row.public_id,
        reason=_said(row, "reason"),
        until_at=now + timedelta(minutes=minutes),
        actor=who,
        now=now,
    )
