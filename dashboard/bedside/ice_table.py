"""ICE (CAPD under 12) and the signs of ICANS as they were assessed, side by side."""

from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from dashboard import wording
from dashboard.bedside import words
from dashboard.bedside.window import Window
from dashboard.loaders import store
from monitoring.clinical.assessment_tools import TOOLS
from monitoring.clinical.concepts import NEUROLOGY
from monitoring.services.assessments import Assessment, assessments
from monitoring.services.instants import from_us
from monitoring.services.patient import PatientPage

_TOOL_OF = {code: tool for tool in TOOLS.values() for code in (*tool.codes, tool.total)}
_UNTESTED = "not tested"


def draw(page: PatientPage, window: Window, *, zone: ZoneInfo) -> None:
    """The assessments of the window, the newest first; nothing where there are none."""
    found = assessments(
        store(),
        encounter_id=page.head.encounter_id,
        from_at=window.from_at,
        to_at=window.to_at,
    )
    if not found:
        return
    st.subheader("Neurological assessments")
    st.dataframe(frame(found, zone=zone), key="assessments", height="content")


def frame(found: tuple[Assessment, ...], *, zone: ZoneInfo) -> pd.DataFrame:
    """A column an assessment, a row an item; an item that was left out is said and is no 0."""
    charted = {code for one in found for code in one.values}
    charted |= {_TOOL_OF[code].total for code in charted & _TOOL_OF.keys()}
    rows = [concept for concept in NEUROLOGY if concept.code in charted]
    return pd.DataFrame(
        {
            wording.date_and_clock(from_us(one.taken_us), zone): [
                _cell(one, concept.code) for concept in rows
            ]
            for one in found
        },
        index=[concept.label for concept in rows],
    )


def _cell(one: Assessment, code: str) -> str:
    tool = _TOOL_OF.get(code)
    if tool is not None and code == tool.total and (points := one.points(tool)) is not None:
        return f"{points} of {tool.most}"
    value = one.values.get(code)
    if value is None:
        is_in_part = tool is not None and bool(one.values.keys() & {*tool.codes})
        return _UNTESTED if is_in_part and tool is not None and code != tool.total else ""
    return words.value(code, value.number, value.code)
