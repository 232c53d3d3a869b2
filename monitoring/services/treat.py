"""Record what was given and what a clinician said of a cause; the grade follows at once."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import attributions, audit, census, treatments, versions
from db.queries.census import EncounterRow
from monitoring.services.errors import RefusedError
from monitoring.services.evaluate import evaluation_before
from monitoring.services.policies import policy_for
from monitoring.services.record import CLOCK_TOLERANCE, Recorded
from monitoring.services.settle import settle

KINDS = (
    "anticytokine",
    "corticosteroid",
    "antipyretic",
    "fluid_bolus",
    "vasopressor",
    "inotrope",
    "ventilation",
    "transfusion",
    "dialysis",
    "electrolyte",
    "cardiac",
    "other",
)
ELEMENTS = ("fever", "hypotension", "hypoxia")


def record_treatment(
    store: Store,
    *,
    encounter_id: int,
    kind: str,
    agent: str,
    dose_value: float | None,
    dose_unit: str | None,
    route: str | None,
    indication: str | None,
    started_at: datetime,
    ended_at: datetime | None,
    source: str,
    source_id: str,
    actor: str,
    now: datetime,
) -> Recorded:
    """Record a treatment given at a moment (``ended_at`` equal to ``started_at``) or running (None).

    Raises ``RefusedError`` for an unknown kind, an end before the start, or a start in the future.
    """
    if kind not in KINDS:
        message = f"Nothing is known of the treatment kind {kind}. Choose one of the list."
        raise RefusedError(message)
    if started_at > now + CLOCK_TOLERANCE:
        message = "The treatment starts in the future. Check the date and the time."
        raise RefusedError(message)
    if ended_at is not None and ended_at < started_at:
        message = "The treatment ends before it starts. Check both times."
        raise RefusedError(message)

    def change(session: Session, encounter: EncounterRow) -> tuple[int, datetime] | None:
        row_id = treatments.insert(
            session,
            treatments.NewTreatment(
                encounter_id=encounter.id,
                kind=kind,
                agent=agent,
                dose_value=dose_value,
                dose_unit=dose_unit,
                route=route,
                indication=indication,
                started_at=started_at,
                ended_at=ended_at,
                recorded_at=now,
                recorded_by=actor,
                source=source,
                source_id=source_id,
                status="completed" if ended_at is not None else "in-progress",
                supersedes_id=None,
                reason=None,
            ),
        )
        return None if row_id is None else (row_id, started_at)

    return _change_facts(
        store,
        encounter_id=encounter_id,
        actor=actor,
        now=now,
        action="treatment.record",
        entity="treatment",
        detail={"kind": kind, "agent": agent},
        change=change,
    )


def end_treatment(
    store: Store, *, treatment_id: int, ended_at: datetime, actor: str, now: datetime
) -> Recorded:
    """End a running treatment: a new row with the end supersedes the open one."""
    with store.read() as session:
        old = treatments.by_id(session, treatment_id)
    if old.ended_at is not None:
        message = "This treatment has ended already."
        raise RefusedError(message)
    if not old.started_at <= ended_at <= now + CLOCK_TOLERANCE:
        message = "The end lies before the start or in the future. Check the time."
        raise RefusedError(message)

    def change(session: Session, encounter: EncounterRow) -> tuple[int, datetime] | None:
        row_id = treatments.supersede(
            session,
            old,
            ended_at=ended_at,
            status="completed",
            recorded_at=now,
            recorded_by=actor,
            reason=None,
        )
        return row_id, ended_at

    return _change_facts(
        store,
        encounter_id=old.encounter_id,
        actor=actor,
        now=now,
        action="treatment.end",
        entity="treatment",
        detail={"kind": old.kind, "agent": old.agent},
        change=change,
    )


def strike_out_treatment(
    store: Store, *, treatment_id: int, reason: str, actor: str, now: datetime
) -> Recorded:
    """Mark a treatment as entered in error, with the reason."""
    if not reason.strip():
        message = "Say why the treatment is struck out. The reason stays beside it."
        raise RefusedError(message)
    with store.read() as session:
        old = treatments.by_id(session, treatment_id)

    def change(session: Session, encounter: EncounterRow) -> tuple[int, datetime] | None:
        row_id = treatments.supersede(
            session,
            old,
            ended_at=old.ended_at,
            status="entered-in-error",
            recorded_at=now,
            recorded_by=actor,
            reason=reason,
        )
        return row_id, old.started_at

    return _change_facts(
        store,
        encounter_id=old.encounter_id,
        actor=actor,
        now=now,
        action="treatment.entered-in-error",
        entity="treatment",
        detail={"kind": old.kind, "agent": old.agent, "reason": reason},
        change=change,
    )


def attribute(
    store: Store,
    *,
    encounter_id: int,
    element: str,
    other_cause: str,
    note: str | None,
    from_at: datetime,
    until_at: datetime | None,
    actor: str,
    now: datetime,
) -> Recorded:
    """A clinician attributes fever, hypotension or hypoxia to another cause (rule C17)."""
    if element not in ELEMENTS:
        message = "Only fever, hypotension or hypoxia can be attributed to another cause."
        raise RefusedError(message)
    if not other_cause.strip():
        message = "Name the other cause. It stands beside the grade for whoever reads it next."
        raise RefusedError(message)
    if until_at is not None and until_at < from_at:
        message = "The attribution ends before it starts. Check both times."
        raise RefusedError(message)

    def change(session: Session, encounter: EncounterRow) -> tuple[int, datetime] | None:
        row_id = attributions.insert(
            session,
            attributions.NewAttribution(
                encounter_id=encounter.id,
                element=element,
                other_cause=other_cause,
                note=note,
                from_at=from_at,
                until_at=until_at,
                attributed_by=actor,
                recorded_at=now,
                supersedes_id=None,
            ),
        )
        return row_id, from_at

    return _change_facts(
        store,
        encounter_id=encounter_id,
        actor=actor,
        now=now,
        action="attribution.record",
        entity="attribution",
        detail={"element": element, "other_cause": other_cause},
        change=change,
    )


def _change_facts(
    store: Store,
    *,
    encounter_id: int,
    actor: str,
    now: datetime,
    action: str,
    entity: str,
    detail: dict[str, str],
    change: Callable[[Session, EncounterRow], tuple[int, datetime] | None],
) -> Recorded:
    def work(session: Session) -> Recorded:
        encounter = census.encounter(session, encounter_id)
        versions.lock_ward(session, encounter.ward_id)
        changed = change(session, encounter)
        if changed is None:
            before = evaluation_before(session, encounter_id, now + CLOCK_TOLERANCE)
            return Recorded(set_id=None, stored=False, before=before, evaluation=before, changes=())
        row_id, from_at = changed
        settled = settle(
            session,
            encounter,
            from_at=from_at,
            now=now,
            policy=policy_for(session, encounter),
            new_moments=[from_at],
        )
        audit.append(
            session,
            at=now,
            actor=actor,
            action=action,
            entity=entity,
            entity_id=str(row_id),
            detail={"encounter": encounter.public_id, **detail},
        )
        versions.advance(session, encounter.ward_id, now)
        return Recorded(
            set_id=None,
            stored=True,
            before=settled.before,
            evaluation=settled.evaluation,
            changes=settled.changes,
        )

    return store.write(work)
