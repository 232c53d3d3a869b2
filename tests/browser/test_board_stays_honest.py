"""When something stops, the board says so by itself within ten seconds, and recovers by itself."""

import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from db.engine import create_store
from monitoring.services import liveness
from tests.browser.conftest import SignIn, Visit
from tests.browser.server_process import ServerProcess
from tests.browser.small_ward import SmallWard

WITHIN_MS = 10_000
RECOVERS_WITHIN_MS = 30_000
NOT_UPDATING = re.compile(r"Not updating since \d\d:\d\d")


def _veil(visit: Visit) -> Locator:
    return visit.page.locator(".veil p")


def test_a_hung_server_veils_the_board_until_it_goes_on(
    ward: SmallWard, server: ServerProcess, sign_in: SignIn
) -> None:
    visit = sign_in()
    expect(visit.tile("1A")).to_be_visible()
    expect(_veil(visit)).to_be_hidden()

    server.hang()
    expect(_veil(visit)).to_be_visible(timeout=WITHIN_MS)
    expect(_veil(visit)).to_have_text(
        re.compile(NOT_UPDATING.pattern + r"\. Values below are old\.")
    )

    server.go_on()
    expect(_veil(visit)).to_be_hidden(timeout=RECOVERS_WITHIN_MS)


def test_a_killed_server_veils_the_board_and_a_new_one_lifts_the_veil(
    ward: SmallWard, server: ServerProcess, sign_in: SignIn
) -> None:
    visit = sign_in()
    expect(visit.tile("1A")).to_contain_text("36.8 °C")

    server.kill()
    expect(_veil(visit)).to_be_visible(timeout=WITHIN_MS)

    ward.chart_elsewhere(ward.patients[0], temp_c=38.8)
    server.start()
    expect(visit.tile("1A")).to_contain_text("38.8 °C", timeout=RECOVERS_WITHIN_MS)
    expect(_veil(visit)).to_be_hidden()


def test_the_veil_needs_no_script(ward: SmallWard, server: ServerProcess, sign_in: SignIn) -> None:
    visit = sign_in()
    expect(visit.tile("1A")).to_be_visible()
    # The page's own thread hangs: no timer, no message and no handler runs any more.
    started = time.monotonic()
    client = visit.page.context.new_cdp_session(visit.page)
    client.send("Emulation.setScriptExecutionDisabled", {"value": True})
    server.hang()
    expect(_veil(visit)).to_be_visible(timeout=WITHIN_MS)
    assert time.monotonic() - started < 12
    server.go_on()


@pytest.fixture
def unwatched(ward: SmallWard, tmp_path: Path) -> Iterator[ServerProcess]:
    """The dashboard with no watcher inside."""
    process = ServerProcess(ward.url, tmp_path / "unwatched.log", STORMWATCH_WATCH_INSIDE="0")
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


def test_a_silent_watcher_is_said_within_ten_seconds(
    ward: SmallWard, unwatched: ServerProcess, sign_in: SignIn
) -> None:
    watcher = Beating(ward.url, liveness.WATCHER, "watcher")
    visit = sign_in(at=unwatched)
    banner = visit.page.locator(".silent")
    expect(visit.tile("1A")).to_be_visible()
    expect(banner).to_be_hidden()

    watcher.fall_silent()
    expect(banner).to_contain_text("The watcher has been silent since", timeout=WITHIN_MS)

    watcher = Beating(ward.url, liveness.WATCHER, "watcher")
    expect(banner).to_be_hidden(timeout=WITHIN_MS)
    watcher.fall_silent()


def test_a_silent_feed_is_said_with_its_bed(
    ward: SmallWard, unwatched: ServerProcess, sign_in: SignIn
) -> None:
    chukwu = ward.patients[2]
    watcher = Beating(ward.url, liveness.WATCHER, "watcher")
    monitor = Beating(ward.url, liveness.FEED, "monitor-7", chukwu.encounter_id)
    visit = sign_in(at=unwatched)
    banner = visit.page.locator(".silent")
    expect(visit.tile("1A")).to_be_visible()

    monitor.fall_silent()
    expect(banner).to_contain_text(
        f"The feed of bed {chukwu.bed} has been silent", timeout=WITHIN_MS
    )
    watcher.fall_silent()
