"""A nurse charts: one set, one submit, nothing lost, nothing stored twice."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from db.queries import treatments
from monitoring.services import correct
from tests.integration.pages.conftest import OpenPage
from tests.stories import Bedside

BERLIN = ZoneInfo("Europe/Berlin")
FULL = {
    "body_temperature": "38.6",
    "heart_rate": "118",
    "respiratory_rate": "22",
    "systolic_bp": "84",
    "diastolic_bp": "50",
    "spo2": "95",
}


def field(page: AppTest, kind: str, name: str) -> Any:
    """A widget of the form by its field's name."""
    (found,) = [w for w in page.get(kind) if (w.key or "").endswith(f":{name}")]
    return found


def type_set(page: AppTest, **typed: str) -> None:
    for name, value in {**FULL, **typed}.items():
        field(page, "text_input", name).set_value(value)
    field(page, "selectbox", "oxygen_device").set_value("room_air")
    field(page, "button_group", "consciousness").set_value("A")
    page.run()


def press(page: AppTest, name: str = "save") -> AppTest:
    return field(page, "button", name).click().run()


def said(page: AppTest) -> str:
    return "\n".join(element.proto.body for element in page.get("html"))


def stored_sets(lying: Bedside) -> int:
    with lying.store.read() as session:
        return session.execute(text("SELECT count(*) FROM observation_set")).scalar_one()


def test_a_full_set_is_stored_graded_and_told(patient: Bedside, open_page: OpenPage) -> None:
    page = open_page("chart")
    before = stored_sets(patient)
    type_set(page)
    assert "This will raise CRS 0 → 2." in said(page)
    press(page)
    assert not page.exception
    assert "Stored for" in said(page)
    assert "CRS grade 2 suggested" in said(page)
    assert "Alert, medium" in said(page)
    assert stored_sets(patient) == before + 1
    assert patient.latest().crs.grade == 2
    assert patient.value_row("body_temperature").recorded_by == "demo.nurse"
    assert field(page, "text_input", "body_temperature").value == ""


def test_one_submission_stores_once_whoever_sends_it_again(
    patient: Bedside, open_page: OpenPage
) -> None:
    # The same form open twice, as after a refresh while the first answer was still on its way.
    first = open_page("chart")
    before = stored_sets(patient)
    type_set(first)
    second = open_page("chart")
    press(first)
    press(second)
    assert stored_sets(patient) == before + 1
    assert "stored already" in said(second)


def test_an_impossible_value_is_refused_and_nothing_typed_is_lost(
    patient: Bedside, open_page: OpenPage
) -> None:
    page = open_page("chart")
    before = stored_sets(patient)
    type_set(page, body_temperature="384")
    press(page)
    assert "Did you mean 38.4?" in said(page)
    assert stored_sets(patient) == before
    assert field(page, "text_input", "systolic_bp").value == "84"


def test_an_improbable_value_is_stored_once_somebody_said_it_is_right(
    patient: Bedside, open_page: OpenPage
) -> None:
    page = open_page("chart")
    type_set(page, heart_rate="210")
    press(page)
    assert "Press each unusual value that is right" in said(page)
    confirm = field(page, "button_group", "confirmed")
    confirm.set_value(["Heart rate 210 /min is unusual. Is it right?"]).run()
    press(page)
    assert "Stored for" in said(page)
    assert patient.value_row("heart_rate").queried


def test_a_partial_set_needs_a_reason(patient: Bedside, open_page: OpenPage) -> None:
    page = open_page("chart")
    field(page, "text_input", "body_temperature").set_value("37.9").run()
    press(page)
    assert "Not a full set" in said(page)
    field(page, "selectbox", "partial").set_value("Re-check of one value").run()
    press(page)
    assert "Stored for" in said(page)
    with patient.store.read() as session:
        reason = session.execute(
            text("SELECT partial_reason FROM observation_set ORDER BY id DESC LIMIT 1")
        ).scalar_one()
    assert reason == "Re-check of one value"


def test_fahrenheit_is_converted_and_kept_as_sent(patient: Bedside, open_page: OpenPage) -> None:
    page = open_page("chart")
    field(page, "button_group", "unit").set_value("°F").run()
    type_set(page, body_temperature="100.4")
    press(page)
    row = patient.value_row("body_temperature")
    assert (row.value_num, row.value_sent, row.unit_sent) == (38.0, "100.4", "[degF]")


def test_inhaled_oxygen_and_weight_are_charted_and_stand_beside_their_fields(
    patient: Bedside, open_page: OpenPage
) -> None:
    page = open_page("chart")
    assert field(page, "text_input", "inhaled_oxygen").label == "FiO2 %"
    type_set(page, inhaled_oxygen="40", body_weight="71.5")
    field(page, "selectbox", "oxygen_device").set_value("venturi_mask").run()
    press(page)
    assert "Stored for" in said(page)
    assert patient.value_row("inhaled_oxygen").value_num == 40
    assert patient.value_row("body_weight").value_num == 71.5
    assert "40 %, now" in said(page)
    assert "71.5 kg, now" in said(page)


def test_inhaled_oxygen_is_asked_about_where_it_cannot_be_and_is_not_needed_for_a_full_set(
    patient: Bedside, open_page: OpenPage
) -> None:
    page = open_page("chart")
    before = stored_sets(patient)
    type_set(page, inhaled_oxygen="40")
    press(page)
    assert "Press each unusual value that is right" in said(page)
    assert stored_sets(patient) == before
    field(page, "text_input", "inhaled_oxygen").set_value("4").run()
    press(page)
    assert "Inhaled oxygen 4 % is not possible." in said(page)
    assert stored_sets(patient) == before
    field(page, "text_input", "inhaled_oxygen").set_value("").run()
    press(page)
    assert stored_sets(patient) == before + 1


def test_a_charted_weight_checks_the_dose_of_tocilizumab(
    patient: Bedside, open_page: OpenPage
) -> None:
    page = open_page("chart")
    type_set(page, body_weight="50")
    press(page)
    warned = said(open_treatment(open_page, "tocilizumab"))
    assert "Weight unknown" not in warned
    assert "at 50 kg" in warned


def test_measured_at_is_apart_from_entered_at(patient: Bedside, open_page: OpenPage) -> None:
    page = open_page("chart")
    earlier = datetime.now(UTC) - timedelta(minutes=90)
    local = earlier.astimezone(BERLIN)
    field(page, "text_input", "clock").set_value(f"{local:%H:%M}")
    if local.date() != datetime.now(BERLIN).date():
        field(page, "checkbox", "yesterday").check()
    type_set(page)
    press(page)
    with patient.store.read() as session:
        taken, recorded = session.execute(
            text("SELECT taken_at, recorded_at FROM observation_set ORDER BY id DESC LIMIT 1")
        ).one()
    assert abs((recorded - taken) / 60_000_000 - 90) < 2


def test_a_time_ahead_is_refused(patient: Bedside, open_page: OpenPage) -> None:
    page = open_page("chart")
    before = stored_sets(patient)
    local = datetime.now(BERLIN)
    ahead = "23:59" if (local.hour, local.minute) < (23, 57) else None
    if ahead is None:
        pytest.skip("no time of today lies ahead in the last minutes of the day")
    field(page, "text_input", "clock").set_value(ahead)
    type_set(page)
    press(page)
    assert "lies ahead" in said(page)
    assert stored_sets(patient) == before


def test_a_refresh_keeps_what_was_typed_for_its_author_alone(open_page: OpenPage) -> None:
    page = open_page("chart")
    field(page, "text_input", "heart_rate").set_value("104").run()
    again = open_page("chart")
    assert field(again, "text_input", "heart_rate").value == "104"
    other = open_page("chart", member="demo.physician")
    assert field(other, "text_input", "heart_rate").value == ""
    press(again, "discard")
    assert field(open_page("chart"), "text_input", "heart_rate").value == ""


def test_the_rest_of_the_symptoms_is_absent_by_one_press(
    patient: Bedside, open_page: OpenPage
) -> None:
    page = open_page("chart")
    field(page, "button_group", "symptom_chills").set_value(2).run()
    press(page, "rest_none")
    type_set(page)
    press(page)
    assert patient.value_row("symptom_chills").value_num == 2
    assert patient.value_row("symptom_oedema").value_num == 0


def test_a_vasopressor_is_started_and_ended(patient: Bedside, open_page: OpenPage) -> None:
    page = open_page("chart")
    type_set(page)
    press(page)
    page.button_group("chart_part").set_value("Treatment").run()
    field(page, "selectbox", "agent").set_value("norepinephrine").run()
    assert field(page, "checkbox", "runs").value
    field(page, "text_input", "dose").set_value("4").run()
    press(page)
    assert "norepinephrine 4 ug/min" in said(page)
    assert patient.latest().crs.grade == 3
    (end,) = [button for button in page.button if button.label == "End"]
    end.click().run()
    assert "norepinephrine ended" in said(page)
    assert not [button for button in page.button if button.label == "End"]


def test_a_treatment_entered_by_mistake_is_struck_out_with_a_reason(
    patient: Bedside, open_page: OpenPage
) -> None:
    page = open_page("chart")
    type_set(page)
    press(page)
    page.button_group("chart_part").set_value("Treatment").run()
    field(page, "selectbox", "agent").set_value("norepinephrine").run()
    field(page, "text_input", "dose").set_value("4").run()
    press(page)
    assert patient.latest().crs.grade == 3
    assert field(page, "button", "strike").disabled
    (row,) = treatment_rows(patient)
    field(page, "selectbox", "row").set_value(row).run()
    assert field(page, "button", "strike").disabled
    field(page, "selectbox", "reason").set_value("Wrong patient").run()
    press(page, "strike")
    assert not page.exception
    assert "norepinephrine struck out" in said(page)
    assert patient.latest().crs.grade == 2
    assert treatment_rows(patient) == []


def treatment_rows(lying: Bedside) -> list[int]:
    with lying.store.read() as session:
        return [row.id for row in treatments.current(session, lying.encounter_id)]


def test_a_wrong_value_is_put_right_and_the_old_one_stays_struck_out(
    patient: Bedside, open_page: OpenPage
) -> None:
    page = open_page("chart")
    page.button_group("chart_part").set_value("Correct a value").run()
    wrong = patient.value_row("body_temperature")
    field(page, "selectbox", "row").set_value(wrong.id).run()
    field(page, "text_input", "value").set_value("38.8").run()
    press(page)
    assert "reason" in said(page)
    field(page, "selectbox", "reason").set_value("Typing mistake").run()
    press(page)
    assert "put right" in said(page)
    assert patient.value_row("body_temperature").value_num == 38.8
    table = page.dataframe[0].value
    (old,) = table[table["State"].str.startswith("amended to")].to_dict("records")
    assert old["Value"].replace("\u0336", "") == "36.8 C"
    assert "Typing mistake" in old["State"]


def test_an_address_that_names_nobody_says_what_to_do(open_page: OpenPage) -> None:
    page = open_page("chart", encounter="nobody")
    assert "Go back to the ward" in said(page)
    assert not page.exception


def test_a_yes_to_one_unusual_value_is_no_yes_to_another(
    patient: Bedside, open_page: OpenPage
) -> None:
    page = open_page("chart")
    before = stored_sets(patient)
    type_set(page, heart_rate="210")
    confirm = field(page, "button_group", "confirmed")
    confirm.set_value(["Heart rate 210 /min is unusual. Is it right?"]).run()
    field(page, "text_input", "heart_rate").set_value("220").run()
    assert not page.exception
    press(page)
    assert "Press each unusual value that is right" in said(page)
    field(page, "text_input", "heart_rate").set_value("120").run()
    field(page, "text_input", "heart_rate").set_value("210").run()
    assert not page.exception
    press(page)
    assert stored_sets(patient) == before


def test_a_value_that_somebody_else_put_right_meanwhile_is_not_changed_again(
    patient: Bedside, open_page: OpenPage
) -> None:
    page = open_page("chart")
    page.button_group("chart_part").set_value("Correct a value").run()
    wrong = patient.value_row("heart_rate")
    field(page, "selectbox", "row").set_value(wrong.id).run()
    correct.strike_out(
        patient.store, observation_id=wrong.id, reason="wrong patient", actor="nurse.amara",
        now=datetime.now(UTC),
    )  # fmt: skip
    field(page, "text_input", "value").set_value("88")
    field(page, "selectbox", "reason").set_value("Typing mistake").run()
    press(page)
    assert not page.exception
    text_said = said(page)
    assert "changed already" in text_said or "Choose the value" in text_said
    assert "put right" not in text_said


def open_treatment(open_page: OpenPage, agent: str, dose: str = "560") -> AppTest:
    page = open_page("chart")
    page.button_group("chart_part").set_value("Treatment").run()
    field(page, "selectbox", "agent").set_value(agent).run()
    field(page, "text_input", "dose").set_value(dose).run()
    return page


def test_a_dose_of_tocilizumab_is_warned_of_before_saving_and_saved_all_the_same(
    patient: Bedside, open_page: OpenPage
) -> None:
    page = open_treatment(open_page, "tocilizumab")
    assert "Weight unknown: the dose cannot be checked." in said(page)
    assert "8 h are not over" not in said(page)
    press(page)
    assert "tocilizumab 560 mg" in said(page)

    again = open_treatment(open_page, "tocilizumab", dose="900")
    assert "8 h are not over: 0 h 0 min from another dose." in said(again)
    assert "900 mg is above 800 mg." in said(again)
    press(again)
    assert not again.exception
    with patient.store.read() as session:
        given = session.execute(
            text("SELECT count(*) FROM treatment WHERE agent = 'tocilizumab'")
        ).scalar_one()
    assert given == 2


def test_another_agent_has_no_count(open_page: OpenPage) -> None:
    assert "cannot be checked" not in said(open_treatment(open_page, "siltuximab"))


def test_severities_are_those_that_ctcae_defines_in_its_own_words(open_page: OpenPage) -> None:
    page = open_page("chart")

    def options(name: str) -> list[str]:
        return [one.content for one in field(page, "button_group", name).proto.options]

    assert options("symptom_chills") == ["0", "1", "2", "3"]
    assert options("symptom_dyspnoea") == ["0", "1", "2", "3", "4"]
    assert "2: moderate tremor of the whole body, narcotics indicated" in said(page)
    assert "Nausea: appetite loss, eating unchanged / Vomiting: intervention not indicated" in (
        said(page)
    )
    assert (
        "<td>Chills</td><td>mild cold sensation, shivering, chattering teeth</td>"
        "<td>moderate tremor of the whole body, narcotics indicated</td>"
        "<td>severe or prolonged, unresponsive to narcotics</td><td>-</td>"
    ) in said(page)
    assert "severe; limits self care, hospital indicated (unverified)" in said(page)
