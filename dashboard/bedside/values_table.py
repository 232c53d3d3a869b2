"""The same data as a table: every value with who recorded it, and the replaced ones struck out."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from dashboard import wording
from dashboard.bedside import words
from monitoring.clinical.concepts import CONCEPTS
from monitoring.services.course import ReplacedRow, ValueRow
from monitoring.services.instants import from_us

# Laid over each letter; the state is said in words beside it.
_STROKE = "\u0336"


def draw(
    current: Sequence[ValueRow], replaced: Sequence[ReplacedRow], *, zone: ZoneInfo, key: str
) -> None:
    """Newest first. A table takes text as text, so nothing in it is read as markup."""
    if not current and not replaced:
        st.text("No values in this window.")
        return
    st.dataframe(frame(current, replaced, zone=zone), hide_index=True, key=key)


def frame(
    current: Sequence[ValueRow], replaced: Sequence[ReplacedRow], *, zone: ZoneInfo
) -> pd.DataFrame:
    """One row a value, replaced values in their place by the time they were measured."""
    rows = [
        (
            row.taken_us,
            wording.date_and_clock(from_us(row.taken_us), zone),
            CONCEPTS[row.concept].label,
            measured(row),
            "amended" if row.status == "amended" else "asked about" if row.queried else "",
            row.recorded_by,
            wording.date_and_clock(from_us(row.recorded_us), zone),
            row.source,
        )
        for row in current
    ]
    rows += [
        (
            row.taken_us,
            wording.date_and_clock(from_us(row.taken_us), zone),
            CONCEPTS[row.concept].label,
            struck(words.value(row.concept, row.value_num, row.value_code)),
            what_became(row),
            row.recorded_by,
            wording.date_and_clock(from_us(row.recorded_us), zone),
            "",
        )
        for row in replaced
    ]
    rows.sort(key=lambda row: row[0], reverse=True)
    names = ["Measured", "What", "Value", "State", "Recorded by", "Known since", "Source"]
    return pd.DataFrame([row[1:] for row in rows], columns=names)


def measured(row: ValueRow) -> str:
    """A value, and where or how it was measured when that is known: "37.4 C, axillary" (C2)."""
    said = words.value(row.concept, row.value_num, row.value_code)
    return said if row.method is None else f"{said}, {row.method.replace('_', ' ')}"


def struck(text: str) -> str:
    """Text with a line through it."""
    return "".join(letter + _STROKE for letter in text)


def what_became(row: ReplacedRow) -> str:
    """Why a value no longer counts: "amended to 39.2 C: typing mistake (Nurse Adeyemi)"."""
    became = (
        "struck out"
        if row.status == "entered-in-error"
        else f"amended to {words.value(row.concept, row.new_value_num, row.new_value_code)}"
    )
    return f"{became}: {row.reason or 'no reason given'} ({row.replaced_by})"
