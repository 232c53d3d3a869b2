"""The ward: one live board. A tick every few seconds, and at once when something changed."""

from datetime import UTC, datetime
from typing import Any

import streamlit as st

from dashboard import session, wording
from dashboard.board.element import Pulse, Silent, Viewer, draw_board, draw_pulse, draw_viewer
from dashboard.loaders import boards, store
from monitoring.config import settings
from monitoring.services import alerts, liveness
from monitoring.services.board import WardBoard
from monitoring.services.errors import RefusedError

BOARD = "board"
_NOTICE = "ward_notice"
_GOING_TO = "ward_going_to"
_DONE = "ward_done_keys"
_PAGES = {"patient": "views/patient.py", "chart": "views/chart.py"}
_THEMES = ("day", "night")


def _act() -> None:
    """Do what was pressed, once for each press."""
    pressed: dict[str, Any] | None = st.session_state[BOARD].get("act")
    if not pressed or session.is_kiosk():
        return
    done: list[str] = st.session_state.setdefault(_DONE, [])
    if pressed["key"] in done:
        return
    done.append(pressed["key"])
    del done[:-20]
    now = session.now()
    session.touch(now)
    if pressed["kind"] == "go":
        st.session_state[_GOING_TO] = (pressed["page"], pressed["encounter"])
        return
    try:
        alerts.acknowledge(
            store(),
            thread_public_id=pressed["thread"],
            note=None,
            actor=session.member().username,
            now=now,
            seen_at=datetime.fromtimestamp(pressed["seen_s"], UTC),
        )
        st.session_state[_NOTICE] = None
    except RefusedError as refusal:
        st.session_state[_NOTICE] = str(refusal)


def _silent(board: WardBoard, pulse: liveness.Pulse) -> Silent:
    bed = None if pulse.encounter_id is None else board.bed_of(pulse.encounter_id)
    return Silent(
        kind=pulse.kind,
        bed=bed,
        name=pulse.name if bed is None else None,
        since_s=round(pulse.beat_at.timestamp()),
    )


@st.fragment(run_every=settings().tick_s)
def _live() -> None:
    now = session.now()
    if not session.is_kiosk() and session.is_idle(now):
        # The whole page, so that the bar with the person's name goes too.
        session.rerun_unasked()
    going_to = st.session_state.pop(_GOING_TO, None)
    if going_to is not None:
        page, encounter = going_to
        st.switch_page(_PAGES[page], query_params={session.ENCOUNTER_PARAMETER: encounter})
    board = boards().ward(session.ward_code())
    try:
        payload = board.payload(now=now)
    except RefusedError as refusal:
        st.info(str(refusal))
        return
    draw_board(payload, key=BOARD, on_act=_act)
    draw_pulse(
        Pulse(
            now_ms=round(now.timestamp() * 1000),
            silent=tuple(
                _silent(board, pulse)
                for pulse in liveness.pulses(store(), now=now)
                if pulse.is_silent and board.concerns(pulse.ward_id)
            ),
            notice=st.session_state.get(_NOTICE),
        ),
        key="pulse",
    )


asked_theme = st.query_params.get("theme")
draw_viewer(
    Viewer(
        me=session.member().display_name,
        kiosk=session.is_kiosk(),
        theme=asked_theme if asked_theme in _THEMES else None,
        demo=wording.DEMO_BANNER if settings().demo else None,
        intended_use=wording.INTENDED_USE,
        pages=("/", "/patient", "/chart"),
    ),
    key="viewer",
)
_live()
