"""The bar at the foot of each form: what is wrong, what is unusual, and the button that saves.

Its parts keep their places whether they have something to say or not, so that the button does not
move away under a finger.
"""

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import session, wording
from dashboard.charting.form import Form
from dashboard.charting.saving import refusal
from monitoring.services.patient import PatientPage


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


def buttons(
    form: Form,
    page: PatientPage,
    *,
    is_empty: bool,
    save: Callable[[Form, str, PatientPage], None],
) -> None:
    """Discard what was typed, or ``save`` it; the draft's key tells one press from the next."""
    st.button(
        "Discard",
        key=form.key("discard"),
        on_click=_discard,
        args=(form,),
        disabled=is_empty,
    )
    st.button(
        "Save",
        type="primary",
        key=form.key("save"),
        on_click=save,
        args=(form, form.draft.key, page),
    )


def _discard(form: Form) -> None:
    form.begin_anew(now=session.now())
