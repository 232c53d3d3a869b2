"""After saving: what was stored, the grade now, the alerts it raised, and the ways on."""

import streamlit as st

from dashboard import wording
from dashboard.charting.saving import Saved, last_saved
from monitoring.clinical.explain import sentence
from monitoring.clinical.explain_icans import icans_sentence
from monitoring.services.patient import HeadRow
from monitoring.services.threads import told


def draw(head: HeadRow) -> None:
    """The newest thing this session saved for the patient, if it saved anything."""
    with st.container(gap=None):
        # The place is kept free, so that the form below stays the same form.
        saved = last_saved(head.public_id)
        if saved is None:
            return
        lines = "".join(f"<br>{wording.plain(line)}" for line in consequences(saved))
        st.html(
            f"<p class='sw-saved' role='status'><strong>{wording.plain(headline(saved))}</strong>"
            f"{lines}<br><a href='/' target='_self'>Back to the ward</a></p>"
        )


def headline(saved: Saved) -> str:
    """What was stored and for when; a set that had been stored before says so."""
    if not saved.recorded.stored:
        return f"This had been stored already: {saved.what}, {saved.taken}."
    return f"Stored for {saved.taken}: {saved.what}."


def consequences(saved: Saved) -> list[str]:
    """The grade as it is now, and each alert that spoke for itself."""
    lines = []
    evaluation = saved.recorded.evaluation
    if evaluation is not None:
        lines.append(sentence(evaluation))
        if evaluation.icans is not None and evaluation.icans.grade is not None:
            lines.append(icans_sentence(evaluation))
    spoke = told(saved.recorded.changes)
    lines += [f"Alert, {change.priority.value}: {change.label}." for change in spoke]
    if not spoke:
        lines.append("No alert was raised.")
    return lines
