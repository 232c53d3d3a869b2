"""Whose request this is, from its cookies alone: known before any page script runs.

In the demo a visitor chooses to be one of the invented members and a cookie says whom; anybody on
the same computer may choose, so the cookie is not signed. Elsewhere the hospital's own sign-in
(OpenID Connect) decides, and its signed cookie is read here.
"""

import json
import logging
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.server_util import AUTH_COOKIE_NAME, get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value

from db.engine import Store
from monitoring.services import access
from monitoring.services.access import Member

DEMO_COOKIE = "stormwatch_demo"
# The claims of the hospital's sign-in that may name a member, in this order.
NAMING_CLAIMS = ("preferred_username", "email")
# A shift and its handover. After that the hospital's sign-in is asked again.
ABSOLUTE_SIGN_IN_S = 13 * 3600
# The hospital's clock may run a little ahead of ours.
_CLOCKS_DIFFER_S = 300
# How long a member is believed before the store is asked again.
_BELIEVED_S = 15.0

log = logging.getLogger(__name__)


class Identities:
    """Finds the member behind a request's cookies and remembers the answer for a few seconds."""

    def __init__(self, store: Store, *, demo: bool) -> None:
        self._store = store
        self._demo = demo
        self._lock = threading.Lock()
        self._believed: dict[tuple[str, ...], tuple[float, Member | None]] = {}
        self._refused: set[tuple[object, ...]] = set()

    def member(self, cookies: Mapping[str, str]) -> Member | None:
        """The active member who sent these cookies; None for anybody else."""
        names = self._names(cookies)
        if not names:
            return None
        asked_s = time.monotonic()
        with self._lock:
            believed = self._believed.get(names)
        if believed is not None and asked_s - believed[0] < _BELIEVED_S:
            return believed[1]
        return self._ask(cookies, names)

    def arrive(self, cookies: Mapping[str, str]) -> Member | None:
        """Who signs in with these cookies, told to the audit; None for who is no active member."""
        names = self._names(cookies)
        found = self._ask(cookies, names) if names else None
        if found is not None:
            access.sign_in(self._store, found, demo=self._demo, now=datetime.now(UTC))
        return found

    def leave(self, cookies: Mapping[str, str]) -> None:
        """Tell the audit that somebody signs out; nothing where nobody was signed in."""
        found = self.member(cookies)
        if found is not None:
            access.sign_out(self._store, found, demo=self._demo, now=datetime.now(UTC))

    def _ask(self, cookies: Mapping[str, str], names: tuple[str, ...]) -> Member | None:
        asked_s = time.monotonic()
        found = access.member(self._store, names)
        with self._lock:
            if len(self._believed) > 1000:
                self._believed.clear()
            self._believed[names] = (asked_s, found)
            waiting = bool(self._refused)
        if found is not None and waiting and self._was_refused(cookies):
            # The ward gave the role after the hospital's sign-in: it counts from now on.
            access.sign_in(self._store, found, demo=self._demo, now=datetime.now(UTC))
        return found

    def _was_refused(self, cookies: Mapping[str, str]) -> bool:
        sign_in = _sign_in(hospital_claims(cookies))
        with self._lock:
            known = sign_in in self._refused
            self._refused.discard(sign_in)
        return known

    def refused_name(self, cookies: Mapping[str, str]) -> str | None:
        """Whom the hospital signed in though the ward gave the person no role; None for others.

        The audit is told once of each sign-in, however often its page is opened.
        """
        claims = hospital_claims(cookies)
        names = claimed_names(claims, now_s=time.time())
        if not names or self.member(cookies) is not None:
            return None
        sign_in = _sign_in(claims)
        with self._lock:
            if len(self._refused) > 1000:
                self._refused.clear()
            is_new = sign_in not in self._refused
            self._refused.add(sign_in)
        if is_new:
            access.refuse(self._store, names[0], now=datetime.now(UTC))
        return names[0]

    def _names(self, cookies: Mapping[str, str]) -> tuple[str, ...]:
        if self._demo:
            chosen = cookies.get(DEMO_COOKIE, "")
            return tuple(m.username for m in access.DEMO_MEMBERS if m.username == chosen)
        return claimed_names(hospital_claims(cookies), now_s=time.time())


def _sign_in(claims: Mapping[str, object]) -> tuple[object, ...]:
    """What tells one sign-in at the hospital from the next."""
    return (*claimed_names(claims, now_s=time.time()), claims.get("iat"))


def hospital_claims(cookies: Mapping[str, str]) -> Mapping[str, object]:
    """The claims of a genuine sign-in cookie; empty for a missing or forged one."""
    secret = get_cookie_secret()

    def signed(name: str) -> bytes | None:
        raw = cookies.get(name)
        return None if raw is None else decode_signed_value(secret, name, raw.encode("latin-1"))

    try:
        payload = get_cookie_with_chunks(signed, AUTH_COOKIE_NAME)
        claims = json.loads(payload) if payload else {}
    except (ValueError, UnicodeError):
        log.warning("A sign-in cookie could not be read. The visitor is asked to sign in again.")
        return {}
    return claims if isinstance(claims, dict) and claims.get("is_logged_in") is True else {}


def claimed_names(claims: Mapping[str, object], *, now_s: float) -> tuple[str, ...]:
    """The usernames a sign-in claims, while it is not older than a shift."""
    issued_s = claims.get("iat")
    if not isinstance(issued_s, int | float):
        return ()
    if not -_CLOCKS_DIFFER_S <= now_s - issued_s <= ABSOLUTE_SIGN_IN_S:
        return ()
    if claims.get("email_verified") is False:
        claims = {name: value for name, value in claims.items() if name != "email"}
    names = (claims.get(claim) for claim in NAMING_CLAIMS)
    return tuple(name for name in names if isinstance(name, str) and name)
