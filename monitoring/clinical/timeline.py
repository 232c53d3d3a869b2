"""Sparse charted rows to what was true at each asked moment, with the age of every value.

A series is padded with one missing row at its end, so that the index -1 ("nothing yet") reads as
missing and no look-up needs a mask.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.concepts import CONCEPTS, ICE_ITEMS, NEUROLOGY
from monitoring.clinical.everywhere import everywhere
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
        """The row of the newest value at or before each moment, -1 where there is none.

        ``at_us`` ascends.
        """
        taken_us = self.taken_us[:-1]
        if not len(taken_us):
            return everywhere(_NO_ROW, len(at_us))
        if len(at_us) < _MANY_MOMENTS + 2 * len(taken_us):
            return taken_us.searchsorted(at_us, side="right") - 1
        # Few values over many moments: each row lasts until the next.
        until = np.append(at_us.searchsorted(taken_us), len(at_us))
        return np.repeat(np.arange(-1, len(taken_us)), np.diff(until, prepend=0))


@dataclass(frozen=True, slots=True, eq=False)
class Charted:
    """The values of one concept in the order taken, of equal times the last recorded last.

    ``value`` is float64, for a coded concept the place of its code in the dictionary. ``row_id``
    may be left out where no evidence is asked for. ``streamed`` says that a device sent all of it.
    ``unknown`` are the rows from which on nothing is known, whatever was before: where another stay
    begins. ``ends`` says that ``value`` has the missing row of a series at its end already.
    """

    taken_us: NDArray[np.int64]
    value: NDArray[np.float64]
    row_id: NDArray[np.int64] | None = None
    unknown: NDArray[np.intp] | None = None
    ends: bool = False
    streamed: bool = False


class _NewestRows(dict[str, NDArray[np.intp]]):
    """Which row of a concept's series is newest at each moment, looked up when it is asked for.

    A set is judged by a few of the many concepts that can be charted. Those of
    ``at_every_moment`` have one value a moment.
    """

    def __init__(
        self,
        series: Mapping[str, Series],
        at_us: NDArray[np.int64],
        at_every_moment: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__()
        self._series, self._at_us, self._at_every_moment = series, at_us, at_every_moment

    def __missing__(self, concept: str) -> NDArray[np.intp]:
        if concept in self._at_every_moment:
            rows: NDArray[np.intp] = np.arange(len(self._at_us))
        else:
            rows = self._series[concept].latest(self._at_us)
        self[concept] = rows
        return rows


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """One encounter's series and, for each asked moment, which value is the newest.

    ``baseline_rows`` says which baseline (by order of effect) holds, -1 where none does yet.
    ``unusable`` holds (concept, taken_us) of rows that lie outside their possible range or carry no
    known code: they are never used, and conclusions near them say so. A concept of
    ``at_every_moment`` has exactly one value a moment.
    """

    facts: EncounterFacts
    at_us: NDArray[np.int64]
    series: dict[str, Series]
    rows: dict[str, NDArray[np.intp]]
    baseline_rows: NDArray[np.intp]
    unusable: tuple[tuple[str, int], ...]
    at_every_moment: frozenset[str] = frozenset()

    def value(self, concept: str) -> NDArray[np.float64]:
        """The newest value at each moment, however old; missing is NaN, or -1 for a code."""
        return self.at_moments(concept, self.series[concept].value)

    def taken_us(self, concept: str) -> NDArray[np.int64]:
        """When the newest value was taken; ``NEVER_US`` where there is none."""
        return self.at_moments(concept, self.series[concept].taken_us)

    def at_moments(self, concept: str, of_series: NDArray[Any]) -> NDArray[Any]:
        """What is known of each row of a series (its last one the missing), at each moment."""
        if concept in self.at_every_moment:
            return of_series[:-1]
        if len(of_series) == 1:
            return everywhere(of_series, len(self.at_us))
        return of_series.take(self.rows[concept])

    def is_charted(self, concept: str) -> bool:
        """Whether there is any value of it at all."""
        return len(self.series[concept]) > 0

    def age_us(self, concept: str) -> NDArray[np.int64]:
        """Microseconds since the newest value was taken, beyond any limit where there is none."""
        if concept in self.at_every_moment:
            return everywhere(_ZERO, len(self.at_us))
        return self.at_us - self.taken_us(concept)

    def age_s(self, concept: str) -> NDArray[np.float64]:
        """Seconds since the newest value was taken, beyond any limit where there is none."""
        return (self.at_us - self.taken_us(concept)) / US_PER_S


def build(
    facts: EncounterFacts,
    at_us: NDArray[np.int64],
    charted: Mapping[str, Charted] | None = None,
) -> Timeline:
    """Lay the facts out by concept and find what was newest at each moment.

    ``charted`` takes the place of the facts' observations where a whole history is at hand as
    columns already. ``at_us`` must ascend. Of several values taken at one instant the last recorded
    (the highest row id) counts. Raises ``ValueError`` when moments, charted values or baselines are
    out of order.
    """
    if len(at_us) > 1 and not bool(np.all(at_us[1:] >= at_us[:-1])):
        message = "The moments to evaluate must ascend; sort them first."
        raise ValueError(message)
    effective_us = np.array([b.effective_us for b in facts.baselines])
    if not bool(np.all(effective_us[1:] >= effective_us[:-1])):
        message = "Baselines must come in the order in which they take effect; sort them first."
        raise ValueError(message)
    baseline_rows = everywhere(_NO_ROW, len(at_us))
    if facts.baselines:
        baseline_rows = effective_us.searchsorted(at_us, side="right") - 1
    if charted is None:
        series, unusable = _series(facts.observations)
        series["ice_total"] = _with_totals(series)
        return Timeline(facts, at_us, series, _NewestRows(series, at_us), baseline_rows, unusable)
    return _laid_out(facts, at_us, charted, baseline_rows)


def _laid_out(
    facts: EncounterFacts,
    at_us: NDArray[np.int64],
    charted: Mapping[str, Charted],
    baseline_rows: NDArray[np.intp],
) -> Timeline:
    ended_us = np.append(at_us, NEVER_US)
    series: dict[str, Series] = {}
    unusable: list[tuple[str, int]] = []
    at_every_moment = set()
    for place, concept in enumerate(WATCHED):
        if concept not in charted:
            series[concept] = Series(_NEVER, MISSING[place : place + 1], _NO_ROW[:1], _BY_HAND)
            continue
        given, lost = usable(concept, charted[concept])
        unusable += [(concept, us) for us in lost]
        value = given.value if given.ends else np.append(given.value, MISSING[place])
        row_id = everywhere(_NO_ROW, len(value))
        streamed = everywhere(_BY_HAND, len(value))
        if given.streamed:
            streamed = np.append(everywhere(_SENT, len(value) - 1), _BY_HAND)
        if given.row_id is not None:
            row_id = np.append(given.row_id, -1)
        if given.taken_us is at_us or np.array_equal(given.taken_us, at_us):
            at_every_moment.add(concept)
            series[concept] = Series(ended_us, value, row_id, streamed)
            continue
        if not bool(np.all(given.taken_us[1:] >= given.taken_us[:-1])):
            message = f"The values of {concept} must come in the order taken; sort them first."
            raise ValueError(message)
        series[concept] = Series(np.append(given.taken_us, NEVER_US), value, row_id, streamed)
    if any(item.code in charted for item in ICE_ITEMS):
        series["ice_total"] = _with_totals(series)
        at_every_moment.discard("ice_total")
    every = frozenset(at_every_moment)
    rows = _NewestRows(series, at_us, every)
    return Timeline(facts, at_us, series, rows, baseline_rows, tuple(unusable), every)


def usable(concept: str, charted: Charted) -> tuple[Charted, list[int]]:
    """One concept's charted values without those that are impossible, and when those were taken."""
    value, unknown = charted.value[: len(charted.taken_us)], charted.unknown
    low, high = _LOWEST[_PLACE[concept]], _HIGHEST[_PLACE[concept]]
    if not len(value) or (unknown is None and value.min() >= low and value.max() <= high):
        return charted, []
    keep = (value >= low) & (value <= high)
    if unknown is not None:
        keep[unknown] = True
    if keep.all():
        return charted, []
    row_id = None if charted.row_id is None else charted.row_id[keep]
    kept = Charted(charted.taken_us[keep], value[keep], row_id, streamed=charted.streamed)
    return kept, charted.taken_us[~keep].tolist()


def covered(
    spans: tuple[AttributionSpan, ...], element: str, times_us: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether a clinician attributed the element to another cause at each time (rule C17).

    An attribution covers its beginning and not its end.
    """
    own = [span for span in spans if span.element == element]
    if not own:
        return everywhere(_NOWHERE, len(times_us))
    result = np.zeros(len(times_us), dtype=np.bool_)
    for span in own:
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
    value = np.concatenate((observations.value[watched], MISSING))
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
_NEVER = np.array([NEVER_US])
_MANY_MOMENTS = 64
_BY_HAND = np.zeros(1, dtype=np.bool_)
_SENT = np.ones(1, dtype=np.bool_)
_NOWHERE = np.zeros(1, dtype=np.bool_)
_ZERO = np.zeros(1, dtype=np.int64)
_NO_ROW = np.full(len(WATCHED), -1, dtype=np.int64)
MISSING = np.array([-1.0 if CONCEPTS[concept].is_coded else np.nan for concept in WATCHED])
