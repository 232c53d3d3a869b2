"""What guidelines say at the grade that is shown: folded away, cited, and never an order."""

import streamlit as st

from monitoring.clinical.confirmation import CRS
from monitoring.clinical.guidance import NOT_AN_ORDER, GuidelineText, Kind, guidance
from monitoring.services.patient import PatientPage

_TITLES = {
    Kind.MANAGEMENT: "Management",
    Kind.ADJUNCT: "Adjuncts",
    Kind.MONITORING: "Monitoring",
}


def draw(page: PatientPage) -> None:
    """The texts for the grade in force and what the person was given, under one fold."""
    grade = shown_grade(page)
    texts = guidance(
        grade,
        therapies={dose.therapy_class for dose in page.doses},
        products={dose.product for dose in page.doses},
    )
    if not texts:
        return
    at = "grade not known" if grade is None else f"CRS grade {grade}"
    with st.expander(f"{NOT_AN_ORDER} ({at})", key="guideline"):
        for kind in Kind:
            own = [one for one in texts if one.kind is kind]
            if own:
                st.text(_TITLES[kind])
            for one in own:
                st.text(one.quoted)
                st.caption(citation(one))


def shown_grade(page: PatientPage) -> int | None:
    """The CRS grade in force: a clinician's word where one stands, else the suggested one.

    None of a patient who is not judged now: the grade of an earlier look chooses no text.
    """
    if page.evaluation is None or page.not_judged:
        return None
    word = page.evaluation.word_on(CRS)
    return page.evaluation.crs.grade if word is None else word.shown


def citation(one: GuidelineText) -> str:
    """Where a text stands and from when it is."""
    return f"{one.citation}. Dated {one.dated}."
