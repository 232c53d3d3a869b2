"""The ward team looks at the board, and the board keeps up with the ward."""

from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.browser.silence import await_next_beat
from tests.browser.small_ward import SmallWard


def test_a_set_charted_elsewhere_appears_with_its_alert_and_no_reload(
    ward: SmallWard, sign_in: SignIn
) -> None:
    visit = sign_in()
    alvarez = ward.patients[0]
    tile = visit.tile(alvarez.bed)
    expect(tile).to_contain_text("36.8 °C")
    expect(tile.locator(".alert")).not_to_contain_text("+")
    visit.page.evaluate("window.wasHereBefore = true")

    ward.chart_elsewhere(alvarez, temp_c=38.6, sbp=84, dbp=48)

    expect(tile).to_contain_text("38.6 °C")
    expect(tile).to_contain_text("84/48")
    expect(tile.locator(".crs-value")).to_have_text("2")
    # Beside the overdue ICE: nobody has asked these patients since the infusion.
    expect(tile.locator(".alert")).to_contain_text("+1")
    expect(tile.locator(".alert-note")).to_contain_text("unowned")
    assert visit.page.evaluate("window.wasHereBefore")


def test_whoever_owns_an_alert_is_seen_by_everybody(ward: SmallWard, sign_in: SignIn) -> None:
    nurse, physician = sign_in("demo.nurse"), sign_in("demo.physician")
    bed = ward.patients[1].bed
    ward.chart_elsewhere(ward.patients[1], temp_c=38.4)
    expect(physician.tile(bed).locator(".alert-note")).to_contain_text("unowned")

    nurse.tile(bed).get_by_role("button", name="I own").click()

    expect(nurse.tile(bed).locator(".alerts")).to_contain_text("you")
    expect(physician.tile(bed).locator(".alerts")).to_contain_text("Nurse Adeyemi")


def test_focus_scroll_and_typing_survive_a_refresh(ward: SmallWard, sign_in: SignIn) -> None:
    visit = sign_in(width=768, height=500)
    page = visit.page
    becker = ward.patients[1]
    visit.tile(becker.bed).get_by_role("link", name="Chart").focus()
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop = 300")
    scrolled = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    assert scrolled > 0

    ward.chart_elsewhere(ward.patients[2], temp_c=39.2, sbp=80, dbp=44)

    expect(visit.tile(ward.patients[2].bed)).to_contain_text("39.2 °C")
    # The sickest went to the top; the focus stayed where the nurse had put it.
    first = page.locator(".tile .bed").first
    expect(first).to_have_text(ward.patients[2].bed)
    expect(visit.tile(becker.bed).get_by_role("link", name="Chart")).to_be_focused()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == scrolled


def test_order_and_choice(ward: SmallWard, sign_in: SignIn) -> None:
    visit = sign_in()
    page = visit.page
    ward.chart_elsewhere(ward.patients[2], temp_c=38.9, sbp=82, dbp=46)
    expect(visit.tile(ward.patients[2].bed)).to_contain_text("38.9 °C")
    beds = page.locator(".tile .bed")
    expect(beds).to_have_text(["2A", "1A", "1B"])

    page.get_by_role("button", name="By bed").click()
    expect(beds).to_have_text(["1A", "1B", "2A"])

    page.get_by_role("button", name="Grade 2 or more").click()
    expect(beds).to_have_text(["2A"])
    page.get_by_role("button", name="Grade 2 or more").click()

    # Nobody was asked for ICE since the infusion, two days ago.
    expect(page.get_by_text("ICE overdue 2 d")).to_have_count(3)
    expect(page.get_by_role("button", name="Overdue 3", exact=True)).to_be_visible()

    page.get_by_role("searchbox").fill("becker")
    expect(beds).to_have_text(["1B"])
    page.get_by_role("searchbox").fill("nobody here")
    expect(page.get_by_text("No bed fits this choice.")).to_be_visible()


def test_from_a_tile_to_the_patient_and_to_the_chart(ward: SmallWard, sign_in: SignIn) -> None:
    visit = sign_in()
    patient = ward.patients[0]
    visit.tile(patient.bed).get_by_role("link", name="Open").click()
    visit.page.wait_for_url(f"**/patient?encounter={patient.public_id}")

    visit.open()
    visit.tile(patient.bed).get_by_role("link", name="Chart").click()
    visit.page.wait_for_url(f"**/chart?encounter={patient.public_id}")


def test_an_empty_bed_is_a_line_and_what_is_missing_is_said(
    ward: SmallWard, sign_in: SignIn
) -> None:
    visit = sign_in()
    expect(visit.page.get_by_text("Empty: 2B")).to_be_visible()
    expect(visit.tile("1A")).to_contain_text("not assessed")


def test_nothing_on_the_page_complains_and_nobody_is_called(
    ward: SmallWard, sign_in: SignIn
) -> None:
    visit = sign_in()
    expect(visit.tile("1A")).to_be_visible()
    await_next_beat(visit.page)
    own = (visit.server.url, visit.server.url.replace("http", "ws"), "data:", "blob:")
    assert [address for address in visit.requests if not address.startswith(own)] == []
    assert visit.complaints == []
