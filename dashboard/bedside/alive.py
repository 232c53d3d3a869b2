"""Proof of life for pages about one patient, and the look whether anything there has changed."""

from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import session, wording
from dashboard.loaders import store
from monitoring.config import settings
from monitoring.services import liveness, patient
from monitoring.services.patient import HeadRow, Mark

_BEAT = "bedside:beat"


@st.fragment(run_every=settings().tick_s)
def keep_watch(head: HeadRow, seen: Mark | None, zone: ZoneInfo) -> None:
    """Beat; run the page again when its patient's data changed; say who is silent.

    Each beat restarts an animation of the style sheet. When none comes for nine seconds it ends and
    shows "not updating", with no script's help. ``seen`` None is a page that does not follow the
    data, such as a form.
    """
    now = session.now()
    if session.is_idle(now):
        session.rerun_unasked()
    if seen is not None:
        newest = patient.mark(store(), encounter_id=head.encounter_id, ward_id=head.ward_id)
        if newest != seen:
            session.rerun_unasked()
    beat = "two" if st.session_state.get(_BEAT) == "one" else "one"
    st.session_state[_BEAT] = beat
    silent = "".join(
        f"<p class='sw-silent' role='alert'>{wording.plain(line)}</p>"
        for line in silences(head, zone=zone, now=now)
    )
    at = wording.plain(f"{now.astimezone(zone):%H:%M:%S}")
    st.html(
        f"{silent}<p class='sw-asof'>Data as of {at}</p>"
        f"<p class='sw-veil' data-beat='{beat}' role='alert'>"
        f"Not updating since {at}. What you see may be old, and nothing can be saved.</p>"
    )


def silences(head: HeadRow, *, zone: ZoneInfo, now: datetime) -> list[str]:
    """What should have given a sign of life and did not, as far as it concerns this patient."""
    lines = []
    for pulse in liveness.pulses(store(), now=now):
        since = wording.clock(pulse.beat_at, zone)
        if not pulse.is_silent:
            continue
        if pulse.kind == liveness.WATCHER:
            lines.append(f"The watcher is silent since {since}: nothing here becomes overdue.")
        elif pulse.encounter_id == head.encounter_id:
            lines.append(f"This patient's feed is silent since {since}.")
    return lines
