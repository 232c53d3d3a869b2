"""Immunotherapies and their doses, from which days and hours are counted."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from db.models.base import table
from db.models.therapy import Therapy, TherapyDose
from db.prepared import Prepared
from db.queries.rows import columns, instant, refuse_anonymous

_therapy, _dose = table(Therapy), table(TherapyDose)


class TherapyRow(NamedTuple):
    """An immunotherapy of an encounter."""

    id: int
    encounter_id: int
    product: str
    therapy_class: str
    recorded_at: datetime
    recorded_by: str


class DoseRow(NamedTuple):
    """One dose, with the product it is of."""

    id: int
    therapy_id: int
    encounter_id: int
    product: str
    therapy_class: str
    infused_at: datetime
    dose_text: str | None
    recorded_at: datetime
    recorded_by: str


def insert(
    session: Session,
    *,
    encounter_id: int,
    product: str,
    therapy_class: str,
    recorded_at: datetime,
    recorded_by: str,
) -> int:
    """Append an immunotherapy; its row id."""
    refuse_anonymous(recorded_by)
    therapy_id: int = session.execute(
        _INSERT_THERAPY,
        {
            "encounter_id": encounter_id,
            "product": product,
            "therapy_class": therapy_class,
            "recorded_at": recorded_at,
            "recorded_by": recorded_by,
        },
    ).scalar_one()
    return therapy_id


def insert_dose(
    session: Session,
    *,
    therapy_id: int,
    encounter_id: int,
    infused_at: datetime,
    dose_text: str | None,
    recorded_at: datetime,
    recorded_by: str,
) -> int:
    """Append a dose; its row id. A therapy has one dose at one time (``IntegrityError``)."""
    refuse_anonymous(recorded_by)
    dose_id: int = session.execute(
        _INSERT_DOSE,
        {
            "therapy_id": therapy_id,
            "encounter_id": encounter_id,
            "infused_at": infused_at,
            "dose_text": dose_text,
            "recorded_at": recorded_at,
            "recorded_by": recorded_by,
        },
    ).scalar_one()
    return dose_id


def therapies(session: Session, encounter_id: int) -> list[TherapyRow]:
    """One patient's immunotherapies, with or without a dose, in the order of recording."""
    rows = session.execute(_THERAPIES, {"encounter": encounter_id})
    return list(map(TherapyRow._make, rows))


def current(
    session: Session, encounter_id: int, *, as_known_at: datetime | None = None
) -> list[DoseRow]:
    """One patient's doses, in the order given; ``as_known_at`` leaves out what was told later."""
    wanted = {"encounter": encounter_id}
    if as_known_at is None:
        rows = _CURRENT.all(session, wanted)
    else:
        rows = _AS_KNOWN.all(session, wanted | {"as_known_at": as_known_at})
    return list(map(DoseRow._make, rows))


_INSERT_THERAPY = sqlalchemy.insert(_therapy).returning(_therapy.c.id)
_INSERT_DOSE = sqlalchemy.insert(_dose).returning(_dose.c.id)
_THERAPIES = (
    select(*columns(_therapy, TherapyRow._fields))
    .where(_therapy.c.encounter_id == bindparam("encounter"))
    .order_by(_therapy.c.id)
)
_DOSES = (
    select(
        _dose.c.id,
        _dose.c.therapy_id,
        _dose.c.encounter_id,
        _therapy.c.product,
        _therapy.c.therapy_class,
        _dose.c.infused_at,
        _dose.c.dose_text,
        _dose.c.recorded_at,
        _dose.c.recorded_by,
    )
    .select_from(_dose.join(_therapy, _therapy.c.id == _dose.c.therapy_id))
    .where(_dose.c.encounter_id == bindparam("encounter"))
    .order_by(_dose.c.infused_at, _dose.c.id)
)
_CURRENT = Prepared(_DOSES)
_AS_KNOWN = Prepared(_DOSES.where(_dose.c.recorded_at <= instant("as_known_at")))
