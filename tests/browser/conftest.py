"""A real server process and a real Chromium for the tests of the pages."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from tests.browser.server_process import ServerProcess, running
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
# Long enough that no random token of an address holds one by chance: "LtOmq" did.
NAMES = (
    ("Alvarez", "Rosalinda"),
    ("Becker", "Thorsten"),
    ("Chukwu", "Ngozi"),
)


def pytest_configure(config: pytest.Config) -> None:
    """Marks of these tests alone."""
    config.addinivalue_line(
        "markers", "apart: has a store and a server of its own, to be hung, killed or set otherwise"
    )
    config.addinivalue_line("markers", "store(name): shares the store and the server of this name")


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


@pytest.fixture(scope="session")
def shared(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], ServerProcess]]:
    """A dashboard by name, on a store on which one test after another fills the ward with patients
    of its own: it runs on from test to test, as it does on a ward."""
    found: dict[str, ServerProcess] = {}
    with ExitStack() as until_the_end:

        def named(name: str) -> ServerProcess:
            if name not in found:
                folder = tmp_path_factory.mktemp(name)
                path = folder / "stormwatch.db"
                shutil.copy(sqlite_template, path)  # with its permissions
                process = running(f"sqlite:///{path}", folder / "server.log")
                found[name] = until_the_end.enter_context(process)
            return found[name]

        yield named


@pytest.fixture
def ward(request: pytest.FixtureRequest) -> SmallWard:
    """Three well patients in beds 1A, 1B and 2A; whoever lay there before has gone home."""
    return open_ward(store_url_of(request), NAMES, beds=4)


@pytest.fixture
def server(
    request: pytest.FixtureRequest, ward: SmallWard, tmp_path: Path
) -> Iterator[ServerProcess]:
    """The dashboard on the small ward, watching inside."""
    if not _is_apart(request):
        yield _shared(request)
        return
    with running(ward.url, tmp_path / "server.log") as process:
        yield process


def store_url_of(request: pytest.FixtureRequest) -> str:
    """The store of a test: its own, or the one it shares."""
    url: str = (
        request.getfixturevalue("sqlite_url") if _is_apart(request) else _shared(request).store_url
    )
    return url


def _shared(request: pytest.FixtureRequest) -> ServerProcess:
    marker = request.node.get_closest_marker("store")
    named: Callable[[str], ServerProcess] = request.getfixturevalue("shared")
    return named("shared" if marker is None else marker.args[0])


def _is_apart(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker("apart") is not None


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
