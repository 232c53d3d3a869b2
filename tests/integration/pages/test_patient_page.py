"""A physician reads one patient: who, why, what is open, and the course with its evidence."""

import json
from datetime import UTC, datetime, timedelta

from streamlit.testing.v1 import AppTest

from monitoring.services import correct, treat
from monitoring.services import patient as bedside_reads
from monitoring.services.course import course
from monitoring.services.instants import to_us
from monitoring.services.record import NewValue, record_set
from tests.integration.pages.conftest import OpenPage, chart, fall_ill, said
from tests.stories import Bedside, result


def figure(page: AppTest) -> dict[str, object]:
    (drawn,) = page.get("plotly_chart")
    found: dict[str, object] = json.loads(drawn.proto.spec)
    return found


def test_who_it_is_and_why_this_grade(patient: Bedside, open_page: OpenPage) -> None:
    fall_ill(patient)
    page = open_page("patient")
    assert not page.exception
    text = said(page)
    assert "Okafor, Nia" in text
    assert "axi-cel" in text
    assert "hypotension. CRS grade 2 suggested." in text
    assert "CRS grade 3 if a vasopressor is started" in text
    assert page.subheader[0].value == "CRS grade 2 because"


def test_the_evidence_names_value_age_author_and_when_it_was_known(
    patient: Bedside, open_page: OpenPage
) -> None:
    fall_ill(patient)
    rows = open_page("patient").dataframe[0].value
    pressures = rows[rows["Criterion"].str.startswith("Hypotension")]
    low = pressures.iloc[0]
    assert low["Is"] == "met"
    assert (low["What"], low["Value"]) == ("Systolic BP", "84 mmHg")
    assert list(pressures["What"]) == ["Systolic BP", "Diastolic BP", "MAP"]
    assert low["Recorded by"] == "nurse.amara"
    assert low["Known since"]


def test_the_figure_and_the_table_show_the_same_values(
    patient: Bedside, open_page: OpenPage
) -> None:
    fall_ill(patient)
    page = open_page("patient")
    axes = {trace["yaxis"] for trace in figure(page)["data"]}  # type: ignore[attr-defined]
    assert {"y", "y2", "y3", "y4", "y5", "y6", "y7"} <= axes
    (drawn,) = page.get("plotly_chart")
    assert "CRS grade 2 suggested" in drawn.proto.alt
    assert json.loads(drawn.proto.config)["showSendToCloud"] is False

    page.button_group("show").set_value("table").run()
    table = page.dataframe[0].value
    assert not page.get("plotly_chart")
    assert "38.7 C" in set(table["Value"])
    assert "84 mmHg" in set(table["Value"])


def test_an_amended_value_stays_in_the_figure_and_in_the_table(
    patient: Bedside, open_page: OpenPage
) -> None:
    wrong = patient.value_row("body_temperature")
    correct.amend_value(
        patient.store, observation_id=wrong.id, value=38.2, code=None, value_sent="38.2",
        unit_sent="Cel", reason="read from the wrong line", actor="demo.nurse",
        now=datetime.now(UTC),
    )  # fmt: skip
    page = open_page("patient")
    crossed = [
        trace["text"]
        for trace in figure(page)["data"]  # type: ignore[attr-defined]
        if trace.get("marker", {}).get("symbol") == "circle-x-open"
    ]
    assert crossed == [["Temperature 36.8 amended to 38.2: read from the wrong line"]]


def test_the_window_is_kept_in_the_address(open_page: OpenPage) -> None:
    page = open_page("patient")
    page.button_group("window").set_value("24 h").run()
    page.button_group("axis").set_value("hours since infusion").run()
    shown = figure(page)["layout"]["xaxis"]  # type: ignore[index]
    assert shown["type"] == "linear"
    assert shown["range"][1] - shown["range"][0] < 25
    [back] = [button for button in page.button if button.label == "← earlier"]
    back.click().run()
    moved = figure(page)["layout"]["xaxis"]["range"]  # type: ignore[index]
    assert abs(moved[0] - (shown["range"][0] - 12)) < 0.1
    assert page.query_params["back"] == "1"


def test_an_address_that_names_nobody_says_what_to_do(open_page: OpenPage) -> None:
    page = open_page("patient", encounter="no-such-stay")
    assert "names no patient" in said(page)
    assert not page.exception


def test_the_mark_moves_with_the_patient_s_own_data(patient: Bedside) -> None:
    page = bedside_reads.open_page(
        patient.store, public_id=patient.public_id, now=datetime.now(UTC)
    )
    assert page is not None
    own = {"encounter_id": patient.encounter_id, "ward_id": patient.ward_id}
    assert bedside_reads.mark(patient.store, **own) == page.mark
    fall_ill(patient)
    assert bedside_reads.mark(patient.store, **own) != page.mark


def test_a_window_begins_with_the_grade_that_was_in_force(patient: Bedside) -> None:
    fall_ill(patient)
    now = datetime.now(UTC)
    begin = now - timedelta(minutes=1)
    shown = course(patient.store, encounter_id=patient.encounter_id, from_at=begin, to_at=now)
    assert shown.grades[0].grade == 2
    assert shown.grades[0].at_us < to_us(begin)


def give_tocilizumab(lying: Bedside, *hours_ago: float) -> None:
    now = datetime.now(UTC)
    for hours in hours_ago:
        at = now - timedelta(hours=hours)
        treat.record_treatment(
            lying.store, encounter_id=lying.encounter_id, kind="anticytokine",
            agent="tocilizumab", dose_value=560.0, dose_unit="mg", route="IV", indication=None,
            started_at=at, ended_at=at, source="chart", source_id=f"toci-{hours}",
            actor="nurse.amara", now=now,
        )  # fmt: skip


def test_tocilizumab_is_counted_with_its_last_and_its_next(
    patient: Bedside, open_page: OpenPage
) -> None:
    assert "Tocilizumab" not in said(open_page("patient"))
    give_tocilizumab(patient, 14, 5)
    text = said(open_page("patient"))
    assert "Tocilizumab 2 of 4 (2 of 3 in 24 h), last 5 h ago, next not before" in text
    give_tocilizumab(patient, 60, 50)
    assert "Tocilizumab 4 of 4 (2 of 3 in 24 h), last 5 h ago, none may follow." in said(
        open_page("patient")
    )


def test_guideline_text_is_folded_cited_and_no_order(patient: Bedside, open_page: OpenPage) -> None:
    fall_ill(patient)
    page = open_page("patient")
    (fold,) = [one for one in page.expander if one.label.startswith("Guideline")]
    assert fold.label == "Guideline text, not an order (CRS grade 2)"
    assert not fold.proto.expanded
    quoted = "\n".join(element.value for element in fold.text)
    assert "tocilizumab 8 mg/kg IV over 1 h, max 800 mg/dose" in quoted
    assert "dexamethasone 10 mg IV q6h" not in quoted
    assert "avoid driving 2 weeks. (unverified)" in quoted
    cited = "\n".join(element.value for element in fold.caption)
    assert "J Clin Oncol 2021;39:3978-3992, table for CRS, grade 2. Dated 2021." in cited


def test_other_scales_stand_apart_by_name_and_say_what_they_lack(
    patient: Bedside, open_page: OpenPage
) -> None:
    at = datetime.now(UTC) - timedelta(minutes=2)
    chart(patient, at, temp_c=38.7, hr=100, rr=20, sbp=118, dbp=70, spo2=93, acvpu="A",
          device="nasal_cannula", flow_lpm=3)  # fmt: skip
    page = open_page("patient")
    (fold,) = [one for one in page.expander if one.label.startswith("Also")]
    assert fold.label == "Also: CTCAE v5.0 CRS ≥2 · Lee 2014 ≥2 · CTCAE v5.0 fever 1"
    reasons = [element.value for element in fold.text]
    assert reasons[1].startswith("Lee 2014 grade 2: O2 need < 40 %.")
    lacking = [element.value for element in fold.caption]
    assert "FiO2" in lacking[0]
    assert "organ toxicity" in lacking[1]


def test_laboratory_values_say_how_they_move_and_what_came_before(
    patient: Bedside, open_page: OpenPage
) -> None:
    assert not [one for one in open_page("patient").subheader if one.value == "Laboratory"]
    now = datetime.now(UTC)
    result(patient, now - timedelta(hours=60), crp=41.0)
    result(patient, now - timedelta(hours=50), ferritin=410.0)
    result(patient, now - timedelta(hours=26), ferritin=640.0)
    result(patient, now - timedelta(hours=2), ferritin=1500.0)

    page = open_page("patient")

    (table,) = [one.value for one in page.dataframe if "Before therapy" in one.value]
    crp, ferritin = table.to_dict("records")
    assert (ferritin["Test"], ferritin["Last"]) == ("Ferritin", "1500 ng/mL")
    assert ferritin["One before"] == "640 ng/mL"
    assert ferritin["A day"] == "+860 ng/mL"
    assert (ferritin["Lowest"], ferritin["Highest"]) == ("410 ng/mL", "1500 ng/mL")
    assert ferritin["Note"] == "rose fast: from 410 ng/mL within 2 d"
    assert crp["Last"] == "41.0 mg/L (old)"
    assert (crp["One before"], crp["A day"], crp["Note"]) == ("", "", "")


def test_the_episodes_of_the_stay_are_told_to_whoever_opens_the_fold(
    patient: Bedside, open_page: OpenPage
) -> None:
    assert not [one for one in open_page("patient").expander if "episodes" in one.label]
    now = datetime.now(UTC)
    chart(patient, now - timedelta(hours=5), temp_c=38.7, sbp=118, device="room_air")
    chart(patient, now - timedelta(hours=3), temp_c=38.9, sbp=84, dbp=48, device="room_air")

    page = open_page("patient")
    assert [one for one in page.expander if "episodes" in one.label]
    assert not [one for one in page.dataframe if "Masked fever" in one.value]
    page.session_state["episodes"] = True
    page.run()

    (table,) = [one.value for one in page.dataframe if "Masked fever" in one.value]
    (episode,) = table.to_dict("records")
    assert (episode["Episode"], episode["Highest"], episode["Now"]) == ("1", "2", "grade 1")
    # Ten minutes ago, before this page was opened, the pressure was well again.
    assert episode["Time in each grade"] == "grade 1: 2.2 h; grade 2: 2.8 h"
    assert (episode["Masked fever"], episode["Resolved"]) == ("", "")


def test_a_temperature_under_the_arm_beside_symptoms_is_marked_and_its_site_is_shown(
    patient: Bedside, open_page: OpenPage
) -> None:
    def charted(site: str) -> None:
        now = datetime.now(UTC)
        record_set(
            patient.store, encounter_id=patient.encounter_id,
            values=[
                NewValue(concept="body_temperature", value=37.6, code=None, value_sent="37.6",
                         unit_sent="Cel", method=site),
                NewValue(concept="symptom_cough", value=1.0, code=None, value_sent="1",
                         unit_sent="{grade}"),
            ],
            taken_at=now, source="chart", source_id=site, actor="nurse.amara", now=now,
        )  # fmt: skip

    charted("axillary")
    page = open_page("patient")
    assert "37.6 C under the arm, with cough: may be fever. Measure at another site." in said(page)
    assert patient.latest().crs.grade == 0, "no offset is added"
    page.button_group("show").set_value("table").run()
    assert "37.6 C, axillary" in set(page.dataframe[0].value["Value"])
    charted("tympanic")
    assert "under the arm" not in said(open_page("patient"))


def test_a_symptom_asks_for_its_observation_until_it_is_charted(
    patient: Bedside, open_page: OpenPage
) -> None:
    at = datetime.now(UTC) - timedelta(minutes=40)
    rigor = NewValue(concept="symptom_chills", value=2.0, code=None, value_sent="2",
                     unit_sent="{grade}")  # fmt: skip
    record_set(
        patient.store, encounter_id=patient.encounter_id, values=[rigor], taken_at=at,
        source="chart", source_id="rigor", actor="nurse.amara", now=at,
    )  # fmt: skip
    assert "Rigor" not in said(open_page("patient")), "the set of ten minutes ago answered it"

    later = datetime.now(UTC) - timedelta(minutes=1)
    worse = NewValue(concept="symptom_dyspnoea", value=1.0, code=None, value_sent="1",
                     unit_sent="{grade}")  # fmt: skip
    record_set(
        patient.store, encounter_id=patient.encounter_id, values=[worse], taken_at=later,
        source="chart", source_id="dyspnoea", actor="nurse.amara", now=later,
    )  # fmt: skip
    text = said(open_page("patient"))
    assert "Shortness of breath (grade 1) since" in text
    assert "Measure SpO2 now." in text
    chart(patient, datetime.now(UTC), spo2=94)
    assert "Shortness of breath" not in said(open_page("patient"))
