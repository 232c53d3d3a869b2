"""What every request passes before Streamlit sees it: host, demo's loopback, sign-in, headers.

A page script is too late a place for a gate: by then the websocket is open and the script runs.
"""

import base64
import hashlib
import ipaddress
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote, urlsplit

import anyio.to_thread
import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.identity import Identities

# Served to anybody who may connect at all: health, and the way to sign in.
OPEN_PATHS = frozenset(
    {
        "/healthz",
        "/readyz",
        "/sign-in",
        "/sign-out",
        "/auth/login",
        "/auth/logout",
        "/oauth2callback",
        "/favicon.png",
    }
)
# Streamlit's own statistics carry session counts without sign-in; its agent interface drives pages.
CLOSED_PREFIXES = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")


class Guard:
    """ASGI middleware; the outermost layer."""

    def __init__(
        self, app: ASGIApp, *, identities: Identities, demo: bool, allowed_hosts: Iterable[str]
    ) -> None:
        self._app = app
        self._identities = identities
        self._demo = demo
        self._hosts = tuple(host.lower() for host in allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on with the headers added."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = await self._refusal(scope)
        if scope["type"] == "websocket":
            if refusal is None:
                await self._app(scope, receive, send)
            else:
                # Refused before it is accepted: the browser sees a plain 403.
                await receive()
                await send({"type": "websocket.close", "code": 1008})
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_security_headers(MutableHeaders(scope=message))
            await send(message)

        handler = self._app if refusal is None else refusal
        await handler(scope, receive, send_with_headers)

    async def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        refusal = self._refusal_at_the_door(scope, headers)
        if refusal is not None or scope["path"] in OPEN_PATHS:
            return refusal
        cookies = HTTPConnection(scope).cookies
        if await anyio.to_thread.run_sync(self._identities.member, cookies) is not None:
            return None
        if scope["type"] == "http" and "text/html" in headers.get("accept", ""):
            query = scope["query_string"].decode("latin-1")
            asked = scope["path"] + (f"?{query}" if query else "")
            return RedirectResponse(f"/sign-in?next={quote(asked, safe='')}", 303)
        return PlainTextResponse("Sign in first, at /sign-in.", 401)

    def _refusal_at_the_door(self, scope: Scope, headers: Headers) -> Response | None:
        """What is refused to everybody, signed in or not."""
        if not is_host_allowed(headers.get("host"), self._hosts):
            words = "This address is not served here. Ask for the dashboard's proper address."
            return PlainTextResponse(words, 400)
        if self._demo and not is_loopback(scope, headers):
            words = "The demo is served on this computer only. Open it at http://localhost."
            return PlainTextResponse(words, 403)
        if scope["type"] == "websocket" and not is_same_origin(headers):
            return PlainTextResponse("Open the dashboard at its own address.", 403)
        if scope["path"].startswith(CLOSED_PREFIXES):
            return PlainTextResponse("Not served.", 404)
        return None


def is_host_allowed(host: str | None, allowed: Iterable[str]) -> bool:
    """Whether the Host header names an address this installation answers to (DNS rebinding)."""
    if host is None:
        return False
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    if name is None:
        return False
    return any(
        pattern in ("*", name) or (pattern.startswith("*.") and name.endswith(pattern[1:]))
        for pattern in allowed
    )


def is_loopback(scope: Scope, headers: Headers) -> bool:
    """Whether both ends of the connection are this computer, with no proxy in between."""
    if "forwarded" in headers or "x-forwarded-for" in headers:
        return False
    client = scope.get("client")
    try:
        return client is not None and ipaddress.ip_address(client[0]).is_loopback
    except ValueError:
        return False


def is_same_origin(headers: Headers) -> bool:
    """Whether a request that names its origin comes from a page of this very address."""
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def add_security_headers(headers: MutableHeaders) -> None:
    """The headers that keep a page's content from calling out or being framed."""
    headers["content-security-policy"] = CONTENT_SECURITY_POLICY
    headers["x-content-type-options"] = "nosniff"
    headers["x-frame-options"] = "DENY"
    headers["referrer-policy"] = "same-origin"
    headers["cross-origin-opener-policy"] = "same-origin"
    headers["cross-origin-resource-policy"] = "same-origin"
    headers["permissions-policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
    if headers.get("content-type", "").startswith("text/html"):
        headers["cache-control"] = "no-store"


def _inline_script_hashes() -> str:
    """Hashes of the scripts that stand in Streamlit's own page: no other inline one may run."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


# Streamlit writes its style sheets from script, and loads an element's script from a blob.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src 'self' blob: {_inline_script_hashes()}",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        "media-src 'self' blob:",
        "form-action 'self'",
        "base-uri 'self'",
        "frame-ancestors 'none'",
    )
)
