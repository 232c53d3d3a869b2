"""When something stops, the board says so by itself within ten seconds, and recovers by itself."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import SignIn, Visit
from tests.browser.server_process import ServerProcess
from tests.browser.silence import expect_said_in_time, hang_after_a_beat
from tests.browser.small_ward import SmallWard

pytestmark = pytest.mark.apart

NOT_UPDATING = re.compile(r"Not updating since \d\d:\d\d")


def _veil(visit: Visit) -> Locator:
    return visit.page.locator(".veil p")


def test_a_hung_server_veils_the_board_until_it_goes_on(
    ward: SmallWard, server: ServerProcess, sign_in: SignIn
) -> None:
    visit = sign_in()
    hung_at = hang_after_a_beat(visit.page, _veil(visit), server.hang)
    expect_said_in_time(_veil(visit), silent_since=hung_at)
    expect(_veil(visit)).to_have_text(
        re.compile(NOT_UPDATING.pattern + r"\. Values below are old\.")
    )
    spoken = visit.page.locator(".spoken")
    expect(spoken).to_have_text(NOT_UPDATING)

    server.go_on()
    expect(_veil(visit)).to_be_hidden()
    # Whoever listens to the board hears that too.
    expect(spoken).to_have_text("Updating again.")


def test_a_killed_server_veils_the_board_and_a_new_one_lifts_the_veil(
    ward: SmallWard, server: ServerProcess, sign_in: SignIn
) -> None:
    visit = sign_in()
    expect(visit.tile("1A")).to_contain_text("36.8 °C")

    killed_at = hang_after_a_beat(visit.page, _veil(visit), server.kill)
    expect_said_in_time(_veil(visit), silent_since=killed_at)
    # The veil speaks in the board's own words, with nothing of the platform's in front of it.
    expect(visit.page.get_by_role("dialog")).to_be_hidden()

    ward.chart_elsewhere(ward.patients[0], temp_c=38.8)
    server.start()
    expect(visit.tile("1A")).to_contain_text("38.8 °C")
    expect(_veil(visit)).to_be_hidden()


def test_the_veil_needs_no_script(ward: SmallWard, server: ServerProcess, sign_in: SignIn) -> None:
    visit = sign_in()

    def hang_all() -> None:
        # The page's own thread hangs too: no timer, no message and no handler runs any more.
        client = visit.page.context.new_cdp_session(visit.page)
        client.send("Emulation.setScriptExecutionDisabled", {"value": True})
        server.hang()

    hung_at = hang_after_a_beat(visit.page, _veil(visit), hang_all)
    expect_said_in_time(_veil(visit), silent_since=hung_at)
    server.go_on()
