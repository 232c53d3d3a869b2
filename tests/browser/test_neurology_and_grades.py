"""A nurse charts ICE, the ward sees ICANS; a physician confirms the grade. In a real browser."""

from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.browser.small_ward import SmallWard


def test_ice_charted_by_a_nurse_is_seen_on_the_board_and_confirmed_by_a_physician(
    ward: SmallWard, sign_in: SignIn
) -> None:
    patient = ward.patients[0]
    nurse = sign_in(address=f"/chart?encounter={patient.public_id}").page
    nurse.get_by_text("Neurology", exact=True).click()
    nurse.get_by_role("button", name="All right: 10").click()
    expect(nurse.get_by_text("ICE 10 of 10", exact=True)).to_be_visible()
    nurse.get_by_role("radiogroup", name="Writing").get_by_text("0", exact=True).click()
    expect(nurse.get_by_text("ICE 9 of 10").first).to_be_visible()
    nurse.get_by_role("button", name="No other sign").click()
    expect(nurse.get_by_text("ICANS 1 will be suggested.")).to_be_visible()
    nurse.get_by_role("button", name="Save", exact=True).click()
    expect(nurse.get_by_text("Stored for")).to_be_visible()

    physician = sign_in("demo.physician")
    badge = physician.tile(patient.bed).locator(".icans")
    expect(badge.locator(".score-value")).to_have_text("1")
    expect(badge).to_have_attribute("data-icans", "1")

    page = physician.page
    page.goto(f"{physician.server.url}/patient?encounter={patient.public_id}")
    page.get_by_role("button", name="Confirm ICANS 1").click()
    expect(page.get_by_text("ICANS confirmed 1 by Dr Okonkwo")).to_be_visible()
    expect(page.get_by_role("button", name="Confirm ICANS 1")).to_have_count(0)
