"""Viewers of the Dash board in one process, each with its own connection and five-second timer.

``python -m scripts.benchmarks.dash_client PORT VIEWERS SECONDS TICK_S`` posts what Dash's own page
posts when its interval fires, and prints each tick's latency and size as one JSON document.
"""

import asyncio
import json
import sys
import time

_BODY = json.dumps(
    {
        "output": "board.children",
        "outputs": {"id": "board", "property": "children"},
        "inputs": [{"id": "tick", "property": "n_intervals", "value": 1}],
        "changedPropIds": ["tick.n_intervals"],
        "parsedChangedPropsIds": ["tick.n_intervals"],
    }
).encode()


async def _tick(port: int) -> tuple[float, int]:
    request = (
        f"POST /_dash-update-component HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        "Content-Type: application/json\r\nConnection: close\r\n"
        f"Content-Length: {len(_BODY)}\r\n\r\n"
    ).encode()
    began = time.monotonic()
    # Dash's own server closes after each answer, so a tick opens a connection as in a browser.
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request + _BODY)
    answer = await reader.read()
    writer.close()
    if b" 200 " not in answer[:30]:
        message = f"Dash answered {answer[:200]!r}."
        raise RuntimeError(message)
    return time.monotonic() - began, len(answer)


async def _viewer(port: int, first_at: float, until: float, tick_s: float) -> list[list[float]]:
    ticks: list[list[float]] = []
    due = first_at
    while due < until:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        ticks.append(list(await _tick(port)))
        due += tick_s
    return ticks


async def _watch(port: int, viewers: int, seconds: float, tick_s: float) -> list[list[float]]:
    await _tick(port)
    began = time.monotonic() + 0.5
    watched = await asyncio.gather(
        *(
            _viewer(port, began + tick_s * place / viewers, began + seconds, tick_s)
            for place in range(viewers)
        )
    )
    return [tick for viewer in watched for tick in viewer]


if __name__ == "__main__":
    _port, _viewers, _seconds, _tick_s = sys.argv[1:]
    _ticks = asyncio.run(_watch(int(_port), int(_viewers), float(_seconds), float(_tick_s)))
    print(json.dumps(_ticks))
