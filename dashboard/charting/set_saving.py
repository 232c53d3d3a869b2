"""Saving a set of values: the same checks in the same order, whichever form they came from."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from dashboard import session, wording
from dashboard.charting import time_field
from dashboard.charting.entries import Entries
from dashboard.charting.form import Form
from dashboard.charting.saving import Saved, refuse, save_once
from dashboard.charting.wall_clock import Resolved, Twice, Unusable
from dashboard.loaders import store
from monitoring.services import record
from monitoring.services.patient import PatientPage

Fields = Mapping[str, Any]


def problems(entries: Entries, found: Resolved | Twice | Unusable) -> list[str]:
    """What stands in the fields and cannot be saved as it is, in words."""
    unusable = [found.message] if isinstance(found, Unusable) else []
    return [*entries.refused.values(), *unusable]


def save_set(
    form: Form,
    key: str,
    page: PatientPage,
    *,
    fields: Iterable[str],
    read: Callable[[Fields], Entries],
    in_words: Callable[[Entries, Fields], str],
    further: Callable[[Entries, Fields], str | None] | None = None,
    partial_reason: Callable[[Entries, Fields], str | None] | None = None,
) -> None:
    """Check everything again from what is in the fields now, and store it once.

    ``key`` is the draft's at the moment of the press. ``further`` says what this form alone asks
    for before it can be saved, ``partial_reason`` why values are missing, ``in_words`` what was
    stored.
    """
    now = session.now()
    session.touch(now)
    if form.draft.key != key:
        # This press was on its way while the first one was being saved.
        return
    typed = form.typed(fields)
    entries = read(typed)
    zone = ZoneInfo(page.head.time_zone)
    found = time_field.read_time(typed, zone=zone, now=now, otherwise=form.draft.begun_at)
    obstacle = _obstacle(entries, found) or (further(entries, typed) if further else None)
    if obstacle is not None:
        refuse(obstacle, typed)
        return
    assert isinstance(found, Resolved)

    def save() -> Saved:
        recorded = record.record_set(
            store(),
            encounter_id=page.head.encounter_id,
            values=entries.values,
            taken_at=found.at,
            source="chart",
            source_id=key,
            actor=session.member().username,
            now=now,
            partial_reason=partial_reason(entries, typed) if partial_reason else None,
        )
        return Saved(
            what=in_words(entries, typed),
            taken=wording.date_and_clock(found.at, zone),
            recorded=recorded,
        )

    if save_once(key, encounter=page.head.public_id, fields=typed, save=save):
        form.begin_anew(now=now)


def _obstacle(entries: Entries, found: Resolved | Twice | Unusable) -> str | None:
    """Why values cannot be saved yet, and what to do; None when they can."""
    if entries.refused:
        return next(iter(entries.refused.values()))
    if not entries.values:
        return "Nothing is entered yet. Enter at least one value."
    if isinstance(found, Unusable):
        return found.message
    if isinstance(found, Twice):
        return "That hour came twice tonight. Choose the first or the second."
    return None
