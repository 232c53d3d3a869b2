"""Take an export back in: every stay with every version of every fact, as it was recorded.

Each stay is added in one transaction with its grades and alerts; what is here already adds nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from db.engine import Store
from db.errors import SourceConflictError
from db.queries import (
    attributions,
    baselines,
    confirmations,
    exchange,
    observations,
    therapies,
    treatments,
)
from db.queries import census as census_rows
from db.queries.census import EncounterRow
from monitoring.clinical.concepts import CONCEPTS
from monitoring.feeds.export_reading import (
    ExportedFact,
    ExportedObservation,
    ExportedPatient,
    ExportedStay,
)
from monitoring.feeds.problems import FeedError
from monitoring.services import census
from monitoring.services.change import Changed, change_facts
from monitoring.services.errors import RefusedError
from monitoring.services.instants import to_us
from monitoring.services.intake_ward import IntakeWard, free_bed


@dataclass(slots=True, kw_only=True)
class Restored:
    """What an export added; ``known`` counts versions of values that were here already."""

    stays_new: int = 0
    stays_known: int = 0
    accepted: int = 0
    known: int = 0


def restore(
    store: Store, exported: ExportedPatient, *, ward: IntakeWard, actor: str, now: datetime
) -> Restored:
    """Add every stay of an export that is not here, and to those that are what is new.

    Raises ``RefusedError`` where the patient is here under another stay that holds the same sets,
    and ``FeedError`` where the file's fields are not those of an export.
    """
    result = Restored()
    for stay in exported.stays:
        encounter_id = _encounter_id(store, exported, stay, result, ward, actor=actor, now=now)
        adding = _Adding(stay)
        try:
            change_facts(
                store,
                encounter_id=encounter_id,
                action="encounter.restore",
                actor=actor,
                now=now,
                change=adding.run,
            )
        except TypeError as error:
            raise FeedError(_FIELDS_DIFFER) from error
        except SourceConflictError as error:
            raise RefusedError(_HERE_ALREADY) from error
        result.accepted += adding.stored
        result.known += adding.known
        discharged_at = stay.fields.get("discharged_at")
        with store.read() as session:
            is_open = census_rows.encounter(session, encounter_id).discharged_at is None
        if discharged_at is not None and is_open:
            census.discharge(
                store, encounter_id=encounter_id, at=discharged_at, actor=actor, now=now
            )
    return result


_FIELDS_DIFFER = "The file's details are not those that Stormwatch writes. Export it again."
_HERE_ALREADY = (
    "This patient's observations are here already, under another stay. "
    "Nothing was stored: import the file into another store, or not at all."
)


def _encounter_id(
    store: Store,
    exported: ExportedPatient,
    stay: ExportedStay,
    result: Restored,
    ward: IntakeWard,
    *,
    actor: str,
    now: datetime,
) -> int:
    public_id = str(stay.fields.get("public_id"))
    with store.read() as session:
        here = census_rows.encounter_by_public_id(session, public_id)
        taken = any(
            exchange.encounter_of_set(session, source=one.source, source_id=one.source_id)
            is not None
            for one in stay.sets[:1]
        )
    if here is not None:
        result.stays_known += 1
        return here.id
    if taken:
        raise RefusedError(_HERE_ALREADY)
    result.stays_new += 1
    try:
        return census.admit(
            store,
            ward_id=ward.ward_id,
            bed_label=free_bed(store, ward, actor=actor, now=now),
            patient=census.PatientDetails(**exported.fields),
            admitted_at=stay.fields["admitted_at"],
            care_setting=stay.fields["care_setting"],
            treatments_charted=stay.fields["treatments_charted"],
            actor=actor,
            now=now,
            public_id=public_id,
            time_shift_seconds=stay.fields["time_shift_seconds"],
        ).encounter_id
    except (TypeError, KeyError) as error:
        raise FeedError(_FIELDS_DIFFER) from error


@dataclass(slots=True)
class _Adding:
    """Appends one stay's facts and keeps which moments they touch."""

    stay: ExportedStay
    stored: int = 0
    known: int = 0
    moments: list[datetime] = field(default_factory=list)
    recorded_us: dict[int, int] = field(default_factory=dict)

    def run(self, session: Session, encounter: EncounterRow) -> Changed | None:
        """Append all that is new; None where nothing was."""
        self._add_therapies(session, encounter)
        self._add_baselines(session, encounter)
        self._add_treatments(session, encounter)
        self._add_attributions(session, encounter)
        self._add_confirmations(session, encounter)
        self._add_observations(session, encounter)
        if not self.moments:
            return None
        return Changed(
            entity="encounter",
            entity_id=encounter.public_id,
            moments=self.moments,
            detail={"values": self.stored},
            recorded_us=self.recorded_us,
        )

    def _learn(self, at: datetime, recorded_at: datetime) -> None:
        self.moments.append(at)
        at_us, known_us = to_us(at), to_us(recorded_at)
        self.recorded_us[at_us] = min(known_us, self.recorded_us.get(at_us, known_us))

    def _add_therapies(self, session: Session, encounter: EncounterRow) -> None:
        here = {
            (row.product, row.therapy_class, row.recorded_at, row.recorded_by): row.id
            for row in therapies.therapies(session, encounter.id)
        }
        doses = {
            (row.therapy_id, row.infused_at) for row in therapies.current(session, encounter.id)
        }
        for therapy in self.stay.therapies:
            said = therapy.fields
            name = (
                said["product"],
                said["therapy_class"],
                said["recorded_at"],
                said["recorded_by"],
            )
            therapy_id = here.get(name)
            if therapy_id is None:
                therapy_id = therapies.insert(session, encounter_id=encounter.id, **said)
            for dose in therapy.doses:
                if (therapy_id, dose["infused_at"]) not in doses:
                    therapies.insert_dose(
                        session, therapy_id=therapy_id, encounter_id=encounter.id, **dose
                    )
                    self._learn(dose["infused_at"], dose["recorded_at"])

    def _add_baselines(self, session: Session, encounter: EncounterRow) -> None:
        here = [_fields(row) for row in baselines.current(session, encounter.id)]
        for fact in self.stay.baselines:
            if dict(fact.fields) not in here:
                new = baselines.NewBaseline(encounter_id=encounter.id, **fact.fields)
                baselines.insert(session, new)
                self._learn(new.effective_from, new.recorded_at)

    def _add_treatments(self, session: Session, encounter: EncounterRow) -> None:
        ids = {
            (row.source, row.source_id): row.id
            for row in treatments.all_versions(session, encounter.id)
        }
        for fact in self.stay.treatments:
            key = (fact.fields["source"], fact.fields["source_id"])
            if key in ids:
                continue
            new = treatments.NewTreatment(
                encounter_id=encounter.id,
                supersedes_id=_replaced(fact, ids, key[0]),
                **fact.fields,
            )
            row_id = treatments.insert(session, new)
            if row_id is None:
                raise RefusedError(_HERE_ALREADY)
            ids[key] = row_id
            self._learn(new.started_at, new.recorded_at)

    def _add_attributions(self, session: Session, encounter: EncounterRow) -> None:
        here = {
            tuple(sorted(_fields(row).items(), key=str)): row.id
            for row in exchange.attributions_of(session, encounter.id)
        }
        ids: dict[tuple[str, str], int] = {}
        for fact in self.stay.attributions:
            row_id = here.get(tuple(sorted(fact.fields.items(), key=str)))
            if row_id is None:
                new = attributions.NewAttribution(
                    encounter_id=encounter.id,
                    supersedes_id=_replaced(fact, ids, ""),
                    **fact.fields,
                )
                row_id = attributions.insert(session, new)
                self._learn(new.from_at, new.recorded_at)
            ids["", str(fact.name)] = row_id

    def _add_confirmations(self, session: Session, encounter: EncounterRow) -> None:
        for fact in self.stay.confirmations:
            new = confirmations.NewConfirmation(encounter_id=encounter.id, **fact.fields)
            if confirmations.insert(session, new) is not None:
                self._learn(new.confirmed_at, new.recorded_at)

    def _add_observations(self, session: Session, encounter: EncounterRow) -> None:
        sets = {
            (one.source, one.source_id): observations.NewSet(
                encounter_id=encounter.id,
                source=one.source,
                source_id=one.source_id,
                taken_at=one.taken_at,
                recorded_at=one.recorded_at,
                recorded_by=one.recorded_by,
                partial_reason=one.partial_reason,
            )
            for one in self.stay.sets
        }
        # First the sets themselves, in their order; then the values in theirs, each run of one set
        # together, so that of two values of one moment the same one stays the newer.
        observations.insert_sets(session, [(one, ()) for one in sets.values()])
        batch: list[tuple[observations.NewSet, list[observations.NewObservation]]] = []
        corrections: list[ExportedObservation] = []
        for one in self.stay.observations:
            if one.supersedes is not None:
                corrections.append(one)
                continue
            its_set = sets[one.source, one.set_source_id]
            if not batch or batch[-1][0] is not its_set:
                batch.append((its_set, []))
            batch[-1][1].append(_observation(one, encounter))
        self._insert(session, batch)
        for one in corrections:
            self._correct(session, one)

    def _insert(
        self,
        session: Session,
        batch: Sequence[tuple[observations.NewSet, list[observations.NewObservation]]],
    ) -> None:
        inserted = observations.insert_sets(session, batch)
        for (_, values), one in zip(batch, inserted, strict=True):
            self.stored += len(one.row_ids)
            self.known += one.duplicates
            if one.row_ids:
                for value in values:
                    self._learn(value.taken_at, value.recorded_at)

    def _correct(self, session: Session, one: ExportedObservation) -> None:
        old = observations.by_source(session, source=one.source, source_id=str(one.supersedes))
        if observations.is_superseded(session, old.id):
            self.known += 1
            return
        observations.supersede(
            session,
            old,
            status=one.status,
            value_num=one.value,
            value_code=one.code,
            value_sent=one.value_sent,
            unit_sent=one.unit_sent,
            queried=one.queried,
            recorded_at=one.recorded_at,
            recorded_by=one.recorded_by,
            reason=one.reason or "",
        )
        self.stored += 1
        self._learn(one.taken_at, one.recorded_at)


def _fields(row: Any) -> dict[str, Any]:
    left_out = ("id", "encounter_id", "supersedes_id")
    return {name: value for name, value in row._asdict().items() if name not in left_out}


def _replaced(fact: ExportedFact, ids: Mapping[tuple[str, str], int], source: str) -> int | None:
    if fact.supersedes is None:
        return None
    if (source, fact.supersedes) not in ids:
        message = (
            f"Line {fact.line} replaces a row that is not in the file; it may be cut off. "
            "Export it again. Nothing was stored."
        )
        raise FeedError(message)
    return ids[source, fact.supersedes]


def _observation(one: ExportedObservation, encounter: EncounterRow) -> observations.NewObservation:
    return observations.NewObservation(
        encounter_id=encounter.id,
        ward_id=encounter.ward_id,
        concept=one.concept,
        category=CONCEPTS[one.concept].category.value,
        value_num=one.value,
        value_code=one.code,
        value_sent=one.value_sent,
        unit_sent=one.unit_sent,
        taken_at=one.taken_at,
        taken_at_sent=one.taken_at_sent,
        recorded_at=one.recorded_at,
        recorded_by=one.recorded_by,
        source=one.source,
        source_id=one.source_id,
        status=one.status,
        method=one.method,
        queried=one.queried,
        supersedes_id=None,
        reason=one.reason,
    )
