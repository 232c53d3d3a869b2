"""What an import could not use, as the charge nurse sees it and nobody else."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.identity import DEMO_COOKIE
from tests.integration.importing import MIMIC, Desk
from tests.stories import Bedside

APP = Path(__file__).parents[3] / "dashboard" / "app.py"
BAD = MIMIC + "7,2150-01-01 10:00:00,HR,800\n7,2150-01-01 10:00:00,<b>RR</b>,16\n"


def _open(member: str) -> AppTest:
    page = AppTest.from_file(APP, default_timeout=30)
    page.session_state[DEMO_COOKIE] = member
    page.run()
    page.switch_page("views/quarantine.py")
    page.run()
    assert not page.exception
    return page


def _words(page: AppTest) -> str:
    return " ".join(element.value for element in page.html)


def test_the_charge_nurse_sees_what_waits_why_and_what_to_do(
    patient: Bedside, tmp_path: Path
) -> None:
    assert "Nothing waits" in _words(_open("demo.charge"))

    Desk(store=patient.store, folder=tmp_path).take_text(BAD, now=datetime.now(UTC))
    seen = _words(_open("demo.charge"))

    assert "Quarantine: 2 not usable" in seen
    assert ">Quarantine (2)</a>" in seen
    assert "file.csv, line 2 (HR)" in seen
    assert "HR,800" in seen
    assert "import again" in seen
    assert "&lt;b&gt;RR&lt;/b&gt;" in seen
    assert "<b>RR</b>" not in seen, "what a file holds stays text"


@pytest.mark.parametrize("member", ["demo.nurse", "demo.physician"])
def test_others_are_told_whom_to_ask(patient: Bedside, tmp_path: Path, member: str) -> None:
    Desk(store=patient.store, folder=tmp_path).take_text(BAD, now=datetime.now(UTC))
    seen = _words(_open(member))
    assert "Ask one of them" in seen
    assert "/quarantine" not in seen, "no way there in the bar"
    assert "HR,800" not in seen
