"""Tells open boards at once that something changed: version numbers only, never patient data.

One thread a process looks at the store a few times a second and wakes the websockets of all its
viewers. A board that hears of a new version asks for its data by the ordinary way; without this
feed the board's own tick still comes, later.
"""

import asyncio
import json
import logging
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

# Seconds between two looks at the store. Each is one read of one small row.
LOOK_EVERY_S = 0.25

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What a board must hear of: a ward's data version, and the state of what feeds it."""

    version: int
    liveness: str


class LiveFeed:
    """Looks at every ward's sign and hands changes to the listeners of that ward."""

    def __init__(self, look: Callable[[str], Sign]) -> None:
        self._look = look
        self._listeners: dict[str, set[asyncio.Queue[Sign]]] = {}
        self._seen: dict[str, Sign] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live-feed", daemon=True)

    def start(self) -> None:
        """Begin to look; called on the event loop that serves the websockets."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def stop(self) -> None:
        """Stop looking and wait for the thread."""
        self._stopping.set()
        self._thread.join(timeout=5)

    def route(self) -> WebSocketRoute:
        """The websocket ``/live?ward=CODE``."""
        return WebSocketRoute("/live", self._serve)

    async def _serve(self, websocket: WebSocket) -> None:
        ward_code = websocket.query_params.get("ward", "")
        await websocket.accept()
        queue: asyncio.Queue[Sign] = asyncio.Queue()
        listeners = self._listeners.setdefault(ward_code, set())
        listeners.add(queue)
        if ward_code in self._seen:
            queue.put_nowait(self._seen[ward_code])
        sender = asyncio.create_task(_send_signs(websocket, queue))
        try:
            # Nothing is expected from the browser; this ends when it goes away.
            while True:
                await websocket.receive_text()
        except WebSocketDisconnect:
            pass
        finally:
            listeners.discard(queue)
            sender.cancel()

    def _run(self) -> None:
        failing = False
        while not self._stopping.wait(LOOK_EVERY_S):
            for ward_code in [code for code, queues in list(self._listeners.items()) if queues]:
                try:
                    sign = self._look(ward_code)
                except Exception:
                    # The store may be away for a while. The boards' own tick says so to the ward.
                    level = logging.DEBUG if failing else logging.ERROR
                    log.log(
                        level, "The store cannot be read; the feed keeps trying.", exc_info=True
                    )
                    failing = True
                    continue
                failing = False
                if sign != self._seen.get(ward_code):
                    self._seen[ward_code] = sign
                    self._tell(ward_code, sign)

    def _tell(self, ward_code: str, sign: Sign) -> None:
        loop = self._loop
        if loop is None or loop.is_closed():
            return

        def put() -> None:
            for queue in self._listeners.get(ward_code, ()):
                queue.put_nowait(sign)

        loop.call_soon_threadsafe(put)


async def _send_signs(websocket: WebSocket, queue: asyncio.Queue[Sign]) -> None:
    while True:
        sign = await queue.get()
        await websocket.send_text(json.dumps(asdict(sign)))
