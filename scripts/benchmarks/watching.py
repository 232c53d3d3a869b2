"""Viewers, server and feed together: what each tick took, and whether all saw all."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

from scripts.benchmarks.serving import ROOT, Server

COOKIE = "stormwatch_demo=demo.nurse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What came of it.

    ``ticks`` are a list a viewer. ``versions`` are the data versions each viewer saw, ending with a
    last look after the feed ended at ``final_version``. ``processor_s`` is what the server used
    while they ticked.
    """

    ticks: list[list[dict[str, Any]]]
    versions: list[list[int]]
    errors: list[str]
    final_version: int | None
    processor_s: float

    @property
    def all_ticks(self) -> list[dict[str, Any]]:
        """Every viewer's ticks."""
        return [tick for viewer in self.ticks for tick in viewer]


def watch(
    server: Server,
    *,
    store_url: str | None,
    viewers: int,
    seconds: float,
    tick_s: float,
    cookie: str | None = COOKIE,
) -> Watched:
    """Let ``viewers`` look for ``seconds`` while a feed records, each in processes of their own."""
    command = [sys.executable, "-m", "scripts.benchmarks.viewer_client", str(server.port)]
    command += [str(viewers), str(seconds), str(tick_s), *([cookie] if cookie else [])]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as client:
        assert client.stdin is not None
        assert client.stdout is not None
        _expect(client.stdout.readline(), "opened")
        feed = _start_feed(store_url, seconds) if store_url else None
        client.stdin.write("\n")
        client.stdin.flush()
        before_s = server.processor_s()
        _expect(client.stdout.readline(), "ticked")
        used_s = server.processor_s() - before_s
        final = _final_version(feed) if feed else None
        time.sleep(0.5)
        client.stdin.write("\n")
        client.stdin.flush()
        result = json.loads(client.stdout.readline())
    return Watched(
        ticks=result["ticks"],
        versions=result["versions"],
        errors=result["errors"],
        final_version=final,
        processor_s=used_s,
    )


def _expect(line: str, word: str) -> None:
    if word not in line:
        message = f"Viewers or feed did not get as far as '{word}'; their errors are above."
        raise RuntimeError(message)


def _start_feed(store_url: str, seconds: float) -> "subprocess.Popen[str]":
    """Start the feed and wait until it has begun."""
    feed = subprocess.Popen(
        [sys.executable, "-m", "scripts.benchmarks.feeding", store_url, str(seconds)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert feed.stdout is not None
    _expect(feed.stdout.readline(), "feeding")
    return feed


def _final_version(feed: "subprocess.Popen[str]") -> int:
    output, _ = feed.communicate(timeout=240)
    return int(output)
