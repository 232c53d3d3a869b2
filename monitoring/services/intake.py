"""Take in a file of observations: patient by patient, each in its own transactions.

An import that was cut off is taken up by running it again; a file that comes again adds nothing.
What cannot be used is kept in quarantine with the reason, and everything is counted. It is resolved
when the same source sends the same observation again in a way that can be used.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from db.engine import Store
from db.errors import StoreError
from db.queries import audit, exchange, quarantine, therapies
from db.queries import census as census_rows
from db.queries.census import EncounterRow
from monitoring.feeds.assembling import Assembled, KnownValue, assemble
from monitoring.feeds.csv_file import CsvFile
from monitoring.feeds.mapping import FileMapping
from monitoring.feeds.raw import (
    PatientSurvey,
    RawObservation,
    RowReading,
    Unusable,
    unusable_value,
)
from monitoring.services import census
from monitoring.services.change import CLOCK_TOLERANCE
from monitoring.services.errors import RefusedError
from monitoring.services.failures import without_data
from monitoring.services.history import History, record_history
from monitoring.services.intake_sets import not_judged, past_set
from monitoring.services.intake_summary import ImportSummary
from monitoring.services.intake_ward import IntakeWard, free_bed
from monitoring.services.therapy import record_therapy

# A file may hold its patients mixed; beyond this many waiting values the largest part is stored.
_MOST_WAITING = 200_000

_log = logging.getLogger(__name__)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Progress = Callable[[str, int, int], None]
"""Told the stage, the rows done in it, and the rows it has (0 where not known)."""


@dataclass(slots=True, kw_only=True)
class _Waiting:
    """What was read of one patient and is not stored yet."""

    observations: list[RawObservation] = field(default_factory=list)
    age_years: float | None = None
    sex: str | None = None


def import_file(
    store: Store,
    file: CsvFile,
    *,
    file_name: str,
    ward: IntakeWard,
    actor: str,
    now: datetime,
    progress: Progress,
) -> ImportSummary:
    """Import a whole file; returns after the last commit, with every value of it counted.

    Raises ``FeedError`` before anything is stored where the file itself is unusable.
    """
    done = 0

    def looked(rows: int) -> None:
        nonlocal done
        done += rows
        progress("reading", done, 0)

    survey = file.survey(looked)
    summary = ImportSummary(
        file_name=file_name,
        mapping=file.mapping.id,
        title=file.mapping.title,
        rows=survey.rows,
        not_used=file.not_used,
        notes=list(survey.notes),
    )
    intake = _Intake(store, file, ward=ward, actor=actor, now=now, summary=summary)
    for number, reading in enumerate(file.readings(), start=1):
        intake.take(reading, survey.patients)
        progress("storing", number, survey.rows)
    intake.finish(survey.patients)
    return summary


class _Intake:
    def __init__(
        self,
        store: Store,
        file: CsvFile,
        *,
        ward: IntakeWard,
        actor: str,
        now: datetime,
        summary: ImportSummary,
    ) -> None:
        self._store = store
        self._source = file.source
        self._mapping: FileMapping = file.mapping
        self._ward = ward
        self._actor = actor
        self._now = now
        self._summary = summary
        self._waiting: dict[str, _Waiting] = {}
        self._waiting_values = 0
        self._unusable: list[Unusable] = []
        self._seen: set[str] = set()
        with store.read() as session:
            # Observations of which earlier input waits in quarantine, by the source's identifier.
            self._awaited = quarantine.waiting_values(session, file.source)

    def take(self, reading: RowReading, patients: Mapping[str, PatientSurvey]) -> None:
        """Take one row; a patient is stored when the last of his rows has come."""
        self._summary.absent += reading.absent
        self._unusable += reading.unusable
        identifier = reading.identifier
        if identifier is None:
            return
        waiting = self._waiting.setdefault(identifier, _Waiting())
        waiting.observations += reading.observations
        waiting.age_years = reading.age_years if waiting.age_years is None else waiting.age_years
        waiting.sex = waiting.sex or reading.sex
        self._waiting_values += len(reading.observations)
        if reading.line >= patients[identifier].last_line:
            self._store_patient(identifier, patients)
        elif self._waiting_values > _MOST_WAITING:
            largest = max(self._waiting, key=lambda one: len(self._waiting[one].observations))
            self._store_patient(largest, patients)

    def finish(self, patients: Mapping[str, PatientSurvey]) -> None:
        """Store what is left."""
        for identifier in list(self._waiting):
            self._store_patient(identifier, patients)
        self._keep_unusable()

    def _store_patient(self, identifier: str, patients: Mapping[str, PatientSurvey]) -> None:
        waiting = self._waiting.pop(identifier)
        self._waiting_values -= len(waiting.observations)
        encounter = self._encounter(identifier)
        last_shifted = patients[identifier].last_shifted
        if encounter is None:
            shift_seconds = None if last_shifted is None else self._new_shift_seconds(last_shifted)
        else:
            shift_seconds = encounter.time_shift_seconds
        shift = timedelta(seconds=shift_seconds or 0)
        usable = self._in_time(
            waiting.observations, shift_seconds, encounter.discharged_at if encounter else None
        )
        assembled = assemble(usable, self._known(encounter, shift))
        self._unusable += assembled.unusable
        self._summary.known += assembled.known
        self._summary.repeated += assembled.repeated
        if assembled.sets:
            try:
                self._add(identifier, waiting, encounter, assembled, shift_seconds)
            except (StoreError, RefusedError):
                raise
            except Exception as failure:  # noqa: BLE001 - kept in quarantine, told and logged
                # One patient whom the rules fail on must not keep the others' values out.
                _log.error("A patient of an import was not judged: %s", without_data(failure))
                self._unusable += not_judged(assembled.sets)
        elif encounter is not None:
            self._count_patient(identifier, is_new=False)
        refused = {(one.value_id, one.line) for one in self._unusable}
        self._keep_unusable()
        self._resolve(waiting.observations, refused)

    def _resolve(
        self, observations: Sequence[RawObservation], refused: Set[tuple[str | None, int]]
    ) -> None:
        """Resolve what waits of a value whose last word in this file could be used."""
        last = {raw.source_id: raw for raw in observations if raw.source_id in self._awaited}
        settled = {name for name, raw in last.items() if (name, raw.line) not in refused}
        if not settled:
            return

        def work(session: Session) -> list[int]:
            resolved = quarantine.resolve_values(
                session, source=self._source, value_ids=settled, by=self._actor, at=self._now
            )
            if resolved:
                audit.append(
                    session,
                    at=self._now,
                    actor=self._actor,
                    action="quarantine.resolve",
                    entity="quarantine",
                    entity_id=str(resolved[0]),
                    detail={"resolved": resolved},
                )
            return resolved

        self._summary.resolved += len(self._store.write(work))
        self._awaited -= settled

    def _encounter(self, identifier: str) -> EncounterRow | None:
        with self._store.read() as session:
            patient = census_rows.patient_by_identifier(
                session, system=self._mapping.identifier_system, identifier=identifier
            )
            stays = [] if patient is None else census_rows.encounters_of(session, patient.id)
        return stays[0] if stays else None

    def _new_shift_seconds(self, last_shifted: datetime) -> int:
        """The constant that puts a patient's last row at the minute of the import."""
        minute = self._now.replace(second=0, microsecond=0)
        return (minute - last_shifted) // timedelta(seconds=1)

    def _in_time(
        self,
        observations: Iterable[RawObservation],
        shift_seconds: int | None,
        discharged_at: datetime | None,
    ) -> list[RawObservation]:
        usable = []
        for raw in observations:
            problem = self._time_problem(raw, shift_seconds, discharged_at)
            if problem is None:
                usable.append(raw)
                continue
            reason_code, reason = problem
            self._unusable.append(
                unusable_value(raw, reason_code=reason_code, reason=reason, column="time")
            )
        return usable

    def _time_problem(
        self, raw: RawObservation, shift_seconds: int | None, discharged_at: datetime | None
    ) -> tuple[str, str] | None:
        if raw.is_shifted != (shift_seconds is not None):
            words = (
                "This patient has both real and de-identified dates. "
                "Import the two under different identifiers."
            )
            return "clock_mixed", words
        taken_at = raw.taken_at + timedelta(seconds=shift_seconds or 0)
        if not raw.is_shifted and taken_at > self._now + CLOCK_TOLERANCE:
            words = "The time lies in the future. Check the date, the time and the time zone."
            return "time_in_future", words
        if discharged_at is not None and taken_at > discharged_at:
            words = "The patient was discharged before this time. Admit the patient, then import."
            return "after_discharge", words
        return None

    def _known(self, encounter: EncounterRow | None, shift: timedelta) -> dict[str, KnownValue]:
        if encounter is None:
            return {}
        with self._store.read() as session:
            sent = exchange.sent_by(session, encounter.id, self._source)
        return {
            row.source_id: KnownValue(
                concept=row.concept,
                method=row.method,
                taken_at=row.taken_at - shift,
                value=row.value_num,
                code=row.value_code,
            )
            for row in sent
        }

    def _add(
        self,
        identifier: str,
        waiting: _Waiting,
        encounter: EncounterRow | None,
        assembled: Assembled,
        shift_seconds: int | None,
    ) -> None:
        shift = timedelta(seconds=shift_seconds or 0)
        encounter_id = (
            self._admit(identifier, waiting, assembled.sets[0].taken_at + shift, shift_seconds)
            if encounter is None
            else encounter.id
        )
        self._count_patient(identifier, is_new=encounter is None)
        self._ensure_therapy(encounter_id, shift)
        taken = record_history(
            self._store,
            encounter_id=encounter_id,
            history=History(
                source=self._source,
                sets=[past_set(one, shift) for one in assembled.sets],
            ),
            actor=self._actor,
            now=self._now,
        )
        self._summary.accepted += taken.values_stored
        self._summary.known += taken.values_known
        self._summary.later += sum(
            len(one.values)
            for one in assembled.sets
            if one.taken_at + shift > self._now + CLOCK_TOLERANCE
        )

    def _admit(
        self,
        identifier: str,
        waiting: _Waiting,
        admitted_at: datetime,
        shift_seconds: int | None,
    ) -> int:
        admitted = census.admit(
            self._store,
            ward_id=self._ward.ward_id,
            bed_label=free_bed(self._store, self._ward, actor=self._actor, now=self._now),
            patient=census.PatientDetails(
                identifier_system=self._mapping.identifier_system,
                identifier=identifier,
                family_name=f"{self._mapping.patient_label} {identifier}",
                given_name="",
                age_years_stated=waiting.age_years,
                sex=waiting.sex,
            ),
            admitted_at=min(admitted_at, self._now),
            care_setting=self._mapping.care_setting,
            treatments_charted=self._mapping.treatments_charted,
            actor=self._actor,
            now=self._now,
            time_shift_seconds=shift_seconds,
        )
        return admitted.encounter_id

    def _ensure_therapy(self, encounter_id: int, shift: timedelta) -> None:
        therapy = self._mapping.therapy
        if therapy is None:
            return
        with self._store.read() as session:
            if therapies.current(session, encounter_id):
                return
        infused_at = _EPOCH + timedelta(hours=therapy.infused_at_hour) + shift
        record_therapy(
            self._store,
            encounter_id=encounter_id,
            product=therapy.product,
            therapy_class=therapy.therapy_class,
            doses=[(infused_at, None)],
            actor=self._actor,
            now=self._now,
        )

    def _count_patient(self, identifier: str, *, is_new: bool) -> None:
        if identifier in self._seen:
            return
        self._seen.add(identifier)
        self._summary.patients_new += is_new
        self._summary.patients_known += not is_new

    def _keep_unusable(self) -> None:
        kept, self._unusable = self._unusable, []
        if not kept:
            return
        self._summary.count_unusable(kept)
        self._awaited |= {one.value_id for one in kept if one.value_id is not None}
        self._store.write(
            lambda session: quarantine.insert_many(
                session,
                [
                    quarantine.NewQuarantine(
                        source=one.source,
                        source_id=one.source_id,
                        received_at=self._now,
                        reason_code=one.reason_code,
                        reason=one.reason,
                        raw=one.raw,
                        value_id=one.value_id,
                        place=f"{self._summary.file_name}, line {one.line} ({one.column})",
                    )
                    for one in kept
                ],
            )
        )
