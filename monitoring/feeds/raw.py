"""What every adapter yields: an observation as sent, or input that cannot be used and why.

CSV comes first; FHIR and HL7 v2 adapters yield the same records, so that everything behind the
boundary (checking, storing, quarantine) is written once.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class RawObservation:
    """One observation in its sender's words, its concept known, its value not yet checked.

    ``value_sent`` is what was sent, ``value`` the same in our notation and words.

    ``taken_at`` is aware and in the source's own time: where ``is_shifted`` is true (hours from an
    event, de-identified dates) a constant of the patient still has to be added. ``source_id`` is
    made of the source's own identifiers only, so the same observation has it for ever.
    """

    source: str
    source_id: str
    identifier_system: str
    identifier: str
    name: str
    concept: str
    value_sent: str
    value: str
    unit: str | None
    method: str | None
    taken_at: datetime
    taken_at_sent: str
    is_shifted: bool
    line: int
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """Input that goes to quarantine, whole, with the reason and what to do.

    ``values`` counts the observations it would have held; ``column`` says where it went wrong.
    ``value_id`` is the ``source_id`` of the one observation it would have been, where it says so.
    """

    source: str
    source_id: str
    reason_code: str
    reason: str
    raw: str
    line: int
    column: str
    values: int = 1
    value_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReading:
    """What one row of a file held. ``identifier`` is None where the row names no patient."""

    line: int
    identifier: str | None
    observations: tuple[RawObservation, ...] = ()
    unusable: tuple[Unusable, ...] = ()
    absent: int = 0
    age_years: float | None = None
    sex: str | None = None


@dataclass(slots=True, kw_only=True)
class PatientSurvey:
    """Where a patient's rows end in a file, and the last moment in the source's shifted time."""

    last_line: int = 0
    last_shifted: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Survey:
    """A first look at a whole file, before anything of it is stored."""

    rows: int = 0
    patients: dict[str, PatientSurvey] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def unusable(
    *,
    source: str,
    scope: str,
    reason_code: str,
    reason: str,
    raw: str,
    line: int,
    column: str,
    values: int = 1,
) -> Unusable:
    """An ``Unusable`` whose identifier says the same each time the same input comes.

    ``scope`` tells apart equal text of two patients, where the row itself does not name them.
    """
    digest = sha256("\x1f".join((scope, reason_code, column, raw)).encode(errors="replace"))
    return Unusable(
        source=source,
        source_id=digest.hexdigest(),
        reason_code=reason_code,
        reason=reason,
        raw=raw,
        line=line,
        column=column,
        values=values,
    )


def unusable_value(raw: RawObservation, *, reason_code: str, reason: str, column: str) -> Unusable:
    """An observation whose value or time cannot be used, under the name it would have had."""
    return replace(
        unusable(
            source=raw.source,
            scope=raw.source_id,
            reason_code=reason_code,
            reason=reason,
            raw=raw.raw,
            line=raw.line,
            column=column,
        ),
        value_id=raw.source_id,
    )
