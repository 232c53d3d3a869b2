"""A neurological assessment as it stands on the form: what is stored, and the points so far."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.charting.entries import Entries
from monitoring.clinical.assessment_tools import TOOLS, AssessmentTool, highest
from monitoring.clinical.checking import Refused, check_value
from monitoring.clinical.concepts import CONCEPTS, NEUROLOGY, Concept
from monitoring.services.record import NewValue

ITEM_FIELDS = tuple(code for tool in TOOLS.values() for code in tool.codes)
# ICE is charted by item: its total is computed and never typed beside them. Of CAPD a total alone
# may come from a paper form.
FIELDS = tuple(one.code for one in NEUROLOGY if one.code != "ice_total")
_POINTS = {*ITEM_FIELDS, "capd_total"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """The points of a test so far; ``untested`` are the items nobody charted."""

    tool: AssessmentTool
    points: int
    untested: tuple[Concept, ...]

    @property
    def most(self) -> int:
        """The points if every item that was not tested had its most."""
        return self.points + sum(map(highest, self.untested))

    @property
    def words(self) -> str:
        """What the form says beside the items; an item that was not tested is unknown, not 0."""
        name = self.tool.name
        if len(self.untested) == len(self.tool.items):
            return f"{name}: not started"
        if not self.untested:
            return f"{name} {self.points} of {self.tool.most}"
        listed = ", ".join(map(self.tool.label, self.untested))
        return f"{name} {self.points} to {self.most} of {self.tool.most}; unknown, not 0: {listed}"


def points_so_far(fields: Mapping[str, object], tool_name: str) -> Points:
    """The points that the form's items give so far."""
    tool = TOOLS[tool_name]
    known = {code: fields[code] for code in tool.codes if fields.get(code) is not None}
    return Points(
        tool=tool,
        points=sum(int(str(points)) for points in known.values()),
        untested=tuple(item for item in tool.items if item.code not in known),
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
    charted = {value.concept: value for value in values}
    if charted.keys() & _POINTS and "test_obstacle" in charted:
        refused["test_obstacle"] = (
            "Points and a reason why there are none contradict each other. Keep one of the two."
        )
    if "capd_total" in charted and (unlike := _unlike_items(charted["capd_total"].value, fields)):
        refused["capd_total"] = unlike
    return Entries(values=tuple(values), refused=refused, questions={}, missing=())


def _unlike_items(total: float | None, fields: Mapping[str, object]) -> str | None:
    """Why a typed CAPD total cannot be the sum of the items beside it; None where it can."""
    counted = points_so_far(fields, "CAPD")
    if total is None or len(counted.untested) == len(counted.tool.items):
        return None
    if counted.points <= total <= counted.most:
        return None
    sum_ = str(counted.points)
    if counted.untested:
        sum_ = f"{counted.points} to {counted.most}"
    return f"The items give {sum_} and the CAPD total says {total:g}. Correct the one or the other."
