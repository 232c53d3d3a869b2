"""Who leaves a shared workstation is signed out of every page, and nothing of a patient stays."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.browser.server_process import ServerProcess, running
from tests.browser.small_ward import SmallWard

pytestmark = pytest.mark.apart

IDLE_MINUTES = 0.25


@pytest.fixture
def server(ward: SmallWard, tmp_path: Path) -> Iterator[ServerProcess]:
    """A dashboard whose people are gone after seconds."""
    with running(
        ward.url,
        tmp_path / "server.log",
        STORMWATCH_IDLE_MINUTES=str(IDLE_MINUTES),
        STORMWATCH_TICK_S="1",
    ) as process:
        yield process


def test_every_page_signs_an_idle_person_out_by_itself(ward: SmallWard, sign_in: SignIn) -> None:
    someone = ward.patients[0]
    shown = {
        "/": ".tile",
        f"/patient?encounter={someone.public_id}": ".sw-identity",
        f"/chart?encounter={someone.public_id}": ".st-key-sw_save",
        "/quarantine": ".sw-title",
    }
    visits = []
    for address, there in shown.items():
        visit = sign_in(address=address)
        visit.page.wait_for_selector(there)
        visits.append(visit)
    for visit in visits:
        expect(visit.page.get_by_role("heading", name="Signed out")).to_be_visible()
        expect(visit.page.get_by_text(someone.family_name)).to_have_count(0)
        expect(visit.page.get_by_text("Nurse Adeyemi")).to_have_count(0)
