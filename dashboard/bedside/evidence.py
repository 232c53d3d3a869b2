""" "Grade 2 because ...": each criterion with the rows behind it, their age and their author."""

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from dashboard import wording
from dashboard.loaders import store
from monitoring.clinical.concepts import CONCEPTS
from monitoring.clinical.explain_icans import icans_criteria, missing_words
from monitoring.clinical.results import (
    CriterionEvidence,
    Evaluation,
    IcansGrade,
    InputEvidence,
    Truth,
)
from monitoring.services.instants import from_us
from monitoring.services.provenance import Provenance, provenance

_TRUTHS = {
    Truth.YES: "met",
    Truth.HELD: "met when last known",
    Truth.NO: "not met",
    Truth.UNKNOWN: "not known",
}


def draw(evaluation: Evaluation, *, zone: ZoneInfo) -> None:
    """The criteria of the CRS grade, the parts of NEWS2, and what was missing, in words."""
    known = provenance(store(), evaluation)
    crs = evaluation.crs
    title = "CRS not graded because" if crs.grade is None else f"CRS grade {crs.grade} because"
    st.subheader(title)
    st.dataframe(
        criteria_frame(crs.criteria, known, zone=zone),
        hide_index=True,
        height="content",
        key="evidence_crs",
    )
    for line in missing_lines(evaluation):
        st.text(line)
    _draw_icans(evaluation.icans, known, zone=zone)
    st.subheader("NEWS2")
    st.dataframe(
        news2_frame(evaluation, known, zone=zone),
        hide_index=True,
        height="content",
        key="evidence_news2",
    )
    st.caption(
        f"Rulebook {evaluation.rulebook}. Limits of blood pressure and SpO2 are local policy."
    )


def _draw_icans(
    icans: IcansGrade | None, known: Mapping[tuple[str, int], Provenance], *, zone: ZoneInfo
) -> None:
    if icans is None:
        return
    ungraded = icans.grade is None
    st.subheader("ICANS not graded because" if ungraded else f"ICANS grade {icans.grade} because")
    rows = icans_criteria(icans)
    telling = [one for one in rows if one.truth is not Truth.NO]
    if telling:
        st.dataframe(
            criteria_frame(telling, known, zone=zone),
            hide_index=True,
            height="content",
            key="evidence_icans",
        )
    # Most of its many rows are not met: they are named, and not laid out one by one.
    absent = "; ".join(one.label for one in rows if one.truth is Truth.NO)
    if absent:
        st.text(f"Not met: {absent}.")
    if icans.missing:
        st.text(f"Not known and could raise the ICANS grade: {missing_words(icans)}.")
    for note in icans.notes:
        st.text(note)


def criteria_frame(
    criteria: Iterable[CriterionEvidence],
    known: Mapping[tuple[str, int], Provenance],
    *,
    zone: ZoneInfo,
) -> pd.DataFrame:
    """One row a value behind a criterion; a criterion without a value has a row of its own."""
    rows = []
    for criterion in sorted(criteria, key=_most_telling_first):
        inputs = criterion.inputs or (None,)
        for one in inputs:
            rows.append(
                (
                    str(criterion.grade),
                    criterion.label,
                    _TRUTHS[criterion.truth],
                    "" if one is None else _what(one.concept),
                    *_input(one, known, zone=zone),
                    criterion.note or "",
                    criterion.source,
                )
            )
    names = ["Grade", "Criterion", "Is", "What", *_INPUT_NAMES, "Note", "Source"]
    return pd.DataFrame(rows, columns=names)


def news2_frame(
    evaluation: Evaluation, known: Mapping[tuple[str, int], Provenance], *, zone: ZoneInfo
) -> pd.DataFrame:
    """One row a parameter: points and the band that was hit, or that it is missing."""
    rows = [
        (
            _parameter(part.parameter),
            "missing" if part.points is None else str(part.points),
            part.band or "",
            *_input(part.evidence, known, zone=zone),
        )
        for part in evaluation.news2.parts
    ]
    return pd.DataFrame(rows, columns=["Parameter", "Points", "Band", *_INPUT_NAMES])


def _parameter(name: str) -> str:
    return CONCEPTS[name].label if name in CONCEPTS else name.replace("_", " ").capitalize()


def _what(concept: str) -> str:
    return "Usual systolic BP" if concept == "baseline_systolic_bp" else _parameter(concept)


def missing_lines(evaluation: Evaluation) -> list[str]:
    """What the grade lacked and what the rules remarked, in words."""
    lines = []
    if evaluation.crs.missing:
        listed = ", ".join(_parameter(name).lower() for name in evaluation.crs.missing)
        lines.append(f"Not known and could raise the grade: {listed}.")
    if evaluation.news2.missing:
        listed = ", ".join(_parameter(name).lower() for name in evaluation.news2.missing)
        lines.append(f"Missing for NEWS2: {listed}.")
    return [*lines, *evaluation.crs.notes]


_INPUT_NAMES = ("Value", "Taken", "Age then", "Recorded by", "Known since")


def _input(
    one: InputEvidence | None,
    known: Mapping[tuple[str, int], Provenance],
    *,
    zone: ZoneInfo,
) -> tuple[str, str, str, str, str]:
    if one is None:
        return ("", "", "", "", "")
    author = known.get((one.table, one.row_id))
    return (
        f"{one.display} (old)" if one.stale else one.display,
        wording.date_and_clock(from_us(one.taken_us), zone),
        wording.age(one.age_s),
        "" if author is None else author.recorded_by,
        "" if author is None else wording.date_and_clock(from_us(author.recorded_us), zone),
    )


def _most_telling_first(criterion: CriterionEvidence) -> tuple[int, int]:
    order = (Truth.YES, Truth.HELD, Truth.UNKNOWN, Truth.NO)
    return order.index(criterion.truth), -criterion.grade
