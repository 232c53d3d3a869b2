"""Write a stay's past in few transactions: sets and treatments in bulk, the rest in its place."""

from collections.abc import Iterable
from datetime import datetime

from db.engine import Store
from db.queries.treatments import NewTreatment
from monitoring.services.history import History, PastSet, record_history
from monitoring.services.instants import from_us
from monitoring.services.settle import Responder, Response
from monitoring.services.threads import Change
from sample_data.clock import StoryClock
from sample_data.events import Event, ObservationsCharted, TreatmentEnded, TreatmentStarted
from sample_data.responses import Answers
from sample_data.writing import (
    SOURCE,
    WARD_ACTOR,
    WardWriter,
    new_value,
    set_source_id,
    source_of,
)


def replay_stay(
    store: Store,
    writer: WardWriter,
    events: Iterable[Event],
    *,
    clock: StoryClock,
    now: datetime,
    responder: Responder,
) -> None:
    """Write one stay's events up to ``now``, in order, with the team's answers to the alerts."""
    answers = Answers(store)

    def respond(change: Change) -> Response | None:
        response = responder(change)
        if response is not None:
            # Who comes after the end of this bulk is remembered until the next one.
            answers.add(change, response, at=from_us(response.at_us))
        return response

    bulk = _Bulk(store, writer, clock=clock, responder=respond)
    for event in events:
        if bulk.takes(event):
            continue
        at = clock.wall_at(event.at)
        answers.give(until=at)
        bulk.flush(now=at)
        answers.forget(until=at)
        recorded = writer.write(event)
        for change in () if recorded is None else recorded.changes:
            respond(change)
    answers.give(until=now)
    bulk.flush(now=now)


class _Bulk:
    """Sets and treatments that wait to be written together."""

    def __init__(
        self, store: Store, writer: WardWriter, *, clock: StoryClock, responder: Responder
    ) -> None:
        self._store = store
        self._writer = writer
        self._clock = clock
        self._responder = responder
        self._sets: list[ObservationsCharted] = []
        self._treatments: dict[str, TreatmentStarted] = {}
        self._ends: dict[str, datetime] = {}

    def takes(self, event: Event) -> bool:
        """Keep an event for the next flush; False where it must be written by itself."""
        match event:
            case ObservationsCharted():
                self._sets.append(event)
            case TreatmentStarted():
                self._treatments[event.key] = event
                if event.ended_at is not None:
                    self._ends[event.key] = event.ended_at
            case TreatmentEnded() if event.key in self._treatments:
                self._ends[event.key] = event.at
            case _:
                return False
        return True

    def flush(self, *, now: datetime) -> None:
        """Write what waits, judged as it was learnt until ``now``."""
        waiting = [*self._sets, *self._treatments.values()]
        if not waiting:
            return
        encounter = self._writer.encounter(waiting[0].patient_key)
        # A stay that somebody ended by hand stays ended.
        if encounter is not None and encounter.discharged_at is None:
            record_history(
                self._store,
                encounter_id=encounter.id,
                history=History(
                    source=SOURCE,
                    sets=[self._past_set(one) for one in self._sets],
                    treatments=[
                        self._treatment(one, encounter.id) for one in self._treatments.values()
                    ],
                ),
                actor=WARD_ACTOR,
                now=now,
                responder=self._responder,
            )
        self._sets.clear()
        self._treatments.clear()
        self._ends.clear()

    def _past_set(self, event: ObservationsCharted) -> PastSet:
        at = self._clock.wall_at(event.at)
        return PastSet(
            source=source_of(event),
            source_id=set_source_id(event, event.key),
            taken_at=at,
            values=[new_value(value) for value in event.values],
            recorded_at=at,
            recorded_by=event.actor,
            partial_reason=event.partial_reason,
        )

    def _treatment(self, event: TreatmentStarted, encounter_id: int) -> NewTreatment:
        at = self._clock.wall_at(event.at)
        end = self._ends.get(event.key)
        return NewTreatment(
            encounter_id=encounter_id,
            kind=event.kind,
            agent=event.agent,
            dose_value=event.dose_value,
            dose_unit=event.dose_unit,
            route=event.route,
            indication=event.indication,
            started_at=at,
            ended_at=None if end is None else self._clock.wall_at(end),
            recorded_at=at,
            recorded_by=event.actor,
            source=SOURCE,
            source_id=set_source_id(event, event.key),
            status="in-progress" if end is None else "completed",
            supersedes_id=None,
            reason=None,
        )
