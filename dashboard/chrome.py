"""What stands around every page: the demo banner, who is signed in, the pages, the intended use."""

from importlib.resources import files
from string import Template
from urllib.parse import urlencode

import streamlit as st

from dashboard import session, wording
from dashboard.loaders import boards
from dashboard.tokens import Theme, css_variables
from monitoring.config import settings

_STYLE = (files("dashboard") / "chrome.css").read_text(encoding="utf-8")
_FRAME = Template((files("dashboard") / "chrome.html").read_text(encoding="utf-8"))
_PAGES = (("Patient", "/patient"), ("Chart", "/chart"))


def frame(current: str, *, wall_screen: bool) -> None:
    """Draw the banner and the top bar; a wall screen has its own, inside the board."""
    mark = "<span class='sw-ward'></span>" if current == "Ward" else ""
    if wall_screen:
        st.html(f"<style>{_style()}</style>{mark}<div class='sw-kiosk'></div>")
        return
    person = session.member()
    st.html(
        f"<style>{_style()}</style>{mark}"
        + _FRAME.substitute(
            banner=_banner(),
            pages=_links(current),
            member=wording.plain(person.display_name),
            role=wording.plain(wording.role(person.role)),
            intended_use=wording.plain(wording.INTENDED_USE),
        )
    )


def signed_out() -> None:
    """Say that the sign-in ran out and lead back to it; nothing of a patient is on this page."""
    st.html(
        f"<style>{_style()}</style>{_banner()}<div class='sw-out'><h1>Signed out</h1>"
        f"<p>Nobody used this page for {settings().idle_minutes} minutes, "
        "or the sign-in has ended.</p>"
        "<p><a href='/sign-out' target='_self'>Sign in again</a></p></div>"
    )


def _banner() -> str:
    if not settings().demo:
        return ""
    return f"<p class='sw-banner'>{wording.plain(wording.DEMO_BANNER)}</p>"


def _links(current: str) -> str:
    marked = {True: " aria-current='page'", False: ""}
    links = [(name, address, current == "Ward" and here) for name, address, here in _wards()]
    links += [(name, address, True) for name, address in _PAGES if name == current]
    return "".join(
        f"<a href='{wording.plain(address)}' target='_self'{marked[here]}>{wording.plain(name)}</a>"
        for name, address, here in links
    )


def _wards() -> list[tuple[str, str, bool]]:
    """The boards to choose from, the usual one first, and whether it is the one in the address."""
    known = boards().wards()
    if len(known) < 2:
        return [("Ward", "/", True)]
    usual, open_one = settings().ward, session.ward_code()
    return [
        (
            ward.name,
            "/" if ward.code == usual else f"/?{urlencode({session.WARD_PARAMETER: ward.code})}",
            ward.code == open_one,
        )
        for ward in sorted(known, key=lambda ward: ward.code != usual)
    ]


def _style() -> str:
    theme = Theme.NIGHT if st.context.theme.type == "dark" else Theme.DAY
    return f":root {{\n{css_variables(theme)}\n}}\n{_STYLE}"
