"""How a row proves that it was not altered: a checksum over everything it says."""

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from math import isfinite
from operator import itemgetter
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
    number = row["value_num"]
    if number is not None:
        # An integer comes back as a float, and a negative zero as zero.
        number = _finite(float(number)) + 0.0
    said = _spell([_VERSION, number, *_beside_the_number(row)])
    return blake2b(said.encode("ascii"), digest_size=16).digest()


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
    return _spell(_plain(document)).encode("ascii")


def _plain(value: Any) -> Any:
    # Most columns are texts; asking for the rarer kinds first would cost each of them four looks.
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return int(_finite(value)) if value.is_integer() else _finite(value)
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value


def _finite(number: float) -> float:
    if not isfinite(number):
        message = "A number that is not finite cannot be stored; leave it out and say why."
        raise ValueError(message)
    return number


_beside_the_number = itemgetter(*(name for name in CHECKED_COLUMNS if name != "value_num"))
_spell = json.JSONEncoder(
    ensure_ascii=True,
    allow_nan=False,
    sort_keys=True,
    separators=(",", ":"),
    default=to_epoch_us,  # the only other thing that a row or an act holds is an instant
).encode
