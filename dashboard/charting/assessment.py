"""A neurological assessment as it stands on the form: what is stored, and the points so far."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.charting.entries import Entries
from monitoring.clinical.checking import Refused, check_value
from monitoring.clinical.concepts import CONCEPTS, ICE_ITEMS, NEUROLOGY, Concept
from monitoring.services.record import NewValue

ICE_FIELDS = tuple(item.code for item in ICE_ITEMS)
# ICE is charted by item: its total is computed and never typed beside them.
FIELDS = tuple(one.code for one in NEUROLOGY if one.code != "ice_total")
_MOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """The points of ICE so far; ``untested`` are the labels of the items nobody charted."""

    points: int
    untested: tuple[str, ...]

    @property
    def words(self) -> str:
        """What the form says beside the items; an item that was not tested is unknown, not 0."""
        if len(self.untested) == len(ICE_ITEMS):
            return "ICE: not started"
        if not self.untested:
            return f"ICE {self.points} of {_MOST}"
        listed = ", ".join(self.untested)
        lost = sum(_highest(item) for item in ICE_ITEMS if _label(item) in self.untested)
        return f"ICE {self.points} to {self.points + lost} of {_MOST}; unknown, not 0: {listed}"


def _highest(item: Concept) -> int:
    return int((item.possible or (0.0, 0.0))[1])


def _label(item: Concept) -> str:
    return item.label.removeprefix("ICE ")


def ice_points(fields: Mapping[str, object]) -> Points:
    """The points that the form's items give so far."""
    known = {code: fields[code] for code in ICE_FIELDS if fields.get(code) is not None}
    return Points(
        points=sum(int(str(points)) for points in known.values()),
        untested=tuple(_label(item) for item in ICE_ITEMS if item.code not in known),
    )


def read_assessment(fields: Mapping[str, object]) -> Entries:
    """The values that the fields say; an empty field is not charted and nothing is filled in."""
    values: list[NewValue] = []
    refused: dict[str, str] = {}
    for code in FIELDS:
        sent = fields.get(code)
        if sent is None or not str(sent).strip():
            continue
        checked = check_value(code, str(sent), CONCEPTS[code].unit or None)
        if isinstance(checked, Refused):
            refused[code] = checked.message
            continue
        values.append(
            NewValue(
                concept=code,
                value=checked.value,
                code=checked.code,
                value_sent=str(sent).strip(),
                unit_sent=CONCEPTS[code].unit or None,
            )
        )
    if any(value.concept in ICE_FIELDS for value in values) and "test_obstacle" in {
        value.concept for value in values
    }:
        refused["test_obstacle"] = (
            "Points and a reason why there are none contradict each other. Keep one of the two."
        )
    return Entries(values=tuple(values), refused=refused, questions={}, missing=())
