"""Saving from a callback: done once for each submission, and whatever fails is said in words."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from db.errors import StoreError
from monitoring.services.change import Recorded
from monitoring.services.errors import RefusedError
from monitoring.services.failures import without_data

_SAVED = "charting:saved"
_REFUSED = "charting:refused"
_KEPT_RESULTS = 20
NOT_JUDGED = (
    "Not saved: Stormwatch could not judge this patient with what you entered, and stores nothing "
    "that it cannot judge. What you entered is kept here. Write it down, go by the patient and not "
    "by the grade shown, and tell the person who runs Stormwatch."
)
NOT_STORED = "Not saved: the store did not take it. What you entered is kept; press Save again."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What was stored: in words, when it was true, and what followed from it."""

    what: str
    taken: str
    recorded: Recorded


def save_once(
    key: str, *, encounter: str, fields: Mapping[str, Any], save: Callable[[], Saved]
) -> bool:
    """Run ``save`` unless this submission was saved before; whether the form may begin anew.

    A second press that was already on its way finds the first one's result and does nothing. What
    fails is kept for ``refusal`` to say; the fields are left as they are.
    """
    results: dict[str, tuple[str, Saved]] = st.session_state.setdefault(_SAVED, {})
    if key in results:
        return False
    try:
        results[key] = (encounter, save())
    except RefusedError as refused:
        refuse(str(refused), fields)
        return False
    except StoreError as failed:
        _log.error("A submission could not be stored: %s", type(failed).__name__)
        refuse(NOT_STORED, fields)
        return False
    except Exception as failed:  # noqa: BLE001 - said beside the button, and logged
        # Facts, grade and alerts are one transaction (ADR 7): nothing of it is stored.
        _log.error("A submission could not be judged: %s", without_data(failed))
        refuse(NOT_JUDGED, fields)
        return False
    while len(results) > _KEPT_RESULTS:
        del results[next(iter(results))]
    return True


def refuse(message: str, fields: Mapping[str, Any]) -> None:
    """Say beside the save button why nothing was saved of these fields."""
    st.session_state[_REFUSED] = (message, dict(fields))


def refusal(fields: Mapping[str, Any]) -> str | None:
    """Why the last save was refused; None once a field was changed since."""
    message, refused = st.session_state.get(_REFUSED, (None, None))
    return message if refused == dict(fields) else None


def last_saved(encounter: str) -> Saved | None:
    """The newest thing that this session saved for a stay."""
    results: dict[str, tuple[str, Saved]] = st.session_state.get(_SAVED, {})
    own = [saved for whose, saved in results.values() if whose == encounter]
    return own[-1] if own else None
