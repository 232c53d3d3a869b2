"""What was typed and not saved yet: kept for its author, so that a refresh loses nothing.

Drafts live in the memory of the server, one for each member and patient, and go with the server,
with saving, with discarding, or after some hours. They are never written to disk or put into an
address: what is not saved is not part of the record.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from threading import Lock
from types import MappingProxyType
from typing import Any
from uuid import uuid4

# A draft older than this is no longer what is at the bedside.
KEPT_FOR = timedelta(hours=4)
_AT_MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One unsaved form. ``key`` becomes the submission's identifier: it is stored once.

    ``begun_at`` is when the first value was entered, and the time of measurement unless another is
    given. ``fields`` are the widgets' values by field.
    """

    key: str
    begun_at: datetime
    fields: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


class Drafts:
    """The drafts of one process; safe for many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._drafts: dict[tuple[str, str, str], Draft] = {}

    def find(self, *, author: str, encounter: str, form: str, now: datetime) -> Draft | None:
        """The author's draft of a form for a patient, unless it is too old."""
        with self._lock:
            self._forget_old(now)
            return self._drafts.get((author, encounter, form))

    def keep(self, draft: Draft, *, author: str, encounter: str, form: str) -> None:
        """Remember a draft in place of the one before it."""
        with self._lock:
            self._drafts.pop((author, encounter, form), None)
            self._drafts[author, encounter, form] = draft
            while len(self._drafts) > _AT_MOST:
                self._drafts.pop(next(iter(self._drafts)))

    def drop(self, *, author: str, encounter: str, form: str) -> None:
        """Forget a draft that was saved or discarded."""
        with self._lock:
            self._drafts.pop((author, encounter, form), None)

    def _forget_old(self, now: datetime) -> None:
        for place in [
            place for place, draft in self._drafts.items() if now - draft.begun_at > KEPT_FOR
        ]:
            del self._drafts[place]


def new_draft(now: datetime) -> Draft:
    """An empty form with a submission key of its own."""
    return Draft(key=uuid4().hex, begun_at=now)


@cache
def drafts() -> Drafts:
    """The drafts of this process."""
    return Drafts()
