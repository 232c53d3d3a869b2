"""A physician looks at one patient in a real browser, and the page keeps up."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import SignIn, Visit
from tests.browser.server_process import ServerProcess
from tests.browser.silence import await_next_beat, expect_said_in_time, hang_after_a_beat
from tests.browser.small_ward import SmallWard, open_ward

HOSTILE = (
    ("<img src=x onerror=fetch('http://127.0.0.1:9/a')>", "![a](http://127.0.0.1:9/b)"),
    ("<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/c'>", "[x](javascript:alert(1))"),
)


def patient_page(sign_in: SignIn, ward: SmallWard, which: int = 0, **how: object) -> Visit:
    visit = sign_in(
        "demo.physician", address=f"/patient?encounter={ward.patients[which].public_id}", **how
    )
    visit.page.locator(".js-plotly-plot .plotly").first.wait_for()
    return visit


def test_what_is_charted_elsewhere_appears_and_the_window_stays(
    ward: SmallWard, sign_in: SignIn
) -> None:
    visit = patient_page(sign_in, ward)
    page = visit.page
    page.get_by_text("24 h", exact=True).click()
    page.get_by_text("hours since infusion").click()
    page.wait_for_url("**window=24**")

    ward.chart_elsewhere(ward.patients[0], temp_c=38.8, sbp=82, dbp=46)

    expect(page.get_by_text("CRS grade 2 suggested.").first).to_be_visible()
    drawn_again = page.locator(".js-plotly-plot", has_text="82/46")
    expect(drawn_again.first).to_be_visible()
    # The old figure stands beside the new one for a moment, and then goes.
    expect(page.locator(".js-plotly-plot")).to_have_count(1)
    expect(page.get_by_role("radio", name="24 h")).to_be_checked()
    page.reload()
    expect(page.get_by_role("radio", name="hours since infusion")).to_be_checked()
    expect(page.get_by_role("radio", name="24 h")).to_be_checked()


def test_an_alert_taken_here_is_seen_on_the_board(ward: SmallWard, sign_in: SignIn) -> None:
    board = sign_in("demo.nurse")
    ward.chart_elsewhere(ward.patients[0], temp_c=38.4)
    visit = patient_page(sign_in, ward)
    owning = visit.page.get_by_role("button", name="I own it")
    expect(owning.first).to_be_visible()
    while owning.count():
        left = owning.count()
        owning.first.click()
        expect(owning).to_have_count(left - 1)
    expect(board.tile(ward.patients[0].bed).locator(".alerts")).to_contain_text("Okonkwo")


@pytest.mark.apart
def test_a_server_that_hangs_is_said_within_ten_seconds(ward: SmallWard, sign_in: SignIn) -> None:
    visit = patient_page(sign_in, ward)
    veil = visit.page.get_by_text("Not updating since")
    hung_at = hang_after_a_beat(visit.page, veil, visit.server.hang)
    try:
        expect_said_in_time(veil, silent_since=hung_at)
    finally:
        visit.server.go_on()
    expect(veil).to_be_hidden()


def test_the_figure_says_what_it_finds_to_who_cannot_see_it(
    ward: SmallWard, sign_in: SignIn
) -> None:
    visit = patient_page(sign_in, ward)
    expect(
        visit.page.get_by_role("img", name="No CRS")
        .or_(visit.page.locator("[aria-label*='Last values: temperature 36.8']"))
        .first
    ).to_be_attached()


def test_a_hostile_name_stays_text_on_both_pages(
    sqlite_url: str, tmp_path: Path, chromium: Browser
) -> None:
    ward = open_ward(sqlite_url, HOSTILE)
    server = ServerProcess(ward.url, tmp_path / "hostile.log")
    server.start()
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    asked: list[str] = []
    context.on("request", lambda sent: asked.append(sent.url))
    try:
        first = context.new_page()
        first.goto(server.url)
        first.click("button[value='demo.nurse']")
        first.wait_for_selector(".tile")
        for name in ("patient", "chart"):
            for patient in ward.patients:
                page = context.new_page()
                page.goto(f"{server.url}/{name}?encounter={patient.public_id}")
                expect(page.locator("h1").first).to_have_text(
                    f"{patient.family_name}, {patient.given_name}"
                )
        await_next_beat(page)
        assert len(context.pages) == 1 + 2 * len(HOSTILE)
        assert all(page.url.startswith(server.url) for page in context.pages)
        own = (server.url, "data:", "blob:")
        assert [url for url in asked if not url.startswith(own)] == []
    finally:
        context.close()
        server.stop()
