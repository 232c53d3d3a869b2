"""The dashboard's server: start it with ``streamlit run dashboard/server.py``."""

import gc
import importlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio.to_thread
import streamlit as st
from starlette.middleware import Middleware
from streamlit import config

from dashboard.arrival import Arrival
from dashboard.board.assets import asset_routes
from dashboard.entry import entry_routes
from dashboard.guard import Guard
from dashboard.health import health_routes
from dashboard.identity import Identities
from dashboard.live import LiveFeed
from dashboard.loaders import store, ward_sign
from monitoring.config import settings
from monitoring.services.access import ensure_demo_members
from monitoring.watch import Watcher
from sample_data.living import live_on
from sample_data.load import not_being_loaded

# Imported once, before the first viewer, so that no viewer waits for them and none is collected.
_FOR_THE_WARD = ("numpy", "dashboard.board.element", "monitoring.clinical.evaluate")
_FOR_FIGURES = ("pandas", "plotly.graph_objects", "dashboard.charts.patient_figure")
# How long after its loading the sample ward is on the first board, drawn and at rest.
_DRAWN_S = 5.0

_live = LiveFeed(ward_sign)
_identities = Identities(store(), demo=settings().demo)
# The sample ward is loaded beside this process, and nobody watches half a stay.
_ward_is_loaded = threading.Event()


def _warm(names: tuple[str, ...]) -> None:
    for name in names:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


@contextmanager
def _in_thread(name: str, run: Callable[[threading.Event], None]) -> Iterator[None]:
    stopping = threading.Event()
    thread = threading.Thread(target=run, args=(stopping,), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(timeout=10)


def _warm_figures(stopping: threading.Event) -> None:
    """Beside a ward that is being loaded: a visitor waits for the ward, and only then for more."""
    while not _ward_is_loaded.wait(1):
        if stopping.is_set():
            return
    if not stopping.wait(_DRAWN_S):
        _warm(_FOR_FIGURES)


def _watch(stopping: threading.Event) -> None:
    Watcher(store(), patients=lambda of: not_being_loaded(of, _ward_is_loaded)).run(stopping)


def _live_on(stopping: threading.Event) -> None:
    live_on(store(), stopping, speed=settings().demo_speed, loaded=_ward_is_loaded)


def _wanted(choice: bool | None) -> bool:
    return settings().demo if choice is None else choice


@asynccontextmanager
async def _lifespan(app: st.App) -> AsyncIterator[dict[str, Any]]:
    living = _wanted(settings().living)
    names = _FOR_THE_WARD if living else (*_FOR_THE_WARD, *_FOR_FIGURES)
    await anyio.to_thread.run_sync(_warm, names)
    with ExitStack() as running:
        running.callback(store().close)
        if settings().demo:
            ensure_demo_members(store(), actor="system:demo", now=datetime.now(UTC))
        if not living:
            _ward_is_loaded.set()
        if _wanted(settings().watch_inside):
            running.enter_context(_in_thread("watch", _watch))
        if living:
            running.enter_context(_in_thread("living-ward", _live_on))
            running.enter_context(_in_thread("warm-figures", _warm_figures))
        _live.start()
        running.callback(_live.stop)
        yield {}


app = st.App(
    Path(__file__).with_name("app.py"),
    lifespan=_lifespan,
    routes=[
        *health_routes(store),
        *entry_routes(_identities, demo=settings().demo),
        *asset_routes(),
        _live.route(),
    ],
    middleware=[
        Middleware(
            Guard,
            identities=_identities,
            demo=settings().demo,
            allowed_hosts=config.get_option("server.allowedHosts"),
        ),
        Middleware(Arrival, identities=_identities),
    ],
)
