"""The elements of the ward page: the board, who looks at it, and the pulse that proves life."""

import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.resources import files

import streamlit as st

from dashboard.board.assets import BASE
from monitoring.services.tiles import BoardPayload

_HTML = f'<link rel="stylesheet" href="{BASE}board.css">\n' + (
    files("dashboard.board") / "board.html"
).read_text(encoding="utf-8")


def _script(function: str) -> str:
    # Loaded from our own address, once a browser; an element's own script is sent every tick.
    return (
        "export default async c =>\n"
        f'(await import(new URL("{BASE}board.js", location))).{function}(c)\n'
    )


_board = st.components.v2.component("ward_board", html=_HTML, js=_script("mountBoard"))
_viewer = st.components.v2.component("ward_viewer", js=_script("mountViewer"))
_pulse = st.components.v2.component("ward_pulse", js=_script("mountPulse"))
_kept: dict[str, tuple[BoardPayload, bytes]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """A watcher or feed that should have beaten by now, and when it last did.

    ``bed`` is the label of the one bed it feeds; ``name`` is its own, where it feeds no one bed.
    """

    kind: str
    bed: str | None
    name: str | None
    since_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """Proof of life, sent every tick: the server's time, who is silent, the last answer."""

    now_ms: int
    silent: tuple[Silent, ...]
    notice: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks and how, sent once a page. ``theme`` overrides the browser's choice."""

    me: str
    kiosk: bool
    theme: str | None
    demo: str | None
    intended_use: str
    pages: tuple[str, ...]


def draw_board(payload: BoardPayload, *, key: str, on_act: Callable[[], None]) -> None:
    """Mount or patch the board; ``on_act`` runs when the viewer pressed something."""
    _board(key=key, data=_encoded(payload), on_act_change=on_act, on_refresh_change=_nothing)


def draw_pulse(pulse: Pulse, *, key: str) -> None:
    """Say to the board that this page is alive, and what is not."""
    _pulse(key=key, data=asdict(pulse), height=1)


def draw_viewer(viewer: Viewer, *, key: str) -> None:
    """Tell the board who looks at it."""
    _viewer(key=key, data=asdict(viewer), height=1)


def _encoded(payload: BoardPayload) -> bytes:
    # The same payload object serves all viewers until the ward changes, so one encoding does too.
    # Deflated it is a sixth, and an alert more is forty bytes more to a hundred viewers.
    kept = _kept.get(payload.ward_code)
    if kept is None or kept[0] is not payload:
        kept = _kept[payload.ward_code] = (payload, zlib.compress(payload.to_json()))
    return kept[1]


def _nothing() -> None:
    """A refresh needs no work: that the fragment runs is all of it."""
