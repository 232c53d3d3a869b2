"""Choosing somebody in the demo: only who is there, only on the page itself, and in the audit."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from dashboard.entry import entry_routes
from dashboard.identity import DEMO_COOKIE, Identities
from db.engine import Store
from db.models import AuditEvent
from db.queries import users
from monitoring.services.access import ensure_demo_members
from tests.own_loop import awaited

HERE = "http://localhost:8501"


class Visitor:
    """A browser with its cookies, in front of the demo's sign-in."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.cookies: dict[str, str] = {}
        self._pages = Starlette(routes=entry_routes(Identities(store, demo=True), demo=True))

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> httpx.Response:
        async def answered() -> httpx.Response:
            door = httpx.ASGITransport(app=self._pages)
            async with httpx.AsyncClient(
                transport=door, base_url=HERE, cookies=self.cookies
            ) as client:
                return await client.request(
                    method, path, content=None if form is None else urlencode(form)
                )

        answer = awaited(answered())
        self.cookies.update(answer.cookies)
        return answer

    def choose(self, member: str, **form: str) -> httpx.Response:
        return self.ask("POST", "/sign-in", {"member": member, **form})

    def audited(self) -> list[tuple[str, str]]:
        with self.store.read() as session:
            told = select(AuditEvent.action, AuditEvent.actor).order_by(AuditEvent.id)
            return [
                (action, actor)
                for action, actor in session.execute(told)
                if action.startswith("sign_")
            ]


@pytest.fixture
def visitor(sqlite_store: Store) -> Visitor:
    ensure_demo_members(sqlite_store, actor="system:tests", now=datetime.now(UTC))
    return Visitor(sqlite_store)


def test_who_chooses_a_member_is_led_on_and_the_audit_knows_until_when(visitor: Visitor) -> None:
    answer = visitor.choose("demo.nurse", next="/patient?encounter=ab12")
    assert (answer.status_code, answer.headers["location"]) == (303, "/patient?encounter=ab12")
    assert visitor.cookies == {DEMO_COOKIE: "demo.nurse"}

    visitor.ask("GET", "/sign-out")
    assert visitor.audited() == [("sign_in.accept", "demo.nurse"), ("sign_out", "demo.nurse")]


@pytest.mark.parametrize("member", ["demo.nobody", "", "n.amara"])
def test_nobody_else_can_be_chosen(visitor: Visitor, member: str) -> None:
    answer = visitor.choose(member, next="/patient")
    assert answer.headers["location"] == "/sign-in"
    assert (visitor.cookies, visitor.audited()) == ({}, [])


def test_a_member_who_left_cannot_be_chosen(visitor: Visitor) -> None:
    visitor.store.write(lambda s: users.set_active(s, "demo.nurse", active=False))
    assert visitor.choose("demo.nurse").headers["location"] == "/sign-in"
    assert visitor.audited() == []


def test_signing_out_without_being_in_is_no_event(visitor: Visitor) -> None:
    assert visitor.ask("GET", "/sign-out").headers["location"] == "/sign-in"
    assert visitor.audited() == []
