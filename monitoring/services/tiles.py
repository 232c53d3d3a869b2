"""What the ward board sends: a tile a bed, as plain records that turn into JSON as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from db.queries.board import BedRow
from monitoring.services.instants import SECOND_US


class Json(NamedTuple):
    """A document as it was stored, handed on without being read."""

    text: str

    def read(self) -> Any:
        """What it says."""
        return orjson.loads(self.text)


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One bed. ``encounter`` None is an empty bed, and then all else is None too.

    ``alerts`` and ``summary`` are what was stored (``ShownAlert`` and ``Summary``), owners by the
    name the ward knows; no ``summary`` is a patient of whom nothing was ever charted.
    """

    bed: str
    position: int
    encounter: str | None = None
    name: str | None = None
    therapy: str | None = None
    infused_s: int | None = None
    alerts: tuple[Mapping[str, Any], ...] = ()
    summary: Json | None = None


@dataclass(frozen=True, kw_only=True)
class BoardPayload:
    """A whole ward at one data version; ``changed_s`` is when the store last changed."""

    ward_code: str
    ward_name: str
    time_zone: str
    version: int
    changed_s: int
    tiles: tuple[Tile, ...]

    def to_json(self) -> bytes:
        """All of it in JSON."""
        return orjson.dumps(self, default=_as_it_is)


def _as_it_is(value: object) -> orjson.Fragment:
    if isinstance(value, Json):
        return orjson.Fragment(value.text)
    raise TypeError


def tile(bed: BedRow, alerts: tuple[Mapping[str, Any], ...], summary: Json | None) -> Tile:
    """The tile of a bed."""
    if bed.encounter_id is None or bed.family_name is None:
        return Tile(bed=bed.label, position=bed.position)
    return Tile(
        bed=bed.label,
        position=bed.position,
        encounter=bed.public_id,
        name=short_name(bed.family_name, bed.given_name or ""),
        therapy=bed.product,
        infused_s=None if bed.infused_us is None else bed.infused_us // SECOND_US,
        alerts=alerts,
        summary=summary,
    )


def short_name(family_name: str, given_name: str) -> str:
    """A name as it stands on a tile: the family name and the first letter of the given one."""
    initial = given_name.strip()[:1]
    return f"{family_name} {initial}." if initial else family_name
