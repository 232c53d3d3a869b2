"""What a patient figure draws, with nothing of plotly: columns, spans, marks and limits."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One numeric quantity over time.

    ``taken_us`` ascends, microseconds since the epoch, UTC; ``value`` is in the concept's canonical
    unit and NaN where a paired quantity was not measured. Both have one length.
    """

    taken_us: NDArray[np.int64]
    value: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.taken_us)


@dataclass(frozen=True, slots=True, kw_only=True)
class PressureTrack:
    """Blood pressure readings, in mmHg; NaN where that part of a reading is missing.

    ``mean`` is the measured mean where there is one, else by the formula of the clinical reference,
    5.1.
    """

    taken_us: NDArray[np.int64]
    systolic: NDArray[np.float64]
    diastolic: NDArray[np.float64]
    mean: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.taken_us)


class SpanKind(StrEnum):
    """How a span or mark is drawn: support that raises a grade stands out, the rest is quiet."""

    SUPPORT = "support"
    THERAPY = "therapy"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeSpan:
    """A stretch of one suggested grade; ``grade`` is None where it could not be given.

    ``at_least`` marks a grade that something unknown could raise, ``confirmed`` one that is shown
    because a clinician said so: ``note`` then tells what was computed.
    """

    from_us: int
    to_us: int
    grade: int | None
    note: str
    at_least: bool = False
    confirmed: bool = False

    @property
    def word(self) -> str:
        """The grade as it is written: "2", "≥2", "2 ✓" where it was confirmed, or "?"."""
        if self.grade is None:
            return "?"
        if self.confirmed:
            return f"{self.grade} ✓"
        return f"≥{self.grade}" if self.at_least else str(self.grade)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A treatment: a mark where ``to_us`` equals ``from_us``, else a span; None still runs."""

    from_us: int
    to_us: int | None
    label: str
    detail: str
    kind: SpanKind


@dataclass(frozen=True, slots=True, kw_only=True)
class OxygenSpan:
    """What the patient breathed through between two chartings. ``level`` orders devices 0 to 4.

    ``short`` is the flow alone, for a span in which the device's name has no room.
    """

    from_us: int
    to_us: int
    label: str
    level: int
    short: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """A value that was amended or struck out and stays visible."""

    concept: str
    taken_us: int
    value: float
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The lines and bands of a figure, every number from the rulebook or the local policy.

    A band is (low, high) in the axis unit; None is open on that side. ``systolic_mmhg`` is the
    limit in force for this patient, ``baseline_systolic_mmhg`` the patient's own usual value.
    """

    fever_c: float
    systolic_mmhg: float | None
    mean_mmhg: float | None
    baseline_systolic_mmhg: float | None
    spo2_percent: float | None
    heart_rate_bands: tuple[tuple[float | None, float | None], ...] = ()
    respiratory_rate_bands: tuple[tuple[float | None, float | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracks:
    """Everything that one patient figure shows."""

    temperature: Track
    pressure: PressureTrack
    heart_rate: Track
    respiratory_rate: Track
    spo2: Track
    oxygen: tuple[OxygenSpan, ...]
    grades: tuple[GradeSpan, ...]
    icans: tuple[GradeSpan, ...]
    masked_fever: tuple[tuple[int, int], ...]
    given: tuple[Given, ...]
    struck: tuple[Struck, ...]
    limits: Limits
    doses_us: tuple[int, ...] = field(default=())
