"""What is known of a patient, as the rules see it: columns and small records, times as integers.

Times are microseconds since the Unix epoch, UTC (``*_us``), so that a column of them is one int64
array. ``row_id`` is the store's row, carried through so that every conclusion can point at it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationColumns:
    """Current (not superseded, not struck-out) observations of one encounter, by ``taken_us``.

    All arrays share one length. ``value`` is NaN for a coded concept, ``code`` is None for a
    numeric one.
    """

    row_id: NDArray[np.int64]
    concept: NDArray[np.object_]
    taken_us: NDArray[np.int64]
    value: NDArray[np.float64]
    code: NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentSpan:
    """A treatment given at a moment (``ended_us`` equals ``started_us``) or still running (None)."""

    row_id: int
    kind: str
    agent: str
    indication: str | None
    started_us: int
    ended_us: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionSpan:
    """A clinician's word that an element has another cause (rule C17)."""

    row_id: int
    element: str
    from_us: int
    until_us: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRecord:
    """The person's usual blood pressure and home oxygen from ``effective_us`` on."""

    row_id: int
    effective_us: int
    systolic_mmhg: float | None
    diastolic_mmhg: float | None
    mean_mmhg: float | None
    home_oxygen_device: str | None
    home_oxygen_lpm: float | None
    spo2_scale: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """One dose of an immunotherapy."""

    row_id: int
    product: str
    therapy_class: str
    infused_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EncounterFacts:
    """All that the rules may look at for one encounter.

    ``age_years`` is None where no birth date or age is known. ``care_setting`` is ``ward`` or
    ``icu``; ``treatments_charted`` is False where the source carries no treatments at all, so that
    none of them is known to be absent (rule C23).
    """

    observations: ObservationColumns
    treatments: tuple[TreatmentSpan, ...]
    attributions: tuple[AttributionSpan, ...]
    baselines: tuple[BaselineRecord, ...]
    doses: tuple[Dose, ...]
    age_years: float | None
    care_setting: str
    treatments_charted: bool
