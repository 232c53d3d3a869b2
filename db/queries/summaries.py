"""The newest state of each patient, as a board shows it: written with every change of the facts."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, select
from sqlalchemy.orm import Session

from db.models.base import table
from db.models.operations import DataVersion
from db.models.summary import PatientSummary
from db.queries.appending import conflict_insert

_summary = table(PatientSummary)
_version = table(DataVersion)


def put(
    session: Session, *, encounter_id: int, ward_id: int, at: datetime, document: dict[str, Any]
) -> None:
    """Put a patient's newest state in place of the one before.

    To be called between ``versions.lock_ward`` and ``versions.advance``: it is marked with the
    version that the transaction will give the ward.
    """
    session.execute(
        _put(conflict_insert(session)),
        {"encounter_id": encounter_id, "ward_id": ward_id, "at": at, "document": document},
    )


@cache
def _put(insert: Any) -> Executable:
    coming = (
        select(_version.c.version + 1)
        .where(_version.c.ward_id == bindparam("ward_id"))
        .scalar_subquery()
    )
    statement = insert(_summary).values(
        encounter_id=bindparam("encounter_id"),
        ward_id=bindparam("ward_id"),
        ward_version=coming,
        at=bindparam("at", type_=_summary.c.at.type),
        document=bindparam("document", type_=_summary.c.document.type),
    )
    told = ("ward_id", "ward_version", "at", "document")
    upsert: Executable = statement.on_conflict_do_update(
        index_elements=["encounter_id"], set_={name: statement.excluded[name] for name in told}
    )
    return upsert
