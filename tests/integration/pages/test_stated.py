"""A physician at the patient page confirms a grade or sets another one; a nurse cannot."""

from datetime import UTC, datetime, timedelta

from streamlit.testing.v1 import AppTest

from monitoring.clinical.confirmation import CRS
from tests.integration.pages.conftest import OpenPage, chart
from tests.integration.pages.test_chart_page import field, said
from tests.stories import WELL, Bedside

DOCTOR = "demo.physician"


def buttons(page: AppTest) -> dict[str, AppTest]:
    return {button.label: button for button in page.get("button")}


def fall_ill(patient: Bedside, minutes_ago: int = 5, **changed: float | str) -> None:
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    chart(patient, at, **{**WELL, "temp_c": 38.6, "sbp": 84, "dbp": 50, **changed})


def test_a_physician_confirms_with_one_press(patient: Bedside, open_page: OpenPage) -> None:
    fall_ill(patient)
    page = open_page("patient", member=DOCTOR)
    buttons(page)["Confirm CRS 2"].click().run()
    assert not page.exception
    assert "CRS confirmed 2 by Dr Okonkwo" in said(page)
    assert "Confirm CRS 2" not in buttons(page)
    word = patient.latest().word_on(CRS)
    assert word is not None
    assert word.by == DOCTOR


def test_the_confirmed_grade_and_the_computed_one_stand_side_by_side(
    patient: Bedside, open_page: OpenPage
) -> None:
    fall_ill(patient, 8)
    page = open_page("patient", member=DOCTOR)
    buttons(page)["Confirm CRS 2"].click().run()
    chart(patient, datetime.now(UTC), **{**WELL, "temp_c": 38.6})
    page = open_page("patient", member=DOCTOR)
    text = said(page)
    assert "computed 1 now" in text
    assert "<b>CRS 2</b> confirmed by a clinician" in text
    assert "Confirm CRS 1" in buttons(page)


def test_another_grade_needs_its_reason(patient: Bedside, open_page: OpenPage) -> None:
    fall_ill(patient)
    page = open_page("patient", member=DOCTOR)
    field(page, "button_group", "scale").set_value(CRS)
    field(page, "button_group", "grade").set_value(3)
    field(page, "button", "set").click().run()
    assert "Say why" in said(page)
    assert patient.latest().confirmed == ()
    field(page, "text_input", "grade_reason").set_value("norepinephrine in the theatre")
    field(page, "button", "set").click().run()
    assert "CRS confirmed 3 by Dr Okonkwo" in said(page)
    assert "norepinephrine in the theatre; computed 2 now" in said(page)


def test_a_nurse_sees_the_word_and_has_no_button(patient: Bedside, open_page: OpenPage) -> None:
    fall_ill(patient)
    page = open_page("patient", member=DOCTOR)
    buttons(page)["Confirm CRS 2"].click().run()
    page = open_page("patient")
    assert "CRS confirmed 2 by Dr Okonkwo" in said(page)
    assert not any(label.startswith("Confirm") for label in buttons(page))
