"""Give a stay's alerts out: what was raised, what became of it, who took it, and when.

They are not part of the file that comes back: a store that takes a stay in judges it anew, and what
was raised and answered elsewhere was not raised and answered there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import alerts
from db.queries.census import EncounterRow
from monitoring.services.outtake import audit_leaving, wanted_stays


def export_alerts(
    store: Store,
    *,
    write: Callable[[Iterator[Mapping[str, Any]]], int],
    actor: str,
    now: datetime,
    identifier: str | None = None,
    identifier_system: str | None = None,
    public_id: str | None = None,
) -> int:
    """Hand every alert of one stay (``public_id``) or of all stays of a patient to ``write``.

    Returns how many there were. The export is audited before the first one leaves. Raises
    ``RefusedError`` where nobody or more than one person is meant.
    """
    with store.read() as session:
        _, stays = wanted_stays(
            session,
            identifier=identifier,
            identifier_system=identifier_system,
            public_id=public_id,
        )
    audit_leaving(store, stays, action="alerts.export", actor=actor, now=now)
    with store.read() as session:
        return write(_threads(session, stays))


def _threads(session: Session, stays: Sequence[EncounterRow]) -> Iterator[Mapping[str, Any]]:
    for stay in stays:
        for thread in alerts.threads(session, stay.id):
            yield {
                "encounter": stay.public_id,
                "alert": thread.public_id,
                "problem": thread.problem,
                "priority": thread.priority,
                "condition": thread.condition,
                "acknowledgement": thread.acknowledgement,
                "visibility": thread.visibility,
                "raised_at": thread.raised_at,
                "closed_at": thread.closed_at,
                "owner": thread.owner,
                "snapshot": thread.snapshot,
                "events": [
                    {"at": one.at, "kind": one.kind, "actor": one.actor, "detail": one.detail}
                    for one in alerts.events(session, thread.id)
                ],
            }
