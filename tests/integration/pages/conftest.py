"""A nurse at a page: the real script on a real store."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.charting.drafts import drafts
from dashboard.identity import DEMO_COOKIE
from db.engine import Store
from monitoring.config import settings
from monitoring.services.access import ensure_demo_members
from monitoring.services.record import record_set
from tests.stories import WELL, Bedside, bedside, values_of

NURSE = "demo.nurse"
OpenPage = Callable[..., AppTest]


def run_page(name: str) -> None:
    """What the dashboard does before a page: the gate, then the page's script."""
    import runpy

    from dashboard import session

    if session.open_gate():
        runpy.run_path(f"dashboard/views/{name}.py")


@pytest.fixture
def patient(
    sqlite_store: Store, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bedside]:
    """One well patient, charted ten minutes ago, on the store that the pages open."""
    monkeypatch.setenv("STORMWATCH_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("STORMWATCH_DEMO", "1")
    settings.cache_clear()
    drafts.cache_clear()
    now = datetime.now(UTC)
    ensure_demo_members(sqlite_store, actor="system:tests", now=now)
    lying = bedside(sqlite_store)
    at = now - timedelta(minutes=10)
    chart(lying, at, **WELL)
    yield lying
    settings.cache_clear()


def chart(lying: Bedside, at: datetime, **charted: float | str) -> None:
    """Record values as another nurse, now."""
    record_set(
        lying.store,
        encounter_id=lying.encounter_id,
        values=values_of(**charted),
        taken_at=at,
        source="chart",
        source_id=f"elsewhere-{at.isoformat()}",
        actor="nurse.amara",
        now=at,
    )


@pytest.fixture
def open_page(patient: Bedside) -> OpenPage:
    """Opens a page about the patient as the demo's nurse."""

    def opened(name: str, *, encounter: str | None = None, member: str = NURSE) -> AppTest:
        page = AppTest.from_function(run_page, args=(name,), default_timeout=30)
        page.session_state[DEMO_COOKIE] = member
        page.query_params["encounter"] = encounter or patient.public_id
        return page.run()

    return opened


def said(page: AppTest) -> str:
    return "\n".join(element.proto.body for element in page.get("html"))


def fall_ill(lying: Bedside) -> None:
    """Fever and low pressure, charted two minutes ago."""
    at = datetime.now(UTC) - timedelta(minutes=2)
    chart(lying, at, temp_c=38.7, hr=121, rr=24, sbp=84, dbp=48, spo2=95, acvpu="A",
          device="room_air")  # fmt: skip
