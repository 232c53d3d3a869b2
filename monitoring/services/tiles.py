"""What the ward board sends: a tile a bed, as plain records that turn into JSON as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from db.queries.board import BedRow

SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One bed. ``encounter`` None is an empty bed, and then all else is None too.

    ``alerts`` and ``summary`` are JSON as it was stored (``ShownAlert`` and ``Summary`` of
    ``monitoring.services.summary``), owners by the name the ward knows; no ``summary`` is a patient
    of whom nothing was ever charted.
    """

    bed: str
    position: int
    encounter: str | None = None
    name: str | None = None
    therapy: str | None = None
    infused_s: int | None = None
    alerts: tuple[Mapping[str, Any], ...] = ()
    summary: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPayload:
    """A whole ward at one data version; ``changed_s`` is when the store last changed."""

    ward_code: str
    ward_name: str
    time_zone: str
    version: int
    changed_s: int
    tiles: tuple[Tile, ...]


def tile(
    bed: BedRow, alerts: tuple[Mapping[str, Any], ...], summary: Mapping[str, Any] | None
) -> Tile:
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
