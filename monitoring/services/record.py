"""Record what was observed: stored, evaluated, alerted and audited in one transaction.

The caller hears "saved" only after the commit. The same submission arriving twice is stored once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import census, observations
from db.queries.census import EncounterRow
from monitoring.clinical.concepts import CONCEPTS
from monitoring.clinical.facts import EncounterFacts
from monitoring.clinical.results import Evaluation
from monitoring.services.change import CLOCK_TOLERANCE, Changed, Recorded, change_facts
from monitoring.services.errors import RefusedError
from monitoring.services.evaluate import evaluation_before, judge_enough, judge_facts
from monitoring.services.instants import to_us
from monitoring.services.policies import policy_for
from monitoring.services.possible import refuse_impossible


@dataclass(frozen=True, slots=True, kw_only=True)
class NewValue:
    """One checked value of a set, in its concept's canonical unit, beside what was sent.

    ``source_id`` tells it from other values of its source; left out, it is made of the set's
    identifier and the concept.
    """

    concept: str
    value: float | None
    code: str | None
    value_sent: str
    unit_sent: str | None
    method: str | None = None
    queried: bool = False
    source_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a set would do if it were saved now; nothing is written."""

    before: Evaluation | None
    after: Evaluation


def record_set(
    store: Store,
    *,
    encounter_id: int,
    values: Sequence[NewValue],
    taken_at: datetime,
    source: str,
    source_id: str,
    actor: str,
    now: datetime,
    partial_reason: str | None = None,
    taken_at_sent: str | None = None,
) -> Recorded:
    """Record values measured together at ``taken_at``; returns after the durable commit.

    Raises ``RefusedError`` for an empty set, an unknown concept, a value that is not possible, or a
    time in the future.
    """
    _refuse_unusable(values, taken_at=taken_at, now=now)

    def change(session: Session, encounter: EncounterRow) -> Changed | None:
        new_set, rows = set_rows(
            encounter,
            values=values,
            taken_at=taken_at,
            recorded_at=now,
            source=source,
            source_id=source_id,
            actor=actor,
            partial_reason=partial_reason,
            taken_at_sent=taken_at_sent,
        )
        inserted = observations.insert_set(session, new_set, rows)
        if not inserted.row_ids:
            return None
        return Changed(
            entity="observation_set",
            entity_id=str(inserted.set_id),
            set_id=inserted.set_id,
            moments=[taken_at],
            detail={"rows": list(inserted.row_ids), "digest": inserted.digest.hex()},
        )

    return change_facts(
        store,
        encounter_id=encounter_id,
        action="observation.record",
        actor=actor,
        now=now,
        change=change,
    )


def set_rows(
    encounter: EncounterRow,
    *,
    values: Sequence[NewValue],
    taken_at: datetime,
    recorded_at: datetime,
    source: str,
    source_id: str,
    actor: str,
    partial_reason: str | None,
    taken_at_sent: str | None,
) -> tuple[observations.NewSet, list[observations.NewObservation]]:
    """One set's rows, ready to be appended; a set known by its source will add nothing."""
    new_set = observations.NewSet(
        encounter_id=encounter.id,
        source=source,
        source_id=source_id,
        taken_at=taken_at,
        recorded_at=recorded_at,
        recorded_by=actor,
        partial_reason=partial_reason,
    )
    return new_set, [
        observations.NewObservation(
            encounter_id=encounter.id,
            ward_id=encounter.ward_id,
            concept=value.concept,
            category=CONCEPTS[value.concept].category.value,
            value_num=value.value,
            value_code=value.code,
            value_sent=value.value_sent,
            unit_sent=value.unit_sent,
            taken_at=taken_at,
            taken_at_sent=taken_at_sent,
            recorded_at=recorded_at,
            recorded_by=actor,
            source=source,
            source_id=value.source_id or f"{source_id}/{value.concept}",
            status="final",
            method=value.method,
            queried=value.queried,
            supersedes_id=None,
            reason=None,
        )
        for value in values
    ]


def preview(
    store: Store,
    *,
    encounter_id: int,
    values: Sequence[NewValue],
    taken_at: datetime,
    now: datetime,
) -> Preview:
    """What the rules would say if these values were saved; nothing is written."""
    _refuse_unusable(values, taken_at=taken_at, now=now)
    with store.read() as session:
        encounter = census.encounter(session, encounter_id)
        before = evaluation_before(session, encounter_id, taken_at)
        policy = policy_for(session, encounter, taken_at)

        def judging(facts: EncounterFacts) -> Evaluation:
            columns = facts.observations.appended(
                taken_us=to_us(taken_at),
                concepts=[value.concept for value in values],
                values=[value.value for value in values],
                codes=[value.code for value in values],
            )
            seen = replace(facts, observations=columns)
            (after,) = judge_facts(seen, [to_us(taken_at)], before, policy)
            return after

        after = judge_enough(session, encounter, judging, from_at=taken_at, to_at=taken_at)
        return Preview(before=before, after=after)


def _refuse_unusable(values: Sequence[NewValue], *, taken_at: datetime, now: datetime) -> None:
    if not values:
        message = "There is nothing to save yet. Enter at least one value."
        raise RefusedError(message)
    if taken_at > now + CLOCK_TOLERANCE:
        message = "The time of measurement lies in the future. Check the date and the time."
        raise RefusedError(message)
    unknown = [value.concept for value in values if value.concept not in CONCEPTS]
    if unknown:
        message = f"Nothing is known of the concept {unknown[0]}. Choose one of the dictionary."
        raise RefusedError(message)
    if any((value.value is None) == (value.code is None) for value in values):
        message = "Each value is either a number or a code. Check the values that were sent."
        raise RefusedError(message)
    for value in values:
        refuse_impossible(value.concept, value.value, value.code)
