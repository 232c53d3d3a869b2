"""The plain pages in front of the dashboard: sign in, sign out, not yet configured."""

from collections.abc import Sequence
from html import escape
from importlib.resources import files
from string import Template
from urllib.parse import parse_qs

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from streamlit.auth_util import get_secrets_auth_section
from streamlit.user_info import generate_login_redirect_url

from dashboard import wording
from dashboard.arrival import keep_asked_for, own_page
from dashboard.guard import is_same_origin
from dashboard.identity import DEMO_COOKIE, Identities, hospital_claims
from dashboard.tokens import Theme, css_variables
from monitoring.services.access import DEMO_MEMBERS

_LARGEST_FORM_BYTES = 4096
_PAGE = Template((files("dashboard") / "entry.html").read_text(encoding="utf-8"))


def entry_routes(identities: Identities, *, demo: bool) -> Sequence[Route]:
    """The routes of the sign-in pages, for the demo or for the hospital's own sign-in."""

    async def sign_in(request: Request) -> Response:
        destination = own_page(request.query_params.get("next"))
        if not demo:
            # The store is asked, and told of a refusal: not on the loop that serves everybody.
            page = await anyio.to_thread.run_sync(_hospital_page, request, identities)
            keep_asked_for(page, destination)
            return page
        if request.method == "POST":
            return await _choose(request, identities)
        return _demo_page(destination)

    async def sign_out(request: Request) -> Response:
        await anyio.to_thread.run_sync(identities.leave, request.cookies)
        if not demo:
            return RedirectResponse("/auth/logout", 303)
        response = RedirectResponse("/sign-in", 303)
        response.delete_cookie(DEMO_COOKIE)
        return response

    return (
        Route("/sign-in", sign_in, methods=["GET", "POST"]),
        Route("/sign-out", sign_out, methods=["GET"]),
    )


async def _choose(request: Request, identities: Identities) -> Response:
    if not is_same_origin(request.headers):
        return PlainTextResponse("Choose on the sign-in page itself.", 403)
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > _LARGEST_FORM_BYTES:
        return PlainTextResponse("Choose on the sign-in page itself.", 413)
    form = parse_qs((await request.body()).decode("ascii", "replace"))
    chosen = form.get("member", [""])[0]
    if await anyio.to_thread.run_sync(identities.arrive, {DEMO_COOKIE: chosen}) is None:
        return RedirectResponse("/sign-in", 303)
    response = RedirectResponse(own_page(form.get("next", ["/"])[0]), 303)
    response.set_cookie(DEMO_COOKIE, chosen, httponly=True, samesite="strict", path="/")
    return response


def _demo_page(destination: str) -> Response:
    buttons = "\n".join(
        f'<button name="member" value="{escape(member.username)}">'
        f"<strong>{escape(member.display_name)}</strong>"
        f"<span>{escape(wording.role(member.role))}</span></button>"
        for member in DEMO_MEMBERS
    )
    return _page(
        banner=wording.DEMO_BANNER,
        title="Whose eyes do you want to see the ward with?",
        body=(
            f'<form method="post" action="/sign-in">'
            f'<input type="hidden" name="next" value="{escape(destination)}">{buttons}</form>'
        ),
    )


def _hospital_page(request: Request, identities: Identities) -> Response:
    if not get_secrets_auth_section():
        return _page(
            title="Sign-in is not set up yet",
            body=(
                "<p>Nobody can sign in until the hospital's own sign-in (OpenID Connect) is "
                "named in <code>.streamlit/secrets.toml</code>, section <code>[auth]</code>: "
                "<code>redirect_uri</code>, <code>cookie_secret</code>, <code>client_id</code>, "
                "<code>client_secret</code>, <code>server_metadata_url</code>. "
                "Then let each member in with <code>stormwatch user add</code>.</p>"
                "<p>To look at it with invented patients, run <code>./scripts/demo</code>.</p>"
            ),
            status=503,
        )
    body = f'<a class="button" href="{escape(_login_url())}">Sign in with your hospital account</a>'
    refused = identities.refused_name(request.cookies)
    if refused is not None:
        return _page(
            title="No access",
            body=(
                f"<p>The hospital knows you as <strong>{escape(refused)}</strong>, but this person "
                "has no role on this ward's dashboard. Ask the ward's administrator to add this "
                "name. The attempt was noted.</p>"
                '<a class="button" href="/sign-out">Use another account</a>'
            ),
            status=403,
        )
    if hospital_claims(request.cookies) and identities.member(request.cookies) is None:
        body = f"<p>Your sign-in was for one shift, and that is over. Sign in again.</p>{body}"
    return _page(title="Stormwatch", body=body)


def _login_url() -> str:
    return generate_login_redirect_url("default")


def _page(*, title: str, body: str, banner: str = "", status: int = 200) -> Response:
    return HTMLResponse(
        _PAGE.substitute(
            title=escape(title),
            body=body,
            banner=escape(banner),
            intended_use=escape(wording.INTENDED_USE),
            day=css_variables(Theme.DAY),
            night=css_variables(Theme.NIGHT),
        ),
        status_code=status,
    )
