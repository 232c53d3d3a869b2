"""What stands around every page: the demo banner, who is signed in, the pages, the intended use."""

from importlib.resources import files
from string import Template
from urllib.parse import urlencode

import streamlit as st

from dashboard import session, wording
from dashboard.loaders import boards, store
from dashboard.tokens import Theme, css_variables
from monitoring.config import settings
from monitoring.services import patient, quarantined
from monitoring.services.access import Member

_STYLE = (files("dashboard") / "chrome.css").read_text(encoding="utf-8")
_FRAME = Template((files("dashboard") / "chrome.html").read_text(encoding="utf-8"))
_PAGES = (("Patient", "/patient"), ("Chart", "/chart"))
# A link to the page that is open, and one to the board on which the page's patient lies.
_PAGE, _WITHIN = " aria-current='page'", " aria-current='true'"


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
            pages=_links(current, person),
            member=wording.plain(person.display_name),
            role=wording.plain(wording.role(person.role)),
            intended_use=wording.plain(wording.INTENDED_USE),
        )
    )


def signed_out() -> None:
    """Say that the sign-in ran out and lead back to it; nothing of a patient is on this page."""
    st.html(
        f"<style>{_style()}</style>{_banner()}<div class='sw-out'><h1>Signed out</h1>"
        f"<p>Nobody used this page for {settings().idle_minutes:g} minutes, "
        "or the sign-in has ended.</p>"
        "<p><a href='/sign-out' target='_self'>Sign in again</a></p></div>"
    )


def _banner() -> str:
    if not settings().demo:
        return ""
    return f"<p class='sw-banner'>{wording.plain(wording.DEMO_BANNER)}</p>"


def _links(current: str, person: Member) -> str:
    links = [
        *_wards(current),
        *((*page, _PAGE) for page in _PAGES if page[0] == current),
        *_quarantine(current, person),
    ]
    return "".join(
        f"<a href='{wording.plain(address)}' target='_self'{mark}>{wording.plain(name)}</a>"
        for name, address, mark in links
    )


def _quarantine(current: str, person: Member) -> list[tuple[str, str, str]]:
    """The way to what could not be used, with how much of it waits, for those who answer for it."""
    if person.role not in quarantined.ROLES:
        return []
    count = quarantined.waiting_count(store())
    name = f"Quarantine ({count})" if count else "Quarantine"
    return [(name, "/quarantine", _PAGE if current == "Quarantine" else "")]


def _wards(current: str) -> list[tuple[str, str, str]]:
    """The boards to choose from, the usual one first, each with its mark.

    Marked is the one that is open, or else the one on which the patient of the page lies.
    """
    known = boards().wards()
    if len(known) < 2:
        return [("Ward", "/", _PAGE if current == "Ward" else "")]
    if current == "Ward":
        marked, mark = session.ward_code(), _PAGE
    else:
        marked, mark = patient.ward_code(store(), session.encounter_public_id()), _WITHIN
    usual = settings().ward
    return [
        (
            ward.name,
            "/" if ward.code == usual else f"/?{urlencode({session.WARD_PARAMETER: ward.code})}",
            mark if ward.code == marked else "",
        )
        for ward in sorted(known, key=lambda ward: ward.code != usual)
    ]


def _style() -> str:
    theme = Theme.NIGHT if st.context.theme.type == "dark" else Theme.DAY
    return f":root {{\n{css_variables(theme)}\n}}\n{_STYLE}"
