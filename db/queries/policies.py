"""Local policy, version upon version: the house's, a ward's, a patient's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from db.models.base import table
from db.models.operations import PolicyVersion
from db.prepared import Prepared
from db.queries.rows import columns, instant, refuse_anonymous, values

_policy = table(PolicyVersion)


class PolicyRow(NamedTuple):
    """One version of local policy; no ward and no encounter means the whole house."""

    id: int
    kind: str
    version: str
    ward_id: int | None
    encounter_id: int | None
    content: dict[str, Any]
    author: str
    reason: str
    effective_from: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPolicy:
    """A version to be appended."""

    kind: str
    version: str
    ward_id: int | None
    encounter_id: int | None
    content: dict[str, Any]
    author: str
    reason: str
    effective_from: datetime
    recorded_at: datetime


def insert(session: Session, policy: NewPolicy) -> int:
    """Append a version; its row id."""
    refuse_anonymous(policy.author)
    policy_id: int = session.execute(_INSERT, values(policy)).scalar_one()
    return policy_id


def current(
    session: Session,
    *,
    kind: str,
    ward_id: int,
    encounter_id: int,
    at: datetime | None = None,
) -> dict[str, Any] | None:
    """What holds for a patient: the house's newest version, the ward's over it, the patient's last.

    Tables are laid over each other key by key, so that a ward changes one limit and keeps the rest.
    None where there is no local policy. ``at`` leaves out what takes effect later.
    """
    wanted = {"kind": kind, "ward": ward_id, "encounter": encounter_id}
    if at is None:
        rows = _CURRENT.all(session, wanted)
    else:
        rows = _CURRENT_AT.all(session, wanted | {"at": at})
    newest: _Newest = {}
    for of_ward, of_encounter, content, _ in rows:
        newest[of_ward, of_encounter] = content
    return _merged(newest)


def course(
    session: Session, *, kind: str, ward_id: int, encounter_id: int, at: datetime
) -> list[tuple[datetime | None, dict[str, Any] | None]]:
    """What held for a patient from when on, oldest first, up to ``at``; as ``current`` each.

    The first entry has no begin: nothing local held before the first version.
    """
    wanted = {"kind": kind, "ward": ward_id, "encounter": encounter_id, "at": at}
    newest: _Newest = {}
    found: list[tuple[datetime | None, dict[str, Any] | None]] = [(None, None)]
    for of_ward, of_encounter, content, begins in _CURRENT_AT.all(session, wanted):
        newest[of_ward, of_encounter] = content
        found.append((begins, _merged(newest)))
    return found


# Of several versions for one place the last one read is the newest.
_Newest = dict[tuple[int | None, int | None], Mapping[str, Any]]


def _merged(newest: _Newest) -> dict[str, Any] | None:
    """From the widest to the narrowest, laid over each other."""
    layers = sorted(newest.items(), key=lambda one: (one[0][1] is not None, one[0][0] is not None))
    merged: dict[str, Any] = {}
    for _, content in layers:
        merged = laid_over(merged, content)
    return merged or None


def versions(session: Session, kind: str) -> list[PolicyRow]:
    """Every version of a kind, oldest first."""
    return list(map(PolicyRow._make, session.execute(_VERSIONS, {"kind": kind})))


def laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """One version over another, key by key: what ``above`` does not name stays as it is below."""
    merged = dict(below)
    for key, value in above.items():
        lower = merged.get(key)
        if isinstance(lower, Mapping) and isinstance(value, Mapping):
            merged[key] = laid_over(lower, value)
        else:
            merged[key] = value
    return merged


_INSERT = sqlalchemy.insert(_policy).returning(_policy.c.id)
_VERSIONS = (
    select(*columns(_policy, PolicyRow._fields))
    .where(_policy.c.kind == bindparam("kind"))
    .order_by(_policy.c.id)
)
_HOLDING = (
    select(_policy.c.ward_id, _policy.c.encounter_id, _policy.c.content, _policy.c.effective_from)
    .where(
        _policy.c.kind == bindparam("kind"),
        or_(
            _policy.c.encounter_id == bindparam("encounter"),
            and_(
                _policy.c.encounter_id.is_(None),
                or_(_policy.c.ward_id == bindparam("ward"), _policy.c.ward_id.is_(None)),
            ),
        ),
    )
    .order_by(_policy.c.effective_from, _policy.c.id)
)
_CURRENT = Prepared(_HOLDING)
_CURRENT_AT = Prepared(_HOLDING.where(_policy.c.effective_from <= instant("at")))
