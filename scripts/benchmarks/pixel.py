"""From the commit in one process to the pixel in Chromium."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from random import Random
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from scripts.benchmarks import serving
from scripts.benchmarks.line import Line
from scripts.benchmarks.serving import ROOT
from scripts.benchmarks.timing import percentile
from scripts.benchmarks.viewers import TICK_S, bench_ward

SAMPLES = 25
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Begins to look for the text; the promise gives the time at which it stands in a painted frame.
_LOOK_OUT = """
(tile, text) => { window.painted = new Promise(resolve => {
  const root = tile.getRootNode()
  const look = () => {
    if ((root.body ?? root).textContent.includes(text)) {
      requestAnimationFrame(() => resolve(Date.now()))
    } else {
      requestAnimationFrame(look)
    }
  }
  look()
}) }
"""


def commit_to_pixel() -> Iterator[Line]:
    """A set recorded elsewhere at random moments, until its pressure is on the board."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        message = "Chromium is not installed (Debian: apt-get install chromium)."
        raise RuntimeError(message)
    url = bench_ward("pixel")
    with (
        serving.dashboard(url) as server,
        sync_playwright() as playwright,
        subprocess.Popen(
            [sys.executable, "-m", "scripts.benchmarks.recorder", url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as recorder,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=list(_FLAGS))
        ours = _board(browser, server.url, hears=True)
        deaf = _board(browser, server.url, hears=False)
        samples = [_sample(number, recorder, ours, deaf) for number in range(SAMPLES)]
        browser.close()
        assert recorder.stdin is not None
        recorder.stdin.close()
    taken, ticked = [one for one, _ in samples], [other for _, other in samples]
    yield Line(
        name="commit_to_pixel",
        ours=percentile(taken, 0.95),
        baseline=percentile(ticked, 0.95),
        baseline_name="the same board beside it with its live feed cut off: its 5 s tick alone",
        limit=3.0,
        judged="ours_at_most",
        unit="s",
        n=SAMPLES,
        runs=1,
        detail={
            "figure": "p95 of the samples",
            "median_s": median(taken),
            "worst_s": max(taken),
            "tick_alone_median_s": median(ticked),
        },
    )


def _board(browser: Browser, url: str, *, hears: bool) -> Page:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.add_cookies([{"name": "stormwatch_demo", "value": "demo.nurse", "url": url}])
    if not hears:
        context.route_web_socket("**/live?*", lambda socket: socket.close())
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector(".tile", timeout=30_000)
    return page


def _sample(number: int, recorder: "subprocess.Popen[str]", *pages: Page) -> tuple[float, ...]:
    """Seconds from one commit until each page shows it."""
    assert recorder.stdin is not None
    assert recorder.stdout is not None
    # At any moment of the board's tick; a pressure that stands nowhere else on the board.
    time.sleep(1.0 + Random(number).random() * TICK_S)
    systolic, diastolic = 141 + number, 31 + number
    for page in pages:
        tile = page.locator(".tile").first.element_handle()
        tile.evaluate(_LOOK_OUT, f"{systolic}/{diastolic}")
    recorder.stdin.write(f"{systolic} {diastolic}\n")
    recorder.stdin.flush()
    committed_s = float(recorder.stdout.readline())
    painted_ms = [page.evaluate("window.painted") for page in pages]
    return tuple(max(0.0, at / 1000 - committed_s) for at in painted_ms)
