"""The wall screen, the tablet, the night: the board fits, can be touched and can be read."""

import json

import pytest
from playwright.sync_api import Page, expect

from dashboard.tokens import contrast_ratio
from tests.browser.conftest import SignIn, store_url_of
from tests.browser.silence import await_next_beat
from tests.browser.small_ward import SmallWard, open_ward

FAMILIES = (
    "Abara",
    "Bjork",
    "Castellanos-Rivera",
    "Dimitrov",
    "Eze",
    "Fontaine",
    "Goldschmidt",
    "Hakimi",
    "Ito",
    "Jankauskas",
)


# The ward of the other tests has four.
pytestmark = pytest.mark.store("thirty")


@pytest.fixture
def ward(request: pytest.FixtureRequest) -> SmallWard:
    """Thirty beds, all taken."""
    names = [(family, given) for given in ("Ann", "Bo", "Cleo") for family in FAMILIES]
    return open_ward(store_url_of(request), names)


def test_thirty_beds_fill_the_wall_screen_without_scrolling(
    ward: SmallWard, sign_in: SignIn
) -> None:
    visit = sign_in(address="/?kiosk=1", width=1920, height=1080)
    page = visit.page
    expect(page.locator(".tile")).to_have_count(30)
    ward.chart_elsewhere(ward.patients[4], temp_c=39.4, sbp=78, dbp=40, spo2=88)
    expect(visit.tile(ward.patients[4].bed)).to_contain_text("39.4 °C")
    await_next_beat(page)  # and what was drawn for the news has come to rest

    overflow = page.evaluate(
        """() => [document.scrollingElement, document.querySelector('[data-testid=stMain]')]
            .map(node => node.scrollHeight - node.clientHeight)"""
    )
    assert overflow == [0, 0]
    boxes = [tile.bounding_box() for tile in page.locator(".tile").all()]
    assert all(box is not None and box["y"] + box["height"] <= 1080 for box in boxes)
    assert all(box is not None and box["x"] + box["width"] <= 1920 for box in boxes)
    cut = page.locator(".tile").evaluate_all(
        "tiles => tiles.filter(tile => tile.scrollHeight > tile.clientHeight + 1).length"
    )
    assert cut == 0
    # Nothing to press, and the demo and the intended use are still said.
    pressable = page.locator(".board button:visible, .board a:visible").evaluate_all(
        "nodes => nodes.filter(node => !node.closest('[inert]')).map(node => node.textContent)"
    )
    assert pressable == []
    expect(page.get_by_text("Demo data: invented patients")).to_be_visible()
    expect(page.get_by_text("not a primary alarm system")).to_be_visible()


def test_a_tablet_needs_no_sideways_scrolling_and_fingers_find_their_targets(
    ward: SmallWard, sign_in: SignIn
) -> None:
    visit = sign_in(width=768, height=1024, touch=True)
    ward.chart_elsewhere(ward.patients[0], temp_c=38.5)
    page = visit.page
    own = visit.tile("1A").get_by_role("button", name="I own")
    expect(own).to_be_visible()
    sideways = page.evaluate(
        "() => { const main = document.querySelector('[data-testid=stMain]');"
        " return main.scrollWidth - main.clientWidth }"
    )
    assert sideways == 0
    small = page.locator(
        ".board button:visible, .board .act:visible, .board input:visible"
    ).evaluate_all(
        """nodes => nodes.map(node => [node.textContent, node.getBoundingClientRect()])
            .filter(([, box]) => box.height < 44 || box.width < 44)
            .map(([text, box]) => `${text} ${box.width}x${box.height}`)"""
    )
    assert small == []


@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
def test_everything_written_can_be_read(ward: SmallWard, sign_in: SignIn, *, night: bool) -> None:
    visit = sign_in(night=night)
    ward.chart_elsewhere(ward.patients[0], temp_c=38.9, sbp=82, dbp=45)
    expect(visit.tile("1A").locator(".alert")).to_be_visible()
    pairs = _text_on_background(visit.page)
    assert len(pairs) > 10
    weak = [(text, ink, ground) for text, ink, ground in pairs if contrast_ratio(ink, ground) < 4.5]
    assert weak == []


def test_the_chosen_theme_is_kept(ward: SmallWard, sign_in: SignIn) -> None:
    visit = sign_in()
    board = visit.page.locator(".board")
    expect(board).to_have_attribute("data-theme", "day")
    visit.page.get_by_role("button", name="Night").click()
    expect(board).to_have_attribute("data-theme", "night")
    visit.open()
    expect(board).to_have_attribute("data-theme", "night")


def test_less_motion_still_shows_what_is_urgent(ward: SmallWard, sign_in: SignIn) -> None:
    visit = sign_in()
    visit.page.emulate_media(reduced_motion="reduce")
    ward.chart_elsewhere(ward.patients[0], temp_c=38.9, sbp=72, dbp=38, spo2=84, rr=30)
    mark = visit.tile("1A").locator(".mark")
    expect(visit.tile("1A")).to_have_attribute("data-urgent", "")
    duration = mark.evaluate("node => getComputedStyle(node).animationDuration")
    # At most two changes a second.
    assert float(duration.removesuffix("s")) >= 1.0


def _text_on_background(page: Page) -> set[tuple[str, str, str]]:
    """Every visible piece of text with its ink and the first solid ground behind it."""
    found = page.locator(".board").evaluate(
        """board => {
          const hex = colour => {
            const canvas = document.createElement('canvas')
            canvas.width = canvas.height = 1
            const brush = canvas.getContext('2d')
            brush.fillStyle = colour
            brush.fillRect(0, 0, 1, 1)
            const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data
            const two = c => c.toString(16).padStart(2, '0')
            return a < 255 ? null : '#' + [r, g, b].map(two).join('')
          }
          const ground = node => {
            for (let at = node; at; at = at.parentElement ?? at.getRootNode().host) {
              const colour = hex(getComputedStyle(at).backgroundColor)
              if (colour) return colour
            }
          }
          return JSON.stringify([...board.querySelectorAll('*')]
            .filter(node => node.checkVisibility() && !node.closest('.veil, .spoken, svg'))
            .filter(node => [...node.childNodes]
              .some(child => child.nodeType === 3 && child.data.trim()))
            .map(node => [node.className, hex(getComputedStyle(node).color), ground(node)]))
        }"""
    )
    return {(text, ink, ground) for text, ink, ground in json.loads(found) if ink and ground}
