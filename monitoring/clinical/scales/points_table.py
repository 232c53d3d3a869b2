"""A score as a table of points, read strictly and added up over columns.

An item scores by the band that its value lies in, or by how many of its conditions are met. What is
missing is not 0: every item has the fewest and the most points that the record allows, and only
where they are equal is the item known (ADR 16).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.scales.limits import Condition, Inputs, Interval, element_truth
from monitoring.clinical.truths import NO, UNKNOWN, YES

NO_BAND = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsBand:
    """A row of a banded item, as printed."""

    interval: Interval
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BandedItem:
    """An item that scores by the band in which its value lies.

    ``edges_score_higher``: where the paper leaves open to which of two bands their edge belongs,
    the higher points count. ``edge_flag`` is raised on every printed edge.
    """

    id: str
    label: str
    quantity: str
    unit: str
    bands: tuple[PointsBand, ...]
    edges_score_higher: bool
    edge_flag: str | None
    group: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedItem:
    """An item that scores by how many of its elements are met: ``by_count[0]`` for none.

    An element is met when any of its conditions is.
    """

    id: str
    label: str
    elements: tuple[tuple[Condition, ...], ...]
    by_count: tuple[float, ...]
    group: str | None
    source: str

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions of all elements."""
        return tuple(one for element in self.elements for one in element)


Item = BandedItem | CountedItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a total means: ``flag`` from ``points_from`` on, if all of ``required`` are met, or as
    soon as any of ``or_if`` is; ``otherwise`` where that cannot be any more.
    """

    flag: str
    otherwise: str | None
    points_from: float
    required: tuple[Condition, ...]
    or_if: tuple[Condition, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PointsTable:
    """A published score; ``id`` carries its version, as "hscore@1".

    ``truths`` maps each yes-or-no field to its label. ``caution`` ends every answer's reason.
    """

    id: str
    title: str
    items: tuple[Item, ...]
    verdict: Verdict | None
    truths: Mapping[str, str]
    caution: str | None
    source: str
    highest: float = field(init=False)

    def __post_init__(self) -> None:
        """The most points that can be had are asked for with every answer: added up once."""
        object.__setattr__(self, "highest", sum(most_of(item) for item in self.items))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """n records scored: ``low`` and ``high`` float64 (items, n), the fewest and the most points of
    each item; ``band`` int16 (items, n), the band hit or how many elements are met,
    ``NO_BAND`` where unknown; ``elements`` holds for each counted item the truth of its elements,
    int8 (elements, n); ``verdict`` int8 (n,) is whether the verdict's flag stands.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    band: NDArray[np.int16]
    elements: Mapping[str, NDArray[np.int8]]
    verdict: NDArray[np.int8]

    @property
    def minimum(self) -> NDArray[np.float64]:
        """The total that is certain already, float64 (n,)."""
        return np.asarray(self.low.sum(axis=0))

    @property
    def maximum(self) -> NDArray[np.float64]:
        """The total if everything unknown scored, float64 (n,)."""
        return np.asarray(self.high.sum(axis=0))


def most_of(item: Item) -> float:
    """The most points that an item can give."""
    if isinstance(item, BandedItem):
        return max(band.points for band in item.bands)
    return item.by_count[-1]


def score_by(table: PointsTable, inputs: Inputs) -> Scored:
    """Score n records."""
    elements = {
        item.id: np.stack([element_truth(element, inputs) for element in item.elements])
        for item in table.items
        if isinstance(item, CountedItem)
    }
    parts = [
        _banded(item, inputs) if isinstance(item, BandedItem) else _counted(item, elements[item.id])
        for item in table.items
    ]
    low, high, band = (np.stack(column) for column in zip(*parts, strict=True))
    verdict = np.full(inputs.columns.n, NO)
    if table.verdict is not None:
        verdict = _verdict(table.verdict, low.sum(axis=0), high.sum(axis=0), inputs)
    return Scored(low=low, high=high, band=band, elements=elements, verdict=verdict)


_Part = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int16]]


def _banded(item: BandedItem, inputs: Inputs) -> _Part:
    values = inputs.value(item.quantity, item.unit)
    points = np.array([band.points for band in item.bands])
    inside = np.stack([band.interval.holds(values) for band in item.bands])
    if item.edges_score_higher:
        # A printed edge belongs to both bands beside it; the higher points count.
        inside |= np.stack([np.isin(values, band.interval.edges()) for band in item.bands])
    hit = np.where(inside, points[:, None], -np.inf)
    place = hit.argmax(axis=0)
    known = ~np.isnan(values)
    low = np.where(known, points[place], points.min())
    high = np.where(known, points[place], points.max())
    return low, high, np.where(known, place, NO_BAND).astype(np.int16)


def _counted(item: CountedItem, truths: NDArray[np.int8]) -> _Part:
    met = (truths == YES).sum(axis=0)
    open_ = (truths == UNKNOWN).sum(axis=0)
    by_count = np.array(item.by_count)
    band = np.where(open_ == 0, met, NO_BAND).astype(np.int16)
    return by_count[met], by_count[met + open_], band


def _verdict(
    verdict: Verdict,
    minimum: NDArray[np.float64],
    maximum: NDArray[np.float64],
    inputs: Inputs,
) -> NDArray[np.int8]:
    required = [inputs.truth_of(one) for one in verdict.required]
    alone = [inputs.truth_of(one) for one in verdict.or_if]
    yes, no = minimum >= verdict.points_from, maximum < verdict.points_from
    for truth in required:
        yes, no = yes & (truth == YES), no | (truth == NO)
    for truth in alone:
        yes, no = yes | (truth == YES), no & (truth == NO)
    return np.where(yes, YES, np.where(no, NO, UNKNOWN))
