"""One form of the charting page: its fields in the session, its draft on the server."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

import streamlit as st

from dashboard.charting.drafts import Draft, drafts, new_draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form's place: whose, for which stay, and which of the page's forms.

    The draft's key is part of every widget's key, so a saved form begins again with empty fields.

    ``defaults`` are the values that say nothing of the patient: a form that holds only those is
    empty.
    """

    name: str
    author: str
    encounter: str
    defaults: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def open(self, fields: Iterable[str], *, now: datetime) -> Draft:
        """The form as it stands; a draft left behind by a refresh is put back into its fields.

        Called at the top of a run, before any widget of the form is drawn.
        """
        draft = st.session_state.get(self._slot)
        if not isinstance(draft, Draft):
            found = drafts().find(
                author=self.author, encounter=self.encounter, form=self.name, now=now
            )
            draft = found or new_draft(now)
        for name, value in draft.fields.items():
            st.session_state.setdefault(self._key(draft, name), value)
        for name, value in self.defaults.items():
            st.session_state.setdefault(self._key(draft, name), value)
        typed = self._typed(draft, fields)
        # The time of measurement is when the first value is entered, not when the page was opened.
        begun_at = draft.begun_at if typed and draft.fields else now
        draft = replace(draft, begun_at=begun_at, fields=MappingProxyType(typed))
        st.session_state[self._slot] = draft
        if typed:
            drafts().keep(draft, author=self.author, encounter=self.encounter, form=self.name)
        else:
            drafts().drop(author=self.author, encounter=self.encounter, form=self.name)
        return draft

    def key(self, field: str) -> str:
        """The key of a field's widget in the form as it stands."""
        return self._key(self.draft, field)

    @property
    def draft(self) -> Draft:
        """The form as it stands in this session; it has been opened before."""
        draft: Draft = st.session_state[self._slot]
        return draft

    def typed(self, fields: Iterable[str]) -> dict[str, Any]:
        """What is in the fields now; blank ones and mere defaults are left out."""
        return self._typed(self.draft, fields)

    def put(self, field: str, value: Any) -> None:
        """Set a field from a callback."""
        st.session_state[self.key(field)] = value

    def begin_anew(self, *, now: datetime) -> None:
        """Empty the form after it was saved or discarded; the next submission has its own key."""
        drafts().drop(author=self.author, encounter=self.encounter, form=self.name)
        st.session_state[self._slot] = new_draft(now)

    def _typed(self, draft: Draft, fields: Iterable[str]) -> dict[str, Any]:
        found = {name: st.session_state.get(self._key(draft, name)) for name in fields}
        return {
            name: value
            for name, value in found.items()
            if not _is_blank(value) and value != self.defaults.get(name)
        }

    @property
    def _slot(self) -> str:
        return f"form:{self.name}:{self.encounter}"

    def _key(self, draft: Draft, field: str) -> str:
        return f"{self.name}:{draft.key}:{field}"


def _is_blank(value: Any) -> bool:
    return value is None or value is False or (isinstance(value, str) and not value.strip())
