"""A watcher or a feed that falls silent is said on the board within ten seconds."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from db.engine import create_store
from monitoring.services import liveness
from tests.browser.conftest import SignIn
from tests.browser.server_process import ServerProcess
from tests.browser.small_ward import SmallWard

WITHIN_MS = 10_000


@pytest.fixture
def server(ward: SmallWard, tmp_path: Path) -> Iterator[ServerProcess]:
    """The dashboard with no watcher inside: the test beats in its place."""
    process = ServerProcess(ward.url, tmp_path / "server.log", STORMWATCH_WATCH_INSIDE="0")
    process.start()
    yield process
    process.stop()


class Beating:
    """Beats as a watcher or feed does, until it falls silent."""

    def __init__(self, url: str, kind: str, name: str, encounter_id: int | None = None) -> None:
        self._store = create_store(url)
        self._sign = {"kind": kind, "name": name, "encounter_id": encounter_id}
        self._silent = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._beat()
        self._thread.start()

    def fall_silent(self) -> None:
        """No more beats, and no goodbye."""
        self._silent.set()
        self._thread.join()
        self._store.close()

    def _run(self) -> None:
        while not self._silent.wait(1.0):
            self._beat()

    def _beat(self) -> None:
        liveness.beat(self._store, expected_every_s=2.0, now=datetime.now(UTC), **self._sign)


def test_a_silent_watcher_is_said_within_ten_seconds(ward: SmallWard, sign_in: SignIn) -> None:
    watcher = Beating(ward.url, liveness.WATCHER, "watcher")
    visit = sign_in()
    banner = visit.page.locator(".silent")
    expect(visit.tile("1A")).to_be_visible()
    expect(banner).to_be_hidden()

    watcher.fall_silent()
    expect(banner).to_contain_text("The watcher has been silent since", timeout=WITHIN_MS)

    watcher = Beating(ward.url, liveness.WATCHER, "watcher")
    expect(banner).to_be_hidden(timeout=WITHIN_MS)
    watcher.fall_silent()


def test_a_silent_feed_is_said_with_its_bed(ward: SmallWard, sign_in: SignIn) -> None:
    chukwu = ward.patients[2]
    watcher = Beating(ward.url, liveness.WATCHER, "watcher")
    monitor = Beating(ward.url, liveness.FEED, "monitor-7", chukwu.encounter_id)
    visit = sign_in()
    banner = visit.page.locator(".silent")
    expect(visit.tile("1A")).to_be_visible()

    monitor.fall_silent()
    expect(banner).to_contain_text(
        f"The feed of bed {chukwu.bed} has been silent", timeout=WITHIN_MS
    )
    watcher.fall_silent()
