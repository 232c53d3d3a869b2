"""Lee 2014 and CTCAE v5.0 as "also": folded away, each under its own name, with what it lacks."""

from datetime import datetime

import streamlit as st

from dashboard.loaders import store
from monitoring.services.also import also_now
from monitoring.services.patient import PatientPage


def draw(page: PatientPage, *, now: datetime) -> None:
    """One fold whose title says the grades; in it why, and what would have to be charted."""
    found = also_now(store(), page, now=now)
    if not found:
        return
    with st.expander(f"Also: {' · '.join(one.short for one in found)}", key="also"):
        for one in found:
            st.text(one.answer.reason)
            if one.needs:
                st.caption(f"Not known: {'; '.join(one.needs)}.")
        st.caption("Other scales. They never change the ASTCT grade and are never mixed with it.")
