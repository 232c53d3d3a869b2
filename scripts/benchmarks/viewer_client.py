"""Many viewers of a Streamlit board in one process: real websockets, Streamlit's own messages.

``python -m scripts.benchmarks.viewer_client PORT VIEWERS SECONDS TICK_S [COOKIE]`` opens the page
as a browser does, lets each viewer's fragment tick, and prints what was measured as one JSON
document. A tick's latency is from sending the fragment's rerun to its ``script_finished``.
"""

import asyncio
import json
import re
import sys
import time
import zlib
from dataclasses import asdict, dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

_VERSION = re.compile(rb'"version":(\d+),"changed_s"')
_OPEN_WITHIN_S = 240.0
# A browser keeps a large message for so many runs after it was last used.
_KEPT_RUNS = 2
_GOOD = (
    ForwardMsg.FINISHED_SUCCESSFULLY,
    ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
)


@dataclass(frozen=True, slots=True)
class Tick:
    """One refresh of one viewer. ``version`` is the board's when it came whole, else None."""

    sent_s: float
    latency_s: float
    received_bytes: int
    version: int | None
    is_late: bool


@dataclass(slots=True)
class Viewer:
    """One browser's state: what it keeps of earlier messages, and its ticks."""

    fragment_id: str = ""
    kept: dict[str, int] = field(default_factory=dict)
    runs: int = 0
    versions: list[int] = field(default_factory=list)
    ticks: list[Tick] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def watch(
        self, socket: ClientConnection, *, first_at: float, until: float, tick_s: float
    ) -> None:
        """Tick from ``first_at`` on, every ``tick_s`` after the last, like a browser's timer."""
        due = first_at
        while due < until:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            sent = time.monotonic()
            received, version = await self.run(socket, fragment_id=self.fragment_id)
            finished = time.monotonic()
            due += tick_s
            self.ticks.append(
                Tick(sent, finished - sent, received, version, is_late=finished > due)
            )

    async def run(
        self, socket: ClientConnection, *, fragment_id: str = ""
    ) -> tuple[int, int | None]:
        """Ask for a run; bytes received until it finished, and the board's version if it came."""
        asked = BackMsg()
        asked.rerun_script.query_string = ""
        asked.rerun_script.fragment_id = fragment_id
        asked.rerun_script.is_auto_rerun = bool(fragment_id)
        asked.rerun_script.cached_message_hashes.extend(self.kept)
        await socket.send(asked.SerializeToString())
        self.runs += 1
        received, version = 0, None
        while True:
            raw = await socket.recv(decode=False)
            received += len(raw)
            message = ForwardMsg.FromString(raw)
            version = self._take(message, raw) or version
            if message.WhichOneof("type") == "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    continue
                if message.script_finished not in _GOOD:
                    self.errors.append(f"script_finished {message.script_finished}")
                self._forget()
                return received, version

    def _take(self, message: ForwardMsg, raw: bytes) -> int | None:
        kind = message.WhichOneof("type")
        if kind == "auto_rerun":
            self.fragment_id = message.auto_rerun.fragment_id
        elif kind == "ref_hash":
            if message.ref_hash not in self.kept:
                self.errors.append("a message was referred to that this viewer does not keep")
            self.kept[message.ref_hash] = self.runs
        elif kind == "session_event":
            self.errors.append(message.session_event.WhichOneof("type") or "session event")
        elif kind == "delta":
            if message.metadata.cacheable:
                self.kept[message.hash] = self.runs
            if message.delta.new_element.WhichOneof("type") == "exception":
                self.errors.append("an exception is shown on the page")
            version = _version(message, raw)
            if version is not None:
                self.versions.append(version)
            return version
        return None

    def _forget(self) -> None:
        self.kept = {k: run for k, run in self.kept.items() if self.runs - run < _KEPT_RUNS}


def _version(message: ForwardMsg, raw: bytes) -> int | None:
    """The data version of a board that came whole; ours comes deflated, the naive one as text."""
    deflated = message.delta.new_element.bidi_component.bytes
    found = _VERSION.search(zlib.decompress(deflated) if deflated else raw)
    return int(found[1]) if found else None


async def watch_board(
    *, port: int, viewers: int, seconds: float, tick_s: float, cookie: str | None
) -> list[Viewer]:
    """Open the page for each viewer, then let all tick for ``seconds``, evenly out of step."""
    headers = {"Cookie": cookie} if cookie else {}
    everybody = [Viewer() for _ in range(viewers)]
    sockets: list[ClientConnection] = []
    try:
        for viewer in everybody:
            socket = await connect(
                f"ws://127.0.0.1:{port}/_stcore/stream",
                subprotocols=["streamlit"],  # type: ignore[list-item]
                additional_headers=headers,
                max_size=None,
                compression=None,
                proxy=None,
            )
            sockets.append(socket)
            async with asyncio.timeout(_OPEN_WITHIN_S):
                await viewer.run(socket)
        print(json.dumps({"opened": viewers}), flush=True)
        # A line says that the feed has begun, however long that took.
        await asyncio.to_thread(sys.stdin.readline)
        began = time.monotonic() + 0.5
        async with asyncio.TaskGroup() as tasks:
            for place, (viewer, socket) in enumerate(zip(everybody, sockets, strict=True)):
                first_at = began + tick_s * place / viewers
                tasks.create_task(
                    viewer.watch(socket, first_at=first_at, until=began + seconds, tick_s=tick_s)
                )
        print(json.dumps({"ticked": viewers}), flush=True)
        # One more look, after the feed has ended: what does each viewer hold at the end?
        await asyncio.to_thread(sys.stdin.readline)
        for viewer, socket in zip(everybody, sockets, strict=True):
            await viewer.run(socket, fragment_id=viewer.fragment_id)
    finally:
        await asyncio.gather(*(socket.close() for socket in sockets))
    return everybody


def main(port: str, viewers: str, seconds: str, tick_s: str, cookie: str | None = None) -> None:
    """Watch and print."""
    everybody = asyncio.run(
        watch_board(
            port=int(port),
            viewers=int(viewers),
            seconds=float(seconds),
            tick_s=float(tick_s),
            cookie=cookie,
        )
    )
    print(
        json.dumps(
            {
                "ticks": [[asdict(tick) for tick in viewer.ticks] for viewer in everybody],
                "versions": [viewer.versions for viewer in everybody],
                "errors": [error for viewer in everybody for error in viewer.errors],
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
