"""A nurse charts in a real browser; the ward sees it, and nothing she typed is lost."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from sqlalchemy import text

from db.engine import create_store
from tests.browser.conftest import SignIn, Visit
from tests.browser.fields import type_and_choose
from tests.browser.silence import expect_said_in_time, hang_after_a_beat
from tests.browser.small_ward import SmallWard


def chart_page(sign_in: SignIn, ward: SmallWard, **how: object) -> Visit:
    visit = sign_in(address=f"/chart?encounter={ward.patients[0].public_id}", **how)
    shown_whole(visit.page)
    return visit


def shown_whole(page: Page) -> None:
    """The form hides itself until it is whole, so its first part and its last are seen together."""
    expect(page.get_by_label("Temperature °C")).to_be_visible()
    expect(save(page)).to_be_visible()


def type_set(page: Page) -> None:
    """By keyboard, from field to field."""
    page.get_by_label("Temperature °C").focus()
    for value in ("38.6", "118", "24", "84", "48"):
        page.keyboard.type(value)
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("95")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Oxygen device")).to_be_focused()
    type_and_choose(page, "room", "room air")
    expect(page.get_by_label("Oxygen device")).to_have_value("room air")
    page.get_by_role("radiogroup", name="Consciousness").get_by_text("A", exact=True).click()
    expect(page.get_by_text("This will raise CRS 0 → 2.")).to_be_visible()


def save(page: Page) -> Locator:
    return page.get_by_role("button", name="Save", exact=True)


def stored_sets(ward: SmallWard) -> int:
    store = create_store(ward.url)
    try:
        with store.read() as session:
            return session.execute(text("SELECT count(*) FROM observation_set")).scalar_one()
    finally:
        store.close()


def test_a_set_charted_in_one_browser_appears_with_its_alert_in_another(
    ward: SmallWard, sign_in: SignIn
) -> None:
    board = sign_in("demo.physician")
    tile = board.tile(ward.patients[0].bed)
    expect(tile).to_contain_text("36.8 °C")
    nurse = chart_page(sign_in, ward)
    type_set(nurse.page)

    save(nurse.page).click()

    expect(nurse.page.get_by_text("Stored for")).to_be_visible()
    expect(tile).to_contain_text("38.6 °C")
    expect(tile.locator(".crs-value")).to_have_text("2")
    expect(tile.locator(".alert-note")).to_contain_text("unowned")
    expect(nurse.page.get_by_text("CRS grade 2 suggested.").first).to_be_visible()


def test_a_double_press_stores_once(ward: SmallWard, sign_in: SignIn) -> None:
    nurse = chart_page(sign_in, ward)
    before = stored_sets(ward)
    type_set(nurse.page)
    save(nurse.page).dblclick()
    expect(nurse.page.get_by_text("Stored for")).to_be_visible()
    # The server hears in order: once it has answered the next value, it has heard both presses.
    heart_rate = nurse.page.get_by_label("Heart rate /min")
    expect(nurse.page.get_by_text("Nothing entered yet.")).to_be_visible()
    # The fields of the form before stand beside the new ones for a moment.
    expect(heart_rate).to_have_count(1)
    heart_rate.fill("104")
    nurse.page.keyboard.press("Tab")
    expect(nurse.page.get_by_placeholder("7 of 8 missing")).to_be_visible()
    assert stored_sets(ward) == before + 1
    expect(nurse.page.get_by_text("Nothing is entered yet")).to_have_count(0)


def test_nothing_can_be_typed_before_every_field_has_come(ward: SmallWard, sign_in: SignIn) -> None:
    page = sign_in().page
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    page.route("**/Selectbox.*.js", hold)
    page.goto(f"{page.url}chart?encounter={ward.patients[0].public_id}")
    temperature = page.get_by_label("Temperature °C")
    expect(temperature).to_be_attached()
    expect(page.get_by_role("radiogroup", name="Swelling")).to_be_visible()
    assert late, "the fields with a list did not come late"

    # Tab would go from the saturation past the oxygen device, to the flow.
    expect(temperature).to_be_hidden()
    temperature.focus()
    expect(temperature).not_to_be_focused()

    for route in late:
        route.continue_()
    page.unroute("**/Selectbox.*.js")
    shown_whole(page)
    type_set(page)


def test_a_refresh_keeps_what_was_typed_and_enter_does_not_save(
    ward: SmallWard, sign_in: SignIn
) -> None:
    nurse = chart_page(sign_in, ward)
    before = stored_sets(ward)
    nurse.page.get_by_label("Heart rate /min").fill("104")
    nurse.page.keyboard.press("Enter")
    nurse.page.get_by_label("Systolic BP").fill("101")
    nurse.page.keyboard.press("Tab")
    # The server has heard of both fields once it asks why six are missing.
    expect(nurse.page.get_by_placeholder("6 of 8 missing")).to_be_visible()

    nurse.page.reload()

    expect(nurse.page.get_by_label("Heart rate /min")).to_have_value("104")
    expect(nurse.page.get_by_label("Systolic BP")).to_have_value("101")
    assert stored_sets(ward) == before


def test_everything_that_is_pressed_is_large_enough(ward: SmallWard, sign_in: SignIn) -> None:
    nurse = chart_page(sign_in, ward, width=768, height=1024, touch=True)
    nurse.page.get_by_role("radiogroup", name="Swelling").wait_for()
    small = nurse.page.evaluate(
        """() => [...document.querySelectorAll(
             '[data-testid=stMain] button:not([tabindex="-1"]), [data-testid=stMain] input')]
           .map(one => one.closest(
             '[role=group], [data-testid=stTextInputRootElement], label') || one)
           .map(one => [one.textContent || one.className, one.getBoundingClientRect()])
           .filter(([, box]) => box.width > 0 && (box.height < 43.5 || box.width < 43))
           .map(([name, box]) => `${name} ${box.width} x ${box.height}`)"""
    )
    assert small == []
    assert nurse.page.evaluate("document.documentElement.scrollWidth") <= 768


def test_a_set_fits_one_screen_of_a_ward_computer(ward: SmallWard, sign_in: SignIn) -> None:
    nurse = chart_page(sign_in, ward)
    swelling = nurse.page.get_by_role("radiogroup", name="Swelling")
    expect(swelling).to_be_visible()
    box, bar = swelling.bounding_box(), save(nurse.page).bounding_box()
    assert box is not None
    assert bar is not None
    assert box["y"] + box["height"] <= bar["y"]
    assert bar["y"] + bar["height"] <= 768


@pytest.mark.apart
def test_a_server_that_hangs_is_said_within_ten_seconds(ward: SmallWard, sign_in: SignIn) -> None:
    nurse = chart_page(sign_in, ward)
    nurse.page.get_by_label("Heart rate /min").fill("104")
    veil = nurse.page.get_by_text("Not updating since")
    hung_at = hang_after_a_beat(nurse.page, veil, nurse.server.hang)
    try:
        expect_said_in_time(veil, silent_since=hung_at)
    finally:
        nurse.server.go_on()
    expect(veil).to_be_hidden()
    expect(nurse.page.get_by_label("Heart rate /min")).to_have_value("104")
