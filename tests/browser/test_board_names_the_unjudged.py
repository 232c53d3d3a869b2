"""A patient who cannot be judged looks so on the board, and the board goes on for the others."""

import pytest
from playwright.sync_api import expect

from db.engine import create_store
from tests.browser.conftest import SignIn
from tests.browser.small_ward import SmallWard
from tests.contract.ward import behind_the_back

pytestmark = pytest.mark.apart


def test_the_tile_of_who_cannot_be_judged_does_not_look_current(
    ward: SmallWard, sign_in: SignIn
) -> None:
    alvarez, becker, _ = ward.patients
    ward.chart_elsewhere(alvarez, temp_c=38.6, sbp=84, dbp=48)
    ward.chart_elsewhere(becker, temp_c=38.4)
    visit = sign_in()
    tile, other = visit.tile(alvarez.bed), visit.tile(becker.bed)
    expect(tile.locator(".crs-value")).to_have_text("2")

    store = create_store(ward.url)
    with behind_the_back(store) as intruder:
        intruder.execute(
            f"UPDATE evaluation SET document = '{{}}' WHERE encounter_id = {alvarez.encounter_id}"
        )
    store.close()

    # The watcher looks at everybody every 15 seconds.
    expect(tile.locator(".crs-value")).to_have_text("?")
    expect(tile.locator(".crs")).to_contain_text("was 2")
    expect(tile.locator(".crs")).to_contain_text("not judged")
    expect(tile.locator(".icans")).to_contain_text("not judged")
    expect(tile.locator(".news")).to_contain_text("not judged")
    expect(tile.locator(".others")).to_contain_text("Not judged: the grade here may be old")
    expect(visit.page.locator(".silent")).to_be_hidden()
    expect(other.locator(".crs-value")).to_have_text("1")
    expect(visit.page.locator(".tile .bed").first).to_have_text(alvarez.bed)
    visit.page.get_by_role("button", name="Grade 2 or more").click()
    expect(visit.page.locator(".tile .bed")).to_have_text([alvarez.bed])
    assert visit.complaints == []
