"""Sparse charted rows to what was true at each asked moment, with the age of every value.

A series is padded with one missing row at its end, so that the index -1 ("nothing yet") reads as
missing and no look-up needs a mask.
"""

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.concepts import CONCEPTS, ICE_ITEMS, NEUROLOGY
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
    "symptom_confusion",
    *(concept.code for concept in NEUROLOGY),
)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The usable values of one concept by time; the last row of each array is the missing one.

    ``value`` holds the number, or for a coded concept the place of its code in the dictionary
    (-1 when missing). ``streamed`` marks what a device sent by itself.
    """

    taken_us: NDArray[np.int64]
    value: NDArray[np.float64]
    row_id: NDArray[np.int64]
    streamed: NDArray[np.bool_]

    def __len__(self) -> int:
        """How many values there are, the missing one not counted."""
        return len(self.taken_us) - 1

    def latest(self, at_us: NDArray[np.int64]) -> NDArray[np.intp]:
        """The row of the newest value at or before each moment, -1 where there is none."""
        return self.taken_us[:-1].searchsorted(at_us, side="right") - 1


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """One encounter's series and, for each asked moment, which value is the newest.

    ``baseline_rows`` says which baseline (by order of effect) holds, -1 where none does yet.
    ``unusable`` holds (concept, taken_us) of rows that lie outside their possible range or carry no
    known code: they are never used, and conclusions near them say so.
    """

    facts: EncounterFacts
    at_us: NDArray[np.int64]
    series: dict[str, Series]
    rows: dict[str, NDArray[np.intp]]
    baseline_rows: NDArray[np.intp]
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


def build(facts: EncounterFacts, at_us: NDArray[np.int64]) -> Timeline:
    """Lay the facts out by concept and find what was newest at each moment.

    ``at_us`` must ascend. Of several values taken at one instant the last recorded (the highest row
    id) counts. Raises ``ValueError`` when the moments do not ascend or baselines are out of order.
    """
    if len(at_us) > 1 and not bool(np.all(at_us[1:] >= at_us[:-1])):
        message = "The moments to evaluate must ascend; sort them first."
        raise ValueError(message)
    effective_us = np.array([b.effective_us for b in facts.baselines], dtype=np.int64)
    if not bool(np.all(effective_us[1:] >= effective_us[:-1])):
        message = "Baselines must come in the order in which they take effect; sort them first."
        raise ValueError(message)
    series, unusable = _series(facts.observations)
    series["ice_total"] = _with_totals(series)
    rows = {concept: one.latest(at_us) for concept, one in series.items()}
    baseline_rows = effective_us.searchsorted(at_us, side="right") - 1
    return Timeline(facts, at_us, series, rows, baseline_rows, unusable)


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
    """Sort all rows by concept, time and row id at once; each series is a slice of the whole.

    A missing row is laid at the end of every concept before sorting.
    """
    concept = np.array([_PLACE.get(c, -1) for c in observations.concept.tolist()], dtype=np.intp)
    watched = concept >= 0
    concept = np.concatenate((concept[watched], _ALL))
    taken_us = np.concatenate((observations.taken_us[watched], _END_US))
    row_id = np.concatenate((observations.row_id[watched], _NO_ROW))
    value = np.concatenate((observations.value[watched], _MISSING))
    code = [*observations.code[watched].tolist(), *[None] * len(WATCHED)]
    streamed = np.zeros(len(concept), dtype=np.bool_)
    if observations.streamed is not None:
        streamed[: -len(WATCHED)] = observations.streamed[watched]
    order = np.lexsort((row_id, taken_us, concept))
    concept, taken_us, row_id, value = concept[order], taken_us[order], row_id[order], value[order]
    streamed = streamed[order]
    begins = concept.searchsorted(np.arange(len(WATCHED) + 1)).tolist()
    for place, codes in _CODED.items():
        begin, end = begins[place], begins[place + 1] - 1
        value[begin:end] = [codes.get(code[row], np.nan) for row in order[begin:end].tolist()]
    ends = taken_us == _END_US[0]
    usable = (value >= _LOWEST[concept]) & (value <= _HIGHEST[concept])
    keep = usable | ends
    unusable: tuple[tuple[str, int], ...] = ()
    if not keep.all():
        lost = zip(concept[~keep].tolist(), taken_us[~keep].tolist(), strict=True)
        unusable = tuple((WATCHED[place], us) for place, us in lost)
        concept, taken_us, ends = concept[keep], taken_us[keep], ends[keep]
        row_id, value, streamed = row_id[keep], value[keep], streamed[keep]
        begins = concept.searchsorted(np.arange(len(WATCHED) + 1)).tolist()
    taken_us[ends] = NEVER_US
    bounds = zip(WATCHED, begins, begins[1:], strict=False)
    return {
        name: Series(taken_us[begin:end], value[begin:end], row_id[begin:end], streamed[begin:end])
        for name, begin, end in bounds
    }, unusable


def _with_totals(series: dict[str, Series]) -> Series:
    """The ICE totals that were charted, and those of items charted whole at one instant.

    A total counts under the row of its last item. Source: clinical reference 2.1.
    """
    stated = series["ice_total"]
    items = [series[one.code] for one in ICE_ITEMS]
    if not len(items[0]):
        return stated
    whole_us = reduce(np.intersect1d, [item.taken_us[:-1] for item in items])
    rows = [item.latest(whole_us) for item in items]
    points = np.sum([item.value[row] for item, row in zip(items, rows, strict=True)], axis=0)
    taken_us = np.concatenate((stated.taken_us[:-1], whole_us))
    value = np.concatenate((stated.value[:-1], points))
    row_id = np.concatenate((stated.row_id[:-1], items[-1].row_id[rows[-1]]))
    # Of a stated and a computed total of one instant the lower comes last, and so counts.
    order = np.lexsort((-value, taken_us))
    return Series(
        np.append(taken_us[order], stated.taken_us[-1]),
        np.append(value[order], stated.value[-1]),
        np.append(row_id[order], stated.row_id[-1]),
        np.zeros(len(order) + 1, dtype=np.bool_),
    )


_PLACE = {concept: place for place, concept in enumerate(WATCHED)}
_CODED = {
    place: {code: float(n) for n, code in enumerate(CONCEPTS[concept].codes)}
    for concept, place in _PLACE.items()
    if CONCEPTS[concept].is_coded
}
_RANGES = [CONCEPTS[concept].possible or (0.0, np.inf) for concept in WATCHED]
_LOWEST, _HIGHEST = np.array(_RANGES).T
# The missing row of each concept, later than any time while sorting.
_ALL = np.arange(len(WATCHED), dtype=np.intp)
_END_US = np.full(len(WATCHED), np.iinfo(np.int64).max)
_NO_ROW = np.full(len(WATCHED), -1, dtype=np.int64)
_MISSING = np.array([-1.0 if CONCEPTS[concept].is_coded else np.nan for concept in WATCHED])
