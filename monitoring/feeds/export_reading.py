"""An export read back into stays, checked whole before anything of it is used."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Any

from monitoring.clinical.concepts import CONCEPTS
from monitoring.feeds.export_format import FORMAT, ExportRow, Record, read_file
from monitoring.feeds.problems import FeedError

STATUSES = ("final", "amended", "entered-in-error")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFact:
    """A fact that is no observation: its fields, its own name and the name of what it replaces."""

    line: int
    fields: Mapping[str, Any]
    name: str | None
    supersedes: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedTherapy:
    """A therapy and its doses."""

    fields: Mapping[str, Any]
    doses: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedSet:
    """A set without its values."""

    source: str
    source_id: str
    taken_at: datetime
    recorded_at: datetime
    recorded_by: str
    partial_reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedObservation:
    """One version of one value."""

    source: str
    source_id: str
    set_source_id: str
    concept: str
    value_sent: str
    unit_sent: str | None
    value: float | None
    code: str | None
    taken_at: datetime
    taken_at_sent: str | None
    recorded_at: datetime
    recorded_by: str
    status: str
    method: str | None
    queried: bool
    supersedes: str | None
    reason: str | None


@dataclass(slots=True, kw_only=True)
class ExportedStay:
    """One stay, its facts in the order of the file."""

    fields: Mapping[str, Any]
    therapies: list[ExportedTherapy] = field(default_factory=list)
    baselines: list[ExportedFact] = field(default_factory=list)
    treatments: list[ExportedFact] = field(default_factory=list)
    attributions: list[ExportedFact] = field(default_factory=list)
    confirmations: list[ExportedFact] = field(default_factory=list)
    sets: list[ExportedSet] = field(default_factory=list)
    observations: list[ExportedObservation] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ExportedPatient:
    """A person with all stays of the file."""

    fields: Mapping[str, Any]
    stays: list[ExportedStay] = field(default_factory=list)


def read_export(path: Path) -> ExportedPatient:
    """Read and check a whole export; raises ``FeedError`` that names the line and the column."""
    return _collect(read_file(path))


def _collect(rows: Iterable[ExportRow]) -> ExportedPatient:
    patient: ExportedPatient | None = None
    stated_rows: int | None = None
    count = 0
    for count, row in enumerate(rows):  # noqa: B007 (read after the loop)
        if stated_rows is not None:
            row.refuse("record", "comes after the end")
        if row.record is Record.END:
            stated_rows = row.details().get("rows")
        elif row.record is Record.PATIENT:
            if patient is not None:
                row.refuse("record", "names a second patient")
            fields = row.details()
            if fields.pop("format", None) != FORMAT:
                row.refuse("details", "is of another version of the format")
            patient = ExportedPatient(fields=fields)
        elif patient is None:
            row.refuse("record", "comes before the patient")
        elif row.record is Record.ENCOUNTER:
            patient.stays.append(ExportedStay(fields=row.details()))
        elif not patient.stays or patient.stays[-1].fields.get("public_id") != row.text(
            "encounter"
        ):
            row.refuse("encounter", "does not follow its encounter's row")
        else:
            _ADD[row.record](patient.stays[-1], row)
    if patient is None or not patient.stays or stated_rows != count:
        message = "The file was cut off, or rows are missing. Export it again. Nothing was stored."
        raise FeedError(message)
    for stay in patient.stays:
        _check_names(stay)
    return patient


def _add_therapy(stay: ExportedStay, row: ExportRow) -> None:
    stay.therapies.append(ExportedTherapy(fields=row.details()))


def _add_dose(stay: ExportedStay, row: ExportRow) -> None:
    if not stay.therapies:
        row.refuse("record", "is a dose before its therapy")
    stay.therapies[-1].doses.append(row.details())


def _fact(row: ExportRow, name: str | None) -> ExportedFact:
    return ExportedFact(
        line=row.line, fields=row.details(), name=name, supersedes=row.cells.get("supersedes")
    )


def _add_baseline(stay: ExportedStay, row: ExportRow) -> None:
    stay.baselines.append(_fact(row, None))


def _add_treatment(stay: ExportedStay, row: ExportRow) -> None:
    stay.treatments.append(_fact(row, str(row.details().get("source_id"))))


def _add_attribution(stay: ExportedStay, row: ExportRow) -> None:
    stay.attributions.append(_fact(row, row.text("source_id")))


def _add_confirmation(stay: ExportedStay, row: ExportRow) -> None:
    stay.confirmations.append(_fact(row, None))


def _add_set(stay: ExportedStay, row: ExportRow) -> None:
    stay.sets.append(
        ExportedSet(
            source=row.text("source"),
            source_id=row.text("source_id"),
            taken_at=row.instant("taken_at"),
            recorded_at=row.instant("recorded_at"),
            recorded_by=row.text("recorded_by"),
            partial_reason=row.cells.get("reason"),
        )
    )


def _add_observation(stay: ExportedStay, row: ExportRow) -> None:
    concept = CONCEPTS.get(row.text("concept"))
    if concept is None:
        row.refuse("concept", "is not in the concept dictionary")
    if row.text("status") not in STATUSES:
        row.refuse("status", f"is none of {', '.join(STATUSES)}")
    value, code = _number(row), row.cells.get("code")
    struck_out = row.text("status") == "entered-in-error"
    if (value is None) == (code is None) and not (struck_out and value is None):
        row.refuse("value", "and column code: exactly one of them holds the value")
    if code is not None and code not in concept.codes:
        row.refuse("code", "is no code of this concept")
    if row.text("queried") not in {"yes", "no"}:
        row.refuse("queried", "is neither yes nor no")
    stay.observations.append(
        ExportedObservation(
            source=row.text("source"),
            source_id=row.text("source_id"),
            set_source_id=row.text("set_source_id"),
            concept=concept.code,
            value_sent=row.text("value_sent"),
            unit_sent=row.cells.get("unit_sent"),
            value=value,
            code=code,
            taken_at=row.instant("taken_at"),
            taken_at_sent=row.cells.get("taken_at_sent"),
            recorded_at=row.instant("recorded_at"),
            recorded_by=row.text("recorded_by"),
            status=row.text("status"),
            method=row.cells.get("method"),
            queried=row.text("queried") == "yes",
            supersedes=row.cells.get("supersedes"),
            reason=row.cells.get("reason"),
        )
    )


def _number(row: ExportRow) -> float | None:
    if "value" not in row.cells:
        return None
    try:
        value = float(row.cells["value"])
    except ValueError:
        row.refuse("value", "is not a number")
    if not isfinite(value):
        row.refuse("value", "is not a finite number")
    return value


def _check_names(stay: ExportedStay) -> None:
    """Everything that is pointed at must stand in the file, before what points at it."""
    sets = {(one.source, one.source_id) for one in stay.sets}
    values: set[tuple[str, str]] = set()
    for one in stay.observations:
        is_lost = one.supersedes is not None and (one.source, one.supersedes) not in values
        if (one.source, one.set_source_id) not in sets or is_lost:
            message = (
                "An observation points at a row that is not in the file; it may be cut off. "
                "Export it again. Nothing was stored."
            )
            raise FeedError(message)
        values.add((one.source, one.source_id))


_ADD: Mapping[Record, Callable[[ExportedStay, ExportRow], None]] = {
    Record.THERAPY: _add_therapy,
    Record.DOSE: _add_dose,
    Record.BASELINE: _add_baseline,
    Record.TREATMENT: _add_treatment,
    Record.ATTRIBUTION: _add_attribution,
    Record.CONFIRMATION: _add_confirmation,
    Record.SET: _add_set,
    Record.OBSERVATION: _add_observation,
}
