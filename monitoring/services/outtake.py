"""Give a patient's stays out, whole: what was observed, corrected and given, by whom and when.

Export, import into an empty store and export again give the same file, byte for byte.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import audit, baselines, census, confirmations, exchange, therapies, treatments
from db.queries.census import EncounterRow, PatientRow
from db.queries.observations import ObservationRow
from monitoring.clinical.concepts import CONCEPTS
from monitoring.feeds.export_format import FORMAT, Record, details_of, spelled
from monitoring.services.errors import RefusedError

Cells = Mapping[str, str | None]


class _Row(Protocol):
    def _asdict(self) -> dict[str, Any]: ...


def export_stays(
    store: Store,
    *,
    write: Callable[[Iterator[Cells]], int],
    actor: str,
    now: datetime,
    identifier: str | None = None,
    identifier_system: str | None = None,
    public_id: str | None = None,
) -> int:
    """Hand every row of one stay (``public_id``) or of all stays of a patient to ``write``.

    Returns how many rows were written. The export is audited before the first row leaves. Raises
    ``RefusedError`` where nobody or more than one person is meant.
    """
    with store.read() as session:
        patient, stays = wanted_stays(
            session,
            identifier=identifier,
            identifier_system=identifier_system,
            public_id=public_id,
        )
    audit_leaving(store, stays, action="encounter.export", actor=actor, now=now)
    with store.read() as session:
        return write(_rows(session, patient, stays))


def audit_leaving(
    store: Store, stays: Sequence[EncounterRow], *, action: str, actor: str, now: datetime
) -> None:
    """Write down that something of these stays leaves the store."""
    store.write(
        lambda writing: audit.append(
            writing,
            at=now,
            actor=actor,
            action=action,
            entity="encounter",
            entity_id=stays[0].public_id,
            detail={"encounters": [stay.public_id for stay in stays]},
        )
    )


def wanted_stays(
    session: Session,
    *,
    identifier: str | None,
    identifier_system: str | None,
    public_id: str | None,
) -> tuple[PatientRow, Sequence[EncounterRow]]:
    """The person and the stays that are meant, oldest first; ``RefusedError`` where unclear."""
    if public_id is not None:
        stay = census.encounter_by_public_id(session, public_id)
        if stay is None:
            message = "There is no such encounter. Copy its identifier from the patient's page."
            raise RefusedError(message)
        return census.patient(session, stay.patient_id), [stay]
    found = [
        one
        for one in exchange.patients_by_identifier(session, identifier or "")
        if identifier_system in {None, one.identifier_system}
    ]
    if len(found) > 1:
        systems = ", ".join(sorted(one.identifier_system for one in found))
        message = f"This identifier is used by {systems}. Name one of them with --system."
        raise RefusedError(message)
    stays = census.encounters_of(session, found[0].id) if found else []
    if not stays:
        message = "There is no patient with a stay under this identifier. Check the spelling."
        raise RefusedError(message)
    return found[0], stays[::-1]


def _rows(session: Session, patient: PatientRow, stays: Sequence[EncounterRow]) -> Iterator[Cells]:
    person = _fields(patient, leave_out=("id",)) | {"format": FORMAT}
    yield {"record": Record.PATIENT, "details": details_of(person)}
    for stay in stays:
        for cells in _stay_rows(session, stay):
            yield {"encounter": stay.public_id, **cells}


def _stay_rows(session: Session, stay: EncounterRow) -> Iterator[Cells]:
    kept = (
        *("public_id", "admitted_at", "discharged_at", "care_setting"),
        *("treatments_charted", "time_shift_seconds"),
    )
    yield _with_details(Record.ENCOUNTER, {name: getattr(stay, name) for name in kept})
    doses = therapies.current(session, stay.id)
    for therapy in therapies.therapies(session, stay.id):
        yield _with_details(Record.THERAPY, _fields(therapy))
        for dose in doses:
            if dose.therapy_id == therapy.id:
                left_out = ("id", "encounter_id", "therapy_id", "product", "therapy_class")
                yield _with_details(Record.DOSE, _fields(dose, leave_out=left_out))
    for baseline in sorted(baselines.current(session, stay.id), key=lambda row: row.id):
        yield _with_details(Record.BASELINE, _fields(baseline))
    given = treatments.all_versions(session, stay.id)
    treatment_names = {row.id: row.source_id for row in given}
    for treatment in given:
        yield _with_details(Record.TREATMENT, _fields(treatment)) | {
            "supersedes": treatment_names.get(treatment.supersedes_id or 0)
        }
    attributed = exchange.attributions_of(session, stay.id)
    attribution_names = {row.id: str(number) for number, row in enumerate(attributed, start=1)}
    for attribution in attributed:
        yield _with_details(Record.ATTRIBUTION, _fields(attribution)) | {
            "source_id": attribution_names[attribution.id],
            "supersedes": attribution_names.get(attribution.supersedes_id or 0),
        }
    for said in sorted(confirmations.current(session, stay.id), key=lambda row: row.id):
        yield _with_details(Record.CONFIRMATION, _fields(said))
    yield from _observation_rows(session, stay)


def _observation_rows(session: Session, stay: EncounterRow) -> Iterator[Cells]:
    sets = {row.id: row for row in exchange.sets_of(session, stay.id)}
    for one in sets.values():
        yield {
            "record": Record.SET,
            "source": one.source,
            "source_id": one.source_id,
            "taken_at": spelled(one.taken_at),
            "recorded_at": spelled(one.recorded_at),
            "recorded_by": one.recorded_by,
            "reason": one.partial_reason,
        }
    rows = {row.id: row for row in exchange.observations_of(session, stay.id)}
    for row in sorted(rows.values(), key=lambda row: (_first_version(row, rows), row.id)):
        concept = CONCEPTS[row.concept]
        corrected = rows.get(row.supersedes_id or 0)
        yield {
            "record": Record.OBSERVATION,
            "source": row.source,
            "source_id": row.source_id,
            "set_source_id": sets[row.set_id].source_id,
            "concept": row.concept,
            "loinc": concept.loinc,
            "value_sent": row.value_sent,
            "unit_sent": row.unit_sent,
            "value": spelled(row.value_num),
            "unit": concept.unit or None,
            "code": row.value_code,
            "taken_at": spelled(row.taken_at),
            "taken_at_sent": row.taken_at_sent,
            "recorded_at": spelled(row.recorded_at),
            "recorded_by": row.recorded_by,
            "status": row.status,
            "method": row.method,
            "queried": spelled(row.queried),
            "supersedes": None if corrected is None else corrected.source_id,
            "reason": row.reason,
        }


def _first_version(row: ObservationRow, rows: Mapping[int, ObservationRow]) -> int:
    """The row that a chain of corrections began with: its place in the file is theirs."""
    while row.supersedes_id is not None:
        row = rows[row.supersedes_id]
    return row.id


def _fields(
    row: _Row, leave_out: Sequence[str] = ("id", "encounter_id", "supersedes_id")
) -> dict[str, object]:
    return {name: value for name, value in row._asdict().items() if name not in leave_out}


def _with_details(record: Record, fields: Mapping[str, object]) -> dict[str, str | None]:
    return {"record": record.value, "details": details_of(fields)}
