"""Appending observations: a set at a time or a whole history, each value with its checksum."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from db.errors import SourceConflictError
from db.integrity import digest, observation_checksum
from db.models.base import table
from db.models.observation import Observation, ObservationSet
from db.queries.appending import Key, append, key_of
from db.queries.rows import refuse_anonymous, values

_set = table(ObservationSet)
_observation = table(Observation)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSet:
    """Values measured together, to be appended; ``source`` and ``source_id`` name it for good."""

    encounter_id: int
    source: str
    source_id: str
    taken_at: datetime
    recorded_at: datetime
    recorded_by: str
    partial_reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewObservation:
    """One value to be appended; which set it stands in is known only when that is stored."""

    encounter_id: int
    ward_id: int
    concept: str
    category: str
    value_num: float | None
    value_code: str | None
    value_sent: str
    unit_sent: str | None
    taken_at: datetime
    taken_at_sent: str | None
    recorded_at: datetime
    recorded_by: str
    source: str
    source_id: str
    status: str
    method: str | None
    queried: bool
    supersedes_id: int | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertedSet:
    """What appending a set did.

    ``row_ids`` are the new rows, in the order given. ``duplicates`` counts the values that had been
    stored before under their source's identifier; ``conflicts`` names those of them whose stored
    value says something else than what came now, so that the caller can tell. ``digest`` covers
    the checksums of the new rows.
    """

    set_id: int
    row_ids: tuple[int, ...]
    duplicates: int
    conflicts: tuple[str, ...]
    digest: bytes


Batch: TypeAlias = Sequence[tuple[NewSet, Sequence[NewObservation]]]


def insert_set(
    session: Session, new_set: NewSet, observations: Sequence[NewObservation]
) -> InsertedSet:
    """Append one set; what its source sent before adds nothing, whoever else sends it meanwhile.

    A set that is known takes up the values that are new to it.

    Raises:
        SourceConflictError: the source used an identifier for two encounters.
        AnonymousActorError: nobody is named as the one who recorded it.
        ValueError: a number that is not finite, or an instant without a time zone.
    """
    return insert_sets(session, [(new_set, observations)])[0]


def insert_sets(session: Session, batch: Batch) -> list[InsertedSet]:
    """Append many sets in a few statements; for the rest as ``insert_set``, in the order given."""
    set_ids = _set_ids(session, [new_set for new_set, _ in batch])
    prepared = [
        [_row(observation, set_ids[new_set.source, new_set.source_id]) for observation in given]
        for new_set, given in batch
    ]
    rows = [row for one in prepared for row in one]
    new_ids = append(session, _observation, rows)
    # What was known already, and after it what is new: the row that any repetition is held against.
    known = _stored(session, [key_of(row) for row in rows if key_of(row) not in new_ids])
    results = []
    for (new_set, _), one in zip(batch, prepared, strict=True):
        fresh, conflicts = [], []
        for row in one:
            key = key_of(row)
            if key in new_ids and key not in known:
                known[key] = _meaning(row)
                fresh.append(row)
            elif known[key] != _meaning(row):
                conflicts.append(row["source_id"])
        results.append(
            InsertedSet(
                set_id=set_ids[new_set.source, new_set.source_id],
                row_ids=tuple(new_ids[key_of(row)] for row in fresh),
                duplicates=len(one) - len(fresh),
                conflicts=tuple(conflicts),
                digest=digest([row["checksum"] for row in fresh]),
            )
        )
    return results


def _set_ids(session: Session, sets: Sequence[NewSet]) -> dict[Key, int]:
    for one in sets:
        refuse_anonymous(one.recorded_by)
    ids = append(session, _set, [values(one) for one in sets])
    known = [one for one in sets if (one.source, one.source_id) not in ids]
    encounters = {(one.source, one.source_id): one.encounter_id for one in sets}
    for source, wanted in _by_source((one.source, one.source_id) for one in known):
        found = session.execute(_KNOWN_SETS, {"source": source, "source_ids": wanted})
        for row_id, source_id, encounter_id in found:
            if encounters[source, source_id] != encounter_id:
                message = (
                    "The source sent this set's identifier before, for another encounter. "
                    "Nothing was stored; ask the source to number its messages apart."
                )
                raise SourceConflictError(message)
            ids[source, source_id] = row_id
    return ids


def _row(observation: NewObservation, set_id: int) -> dict[str, Any]:
    row = {**values(observation), "set_id": set_id}
    row["checksum"] = observation_checksum(row)
    return row


def _stored(session: Session, keys: Iterable[Key]) -> dict[Key, tuple[Any, ...]]:
    return {
        (source, row.source_id): _meaning(row._asdict())
        for source, wanted in _by_source(keys)
        for row in session.execute(_KNOWN_VALUES, {"source": source, "source_ids": wanted})
    }


def _by_source(keys: Iterable[Key]) -> list[tuple[str, list[str]]]:
    grouped: dict[str, list[str]] = {}
    for source, source_id in keys:
        grouped.setdefault(source, []).append(source_id)
    return list(grouped.items())


_MEANING = ("encounter_id", "concept", "value_num", "value_code")


def _meaning(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _MEANING)


_KNOWN_SETS = select(_set.c.id, _set.c.source_id, _set.c.encounter_id).where(
    _set.c.source == bindparam("source"),
    _set.c.source_id.in_(bindparam("source_ids", expanding=True)),
)
_KNOWN_VALUES = select(
    _observation.c.source_id, *(_observation.c[name] for name in _MEANING)
).where(
    _observation.c.source == bindparam("source"),
    _observation.c.source_id.in_(bindparam("source_ids", expanding=True)),
)
