"""A hand that imports files and looks at what the store then holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from db.engine import Store
from db.queries import census, evaluations, exchange, quarantine
from db.queries.census import EncounterRow
from db.queries.observations import ObservationRow
from monitoring.clinical.results import Evaluation
from monitoring.feeds.csv_file import CsvFile
from monitoring.feeds.export_format import write_file
from monitoring.feeds.export_reading import read_export
from monitoring.feeds.row_reader import ReadingChoices
from monitoring.services.intake import import_file
from monitoring.services.intake_summary import ImportSummary
from monitoring.services.intake_ward import IntakeWard, intake_ward
from monitoring.services.outtake import export_stays
from monitoring.services.restore import Restored, restore

NOON = datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC)
ACTOR = "cli:test"
MIMIC = "subject_id,time,vital,value\n"
PLAIN = "patient_id,taken_at,concept,value,unit\n"


def silent(stage: str, done: int, total: int) -> None:
    """No progress bar."""


@dataclass
class Desk:
    """Imports into one store, exports from it."""

    store: Store
    folder: Path
    zone: str = "Europe/Berlin"
    _names: list[str] = field(default_factory=list)

    def ward(self, now: datetime = NOON, code: str | None = None) -> IntakeWard:
        """The ward that takes the patients."""
        return intake_ward(self.store, code=code, time_zone=self.zone, actor=ACTOR, now=now)

    def take(
        self, path: Path, *, now: datetime = NOON, ward: IntakeWard | None = None
    ) -> ImportSummary:
        """Import a file that lies there."""
        return import_file(
            self.store,
            CsvFile(path, ReadingChoices(zone=ZoneInfo(self.zone))),
            file_name=path.name,
            ward=ward or self.ward(now),
            actor=ACTOR,
            now=now,
            progress=silent,
        )

    def take_text(
        self, text: str, *, name: str = "file.csv", now: datetime = NOON
    ) -> ImportSummary:
        """Import a file with this text."""
        path = self.folder / name
        path.write_text(text)
        return self.take(path, now=now)

    def stay(self, identifier: str) -> EncounterRow:
        """The newest stay of an imported patient."""
        with self.store.read() as session:
            (patient,) = exchange.patients_by_identifier(session, identifier)
            return census.encounters_of(session, patient.id)[0]

    def rows(self, identifier: str) -> list[ObservationRow]:
        """Every observation of the patient's newest stay."""
        with self.store.read() as session:
            return exchange.observations_of(session, self.stay(identifier).id)

    def said(self, identifier: str) -> set[tuple[str, float | str | None, datetime]]:
        """What is stored, without row ids and times of recording."""
        return {
            (
                row.source_id,
                row.value_num if row.value_code is None else row.value_code,
                row.taken_at,
            )
            for row in self.rows(identifier)
        }

    def evaluation(self, identifier: str) -> Evaluation:
        """The newest stored evaluation of the patient."""
        with self.store.read() as session:
            (row,) = evaluations.latest(session, [self.stay(identifier).id])
        return Evaluation.from_document(row.document)

    def quarantined(self) -> Sequence[quarantine.QuarantineRow]:
        """What waits in quarantine."""
        with self.store.read() as session:
            return quarantine.waiting(session)

    def export(self, identifier: str, name: str = "export.csv") -> Path:
        """Export a patient to a file."""
        path = self.folder / name
        export_stays(
            self.store,
            write=lambda rows: write_file(path, rows),
            actor=ACTOR,
            now=NOON,
            identifier=identifier,
        )
        return path

    def restore(self, path: Path, *, now: datetime = NOON) -> Restored:
        """Take an export in."""
        return restore(self.store, read_export(path), ward=self.ward(now), actor=ACTOR, now=now)
