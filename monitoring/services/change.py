"""The one way to change a patient's facts: lock, change, judge, alert, audit and move the version.

All of it is one transaction, so there is no committed fact without its grade, its alert and its
entry in the audit; the caller hears of it only after the commit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import audit, census, versions
from db.queries.census import EncounterRow
from monitoring.clinical.results import Evaluation
from monitoring.services.policies import policies_until
from monitoring.services.settle import Responder, Settled, settle
from monitoring.services.stored_evaluation import StoredEvaluation, stored_before
from monitoring.services.threads import Change

# Clocks of bedside devices run a little ahead; beyond this a time of measurement is a mistake.
CLOCK_TOLERANCE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What a change touched: the entity for the audit, and the moments whose truth it changes.

    ``recorded_us`` gives for a moment when it became known, where that was not now.
    """

    entity: str
    entity_id: str
    moments: Sequence[datetime]
    detail: Mapping[str, Any] = field(default_factory=dict)
    set_id: int | None = None
    recorded_us: Mapping[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a submit did. ``stored`` is False where the same one had been stored before.

    ``entity_id`` names the row that was added; ``set_id`` the observation set, where it is one.
    ``before`` is the evaluation before the change, ``evaluation`` the newest one now.
    """

    stored: bool
    entity_id: str | None
    set_id: int | None
    before: StoredEvaluation | None
    evaluation: Evaluation | None
    changes: tuple[Change, ...]


def change_facts(
    store: Store,
    *,
    encounter_id: int,
    action: str,
    actor: str,
    now: datetime,
    change: Callable[[Session, EncounterRow], Changed | None],
    responder: Responder | None = None,
) -> Recorded:
    """Run ``change`` and everything that follows from it in one transaction.

    ``change`` returns None where everything was known already: then nothing else happens.
    """

    def work(session: Session) -> Recorded:
        encounter = census.encounter(session, encounter_id)
        versions.lock_ward(session, encounter.ward_id)
        changed = change(session, encounter)
        if changed is None:
            standing = stored_before(session, encounter_id, now + CLOCK_TOLERANCE)
            return Recorded(
                stored=False,
                entity_id=None,
                set_id=None,
                before=standing,
                evaluation=None if standing is None else standing.whole(),
                changes=(),
            )
        settled = _settle(session, encounter, changed, now=now, responder=responder)
        audit.append(
            session,
            at=now,
            actor=actor,
            action=action,
            entity=changed.entity,
            entity_id=changed.entity_id,
            detail={"encounter": encounter.public_id, **changed.detail},
        )
        versions.advance(session, encounter.ward_id, now)
        return Recorded(
            stored=True,
            entity_id=changed.entity_id,
            set_id=changed.set_id,
            before=settled.before,
            evaluation=settled.evaluation,
            changes=settled.changes,
        )

    return store.write(work)


def _settle(
    session: Session,
    encounter: EncounterRow,
    changed: Changed,
    *,
    now: datetime,
    responder: Responder | None,
) -> Settled:
    # What begins in the future (a planned dose) is judged when its time has come.
    moments = [moment for moment in changed.moments if moment <= now + CLOCK_TOLERANCE]
    if not moments:
        return Settled(before=None, evaluation=None, changes=())
    return settle(
        session,
        encounter,
        from_at=min(moments),
        now=now,
        policies=policies_until(session, encounter, now),
        new_moments=moments,
        recorded_us=changed.recorded_us,
        responder=responder,
    )
