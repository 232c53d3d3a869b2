"""Record what was given and what a clinician said of a cause; the grade follows at once."""

from datetime import datetime

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import attributions, treatments
from db.queries.census import EncounterRow
from monitoring.services.change import CLOCK_TOLERANCE, Changed, Recorded, change_facts
from monitoring.services.correct import ENTERED_IN_ERROR
from monitoring.services.errors import RefusedError

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
    "antimicrobial",
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
    """Record a treatment given at a moment, or running from then on.

    A moment has ``ended_at`` equal to ``started_at``; what still runs has no ``ended_at``.
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

    def change(session: Session, encounter: EncounterRow) -> Changed | None:
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
        if row_id is None:
            return None
        return _treatment(row_id, started_at, kind=kind, agent=agent)

    return change_facts(
        store,
        encounter_id=encounter_id,
        action="treatment.record",
        actor=actor,
        now=now,
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

    def change(session: Session, _encounter: EncounterRow) -> Changed:
        row_id = treatments.supersede(
            session,
            old,
            ended_at=ended_at,
            status="completed",
            recorded_at=now,
            recorded_by=actor,
            reason=None,
        )
        return _treatment(row_id, ended_at, kind=old.kind, agent=old.agent)

    return change_facts(
        store,
        encounter_id=old.encounter_id,
        action="treatment.end",
        actor=actor,
        now=now,
        change=change,
    )


def strike_out_treatment(
    store: Store, *, treatment_id: int, reason: str, actor: str, now: datetime
) -> Recorded:
    """Mark a treatment as entered in error; everything from its start is judged again without it.

    The rules no longer see it, readers of the stay's versions still do.
    """
    if not reason.strip():
        message = "Say why the treatment is struck out. The reason stays beside it."
        raise RefusedError(message)
    with store.read() as session:
        old = treatments.by_id(session, treatment_id)
    if old.status == ENTERED_IN_ERROR:
        message = "This treatment is struck out already."
        raise RefusedError(message)

    def change(session: Session, _encounter: EncounterRow) -> Changed:
        row_id = treatments.supersede(
            session,
            old,
            ended_at=old.ended_at,
            status=ENTERED_IN_ERROR,
            recorded_at=now,
            recorded_by=actor,
            reason=reason,
        )
        return _treatment(row_id, old.started_at, kind=old.kind, agent=old.agent, reason=reason)

    return change_facts(
        store,
        encounter_id=old.encounter_id,
        action="treatment.entered-in-error",
        actor=actor,
        now=now,
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

    def change(session: Session, encounter: EncounterRow) -> Changed:
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
        return Changed(
            entity="attribution",
            entity_id=str(row_id),
            moments=[from_at],
            detail={"element": element, "other_cause": other_cause},
        )

    return change_facts(
        store,
        encounter_id=encounter_id,
        action="attribution.record",
        actor=actor,
        now=now,
        change=change,
    )


def _treatment(row_id: int, at: datetime, **detail: str) -> Changed:
    return Changed(entity="treatment", entity_id=str(row_id), moments=[at], detail=detail)
