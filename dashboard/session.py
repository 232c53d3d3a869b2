"""Typed access to the session: who is signed in, which ward, which patient, since when idle.

Page scripts take the person and the time from here and hand both on as parameters; nothing below
the dashboard reads a session or a clock.
"""

from datetime import UTC, datetime, timedelta

import streamlit as st

from dashboard.identity import DEMO_COOKIE, claimed_names
from dashboard.loaders import store
from monitoring.config import settings
from monitoring.services import access
from monitoring.services.access import Member

_MEMBER = "signed_in_member"
_ACTIVE_AT = "last_active_at"
_UNASKED = "running_unasked"
ENCOUNTER_PARAMETER = "encounter"
KIOSK_PARAMETER = "kiosk"
WARD_PARAMETER = "ward"


def now() -> datetime:
    """The current instant; the one place where a page reads the clock."""
    return datetime.now(UTC)


def member() -> Member:
    """The signed-in member of the team; a page runs only after ``open_gate`` found one."""
    person = st.session_state.get(_MEMBER)
    if not isinstance(person, Member):
        message = "No member is signed in. Call session.open_gate first."
        raise RuntimeError(message)
    return person


def open_gate(*, wall_screen: bool = False) -> bool:
    """Find out who is here and whether they were idle too long; True when the page may run.

    Called once at the top of every full run. A full run is somebody's doing (a page opened, a
    button pressed), so it counts as activity; a board's tick is a fragment and does not. A
    ``wall_screen`` shows the board to whoever passes and lets nobody do anything: it stays on.
    """
    person = _find_member()
    if person is None:
        st.session_state.pop(_MEMBER, None)
        return False
    if is_idle(now()) and not wall_screen:
        return False
    st.session_state[_MEMBER] = person
    if not st.session_state.pop(_UNASKED, False):
        touch(now())
    return True


def rerun_unasked() -> None:
    """Run the whole page again though nobody did anything, so idle time goes on.

    Its data changed, or nobody has used it for too long and the gate has to close.
    """
    st.session_state[_UNASKED] = True
    st.rerun()


def touch(at: datetime) -> None:
    """Note that the person did something."""
    st.session_state[_ACTIVE_AT] = at


def is_idle(at: datetime) -> bool:
    """Whether the person did nothing for so long that they must sign in again."""
    active_at = st.session_state.get(_ACTIVE_AT)
    return active_at is not None and at - active_at > timedelta(minutes=settings().idle_minutes)


def is_kiosk() -> bool:
    """Whether the address asks for the wall screen; only the ward page has one."""
    return st.query_params.get(KIOSK_PARAMETER) == "1"


def encounter_public_id() -> str | None:
    """The opaque encounter id of the page's address, which may name nobody."""
    return st.query_params.get(ENCOUNTER_PARAMETER)


def ward_code() -> str:
    """The ward whose board opens: the one in the page's address, which may not exist."""
    return st.query_params.get(WARD_PARAMETER) or settings().ward


def _find_member() -> Member | None:
    if settings().demo:
        chosen = st.session_state.get(DEMO_COOKIE) or st.context.cookies.get(DEMO_COOKIE)
        names = [m.username for m in access.DEMO_MEMBERS if m.username == chosen]
    else:
        claims = dict(st.user) if st.user.get("is_logged_in") else {}
        names = list(claimed_names(claims, now_s=now().timestamp()))
    return access.member(store(), names)
