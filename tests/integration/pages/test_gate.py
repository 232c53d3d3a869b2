"""Who gets past the gate of the pages, and for how long."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import wording
from dashboard.identity import DEMO_COOKIE
from monitoring.config import settings
from monitoring.services.intake_ward import intake_ward
from tests.stories import Bedside

APP = Path(__file__).parents[3] / "dashboard" / "app.py"


def _open(member: str | None) -> AppTest:
    page = AppTest.from_file(APP, default_timeout=30)
    if member is not None:
        page.session_state[DEMO_COOKIE] = member
    return page.run()


def _words(page: AppTest) -> str:
    return " ".join(element.value for element in page.html)


def test_a_member_sees_the_ward_under_the_banner(patient: Bedside) -> None:
    page = _open("demo.nurse")
    assert not page.exception
    assert wording.DEMO_BANNER in _words(page)
    assert wording.INTENDED_USE in _words(page)
    assert "Nurse Adeyemi" in _words(page)


def test_a_ward_of_imported_patients_is_chosen_in_the_bar_and_named_in_the_address(
    patient: Bedside,
) -> None:
    assert "?ward=" not in _words(_open("demo.nurse")), "one ward is no choice"
    intake_ward(
        patient.store, code=None, time_zone="Europe/Berlin", actor="system:tests",
        now=datetime.now(UTC),
    )  # fmt: skip
    page = _open("demo.nurse")
    assert "<a href='/?ward=IMPORT' target='_self'>Imported patients</a>" in _words(page)

    page.query_params["ward"] = "IMPORT"
    page.run()
    assert not page.exception
    assert "<a href='/?ward=IMPORT' target='_self' aria-current='page'>" in _words(page)
    assert not page.info

    page.query_params["ward"] = "<b>"
    page.run()
    assert "There is no ward with this code." in page.info[0].value


def test_the_bar_of_a_patient_s_page_marks_the_ward_the_patient_lies_on(patient: Bedside) -> None:
    intake_ward(
        patient.store, code=None, time_zone="Europe/Berlin", actor="system:tests",
        now=datetime.now(UTC),
    )  # fmt: skip
    page = _open("demo.nurse")
    for name in ("patient", "chart"):
        page.switch_page(f"views/{name}.py")
        page.query_params["encounter"] = patient.public_id
        page.run()
        bar = _words(page)
        assert "aria-current='true'>Test ward</a>" in bar
        assert bar.count("aria-current='true'") == 1
        assert f"href='/{name}' target='_self' aria-current='page'" in bar

    page.query_params["encounter"] = "nobody"
    page.run()
    assert "aria-current='true'" not in _words(page)


@pytest.mark.parametrize("stranger", [None, "demo.nobody", "dr.lindqvist"])
def test_nobody_else_sees_anything(patient: Bedside, stranger: str | None) -> None:
    page = _open(stranger)
    assert not page.exception
    assert "Signed out" in _words(page)
    assert not page.get("bidi_component")


def test_who_was_idle_too_long_signs_in_again(patient: Bedside) -> None:
    page = _open("demo.nurse")
    too_long = timedelta(minutes=settings().idle_minutes, seconds=1)
    page.session_state["last_active_at"] = datetime.now(UTC) - too_long
    page.run()
    assert "Signed out" in _words(page)
    assert not page.get("bidi_component")


def test_who_comes_back_in_time_stays(patient: Bedside) -> None:
    page = _open("demo.nurse")
    page.session_state["last_active_at"] = datetime.now(UTC) - timedelta(minutes=1)
    page.run()
    assert "Signed out" not in _words(page)
    seen = page.session_state["last_active_at"]
    assert datetime.now(UTC) - seen < timedelta(seconds=30)


def test_a_wall_screen_stays_on(patient: Bedside) -> None:
    page = AppTest.from_file(APP, default_timeout=30)
    page.session_state[DEMO_COOKIE] = "demo.nurse"
    page.query_params["kiosk"] = "1"
    page.run()
    page.session_state["last_active_at"] = datetime.now(UTC) - timedelta(days=1)
    page.run()
    assert "Signed out" not in _words(page)


def test_only_the_ward_stays_on(patient: Bedside) -> None:
    page = AppTest.from_file(APP, default_timeout=30)
    page.session_state[DEMO_COOKIE] = "demo.nurse"
    page.run()
    page.switch_page("views/patient.py")
    page.query_params["kiosk"] = "1"
    page.query_params["encounter"] = patient.public_id
    page.run()
    page.session_state["last_active_at"] = datetime.now(UTC) - timedelta(days=1)
    page.run()
    assert "Signed out" in _words(page)
