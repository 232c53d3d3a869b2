"""A nurse charts ICE: the form counts itself, and what was not tested stays unknown."""

from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from tests.contract.ward import behind_the_back
from tests.integration.pages.conftest import OpenPage
from tests.integration.pages.test_chart_page import field, press, said
from tests.stories import Bedside

ITEMS = ("ice_orientation", "ice_naming", "ice_commands", "ice_writing", "ice_attention")


def neurology(open_page: OpenPage) -> AppTest:
    page = open_page("chart")
    (part,) = [w for w in page.get("button_group") if w.key == "chart_part"]
    return part.set_value("Neurology").run()


def score(page: AppTest, *points: int | None) -> AppTest:
    for item, value in zip(ITEMS, points, strict=True):
        if value is not None:
            field(page, "button_group", item).set_value(value)
    return page.run()


def test_ice_counts_itself_and_says_what_it_will_do(patient: Bedside, open_page: OpenPage) -> None:
    page = neurology(open_page)
    assert "ICE: not started" in said(page)
    score(page, 4, 2, 1, 0, 1)
    field(page, "button", "no_sign").click().run()
    assert not page.exception
    assert "ICE 8 of 10" in said(page)
    assert "ICANS 1 will be suggested." in said(page)
    press(page)
    assert "Stored for" in said(page)
    icans = patient.latest().icans
    assert icans is not None
    assert (icans.grade, icans.points, icans.missing) == (1, 8, ())
    assert patient.value_row("ice_writing").value_num == 0
    assert patient.value_row("seizure").value_code == "none"


def test_the_next_one_says_how_far_it_moves(patient: Bedside, open_page: OpenPage) -> None:
    page = neurology(open_page)
    field(page, "button", "all_right").click().run()
    field(page, "button", "no_sign").click().run()
    press(page)
    score(page, 1, 0, 0, 0, 0)
    assert "This will raise ICANS 0 → 3." in said(page)
    press(page)
    assert "Alert, high: ICANS grade 3" in said(page)


def test_an_item_that_was_not_tested_is_unknown_and_not_0(
    patient: Bedside, open_page: OpenPage
) -> None:
    page = neurology(open_page)
    score(page, 4, 3, 1, None, None)
    assert "ICE 8 to 10 of 10; unknown, not 0: writing, attention" in said(page)
    press(page)
    icans = patient.latest().icans
    assert icans is not None
    assert (icans.points, icans.grade) == (None, 0)
    assert "ice_total" in icans.missing
    assert any("not tested: writing, attention" in note for note in icans.notes)


def test_points_and_a_reason_for_none_are_refused(patient: Bedside, open_page: OpenPage) -> None:
    page = neurology(open_page)
    field(page, "button_group", "ice_naming").set_value(2)
    field(page, "selectbox", "test_obstacle").set_value("language").run()
    press(page)
    assert "contradict each other" in said(page)
    assert patient.latest().icans is not None
    assert patient.latest().icans.points is None


def test_language_is_charted_as_the_reason_and_grades_nothing(
    patient: Bedside, open_page: OpenPage
) -> None:
    page = neurology(open_page)
    field(page, "selectbox", "test_obstacle").set_value("language").run()
    press(page)
    icans = patient.latest().icans
    assert icans is not None
    assert icans.grade is None
    assert "ICE cannot be assessed because of language: not 0." in icans.notes


def test_an_empty_form_is_not_saved(patient: Bedside, open_page: OpenPage) -> None:
    page = press(neurology(open_page))
    assert "Nothing is entered yet" in said(page)


CAPD = (
    "capd_eye_contact",
    "capd_purposeful",
    "capd_aware",
    "capd_communicates",
    "capd_restless",
    "capd_inconsolable",
    "capd_underactive",
    "capd_slow",
)


@pytest.fixture
def child(patient: Bedside) -> Bedside:
    """The patient is eight years old."""
    born = datetime.now(UTC).date() - timedelta(days=8 * 366)
    with behind_the_back(patient.store) as intruder:
        intruder.execute(f"UPDATE patient SET birth_date = '{born.isoformat()}'")
    return patient


def observe(page: AppTest, *points: int | None) -> AppTest:
    for item, value in zip(CAPD, points, strict=True):
        if value is not None:
            field(page, "button_group", item).set_value(value)
    return page.run()


def test_capd_counts_itself_and_its_items_are_stored(child: Bedside, open_page: OpenPage) -> None:
    page = neurology(open_page)
    assert "CAPD: not started" in said(page)
    observe(page, 1, 1, 2, 1, 2, 1, 0, 1)
    field(page, "button", "no_sign").click().run()
    assert not page.exception
    assert "CAPD 9 of 32" in said(page)
    assert "ICANS 3 will be suggested." in said(page)
    press(page)
    icans = child.latest().icans
    assert icans is not None
    assert (icans.tool, icans.points, icans.grade, icans.missing) == ("CAPD", 9, 3, ())
    assert child.value_row("capd_aware").value_num == 2
    shown = open_page("patient").dataframe[0].value
    assert shown.iloc[:, 0]["CAPD total"] == "9 of 32"


def test_of_capd_the_words_stand_as_on_the_paper_and_the_points_beside_them(
    child: Bedside, open_page: OpenPage
) -> None:
    page = neurology(open_page)

    def offered(item: str) -> list[str]:
        return list(field(page, "button_group", item).options)

    assert offered("capd_eye_contact") == [
        "never 4", "rarely 3", "sometimes 2", "often 1", "always 0",
    ]  # fmt: skip
    assert offered("capd_restless") == [
        "never 0", "rarely 1", "sometimes 2", "often 3", "always 4",
    ]  # fmt: skip


def test_a_capd_in_part_is_marked_and_no_0(child: Bedside, open_page: OpenPage) -> None:
    page = neurology(open_page)
    observe(page, 1, 0, 0, 0, 0, 0, 0, None)
    field(page, "button", "no_sign").click().run()
    assert "CAPD 1 to 5 of 32; unknown, not 0: slow to respond" in said(page)
    press(page)
    icans = child.latest().icans
    assert icans is not None
    assert (icans.points, icans.grade) == (None, 1)
    assert any("not tested: slow to respond" in note for note in icans.notes)


def test_a_capd_total_alone_is_charted_and_one_unlike_its_items_is_refused(
    child: Bedside, open_page: OpenPage
) -> None:
    page = neurology(open_page)
    field(page, "text_input", "capd_total").set_value("12").run()
    observe(page, *[0] * 8)
    press(page)
    assert "The items give 0 and the CAPD total says 12." in said(page)
    field(page, "button", "discard").click().run()
    field(page, "text_input", "capd_total").set_value("12").run()
    press(page)
    icans = child.latest().icans
    assert icans is not None
    assert (icans.points, icans.grade) == (12, 3)


def test_points_of_capd_and_a_reason_for_none_are_refused(
    child: Bedside, open_page: OpenPage
) -> None:
    page = neurology(open_page)
    field(page, "button_group", "capd_restless").set_value(2)
    field(page, "selectbox", "test_obstacle").set_value("sedation").run()
    press(page)
    assert "contradict each other" in said(page)
