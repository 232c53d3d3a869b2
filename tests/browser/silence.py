"""Holds a page to its word: it says within ten seconds that it is not updating.

A page says so by an animation that each beat starts again. When that animation is due is known to
the moment and held to the promise; when a busy machine then finds the time to paint is not ours.
"""

import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

PROMISED_S = 10.0


def await_next_beat(page: Page) -> None:
    """Wait until the page shows a newer "Data as of" than now."""
    as_of = page.get_by_text("Data as of")
    expect(as_of).to_be_visible()
    expect(as_of).not_to_have_text(as_of.inner_text())


def hang_after_a_beat(page: Page, veil: Locator, hang: Callable[[], None]) -> float:
    """Hang the server just after a beat, when the page is sure of life; returns when, as an epoch.

    The later the last beat, the later the page can know: this is the worst moment.
    """
    await_next_beat(page)
    expect(veil).to_be_hidden()
    hang()
    return time.time()


def expect_said_in_time(veil: Locator, *, silent_since: float) -> None:
    """The veil is drawn, and was due within the promise."""
    expect(veil).to_be_visible()
    due_ms = veil.evaluate(
        """node => {
          const [shown] = node.closest('.veil, .sw-veil').getAnimations()
          const { endTime } = shown.effect.getComputedTiming()
          return performance.timeOrigin + Number(shown.startTime) + Number(endTime)
        }"""
    )
    assert 0 < due_ms / 1000 - silent_since <= PROMISED_S
