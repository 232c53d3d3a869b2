"""The charge nurse closes a piece of quarantine: what is typed outlives the page's own ticks."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from db.engine import create_store
from monitoring.services import quarantined
from tests.browser.conftest import SignIn
from tests.browser.small_ward import SmallWard
from tests.integration.importing import MIMIC, Desk

pytestmark = pytest.mark.apart


def test_a_reason_is_typed_while_the_page_looks_again(
    ward: SmallWard, sign_in: SignIn, tmp_path: Path
) -> None:
    store = create_store(ward.url)
    desk, now = Desk(store=store, folder=tmp_path), datetime.now(UTC)
    desk.take_text(MIMIC + "7,2150-01-01 10:00:00,HR,800\n", now=now)
    visit = sign_in("demo.charge")
    page = visit.page
    page.goto(visit.server.url + "/quarantine")
    page.get_by_role("button", name="Close").click()
    reason = page.get_by_role("textbox", name="Why is number")
    reason.press_sequentially("the monitor was ")

    # The page looks again and finds one more.
    desk.take_text(MIMIC + "7,2150-01-01 10:05:00,HR,801\n", name="later.csv", now=now)
    expect(page.get_by_text("2 not usable")).to_be_visible()
    expect(reason).to_have_value("the monitor was ")
    reason.press_sequentially("on nobody")
    page.get_by_role("button", name="Close number").click()

    expect(page.get_by_text("1 not usable")).to_be_visible()
    expect(page.get_by_text("is closed. It stays kept as it came.")).to_be_visible()
    (waits,) = quarantined.listed(store, with_resolved=False)
    assert "HR,801" in waits.raw
    store.close()
