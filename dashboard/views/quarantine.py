"""Quarantine: input that could not be used, for those who can have it put right or close it."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import session, wording
from dashboard.loaders import store
from db.queries.quarantine import QuarantineRow
from monitoring.config import settings
from monitoring.services import quarantined
from monitoring.services.errors import RefusedError

# More at once nobody reads; the rest is on the next pages.
A_PAGE = 50
_PAGE, _REASON, _NOTICE = "quarantine:page", "quarantine:reason", "quarantine:notice"
_TITLE = "<h1 class='sw-title'>Quarantine</h1>"


@st.fragment(run_every=settings().tick_s)
def _live() -> None:
    """What waits, looked at again at each tick; whoever is idle is signed out here too."""
    now = session.now()
    if session.is_idle(now):
        session.rerun_unasked()
    if session.member().role not in quarantined.ROLES:
        st.html(
            f"{_TITLE}<p>The charge nurse and the administrator see "
            "here what an import could not use. Ask one of them.</p>"
        )
        return
    _say_what_was_done()
    # The page and the reason may be gone since: others close too, and imports put right.
    found = quarantined.waiting(
        store(),
        at_most=A_PAGE,
        page=st.session_state.get(_PAGE, 0),
        reason_code=st.session_state.get(_REASON),
    )
    if not found.by_reason:
        st.html(f"{_TITLE}<p>Nothing waits: all input could be used.</p>")
        return
    st.html(
        f"<h1 class='sw-title'>Quarantine: {sum(found.by_reason.values())} not usable</h1>"
        "<p>None of this is on any board or in any grade. "
        f"{wording.plain(quarantined.PUT_RIGHT)} here, with a reason.</p>"
    )
    _choose_reason(found.by_reason)
    _turn_pages(found)
    zone = ZoneInfo(settings().time_zone)
    for row in found.shown:
        with st.container(key=f"sw_kept_{row.id}", gap="xsmall"):
            st.html(_piece(row, zone=zone, now=now))
            _draw_closing(row)


def _choose_reason(by_reason: Mapping[str, int]) -> None:
    """One reason or all of them, each with how much waits for it."""

    def named(code: str) -> str:
        return f"{code.replace('_', ' ')} ({by_reason.get(code, 0)})"

    chosen = st.session_state.get(_REASON)
    # A reason of which nothing waits any more stays chosen, and says so, until another is.
    codes = [*by_reason, *([chosen] if chosen is not None and chosen not in by_reason else [])]
    st.selectbox(
        "Reason",
        codes,
        index=None,
        placeholder="All reasons",
        format_func=named,
        key=_REASON,
        on_change=_go_to,
        args=(0,),
    )


def _turn_pages(found: quarantined.Waiting) -> None:
    """Which of how many are shown, and the ways to those before and after."""
    page, upto = found.skipped // A_PAGE, found.skipped + len(found.shown)
    if not found.shown:
        st.html("<p>Nothing waits for this reason any more. Choose another one.</p>")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f"<p>{found.skipped + 1} to {upto} of {found.count}, the oldest first.</p>")
        if page > 0:
            st.button("Older", key="quarantine:older", on_click=_go_to, args=(page - 1,))
        if upto < found.count:
            st.button("Newer", key="quarantine:newer", on_click=_go_to, args=(page + 1,))


def _go_to(page: int) -> None:
    session.touch(session.now())
    st.session_state[_PAGE] = page


def _piece(row: QuarantineRow, *, zone: ZoneInfo, now: datetime) -> str:
    place = row.place or "place not kept"
    came = wording.clock_or_date(row.received_at, zone, now=now)
    return (
        f"<section class='sw-kept'><p><strong>{row.id}</strong> {wording.plain(row.reason)}</p>"
        f"<p class='sw-from'>{wording.plain(place)}, {wording.plain(row.source)}, "
        f"received {wording.plain(came)}</p>"
        f"<pre>{wording.plain(row.raw)}</pre></section>"
    )


def _draw_closing(row: QuarantineRow) -> None:
    """What its source cannot put right is closed with a reason; the input stays as it came."""
    with st.popover("Close", key=f"quarantine:more:{row.id}"):
        st.text_input(
            f"Why is number {row.id} closed?",
            key=_why(row.id),
            max_chars=200,
            help="A later reader has to understand it. It is kept in the audit with your name.",
        )
        st.button(
            f"Close number {row.id}",
            key=f"quarantine:close:{row.id}",
            on_click=_close,
            args=(row.id,),
        )


def _why(number: int) -> str:
    return f"quarantine:why:{number}"


def _close(number: int) -> None:
    """Close one as the signed-in person."""
    now, person = session.now(), session.member()
    session.touch(now)
    if person.role not in quarantined.ROLES:
        return
    try:
        quarantined.resolve(
            store(),
            number,
            reason=str(st.session_state.get(_why(number)) or ""),
            actor=person.username,
            now=now,
        )
    except RefusedError as refused:
        st.session_state[_NOTICE] = str(refused)
    else:
        st.session_state[_NOTICE] = f"Number {number} is closed. It stays kept as it came."


def _say_what_was_done() -> None:
    notice = st.session_state.pop(_NOTICE, None)
    if notice is not None:
        st.html(f"<p role='status'><strong>{wording.plain(notice)}</strong></p>")


_live()
