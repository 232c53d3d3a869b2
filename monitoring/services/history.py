"""Take in a whole stay at once: many sets, treatments and corrections, judged in one pass.

The same rows, evaluations and alerts come out as from recording one after the other, at a fraction
of the cost; import and the sample ward use it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import attributions, baselines, observations, treatments
from db.queries.census import EncounterRow
from monitoring.services.change import Changed, Recorded, change_facts
from monitoring.services.instants import to_us
from monitoring.services.record import NewValue, set_rows
from monitoring.services.settle import Responder


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSet:
    """A set of values and when it became known; ``recorded_at`` None means now.

    ``source`` is where it came from, None for the history's own source.
    """

    source_id: str
    taken_at: datetime
    values: Sequence[NewValue]
    recorded_at: datetime | None = None
    recorded_by: str | None = None
    taken_at_sent: str | None = None
    partial_reason: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCorrection:
    """A correction that was made in the past: ``status`` is amended or entered-in-error."""

    value_source_id: str
    status: str
    value: float | None
    code: str | None
    value_sent: str
    unit_sent: str | None
    reason: str
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A stay's facts, from one source where a set names no other.

    Treatments and the rest are rows as the store takes them.
    """

    source: str
    sets: Sequence[PastSet] = ()
    corrections: Sequence[PastCorrection] = ()
    treatments: Sequence["treatments.NewTreatment"] = ()
    attributions: Sequence["attributions.NewAttribution"] = ()
    baselines: Sequence["baselines.NewBaseline"] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a history added; values known before are counted apart."""

    values_stored: int
    values_known: int
    recorded: Recorded


def record_history(
    store: Store,
    *,
    encounter_id: int,
    history: History,
    actor: str,
    now: datetime,
    responder: Responder | None = None,
) -> Taken:
    """Append a history in one transaction and judge the stay from its first new fact on."""

    adding = _Adding(history, actor=actor, now=now)
    recorded = change_facts(
        store,
        encounter_id=encounter_id,
        action="observation.record_history",
        actor=actor,
        now=now,
        change=adding.run,
        responder=responder,
    )
    return Taken(values_stored=adding.stored, values_known=adding.known, recorded=recorded)


class _Adding:
    """Appends a history's rows and keeps which moments it touched."""

    _session: Session
    _encounter: EncounterRow

    def __init__(self, history: History, *, actor: str, now: datetime) -> None:
        self._history = history
        self._actor = actor
        self._now = now
        self._moments: list[datetime] = []
        self._recorded_us: dict[int, int] = {}
        self._digest = b""
        self.stored = 0
        self.known = 0

    def run(self, session: Session, encounter: EncounterRow) -> Changed | None:
        """Append everything that is new; None where nothing was."""
        self._session, self._encounter = session, encounter
        self._add_sets()
        for correction in self._history.corrections:
            self._add_correction(correction)
        for treatment in self._history.treatments:
            if treatments.insert(session, treatment) is not None:
                self._learn(treatment.started_at, treatment.recorded_at)
        for attribution in self._history.attributions:
            attributions.insert(session, attribution)
            self._learn(attribution.from_at, attribution.recorded_at)
        for baseline in self._history.baselines:
            baselines.insert(session, baseline)
            self._learn(baseline.effective_from, baseline.recorded_at)
        if not self._moments:
            return None
        return Changed(
            entity="encounter",
            entity_id=encounter.public_id,
            moments=self._moments,
            detail={
                "source": self._history.source,
                "values": self.stored,
                "digest": self._digest.hex(),
            },
            recorded_us=self._recorded_us,
        )

    def _add_sets(self) -> None:
        batch = [
            set_rows(
                self._encounter,
                values=one.values,
                taken_at=one.taken_at,
                recorded_at=one.recorded_at or self._now,
                source=one.source or self._history.source,
                source_id=one.source_id,
                actor=one.recorded_by or self._actor,
                partial_reason=one.partial_reason,
                taken_at_sent=one.taken_at_sent,
            )
            for one in self._history.sets
        ]
        stored = observations.insert_sets(self._session, batch)
        for (new_set, _), inserted in zip(batch, stored, strict=True):
            self.stored += len(inserted.row_ids)
            self.known += inserted.duplicates
            if inserted.row_ids:
                self._digest = observations.chain_digest(self._digest, inserted.digest)
                self._learn(new_set.taken_at, new_set.recorded_at)

    def _add_correction(self, correction: PastCorrection) -> None:
        old = observations.by_source(
            self._session, source=self._history.source, source_id=correction.value_source_id
        )
        if observations.is_superseded(self._session, old.id):
            self.known += 1
            return
        observations.supersede(
            self._session,
            old,
            status=correction.status,
            value_num=correction.value,
            value_code=correction.code,
            value_sent=correction.value_sent,
            unit_sent=correction.unit_sent,
            queried=False,
            recorded_at=correction.recorded_at,
            recorded_by=correction.recorded_by,
            reason=correction.reason,
        )
        self.stored += 1
        self._learn(old.taken_at, correction.recorded_at)

    def _learn(self, at: datetime, recorded_at: datetime) -> None:
        self._moments.append(at)
        at_us, known_us = to_us(at), to_us(recorded_at)
        # A moment is known from the first thing that was told of it.
        self._recorded_us[at_us] = min(known_us, self._recorded_us.get(at_us, known_us))
