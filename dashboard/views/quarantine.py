"""Quarantine: input that could not be used, for those who can have it put right."""

from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import session, wording
from dashboard.loaders import store
from db.queries.quarantine import QuarantineRow
from monitoring.config import settings
from monitoring.services import quarantined

# More on one page nobody reads; the command lists all.
AT_MOST = 50


@st.fragment(run_every=settings().tick_s)
def _live() -> None:
    """What waits, looked at again at each tick; whoever is idle is signed out here too."""
    now = session.now()
    if session.is_idle(now):
        session.rerun_unasked()
    if session.member().role in quarantined.ROLES:
        st.html(_words(quarantined.waiting(store(), at_most=AT_MOST), now=now))
    else:
        st.html(
            "<h1 class='sw-title'>Quarantine</h1><p>The charge nurse and the administrator see "
            "here what an import could not use. Ask one of them.</p>"
        )


def _words(found: quarantined.Waiting, *, now: datetime) -> str:
    """The page: how much waits, what to do next, and each piece with its reason."""
    if not found.count:
        return "<h1 class='sw-title'>Quarantine</h1><p>Nothing waits: all input could be used.</p>"
    zone = ZoneInfo(settings().time_zone)
    shown = len(found.oldest)
    more = "" if shown == found.count else f" The oldest {shown} are shown."
    return (
        f"<h1 class='sw-title'>Quarantine: {found.count} not usable</h1>"
        f"<p>None of this is on any board or in any grade.{more} "
        f"{wording.plain(quarantined.WHAT_NEXT)}</p>"
        + "".join(_piece(row, zone=zone, now=now) for row in found.oldest)
    )


def _piece(row: QuarantineRow, *, zone: ZoneInfo, now: datetime) -> str:
    place = row.place or "place not kept"
    came = wording.clock_or_date(row.received_at, zone, now=now)
    return (
        f"<section class='sw-kept'><p><strong>{row.id}</strong> {wording.plain(row.reason)}</p>"
        f"<p class='sw-from'>{wording.plain(place)}, {wording.plain(row.source)}, "
        f"received {wording.plain(came)}</p>"
        f"<pre>{wording.plain(row.raw)}</pre></section>"
    )


_live()
