"""What pages about one patient share: the style sheet, the theme, and finding the patient."""

from datetime import datetime
from importlib.resources import files

import streamlit as st

from dashboard import session
from dashboard.loaders import store
from dashboard.part import part
from dashboard.tokens import PALETTES, Palette, Theme
from monitoring.services import patient
from monitoring.services.patient import PatientPage

_STYLE = (files("dashboard.bedside") / "bedside.css").read_text(encoding="utf-8")


def palette() -> Palette:
    """The colours of the theme in force."""
    return PALETTES[Theme.NIGHT if st.context.theme.type == "dark" else Theme.DAY]


def begin() -> None:
    """Bring in the style sheet of these pages."""
    st.html(f"<style>{_STYLE}</style>")


def find_page(now: datetime) -> PatientPage | None:
    """The patient whom the page's address names; says what to do where it names nobody."""
    public_id = session.encounter_public_id()
    page = None
    with part("This patient's record"):
        if public_id is not None:
            page = patient.open_page(store(), public_id=public_id, now=now)
        if page is None:
            st.html(
                "<p class='sw-problem'>This address names no patient. "
                "Go back to the ward and open a bed.</p>"
            )
    return page
