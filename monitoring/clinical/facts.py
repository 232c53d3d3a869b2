"""What is known of a patient, as the rules see it: columns and small records, times as integers.

Times are microseconds since the Unix epoch, UTC (``*_us``), so that a column of them is one int64
array. ``row_id`` is the store's row, carried through so that every conclusion can point at it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

# The row of a value that is only being previewed.
UNSAVED_ROW = -1


class ShortHistoryError(Exception):
    """What is at hand of a concept leaves a question open; more of its history answers it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationColumns:
    """Current (not superseded, not struck-out) observations of one encounter, by ``taken_us``.

    All arrays share one length. ``value`` is NaN for a coded concept, ``code`` is None for a
    numeric one. ``streamed`` marks what a device sent by itself; None says that all was charted.
    Of a concept in ``since_us`` there are only the values from then on and the newest before it.
    """

    row_id: NDArray[np.int64]
    concept: NDArray[np.object_]
    taken_us: NDArray[np.int64]
    value: NDArray[np.float64]
    code: NDArray[np.object_]
    streamed: NDArray[np.bool_] | None = None
    since_us: Mapping[str, int] = field(default_factory=dict)

    def appended(
        self,
        *,
        taken_us: int,
        concepts: Sequence[str],
        values: Sequence[float | None],
        codes: Sequence[str | None],
    ) -> "ObservationColumns":
        """These columns with values that are not stored yet, all taken at one moment.

        They come after what was taken at the same moment and stand under ``UNSAVED_ROW``.
        """
        place = int(np.searchsorted(self.taken_us, taken_us, side="right"))
        numbers = [np.nan if value is None else value for value in values]
        return replace(
            self,
            row_id=np.insert(self.row_id, place, [UNSAVED_ROW] * len(concepts)),
            concept=_spliced(self.concept, place, concepts),
            taken_us=np.insert(self.taken_us, place, [taken_us] * len(concepts)),
            value=np.insert(self.value, place, numbers),
            code=_spliced(self.code, place, codes),
            streamed=None
            if self.streamed is None
            else np.insert(self.streamed, place, [False] * len(concepts)),
        )


def _spliced(
    column: NDArray[np.object_], place: int, more: Sequence[str | None]
) -> NDArray[np.object_]:
    return np.array([*column[:place], *more, *column[place:]], dtype=object)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentSpan:
    """A treatment given at a moment (``ended_us`` is ``started_us``) or still running (None).

    ``dose_value`` in ``dose_unit`` is None where no dose was charted.
    """

    row_id: int
    kind: str
    agent: str
    indication: str | None
    started_us: int
    ended_us: int | None
    dose_value: float | None = None
    dose_unit: str | None = None


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


def newest_dose(doses: Sequence[Dose], at_us: int) -> Dose | None:
    """The dose that was given last before a moment or at it, None before any."""
    given = [dose for dose in doses if dose.infused_us <= at_us]
    return max(given, key=lambda dose: (dose.infused_us, dose.row_id), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeStatement:
    """A clinician confirmed or overrode the grade of a scale.

    ``computed_grade`` is what the rules had said at that moment, None where they could not say.
    """

    row_id: int
    scale: str
    grade: int
    computed_grade: int | None
    stated_us: int
    valid_until_us: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EncounterFacts:
    """All that the rules may look at for one encounter.

    ``age_years`` is None where no birth date or age is known, ``sex`` (FHIR AdministrativeGender)
    where nobody recorded one; only limits of normal look at it. ``care_setting`` is ``ward`` or
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
    statements: tuple[GradeStatement, ...] = ()
    sex: str | None = None
