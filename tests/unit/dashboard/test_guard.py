"""What passes the guard: the right host, in the demo this computer alone, and who is signed in."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from starlette.types import Message, Receive, Scope, Send

from dashboard.guard import Guard, is_host_allowed
from dashboard.identity import DEMO_COOKIE, Identities
from db.engine import Store
from db.queries import users
from monitoring.services.access import ensure_demo_members
from tests.own_loop import awaited

HOSTS = ("localhost", "127.0.0.1", "::1")
SIGNED_IN = {"cookie": f"{DEMO_COOKIE}=demo.nurse"}


async def _page(scope: Scope, receive: Receive, send: Send) -> None:
    """Stands for everything behind the guard."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"the ward"})


class Door:
    """Knocks at the guard and keeps what it answered."""

    def __init__(self, store: Store, *, demo: bool) -> None:
        identities = Identities(store, demo=demo)
        self._guard = Guard(_page, identities=identities, demo=demo, allowed_hosts=HOSTS)

    def knock(
        self,
        path: str = "/",
        *,
        client: str = "127.0.0.1",
        kind: str = "http",
        query: bytes = b"",
        **headers: str,
    ) -> list[Message]:
        """Send one request and return the messages that came back."""
        sent: list[Message] = []
        named = {"host": "localhost:8501", **{k.replace("_", "-"): v for k, v in headers.items()}}
        scope: Scope = {
            "type": kind,
            "path": path,
            "query_string": query,
            "headers": [(k.encode(), v.encode()) for k, v in named.items()],
            "client": (client, 40000),
            "method": "GET",
        }

        async def receive() -> Message:
            return {"type": f"{kind}.connect"}

        async def send(message: Message) -> None:
            sent.append(message)

        awaited(self._guard(scope, receive, send))
        return sent


def status(messages: list[Message]) -> int:
    return int(messages[0]["status"])


def header(messages: list[Message], name: str) -> str | None:
    found = dict(messages[0]["headers"]).get(name.encode())
    return None if found is None else found.decode()


@pytest.fixture
def demo(sqlite_store: Store) -> Door:
    ensure_demo_members(sqlite_store, actor="system:tests", now=datetime.now(UTC))
    return Door(sqlite_store, demo=True)


@pytest.fixture
def hospital(sqlite_store: Store) -> Iterator[Door]:
    return Door(sqlite_store, demo=False)


def test_who_is_signed_in_gets_the_page(demo: Door) -> None:
    assert status(demo.knock(**SIGNED_IN)) == 200


def test_a_stranger_is_led_to_the_sign_in_and_back(demo: Door) -> None:
    answer = demo.knock("/patient", query=b"encounter=ab12", accept="text/html")
    assert status(answer) == 303
    assert header(answer, "location") == "/sign-in?next=%2Fpatient%3Fencounter%3Dab12"


def test_a_stranger_gets_nothing_but_a_word(demo: Door) -> None:
    assert status(demo.knock("/_stcore/health")) == 401
    assert status(demo.knock("/board/x/board.js")) == 401


def test_a_stranger_opens_no_websocket(demo: Door) -> None:
    for path in ("/_stcore/stream", "/live"):
        assert demo.knock(path, kind="websocket") == [{"type": "websocket.close", "code": 1008}]
    assert demo.knock("/live", kind="websocket", **SIGNED_IN) == [{"type": "websocket.accept"}]


def test_a_page_of_another_address_opens_no_websocket(demo: Door) -> None:
    elsewhere = demo.knock(
        "/_stcore/stream", kind="websocket", origin="http://evil.example", **SIGNED_IN
    )
    assert elsewhere == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize("name", ["demo.stranger", "", "demo.nurse.x", "'; drop table app_user"])
def test_nobody_is_signed_in_by_a_name_that_the_demo_does_not_have(demo: Door, name: str) -> None:
    assert status(demo.knock(cookie=f"{DEMO_COOKIE}={name}")) == 401


def test_a_member_who_left_is_a_stranger(demo: Door, sqlite_store: Store) -> None:
    sqlite_store.write(lambda s: users.set_active(s, "demo.nurse", active=False))
    assert status(demo.knock(**SIGNED_IN)) == 401


def test_the_demo_is_for_this_computer_alone(demo: Door) -> None:
    assert status(demo.knock(client="192.168.1.20", **SIGNED_IN)) == 403
    assert status(demo.knock("/sign-in", client="10.0.0.9")) == 403
    # A proxy on this computer would make everybody look like this computer.
    assert status(demo.knock(x_forwarded_for="192.168.1.20", **SIGNED_IN)) == 403
    assert status(demo.knock(forwarded="for=192.168.1.20", **SIGNED_IN)) == 403
    assert status(demo.knock(client="::1", **SIGNED_IN)) == 200


def test_the_demos_cookie_opens_nothing_outside_the_demo(
    hospital: Door, sqlite_store: Store
) -> None:
    ensure_demo_members(sqlite_store, actor="system:tests", now=datetime.now(UTC))
    assert status(hospital.knock(**SIGNED_IN)) == 401


def test_a_forged_sign_in_of_the_hospital_opens_nothing(hospital: Door) -> None:
    forged = '_streamlit_user={"is_logged_in": true, "email": "demo.nurse"}'
    assert status(hospital.knock(cookie=forged)) == 401


def test_only_named_hosts_are_answered(demo: Door) -> None:
    assert status(demo.knock("/healthz", host="evil.example")) == 400
    assert status(demo.knock("/healthz", host="localhost.evil.example")) == 400
    assert status(demo.knock("/healthz", host="[::1]:8501")) == 200


@pytest.mark.parametrize(
    ("host", "allowed", "answered"),
    [
        ("ward.hospital.example", ("*.hospital.example",), True),
        ("hospital.example", ("*.hospital.example",), False),
        ("WARD.hospital.example:443", ("ward.hospital.example",), True),
        ("anything", ("*",), True),
        (None, ("*",), False),
        ("[bad", ("*",), False),
    ],
)
def test_host_patterns(host: str | None, allowed: tuple[str, ...], *, answered: bool) -> None:
    assert is_host_allowed(host, allowed) is answered


def test_statistics_and_the_drive_by_interface_are_closed(demo: Door) -> None:
    assert status(demo.knock("/_stcore/metrics", **SIGNED_IN)) == 404
    assert status(demo.knock("/_stcore/agent/openapi.json", **SIGNED_IN)) == 404


def test_every_answer_carries_the_headers(demo: Door) -> None:
    for answer in (demo.knock(**SIGNED_IN), demo.knock(), demo.knock(host="evil.example")):
        policy = header(answer, "content-security-policy") or ""
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
        assert "unsafe-eval" not in policy
        assert header(answer, "x-content-type-options") == "nosniff"
        assert header(answer, "referrer-policy") == "same-origin"
