"""A part of a page that fails says so in its place, and the rest of the page stays."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard import wording
from monitoring.services.failures import without_data

_log = logging.getLogger(__name__)


@contextmanager
def part(what: str) -> Iterator[None]:
    """Draw one part of a page; where that fails ``what`` names what is missing, in words.

    An alert must be seen although the reasons for the grade cannot be worked out. What is logged
    holds no patient data.
    """
    try:
        yield
    except Exception as failed:  # noqa: BLE001 - said on the page, and logged
        _log.error("%s could not be shown: %s", what, without_data(failed))
        said = (
            f"{what} cannot be shown. Look at the patient, and tell the person who runs Stormwatch."
        )
        st.html(f"<p class='sw-problem' role='alert'>{wording.plain(said)}</p>")
