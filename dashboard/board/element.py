"""The two elements of the ward page: the board itself, and the pulse that proves it is alive."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.resources import files

import orjson
import streamlit as st

from dashboard.board.assets import BASE
from monitoring.services.tiles import BoardPayload

_HTML = f'<link rel="stylesheet" href="{BASE}board.css">\n' + (
    files("dashboard.board") / "board.html"
).read_text(encoding="utf-8")


def _script(function: str) -> str:
    # Loaded from our own address, once a browser; an element's own script is sent every tick.
    return (
        "export default async component => {\n"
        f'  const board = await import(new URL("{BASE}board.js", location.origin).href)\n'
        f"  return board.{function}(component)\n"
        "}\n"
    )


_board = st.components.v2.component("stormwatch_board", html=_HTML, js=_script("mountBoard"))
_pulse = st.components.v2.component("stormwatch_pulse", js=_script("mountPulse"))

_kept: dict[str, tuple[BoardPayload, bytes]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """A watcher or feed that should have beaten by now, and when it last did."""

    kind: str
    name: str
    encounter: str | None
    since_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """This viewer's proof of life: the server's time, who is silent, and what concerns the viewer.

    ``notice`` is the answer to the viewer's last action; ``theme`` overrides the browser's theme.
    """

    now_ms: int
    version: int
    silent: tuple[Silent, ...]
    notice: str | None
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


def _encoded(payload: BoardPayload) -> bytes:
    # The same payload object serves all viewers until the ward changes, so one encoding does too.
    kept = _kept.get(payload.ward_code)
    if kept is None or kept[0] is not payload:
        kept = _kept[payload.ward_code] = (payload, orjson.dumps(payload))
    return kept[1]


def _nothing() -> None:
    """A refresh needs no work: that the fragment runs is all of it."""
