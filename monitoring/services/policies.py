"""Local policy: which one holds for a patient, and how a place gets limits of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import audit, census, policies, versions
from db.queries.census import EncounterRow
from db.queries.policies import PolicyRow
from monitoring.clinical.policy import Policy, load_policy, packaged_limits
from monitoring.clinical.policy_course import PolicyCourse
from monitoring.clinical.rule_file import RuleFileError
from monitoring.services.errors import RefusedError
from monitoring.services.instants import to_us

LIMITS = "limits"
PACKAGED = "packaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """For whom limits hold: the whole house, a ward, or one patient's stay."""

    ward_id: int | None = None
    encounter_id: int | None = None


def policy_for(session: Session, encounter: EncounterRow, now: datetime) -> Policy:
    """The house policy in force now, with the ward's and then the patient's own limits over it."""
    overrides = policies.current(
        session, kind=LIMITS, ward_id=encounter.ward_id, encounter_id=encounter.id, at=now
    )
    return load_policy(overrides)


def policies_until(session: Session, encounter: EncounterRow, now: datetime) -> PolicyCourse:
    """Every policy that held for a patient up to ``now``, each from its own time on."""
    found = policies.course(
        session, kind=LIMITS, ward_id=encounter.ward_id, encounter_id=encounter.id, at=now
    )
    return PolicyCourse.of(
        [
            (0 if begins is None else to_us(begins), load_policy(overrides))
            for begins, overrides in found
        ]
    )


def keep_packaged(store: Store, *, actor: str, now: datetime) -> PolicyRow:
    """Keep the packaged policy as a version of its own; the one that is kept already as it is.

    Every evaluation and alert names its policy. That name leads to this row, whole, and to the
    limits of the house, ward or patient that were laid over it, whatever a later release packages.
    Files changed under one name leave two rows of it, told apart by their time.
    """
    named = load_policy().id

    def work(session: Session) -> PolicyRow:
        kept = [row for row in policies.versions(session, PACKAGED) if row.version == named]
        if kept and kept[-1].content == packaged_limits():
            return kept[-1]
        why = "The limits that this release brings with it."
        if kept:
            why = "The packaged limits were changed under the same name."
        new = policies.NewPolicy(
            kind=PACKAGED,
            version=named,
            ward_id=None,
            encounter_id=None,
            content=packaged_limits(),
            author=actor,
            reason=why,
            effective_from=now,
            recorded_at=now,
        )
        return _added(session, new, action="policy.keep_packaged", detail={"version": named})

    return store.write(work)


def set_limits(
    store: Store,
    *,
    place: Place,
    limits: Mapping[str, Any],
    reason: str,
    actor: str,
    now: datetime,
    effective_from: datetime | None = None,
) -> PolicyRow:
    """Give the house, a ward or a patient limits of its own, as a new version beside the old ones.

    ``limits`` has the shape of ``rules/alerts.toml`` and takes the place of the earlier version for
    the same place, whole; an empty one goes back to what holds above. Nothing that was judged is
    judged again. Raises ``RefusedError`` where a key does not exist, a value is out of its range,
    no reason is given, or it would hold from before now.
    """
    if not reason.strip():
        message = "Say why the limits are changed."
        raise RefusedError(message)
    begins = effective_from or now
    if begins < now:
        message = "New limits hold from now on or later, never for what was judged already."
        raise RefusedError(message)

    def work(session: Session) -> PolicyRow:
        wards = _touched_wards(session, place)
        for ward_id in wards:
            versions.lock_ward(session, ward_id)
        version = str(1 + len(_of_place(session, place)))
        new = policies.NewPolicy(
            kind=LIMITS,
            version=version,
            ward_id=place.ward_id,
            encounter_id=place.encounter_id,
            content=dict(limits),
            author=actor,
            reason=reason.strip(),
            effective_from=begins,
            recorded_at=now,
        )
        row = _added(
            session,
            new,
            action="policy.set_limits",
            detail={"ward": place.ward_id, "encounter": place.encounter_id, "version": version},
        )
        _refuse_unusable(session, begins)
        for ward_id in wards:
            versions.advance(session, ward_id, now)
        return row

    return store.write(work)


def history(store: Store, place: Place) -> list[PolicyRow]:
    """Every version of a place's own limits, oldest first: what, by whom, why, from when."""
    with store.read() as session:
        return _of_place(session, place)


def _added(
    session: Session, new: policies.NewPolicy, *, action: str, detail: Mapping[str, Any]
) -> PolicyRow:
    """A version appended and told to the audit; its row."""
    row_id = policies.insert(session, new)
    audit.append(
        session,
        at=new.recorded_at,
        actor=new.author,
        action=action,
        entity="policy_version",
        entity_id=str(row_id),
        detail=detail,
    )
    return next(row for row in policies.versions(session, new.kind) if row.id == row_id)


def _of_place(session: Session, place: Place) -> list[PolicyRow]:
    return [
        row
        for row in policies.versions(session, LIMITS)
        if (row.ward_id, row.encounter_id) == (place.ward_id, place.encounter_id)
    ]


def _touched_wards(session: Session, place: Place) -> list[int]:
    if place.encounter_id is not None:
        return [census.encounter(session, place.encounter_id).ward_id]
    if place.ward_id is not None:
        return [place.ward_id]
    return sorted(ward.id for ward in census.wards(session))


def _refuse_unusable(session: Session, at: datetime) -> None:
    """Refuse a version with which any patient in a bed, or the next one, could not be judged.

    What is valid alone may not be together: a ward's limit and a patient's severe one.
    """
    try:
        load_policy(policies.current(session, kind=LIMITS, ward_id=-1, encounter_id=-1, at=at))
        for ward in census.wards(session):
            for encounter_id in (-1, *census.open_encounter_ids(session, ward.id)):
                load_policy(
                    policies.current(
                        session, kind=LIMITS, ward_id=ward.id, encounter_id=encounter_id, at=at
                    )
                )
    except RuleFileError as fault:
        message = f"These limits cannot hold: {fault}"
        raise RefusedError(message) from fault
