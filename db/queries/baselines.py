"""What is usual for a person: every baseline that was set, the newest effective one counting."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from db.models.base import table
from db.models.therapy import Baseline
from db.prepared import Prepared
from db.queries.rows import columns, instant, refuse_anonymous, values

_baseline = table(Baseline)


class BaselineRow(NamedTuple):
    """A stored baseline, whole."""

    id: int
    encounter_id: int
    effective_from: datetime
    systolic_mmhg: float | None
    diastolic_mmhg: float | None
    mean_mmhg: float | None
    home_oxygen_device: str | None
    home_oxygen_lpm: float | None
    spo2_scale: int
    set_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBaseline:
    """A baseline to be appended."""

    encounter_id: int
    effective_from: datetime
    systolic_mmhg: float | None
    diastolic_mmhg: float | None
    mean_mmhg: float | None
    home_oxygen_device: str | None
    home_oxygen_lpm: float | None
    spo2_scale: int
    set_by: str
    recorded_at: datetime


def insert(session: Session, baseline: NewBaseline) -> int:
    """Append a baseline; its row id."""
    refuse_anonymous(baseline.set_by)
    new_id: int = session.execute(_INSERT, values(baseline)).scalar_one()
    return new_id


def current(
    session: Session, encounter_id: int, *, as_known_at: datetime | None = None
) -> list[BaselineRow]:
    """One patient's baselines by the time they take effect; of two for one time the later counts.

    ``as_known_at`` leaves out what was recorded later.
    """
    if as_known_at is None:
        rows = _CURRENT.all(session, {"encounter": encounter_id})
    else:
        rows = _AS_KNOWN.all(session, {"encounter": encounter_id, "as_known_at": as_known_at})
    return list(map(BaselineRow._make, rows))


_INSERT = sqlalchemy.insert(_baseline).returning(_baseline.c.id)
_SET = (
    select(*columns(_baseline, BaselineRow._fields))
    .where(_baseline.c.encounter_id == bindparam("encounter"))
    .order_by(_baseline.c.effective_from, _baseline.c.id)
)
_CURRENT = Prepared(_SET)
_AS_KNOWN = Prepared(_SET.where(_baseline.c.recorded_at <= instant("as_known_at")))
