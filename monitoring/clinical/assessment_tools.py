"""The two bedside tests of ICANS and what their items say: ICE, and CAPD below 12 years.

ICE (clinical reference 2.1) gives points for what a person can do, CAPD (2.3; Traube 2014) for
signs of delirium: of ICE fewer points are worse, of CAPD more.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from monitoring.clinical.concepts import CAPD_ITEMS, ICE_ITEMS, Concept


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentTool:
    """A test by items; ``total`` is the concept of a sum whose items nobody has."""

    name: str
    items: tuple[Concept, ...]
    total: str
    fewer_is_worse: bool

    @property
    def most(self) -> int:
        """The sum of all items at their highest."""
        return sum(map(highest, self.items))

    @property
    def codes(self) -> tuple[str, ...]:
        """The concepts of its items."""
        return tuple(item.code for item in self.items)

    def label(self, item: Concept) -> str:
        """An item's name where the test is named already."""
        return item.label.removeprefix(f"{self.name} ")

    def worse(self, one: float, other: float) -> float:
        """Of a total and items that differ the one that counts."""
        return min(one, other) if self.fewer_is_worse else max(one, other)

    def is_perfect(self, item: Concept, points: float) -> bool:
        """Whether an item says that nothing is wrong."""
        return points == (highest(item) if self.fewer_is_worse else 0)

    def spread(self, total: int) -> dict[str, float]:
        """Items with so many points in all, the first ones filled first."""
        values: dict[str, float] = {}
        for item in self.items:
            values[item.code] = float(min(total, highest(item)))
            total -= int(values[item.code])
        return values


def highest(item: Concept) -> int:
    """The most points that an item can give."""
    return int((item.possible or (0.0, 0.0))[1])


TOOLS: Mapping[str, AssessmentTool] = {
    "ICE": AssessmentTool(name="ICE", items=ICE_ITEMS, total="ice_total", fewer_is_worse=True),
    "CAPD": AssessmentTool(name="CAPD", items=CAPD_ITEMS, total="capd_total", fewer_is_worse=False),
}
