"""Open alerts of one patient: whose they are, what each says, what a person does with one."""

from datetime import UTC, datetime, timedelta

from db.queries import alerts as alert_rows
from monitoring.services.sweep import sweep
from tests.integration.pages.conftest import OpenPage, chart, fall_ill, said
from tests.stories import Bedside


def test_an_alert_is_owned_by_one_press(patient: Bedside, open_page: OpenPage) -> None:
    fall_ill(patient)
    page = open_page("patient")
    assert "unowned" in said(page)
    owning = [button for button in page.button if button.label == "I own it"]
    owning[0].click().run()
    assert "owned by Nurse Adeyemi" in said(page)
    assert "acknowledged" in patient.open_problems().values()


def test_an_alert_says_what_is_taken_with_it(patient: Bedside, open_page: OpenPage) -> None:
    fall_ill(patient)
    lines = said(open_page("patient")).split("<p class='sw-alert'")
    (grade,) = [line for line in lines if "<span>CRS grade 2 suggested" in line]
    assert "includes Fever: temperature 38.7 C; Hypotension: SBP 84, MAP 60" in grade
    assert not any("<span>Fever" in line for line in lines)


def test_what_came_under_an_alert_that_is_taken_is_said_and_taken_by_another_press(
    patient: Bedside, open_page: OpenPage
) -> None:
    whole = {"temp_c": 38.7, "sbp": 84, "dbp": 60, "rr": 16, "spo2": 97, "acvpu": "A",
             "device": "room_air"}  # fmt: skip
    chart(patient, datetime.now(UTC) - timedelta(minutes=9), hr=80, **whole)
    page = open_page("patient")
    page.button(key=f"own:{patient.thread('crs_grade').public_id}").click().run()
    assert not [one for one in page.button if one.label == "I own it"]

    chart(patient, datetime.now(UTC), hr=112, **whole)
    page = open_page("patient")
    assert "NEWS2 6 (not taken yet)" in said(page)
    page.button(key=f"own:{patient.thread('crs_grade').public_id}").click().run()
    assert "(not taken yet)" not in said(page)


def test_an_alert_that_fell_back_to_nobody_says_since_when(
    patient: Bedside, open_page: OpenPage
) -> None:
    """NEWS2 was taken, then nothing was charted for nine hours: it is high, open and nobody's."""
    fall_ill(patient)
    page = open_page("patient")
    page.button(key=f"own:{alert_of(patient, 'news2')}").click().run()
    assert "unowned since" not in said(page)
    later = datetime.now(UTC) + timedelta(hours=9)
    sweep(patient.store, encounter_id=patient.encounter_id, pulses=(), now=later)
    lines = said(open_page("patient")).split("<p class='sw-alert'")
    (line,) = [line for line in lines[1:] if "<span>NEWS2" in line]
    assert "unowned since" in line
    assert "no newer value: still counts" in line


def alert_of(patient: Bedside, problem: str = "crs_grade") -> str:
    return patient.thread(problem).public_id


def test_an_alert_is_taken_with_a_note_and_handed_over(
    patient: Bedside, open_page: OpenPage
) -> None:
    fall_ill(patient)
    one = alert_of(patient)
    page = open_page("patient")
    page.text_input(f"alert:{one}:note").set_value("bolus is running")
    page.button(f"note_it:{one}").click().run()
    assert patient.thread("crs_grade").owner == "demo.nurse"

    page.selectbox(f"alert:{one}:to").set_value("demo.physician")
    page.button(f"offer:{one}").click().run()
    assert "offered to Dr Okonkwo" in said(page)
    assert patient.thread("crs_grade").owner == "demo.nurse"

    other = open_page("patient", member="demo.physician")
    other.button(f"take_over:{one}").click().run()
    assert "owned by Dr Okonkwo" in said(other)
    assert not other.exception
    with patient.store.read() as session:
        events = alert_rows.events(session, patient.thread("crs_grade").id)
    notes = [event.detail.get("note") for event in events if event.kind == "acknowledged"]
    assert notes == ["bolus is running"]


def test_an_alert_is_snoozed_with_a_reason_and_never_one_of_high_priority(
    patient: Bedside, open_page: OpenPage
) -> None:
    fall_ill(patient)
    one = alert_of(patient)
    page = open_page("patient")
    page.button(f"snooze:{one}").click().run()
    assert "Say why the alert is snoozed." in said(page)

    page.text_input(f"alert:{one}:reason").set_value("being treated")
    page.button(f"snooze:{one}").click().run()
    assert "snoozed until" in said(page)
    assert patient.thread("crs_grade").visibility == "snoozed"

    worst = patient.thread("news2")
    assert worst.priority == "high"
    keys = {button.key for button in open_page("patient").button}
    assert f"snooze:{worst.public_id}" not in keys


def test_an_alert_that_nobody_took_says_whom_it_called(
    patient: Bedside, open_page: OpenPage
) -> None:
    fall_ill(patient)
    sweep(
        patient.store,
        encounter_id=patient.encounter_id,
        pulses=[],
        now=datetime.now(UTC) + timedelta(minutes=6),
    )

    assert "escalated to the charge nurse" in said(open_page("patient"))
