"""Names that are markup stay text: nothing runs, nothing is called, the page stays where it is."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.browser.silence import await_next_beat
from tests.browser.small_ward import SmallWard, open_ward

pytestmark = pytest.mark.apart

HOSTILE = (
    ("<img src=x onerror=\"fetch('http://127.0.0.1:9/img')\">", "A"),
    ("![a](http://127.0.0.1:9/x)", "B"),
    ('<meta http-equiv=refresh content="0;url=http://127.0.0.1:9/y">', "C"),
    ("<style>@import 'http://127.0.0.1:9/z'</style>", "D"),
    ("{{7*7}} <script>window.ran = true</script>", "E"),
)


@pytest.fixture
def ward(sqlite_url: str) -> SmallWard:
    """Patients whose names are markup."""
    return open_ward(sqlite_url, HOSTILE)


def test_hostile_names_stay_text(ward: SmallWard, sign_in: SignIn) -> None:
    visit = sign_in()
    for patient in ward.patients:
        name = visit.tile(patient.bed).locator(".name")
        expect(name).to_have_text(f"{patient.family_name} {patient.given_name}.")
    ward.chart_elsewhere(ward.patients[0], temp_c=39.1)
    expect(visit.tile(ward.patients[0].bed)).to_contain_text("39.1 °C")
    await_next_beat(visit.page)

    own = (visit.server.url, visit.server.url.replace("http", "ws"), "data:", "blob:")
    assert [address for address in visit.requests if not address.startswith(own)] == []
    assert visit.page.url.rstrip("/") == visit.server.url
    assert visit.page.evaluate("window.ran") is None
    assert visit.complaints == []
