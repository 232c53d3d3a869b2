"""What an import did, value by value: nothing that a file held is left uncounted."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from monitoring.feeds.raw import Unusable

_EXAMPLES = 3


@dataclass(slots=True, kw_only=True)
class QuarantinedFor:
    """What went to quarantine for one reason; ``examples`` are (line, column)."""

    values: int = 0
    rows: int = 0
    examples: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ImportSummary:
    """One file's import. The values it held are ``accepted``, ``known``, ``repeated`` (said twice
    in the file) or in ``quarantined``; ``absent`` counts what the source wrote as not measured.

    ``later`` is the part of ``accepted`` whose time, by the patient's constant, is yet to come.
    ``resolved`` counts earlier input in quarantine that this file has put right.
    """

    file_name: str
    mapping: str
    title: str
    rows: int = 0
    patients_new: int = 0
    patients_known: int = 0
    accepted: int = 0
    known: int = 0
    repeated: int = 0
    absent: int = 0
    later: int = 0
    resolved: int = 0
    quarantined: dict[str, QuarantinedFor] = field(default_factory=dict)
    not_used: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)

    @property
    def values_quarantined(self) -> int:
        """How many values are in quarantine."""
        return sum(one.values for one in self.quarantined.values())

    @property
    def values(self) -> int:
        """How many values the file held."""
        return self.accepted + self.known + self.repeated + self.values_quarantined

    def count_unusable(self, found: Iterable[Unusable]) -> None:
        """Count input that goes to quarantine, and remember where the first of each kind stood."""
        for one in found:
            reason = self.quarantined.setdefault(one.reason_code, QuarantinedFor())
            reason.values += one.values
            reason.rows += 1
            if len(reason.examples) < _EXAMPLES:
                reason.examples.append((one.line, one.column))
