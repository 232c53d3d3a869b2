"""The newest state of each patient, as a board shows it: written with every change of the facts."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from db.models.base import table
from db.models.operations import DataVersion
from db.models.summary import PatientSummary
from db.prepared import Prepared
from db.queries.appending import conflict_insert
from db.types import Document

_summary = table(PatientSummary)
_version = table(DataVersion)


def put_state(
    session: Session, *, encounter_id: int, ward_id: int, at: datetime, document: Document
) -> None:
    """Put a patient's newest state in place of the one before.

    To be called between ``versions.lock_ward`` and ``versions.advance``, as is ``put_alerts``: the
    row is marked with the version that the transaction will give the ward.
    """
    _put_state(conflict_insert(session)).run(
        session,
        {
            "encounter_id": encounter_id,
            "ward_id": ward_id,
            "at": at,
            "document": document,
            "alerts": [],
        },
    )


def put_alerts(
    session: Session, *, encounter_id: int, ward_id: int, alerts: Sequence[Document]
) -> None:
    """Put a patient's open alerts in place of those before."""
    _put_alerts(conflict_insert(session)).run(
        session,
        {"encounter_id": encounter_id, "ward_id": ward_id, "alerts": alerts},
    )


_COMING_VERSION = (
    select(_version.c.version + 1)
    .where(_version.c.ward_id == bindparam("ward_id"))
    .scalar_subquery()
)


@cache
def _put_state(insert: Any) -> Prepared:
    # Who is new has no alert yet. Who is known keeps the alerts that are there.
    return _upsert(insert, written=("at", "document", "alerts"), renewed=("at", "document"))


@cache
def _put_alerts(insert: Any) -> Prepared:
    return _upsert(insert, written=("alerts",), renewed=("alerts",))


def _upsert(insert: Any, *, written: tuple[str, ...], renewed: tuple[str, ...]) -> Prepared:
    statement = insert(_summary).values(
        encounter_id=bindparam("encounter_id"),
        ward_id=bindparam("ward_id"),
        ward_version=_COMING_VERSION,
        **{name: bindparam(name, type_=_summary.c[name].type) for name in written},
    )
    return Prepared(
        statement.on_conflict_do_update(
            index_elements=["encounter_id"],
            set_={name: statement.excluded[name] for name in ("ward_id", "ward_version", *renewed)},
        )
    )
