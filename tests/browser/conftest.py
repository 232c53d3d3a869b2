"""A real server process and a real Chromium for the tests of the pages."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from tests.browser.server_process import ServerProcess
from tests.browser.small_ward import SmallWard, open_ward

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# How long a test waits for what must come, on however busy a machine. What is promised within a
# time is held to it by the test that says so; speed is measured by `scripts/bench`.
PATIENCE_MS = 120_000
expect.set_options(timeout=PATIENCE_MS)
NAMES = (
    ("Alvarez", "Rosa"),
    ("Becker", "Tom"),
    ("Chukwu", "Ngozi"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    path = shutil.which("chromium") or CHROMIUM
    if not Path(path).exists():
        reason = "Chromium is not installed (Debian: apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Visit:
    """One browser window of one signed-in person, and all it did on the network."""

    page: Page
    server: ServerProcess
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, address: str = "/") -> None:
        """Open a page of the dashboard and wait until the board shows beds."""
        self.page.goto(self.server.url + address)
        self.page.wait_for_selector(".tile")

    def tile(self, bed: str) -> Locator:
        """The tile of a bed."""
        return self.page.locator(".tile", has=self.page.locator(f".bed:text-is('{bed}')"))


SignIn = Callable[..., Visit]


@pytest.fixture
def ward(sqlite_url: str) -> SmallWard:
    """Three well patients in beds 1A, 1B and 2A."""
    return open_ward(sqlite_url, NAMES, beds=4)


@pytest.fixture
def server(ward: SmallWard, tmp_path: Path) -> Iterator[ServerProcess]:
    """The dashboard on the small ward, watching inside."""
    process = ServerProcess(ward.url, tmp_path / "server.log")
    process.start()
    yield process
    process.stop()


@pytest.fixture
def sign_in(chromium: Browser, server: ServerProcess) -> Iterator[SignIn]:
    """Opens a window of one's own and signs in as somebody of the demo's team."""
    contexts: list[BrowserContext] = []

    def enter(
        member: str = "demo.nurse",
        *,
        width: int = 1366,
        height: int = 768,
        night: bool = False,
        touch: bool = False,
        address: str = "/",
    ) -> Visit:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if night else "light",
            has_touch=touch,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        visit = Visit(page=page, server=server)
        page.on("request", lambda request: visit.requests.append(request.url))
        page.on("websocket", lambda socket: visit.requests.append(socket.url))
        page.on(
            "console",
            lambda message: (
                visit.complaints.append(message.text) if message.type == "error" else None
            ),
        )
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        page.goto(visit.server.url + address)
        page.click(f"button[value='{member}']")
        if address.startswith("/?") or address == "/":
            page.wait_for_selector(".tile")
        return visit

    yield enter
    for context in contexts:
        context.close()
