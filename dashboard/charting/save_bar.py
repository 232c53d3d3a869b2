"""The bar at the foot of each form: what is wrong, what is unusual, and the button that saves.

Its parts keep their places whether they have something to say or not, so that the button does not
move away under a finger.
"""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import wording
from dashboard.charting.form import Form
from dashboard.charting.saving import refusal


def draw(form: Form, problems: Sequence[str] = (), *, ask: tuple[str, ...] = ()) -> DeltaGenerator:
    """What cannot be saved, why the last press saved nothing, and what must be confirmed.

    Returns the row beneath, for what else the form has to say and for its buttons.
    """
    said = refusal(form.draft.fields)
    listed = [said, *problems] if said is not None and said not in problems else [*problems]
    bar = st.container(key="sw_save", gap="xxsmall")
    with bar.container(gap=None):
        for problem in listed:
            st.html(f"<p class='sw-problem' role='alert'>{wording.plain(problem)}</p>")
    with bar.container(gap=None):
        if ask:
            st.pills(
                "Unusual: press each that is right",
                ask,
                key=form.key("confirmed"),
                selection_mode="multi",
            )
    return bar.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False)
