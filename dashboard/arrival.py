"""The moment at which the hospital's sign-in leads back: noted in the audit, and led on from there.

The sign-in page keeps in a cookie which page was asked for, since the way leads over the hospital's
own pages. It is held to this dashboard's pages when it is kept and again when it is used.
"""

import re
from collections.abc import Mapping
from http.cookies import SimpleCookie

import anyio.to_thread
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.identity import Identities

ASKED_FOR_COOKIE = "stormwatch_next"
# Whoever takes longer over the hospital's pages begins on the ward.
_KEPT_S = 600
_CALLBACK = "/oauth2callback"
# A page of this dashboard and nothing else: one slash first, no scheme, no other host, and none of
# the ways in and out.
_OWN_PAGE = re.compile(
    r"/(?!(?:sign-in|sign-out|oauth2callback)(?:\?|$))(?:[A-Za-z0-9_-]+)?"
    r"(?:\?[A-Za-z0-9_=&%.-]*)?"
)


def own_page(asked: str | None) -> str:
    """The page to go to after signing in: one of ours, or the ward."""
    return asked if asked is not None and _OWN_PAGE.fullmatch(asked) else "/"


def keep_asked_for(response: Response, page: str) -> None:
    """Let the browser bring back which page was asked for."""
    if page == "/":
        response.delete_cookie(ASKED_FOR_COOKIE, path="/")
        return
    response.set_cookie(
        ASKED_FOR_COOKIE, page, max_age=_KEPT_S, httponly=True, samesite="lax", path="/"
    )


class Arrival:
    """ASGI middleware behind the guard.

    Nobody is signed in without an entry in the audit: where it cannot be written, the cookies are
    not sent.
    """

    def __init__(self, app: ASGIApp, *, identities: Identities) -> None:
        self._app = app
        self._identities = identities

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; on the way back from the hospital, note who came and where to."""
        if scope["type"] != "http" or scope["path"] != _CALLBACK:
            await self._app(scope, receive, send)
            return
        asked_for = own_page(HTTPConnection(scope).cookies.get(ASKED_FOR_COOKIE))

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                came = await anyio.to_thread.run_sync(self._identities.arrive, _set(headers))
                if came is not None:
                    headers["location"] = asked_for
                    forget = Response()
                    keep_asked_for(forget, "/")
                    headers.append("set-cookie", forget.headers["set-cookie"])
            await send(message)

        await self._app(scope, receive, send_on)


def _set(headers: MutableHeaders) -> Mapping[str, str]:
    """The cookies that an answer sets, as the browser will send them back."""
    found: dict[str, str] = {}
    for header in headers.getlist("set-cookie"):
        found |= {name: one.value for name, one in SimpleCookie(header).items()}
    return found
