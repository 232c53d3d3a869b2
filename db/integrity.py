"""How a row proves that it was not altered: a checksum over everything it says."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from math import isfinite
from typing import Any

from db.types import to_epoch_us

# Every column of an observation but ``id`` and the checksum itself. The order is part of what was
# signed: new columns go to the end, under a new version below.
_VERSION = 1
CHECKED_COLUMNS = (
    "encounter_id",
    "ward_id",
    "set_id",
    "concept",
    "category",
    "value_num",
    "value_code",
    "value_sent",
    "unit_sent",
    "taken_at",
    "taken_at_sent",
    "recorded_at",
    "recorded_by",
    "source",
    "source_id",
    "status",
    "method",
    "queried",
    "supersedes_id",
    "reason",
)


def observation_checksum(row: Mapping[str, Any]) -> bytes:
    """BLAKE2b-16 over an observation's columns, by name; the same from before and after storing.

    Raises ``ValueError`` for a number that is not finite, which no store gives back unchanged, and
    for an instant without a time zone.
    """
    said = canonical([_VERSION, *map(row.__getitem__, CHECKED_COLUMNS)])
    return blake2b(said, digest_size=16).digest()


def digest(checksums: Sequence[bytes]) -> bytes:
    """One checksum over several, in their order: what the audit keeps of a set."""
    return blake2b(b"".join(checksums), digest_size=16).digest()


def chain_digest(previous: bytes, following: bytes) -> bytes:
    """One checksum over a growing sequence of them, taken up one at a time."""
    return blake2b(previous + following, digest_size=16).digest()


def canonical(document: Any) -> bytes:
    """The one spelling of a document of JSON values and instants, the same on every engine.

    PostgreSQL rewrites the numbers of a JSON document (1e16, 1.0), so a whole number is spelt as an
    integer whatever its type. Python defines the shortest spelling of the others.
    """
    return json.dumps(
        _plain(document), ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":")
    ).encode("ascii")


def _plain(value: Any) -> Any:
    # Most columns are texts; asking for the rarer kinds first would cost each of them four looks.
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        if not isfinite(value):
            message = "A number that is not finite cannot be stored; leave it out and say why."
            raise ValueError(message)
        return int(value) if value.is_integer() else value
    if isinstance(value, datetime):
        return to_epoch_us(value)
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value
