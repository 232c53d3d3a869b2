"""A watcher or a feed that falls silent is said on the board within ten seconds."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from db.engine import create_store
from monitoring.services import liveness
from tests.browser.conftest import SignIn
from tests.browser.server_process import ServerProcess, running
from tests.browser.small_ward import SmallWard

pytestmark = pytest.mark.apart

WITHIN_S = 10


@pytest.fixture
def server(ward: SmallWard, tmp_path: Path) -> Iterator[ServerProcess]:
    """The dashboard with no watcher inside: the test beats in its place."""
    with running(ward.url, tmp_path / "server.log", STORMWATCH_WATCH_INSIDE="0") as process:
        yield process


class Beating:
    """Beats as a watcher or feed does, until it falls silent."""

    def __init__(self, url: str, kind: str, name: str, encounter_id: int | None = None) -> None:
        self._store = create_store(url)
        self._sign = {"kind": kind, "name": name, "encounter_id": encounter_id}
        self._silent = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._beat()
        self._thread.start()

    def fall_silent(self) -> datetime:
        """No more beats, and no goodbye; returns when the last one was."""
        self._silent.set()
        self._thread.join()
        self._store.close()
        return self._beat_at

    def _run(self) -> None:
        while not self._silent.wait(1.0):
            self._beat()

    def _beat(self) -> None:
        self._beat_at = datetime.now(UTC)
        liveness.beat(self._store, expected_every_s=2.0, now=self._beat_at, **self._sign)


def note_first_words(banner: Locator) -> None:
    """Let the page note how old its data are when the banner first speaks."""
    banner.evaluate(
        """node => new MutationObserver((_, observer) => {
          if (node.hidden) return
          observer.disconnect()
          node.dataset.first = node.getRootNode().querySelector('.asof').textContent
        }).observe(node, { attributes: true, attributeFilter: ['hidden'] })"""
    )


def expect_said_in_time(banner: Locator, words: str, *, silent_since: datetime) -> None:
    """The board says it, and said it with data that are no older than was promised."""
    expect(banner).to_contain_text(words)
    expect(banner).to_have_attribute("data-first", re.compile(r"\d\d:\d\d:\d\d$"))
    minutes, seconds = str(banner.get_attribute("data-first")).split(":")[-2:]
    said_s = 60 * int(minutes) + int(seconds)
    began_s = 60 * silent_since.minute + silent_since.second
    assert (said_s - began_s) % 3600 <= WITHIN_S


def test_a_silent_watcher_is_said_within_ten_seconds(ward: SmallWard, sign_in: SignIn) -> None:
    watcher = Beating(ward.url, liveness.WATCHER, "watcher")
    visit = sign_in()
    banner = visit.page.locator(".silent")
    expect(visit.tile("1A")).to_be_visible()
    expect(banner).to_be_hidden()

    note_first_words(banner)
    last_beat = watcher.fall_silent()
    expect_said_in_time(banner, "The watcher has been silent since", silent_since=last_beat)

    watcher = Beating(ward.url, liveness.WATCHER, "watcher")
    expect(banner).to_be_hidden()
    watcher.fall_silent()


def test_a_silent_feed_is_said_with_its_bed(ward: SmallWard, sign_in: SignIn) -> None:
    chukwu = ward.patients[2]
    watcher = Beating(ward.url, liveness.WATCHER, "watcher")
    monitor = Beating(ward.url, liveness.FEED, "monitor-7", chukwu.encounter_id)
    visit = sign_in()
    banner = visit.page.locator(".silent")
    expect(visit.tile("1A")).to_be_visible()

    expect(banner).to_be_hidden()

    note_first_words(banner)
    last_beat = monitor.fall_silent()
    expect_said_in_time(
        banner, f"The feed of bed {chukwu.bed} has been silent", silent_since=last_beat
    )
    watcher.fall_silent()
