"""Sparse charted rows to what was true at each asked moment, with the age of every value.

A series is padded with one missing row at its end, so that the index -1 ("nothing yet") reads as
missing and no look-up needs a mask.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.concepts import CONCEPTS
from monitoring.clinical.facts import AttributionSpan, EncounterFacts, ObservationColumns

# Earlier than any chart, and far enough from the limits of int64 to be subtracted safely.
NEVER_US = -(2**61)
US_PER_S = 1_000_000

WATCHED = (
    "body_temperature",
    "heart_rate",
    "respiratory_rate",
    "systolic_bp",
    "diastolic_bp",
    "mean_arterial_pressure",
    "spo2",
    "oxygen_device",
    "oxygen_flow",
    "oxygen_indication",
    "inhaled_oxygen",
    "consciousness",
)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The usable values of one concept by time; the last row of each array is the missing one.

    ``value`` holds the number, or for a coded concept the place of its code in the dictionary
    (-1 when missing).
    """

    taken_us: NDArray[np.int64]
    value: NDArray[np.float64]
    row_id: NDArray[np.int64]

    def __len__(self) -> int:
        """How many values there are, the missing one not counted."""
        return len(self.taken_us) - 1

    def latest(self, at_us: NDArray[np.int64]) -> NDArray[np.intp]:
        """The row of the newest value at or before each moment, -1 where there is none."""
        return self.taken_us[:-1].searchsorted(at_us, side="right") - 1


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """One encounter's series and, for each asked moment, which value is the newest.

    ``unusable`` holds (concept, taken_us) of rows that lie outside their possible range or carry no
    known code: they are never used, and conclusions near them say so.
    """

    facts: EncounterFacts
    at_us: NDArray[np.int64]
    series: dict[str, Series]
    rows: dict[str, NDArray[np.intp]]
    unusable: tuple[tuple[str, int], ...]

    def value(self, concept: str) -> NDArray[np.float64]:
        """The newest value at each moment, however old; missing is NaN, or -1 for a code."""
        return self.series[concept].value[self.rows[concept]]

    def taken_us(self, concept: str) -> NDArray[np.int64]:
        """When the newest value was taken; ``NEVER_US`` where there is none."""
        return self.series[concept].taken_us[self.rows[concept]]

    def age_s(self, concept: str) -> NDArray[np.float64]:
        """Seconds since the newest value was taken, beyond any limit where there is none."""
        return (self.at_us - self.taken_us(concept)) / US_PER_S

    def baseline_rows(self) -> NDArray[np.intp]:
        """Which baseline (by order of effect) holds at each moment, -1 where none does yet."""
        effective_us = np.array([b.effective_us for b in self.facts.baselines], dtype=np.int64)
        return effective_us.searchsorted(self.at_us, side="right") - 1


def build(facts: EncounterFacts, at_us: NDArray[np.int64]) -> Timeline:
    """Lay the facts out by concept and find what was newest at each moment.

    ``at_us`` must ascend. Of several values taken at one instant the last recorded (the highest row
    id) counts. Raises ``ValueError`` when the moments do not ascend or baselines are out of order.
    """
    if len(at_us) > 1 and not bool(np.all(at_us[1:] >= at_us[:-1])):
        message = "The moments to evaluate must ascend; sort them first."
        raise ValueError(message)
    effective = [(b.effective_us, b.row_id) for b in facts.baselines]
    if effective != sorted(effective):
        message = "Baselines must come in the order in which they take effect; sort them first."
        raise ValueError(message)
    series, unusable = _series(facts.observations)
    rows = {concept: one.latest(at_us) for concept, one in series.items()}
    return Timeline(facts, at_us, series, rows, unusable)


def covered(
    spans: tuple[AttributionSpan, ...], element: str, times_us: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether a clinician attributed the element to another cause at each time (rule C17).

    An attribution covers its beginning and not its end.
    """
    result = np.zeros(len(times_us), dtype=np.bool_)
    for span in spans:
        if span.element == element:
            inside = times_us >= span.from_us
            if span.until_us is not None:
                inside &= times_us < span.until_us
            result |= inside
    return result


def _series(
    observations: ObservationColumns,
) -> tuple[dict[str, Series], tuple[tuple[str, int], ...]]:
    order = np.lexsort((observations.row_id, observations.taken_us))
    places: dict[str, list[int]] = {concept: [] for concept in WATCHED}
    concepts = observations.concept.tolist()
    for place in order.tolist():
        found = places.get(concepts[place])
        if found is not None:
            found.append(place)
    result: dict[str, Series] = {}
    unusable: list[tuple[str, int]] = []
    for concept, wanted in places.items():
        if not wanted:
            result[concept] = _NOTHING_CODED if CONCEPTS[concept].is_coded else _NOTHING
            continue
        index = np.array(wanted, dtype=np.intp)
        values, usable = _usable(concept, observations, index)
        taken_us = observations.taken_us[index]
        if not usable.all():
            unusable += [(concept, int(us)) for us in taken_us[~usable]]
            index, values, taken_us = index[usable], values[usable], taken_us[usable]
        missing = -1.0 if CONCEPTS[concept].is_coded else np.nan
        result[concept] = Series(
            np.concatenate((taken_us, (NEVER_US,))),
            np.concatenate((values, (missing,))),
            np.concatenate((observations.row_id[index], (-1,))),
        )
    return result, tuple(unusable)


def _usable(
    concept: str, observations: ObservationColumns, index: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    known = CONCEPTS[concept]
    if known.is_coded:
        place = {code: float(n) for n, code in enumerate(known.codes)}
        codes = observations.code[index].tolist()
        values = np.array([place.get(code, -1.0) for code in codes], dtype=np.float64)
        return values, values >= 0
    values = observations.value[index]
    if known.possible is None:
        return values, ~np.isnan(values)
    return values, (values >= known.possible[0]) & (values <= known.possible[1])


def _empty(missing: float) -> Series:
    return Series(np.array([NEVER_US]), np.array([missing]), np.array([-1], dtype=np.int64))


_NOTHING = _empty(np.nan)
_NOTHING_CODED = _empty(-1.0)
