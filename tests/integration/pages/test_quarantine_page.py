"""What an import could not use, as the charge nurse sees it and nobody else."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from dashboard.identity import DEMO_COOKIE
from db.models import AuditEvent
from monitoring.services import quarantined
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


def _close(page: AppTest, number: int, reason: str) -> str:
    """Give a reason, press, and hear what came of it."""
    page.text_input(key=f"quarantine:why:{number}").set_value(reason)
    page.button(key=f"quarantine:close:{number}").click().run()
    assert not page.exception
    return _words(page)


def test_the_charge_nurse_closes_one_with_a_reason_that_the_audit_keeps(
    patient: Bedside, tmp_path: Path
) -> None:
    Desk(store=patient.store, folder=tmp_path).take_text(BAD, now=datetime.now(UTC))
    rows = quarantined.listed(patient.store, with_resolved=False)
    first, second = sorted(rows, key=lambda row: "HR,800" not in row.raw)
    page = _open("demo.charge")

    assert "Say why it is closed" in _close(page, first.id, "  ")
    assert len(quarantined.listed(patient.store, with_resolved=False)) == 2

    seen = _close(page, first.id, "the monitor was on nobody")
    assert f"Number {first.id} is closed" in seen
    assert "Quarantine: 1 not usable" in seen
    assert "HR,800" not in seen
    assert [row.id for row in quarantined.listed(patient.store, with_resolved=False)] == [second.id]
    kept = quarantined.one(patient.store, first.id)
    assert (kept.raw, kept.resolved_by) == (first.raw, "demo.charge")
    with patient.store.read() as session:
        newest = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert newest is not None
    assert (newest.action, newest.actor, newest.entity_id) == (
        "quarantine.resolve",
        "demo.charge",
        str(first.id),
    )
    assert newest.detail["reason"] == "the monitor was on nobody"


def test_what_somebody_else_closed_meanwhile_is_said(patient: Bedside, tmp_path: Path) -> None:
    Desk(store=patient.store, folder=tmp_path).take_text(BAD, now=datetime.now(UTC))
    first, _ = quarantined.listed(patient.store, with_resolved=False)
    page = _open("demo.charge")
    quarantined.resolve(
        patient.store, first.id, reason="seen", actor="admin.a", now=datetime.now(UTC)
    )
    assert f"Number {first.id} is resolved already" in _close(page, first.id, "seen too")
    assert quarantined.one(patient.store, first.id).resolved_by == "admin.a"


def test_much_of_it_is_turned_through_page_by_page_and_chosen_by_reason(
    patient: Bedside, tmp_path: Path
) -> None:
    minutes = "".join(f"7,2150-01-01 10:{n:02}:00,HR,8{n:02}\n" for n in range(55))
    Desk(store=patient.store, folder=tmp_path).take_text(
        MIMIC + minutes + "7,2150-01-01 10:00:00,XYZ,16\n", now=datetime.now(UTC)
    )
    page = _open("demo.charge")
    assert "1 to 50 of 56, the oldest first." in _words(page)
    assert "HR,800" in _words(page)
    assert "HR,854" not in _words(page)

    page.button(key="quarantine:newer").click().run()
    assert "51 to 56 of 56, the oldest first." in _words(page)
    assert "HR,854" in _words(page)
    assert [button.key for button in page.button if button.label == "Newer"] == []

    chosen = page.selectbox(key="quarantine:reason")
    assert chosen.options == ["not possible (55)", "unknown name (1)"]
    chosen.select("unknown_name").run()
    seen = _words(page)
    assert "Quarantine: 56 not usable" in seen
    assert "1 to 1 of 1, the oldest first." in seen
    assert ("XYZ,16" in seen, "HR,8" in seen) == (True, False)

    (odd,) = [
        row
        for row in quarantined.listed(patient.store, with_resolved=False)
        if row.reason_code == "unknown_name"
    ]
    assert "Nothing waits for this reason any more" in _close(page, odd.id, "no such vital sign")
