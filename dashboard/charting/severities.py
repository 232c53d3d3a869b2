"""What the severities of a symptom mean, in the words of CTCAE v5.0 as the rules hold them."""

from functools import cache

import streamlit as st

from dashboard import wording
from monitoring.clinical import ctcae
from monitoring.clinical.concepts import SYMPTOMS

_GRADES = tuple(grade for grade in ctcae.GRADES if grade != ctcae.DEATH)
_ADL = (
    "CTCAE v5.0. Instrumental ADL: meals, shopping, phone, money. Self care: bathing, dressing, "
    "feeding, toilet, medications. A dash is not defined."
)


def offered(concept: str) -> tuple[int, ...]:
    """The severities that can be charted of a symptom, none (0) first."""
    return ctcae.offered(ctcae.load_ctcae(), concept)


def meaning(concept: str) -> str:
    """Every severity of a symptom, a line each: "1: relieved by rest"."""
    said = ctcae.wording(ctcae.load_ctcae(), concept)
    return "\n".join(f"{grade}: {words}" for grade, words in said.items())


def draw_table() -> None:
    """All terms by severity behind one press, for a screen without a pointer."""
    with st.popover("What they mean", key="severity_meaning"):
        st.html(_html())
        st.caption(_ADL)


def rows() -> list[tuple[str, ...]]:
    """One row a term: what it is charted as, and its wording by severity short of death."""
    rules = ctcae.load_ctcae()
    return [
        (symptom.label, term.term, *(_cell(term, grade) for grade in _GRADES))
        for symptom in SYMPTOMS
        for term in rules.of_concept(symptom.code)
    ]


@cache
def _html() -> str:
    # A table that breaks its lines: a tablet shows no more than half of a wording beside another.
    head = "".join(f"<th>{name}</th>" for name in ("Charted as", "CTCAE term", *_GRADES))
    body = "".join(
        f"<tr>{''.join(f'<td>{wording.plain(cell)}</td>' for cell in row)}</tr>" for row in rows()
    )
    return (
        f"<table class='sw-severities'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cell(term: ctcae.Term, grade: int) -> str:
    words = term.grades.get(grade, "-")
    return f"{words} (unverified)" if grade in term.unverified else words
