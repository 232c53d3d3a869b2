"""People of a ward sign in through their hospital's OpenID Connect provider, and nobody else."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from db.engine import create_store
from db.models import AuditEvent
from db.queries import audit
from monitoring.services.access import Member, Role
from monitoring.services.members import add_member
from tests.browser.conftest import PATIENCE_MS
from tests.browser.hospital import Hospital
from tests.browser.server_process import ServerProcess
from tests.browser.small_ward import SmallWard

pytestmark = pytest.mark.apart

NURSE = Member(username="n.amara", display_name="Nurse Amara", role=Role.NURSE)
HOSPITAL_ACCOUNT = "Sign in with your hospital account"


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    provider = Hospital(tmp_path / "provider.log")
    provider.start()
    try:
        yield provider
    finally:
        provider.stop()


@pytest.fixture
def server(ward: SmallWard, hospital: Hospital, tmp_path: Path) -> Iterator[ServerProcess]:
    """The dashboard as an installation runs it: no demo, the hospital's own sign-in."""
    secrets = tmp_path / "secrets.toml"
    process = ServerProcess(
        ward.url,
        tmp_path / "server.log",
        STORMWATCH_DEMO="0",
        STORMWATCH_WATCH_INSIDE="1",
        STREAMLIT_SECRETS_FILES=str(secrets),
    )
    secrets.write_text(hospital.secrets_for(process.url))
    store = create_store(ward.url)
    add_member(store, NURSE, actor="system:tests", now=datetime.now(UTC))
    store.close()
    process.start()
    try:
        yield process
    finally:
        process.stop()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def sign_in_as(page: Page, server: ServerProcess, subject: str, address: str = "/") -> None:
    """From a page of the dashboard to the provider, be somebody there, and back."""
    page.goto(server.url + address)
    page.get_by_role("link", name=HOSPITAL_ACCOUNT).click()
    page.get_by_role("button", name=subject, exact=True).click()
    page.wait_for_url(f"{server.url}/**")


def audited(ward: SmallWard) -> list[tuple[str, str, dict[str, object]]]:
    """Who signed in and out, or was refused, as the audit has it."""
    store = create_store(ward.url)
    with store.read() as session:
        assert audit.verify(session).ok
        told = session.execute(
            select(AuditEvent.action, AuditEvent.actor, AuditEvent.detail)
            .where(AuditEvent.action.like("sign_%"))
            .order_by(AuditEvent.id)
        ).all()
    store.close()
    return [tuple(row) for row in told]


def test_after_signing_in_one_is_on_the_page_that_was_asked_for(
    page: Page, server: ServerProcess, ward: SmallWard
) -> None:
    asked = f"/patient?encounter={ward.patients[1].public_id}"
    sign_in_as(page, server, "s-1001", asked)
    expect(page.locator(".sw-identity")).to_contain_text(ward.patients[1].family_name)
    assert page.url == server.url + asked

    page.context.clear_cookies()
    page.goto(server.url)
    # Whatever another program left in the browser, the way leads to a page of this dashboard.
    page.context.add_cookies(
        [{"name": "stormwatch_next", "value": "https://evil.example/", "url": server.url}]
    )
    page.get_by_role("link", name=HOSPITAL_ACCOUNT).click()
    page.get_by_role("button", name="s-1001", exact=True).click()
    page.wait_for_selector(".tile")
    assert page.url.startswith(f"{server.url}/")
    entries = audited(ward)
    assert entries == [("sign_in.accept", "n.amara", {"role": "nurse", "demo": False})] * 2


def test_a_nurse_signs_in_sees_the_ward_and_signs_out(
    page: Page, server: ServerProcess, ward: SmallWard
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(unquote(request.url)))
    page.on("websocket", lambda socket: asked.append(unquote(socket.url)))

    sign_in_as(page, server, "s-1001")
    page.wait_for_selector(".tile")
    expect(page.get_by_text("Nurse Amara")).to_be_visible()

    page.get_by_role("link", name="Sign out").click()
    # The provider asks whether its own session shall end too, and then leads back.
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_role("link", name=HOSPITAL_ACCOUNT)).to_be_visible()
    page.goto(server.url)
    expect(page.get_by_role("link", name=HOSPITAL_ACCOUNT)).to_be_visible()
    assert page.locator(".tile").count() == 0

    by = {"role": "nurse", "demo": False}
    assert audited(ward) == [("sign_in.accept", "n.amara", by), ("sign_out", "n.amara", by)]

    for patient in ward.patients:
        for private in (patient.family_name, patient.given_name):
            assert not [url for url in asked if private.lower() in url.lower()]


def test_who_has_no_role_is_refused_in_clear_words_and_audited_once(
    page: Page, server: ServerProcess, ward: SmallWard
) -> None:
    sign_in_as(page, server, "s-1002")
    expect(page.get_by_text("x.visitor")).to_be_visible()
    expect(page.get_by_text("has no role on this ward's dashboard")).to_be_visible()
    page.reload()
    page.goto(f"{server.url}/patient?encounter={ward.patients[0].public_id}")
    expect(page.get_by_text("has no role on this ward's dashboard")).to_be_visible()
    assert ward.patients[0].family_name not in page.content()

    assert audited(ward) == [("sign_in.refuse", "x.visitor", {"reason": "no role"})]

    # The ward gives a role: the sign-in counts from now on, and the audit says so once.
    store = create_store(ward.url)
    role = Member(username="x.visitor", display_name="Dr Visitor", role=Role.PHYSICIAN)
    add_member(store, role, actor="system:tests", now=datetime.now(UTC))
    store.close()
    while page.locator(".tile").count() == 0:
        page.goto(server.url)
        page.wait_for_timeout(2000)
    entered = ("sign_in.accept", "x.visitor", {"role": "physician", "demo": False})
    assert audited(ward)[1:] == [entered]


def test_a_refused_person_can_take_another_account(page: Page, server: ServerProcess) -> None:
    sign_in_as(page, server, "s-1002")
    page.get_by_role("link", name="Use another account").click()
    page.get_by_role("button", name="End session").click()
    page.get_by_role("link", name=HOSPITAL_ACCOUNT).click()
    page.get_by_role("button", name="s-1001", exact=True).click()
    page.wait_for_selector(".tile")
