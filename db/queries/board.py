"""What the ward board reads: who lies where, and what is new since it last looked.

Every read is by index from the data version that the caller has seen, so its cost is that of what
changed and not of the history. The reads take a connection and not a session: half a
dozen of them make up a tick of every viewer, and a session would cost more than the rows.
"""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from sqlalchemy import Connection, Dialect, Text, and_, bindparam, cast, select

from db.engine import Store
from db.models import (
    Bed,
    BedStay,
    DataVersion,
    Encounter,
    Patient,
    PatientSummary,
    Therapy,
    TherapyDose,
    User,
    Ward,
)
from db.models.base import table
from db.prepared import Prepared
from db.types import epoch_us

_ward = table(Ward)
_bed = table(Bed)
_stay = table(BedStay)
_encounter = table(Encounter)
_patient = table(Patient)
_therapy = table(Therapy)
_dose = table(TherapyDose)
_summary = table(PatientSummary)
_user = table(User)
_version = table(DataVersion)


class WardRow(NamedTuple):
    """A ward by its code."""

    id: int
    code: str
    name: str
    time_zone: str


class Change(NamedTuple):
    """A ward's data version and when it was reached."""

    version: int
    at_us: int


class BedRow(NamedTuple):
    """A bed and, where somebody lies in it, who and under which newest dose."""

    label: str
    position: int
    encounter_id: int | None
    public_id: str | None
    family_name: str | None
    given_name: str | None
    product: str | None
    infused_us: int | None


class SummaryRow(NamedTuple):
    """A patient's newest state as it was kept, in JSON that nobody has read yet."""

    encounter_id: int
    document: str | None
    alerts: str | None


_given = _dose.alias("given")
_newest_dose = (
    select(_given.c.id)
    .where(_given.c.encounter_id == _stay.c.encounter_id)
    .order_by(_given.c.infused_at.desc(), _given.c.id.desc())
    .limit(1)
    .correlate(_stay)
    .scalar_subquery()
)

_BEDS = Prepared(
    select(
        _bed.c.label,
        _bed.c.position,
        _stay.c.encounter_id,
        _encounter.c.public_id,
        _patient.c.family_name,
        _patient.c.given_name,
        _therapy.c.product,
        epoch_us(_dose.c.infused_at),
    )
    .select_from(_bed)
    .outerjoin(_stay, and_(_stay.c.bed_id == _bed.c.id, _stay.c.until_at.is_(None)))
    .outerjoin(_encounter, _encounter.c.id == _stay.c.encounter_id)
    .outerjoin(_patient, _patient.c.id == _encounter.c.patient_id)
    .outerjoin(_dose, _dose.c.id == _newest_dose)
    .outerjoin(_therapy, _therapy.c.id == _dose.c.therapy_id)
    .where(_bed.c.ward_id == bindparam("ward_id"))
    .order_by(_bed.c.position)
)

_MEMBER_NAMES = select(_user.c.username, _user.c.display_name)

# As text: a board hands the states on as they are, and reading thirty of them takes longer than
# fetching them.
_SUMMARY = select(
    _summary.c.encounter_id, cast(_summary.c.document, Text), cast(_summary.c.alerts, Text)
)

_SUMMARIES_SINCE = Prepared(
    _SUMMARY.where(
        _summary.c.ward_id == bindparam("ward_id"),
        _summary.c.ward_version > bindparam("after_version"),
    )
)

_SUMMARIES_OF = _SUMMARY.where(
    _summary.c.encounter_id.in_(bindparam("encounter_ids", expanding=True))
)


def ward_by_code(connection: Connection, code: str) -> WardRow | None:
    """The ward of a code, or None where there is none."""
    row = connection.execute(
        select(_ward.c.id, _ward.c.code, _ward.c.name, _ward.c.time_zone).where(
            _ward.c.code == code
        )
    ).one_or_none()
    return None if row is None else WardRow(*row)


def beds(connection: Connection, ward_id: int) -> list[BedRow]:
    """Every bed of the ward in its order, the empty ones too."""
    return list(map(BedRow._make, _BEDS.all(connection, {"ward_id": ward_id})))


def member_names(connection: Connection) -> dict[str, str]:
    """The names by which the ward knows its members, by username."""
    return {row.username: row.display_name for row in connection.execute(_MEMBER_NAMES)}


def change(store: Store, ward_id: int) -> Change:
    """The ward's newest change.

    Every viewer asks this at every tick, so it goes to the driver: a fifth of the cost.
    """
    connection = store.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(_change_sql(store.engine.dialect, ward_id))
        row = cursor.fetchone()
        cursor.close()
    finally:
        connection.close()
    return Change(0, 0) if row is None else Change(int(row[0]), int(row[1]))


@cache
def _change_sql(dialect: Dialect, ward_id: int) -> str:
    statement = select(_version.c.version, epoch_us(_version.c.changed_at)).where(
        _version.c.ward_id == ward_id
    )
    return str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def summaries_since(
    connection: Connection, ward_id: int, *, after_version: int
) -> list[SummaryRow]:
    """The states of the ward's patients that were written after a data version."""
    parameters = {"ward_id": ward_id, "after_version": after_version}
    return list(map(SummaryRow._make, _SUMMARIES_SINCE.all(connection, parameters)))


def summaries_of(connection: Connection, encounter_ids: Iterable[int]) -> list[SummaryRow]:
    """The states of some patients; those of whom none was kept are left out."""
    found = connection.execute(_SUMMARIES_OF, {"encounter_ids": list(encounter_ids)})
    return list(map(SummaryRow._make, found.all()))
