"""A patient who cannot be judged, as a nurse meets him: said in words, nothing typed is lost."""

from datetime import UTC, datetime, timedelta

from monitoring.services.not_judged import tell_not_judged
from tests.contract.ward import behind_the_back
from tests.integration.pages.conftest import OpenPage, chart
from tests.integration.pages.test_chart_page import field, press, stored_sets, type_set
from tests.integration.pages.test_chart_page import said as said_in_form
from tests.integration.pages.test_patient_page import fall_ill, said
from tests.stories import WELL, Bedside


def damage(lying: Bedside) -> None:
    """Nobody can read what was judged of this patient."""
    with behind_the_back(lying.store) as intruder:
        intruder.execute("UPDATE evaluation SET document = '{}'")


def test_a_grade_of_an_earlier_look_does_not_look_like_the_present_one(
    patient: Bedside, open_page: OpenPage
) -> None:
    fall_ill(patient)
    assert "<b>CRS 2</b>" in said(open_page("patient"))
    tell_not_judged(
        patient.store,
        encounter_id=patient.encounter_id,
        failure=ValueError("Okafor 38.7"),
        now=datetime.now(UTC),
    )
    page = open_page("patient")
    assert not page.exception
    text = said(page)
    assert "<b>CRS ?</b> not judged, was 2" in text
    assert "<b>CRS 2</b>" not in text
    assert "Not judged now: what follows was true when this patient was last judged" in text
    assert "Not judged: the grade here may be old. Look at the patient" in text


def test_a_page_whose_judgement_cannot_be_read_still_shows_alerts_and_values(
    patient: Bedside, open_page: OpenPage
) -> None:
    fall_ill(patient)
    damage(patient)
    page = open_page("patient")
    assert not page.exception
    text = said(page)
    assert "the newest judgement of this patient cannot be read" in text
    assert "Nothing has been observed yet" not in text
    assert "I own it" in [button.label for button in page.button], "the alerts stay in sight"
    assert "unowned" in text
    assert page.get("plotly_chart"), "and the course"


def test_a_set_that_cannot_be_judged_is_refused_in_words_and_kept_in_its_fields(
    patient: Bedside, open_page: OpenPage
) -> None:
    damage(patient)
    page = open_page("chart")
    assert not page.exception
    before = stored_sets(patient)
    type_set(page, body_temperature="38.9", heart_rate="118", respiratory_rate="24",
             systolic_bp="104", diastolic_bp="62", spo2="95")  # fmt: skip
    page = press(page)
    assert not page.exception
    assert "Not saved: Stormwatch could not judge this patient" in said_in_form(page)
    assert stored_sets(patient) == before
    assert field(page, "text_input", "body_temperature").value == "38.9"


def test_what_saving_would_do_is_not_guessed(patient: Bedside, open_page: OpenPage) -> None:
    damage(patient)
    page = open_page("chart")
    type_set(page, body_temperature="38.9")
    page.run()
    assert "cannot be worked out" in said_in_form(page)


def test_who_was_judged_again_has_a_grade_again(patient: Bedside, open_page: OpenPage) -> None:
    chart(patient, datetime.now(UTC) - timedelta(minutes=1), **{**WELL, "temp_c": 38.4})
    assert "<b>CRS 1</b>" in said(open_page("patient"))
