"""The neurological assessments of a stay, each as it was charted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from db.engine import Store
from db.queries import patient_course
from monitoring.clinical.assessment_tools import AssessmentTool
from monitoring.clinical.concepts import NEUROLOGY

# So many are read side by side; the older ones are in the list of values.
SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Charted:
    """One finding: a number or a code."""

    number: float | None
    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What was charted of the nervous system at one moment; ``values`` by concept."""

    taken_us: int
    values: Mapping[str, Charted]

    def points(self, tool: AssessmentTool) -> int | None:
        """The total of a test, of whole items or as it was stated; None where neither is there.

        Of a stated one and of whole items the worse counts.
        """
        known = [self.values[code].number for code in tool.codes if code in self.values]
        totals = []
        if len(known) == len(tool.items):
            totals.append(sum(int(number or 0) for number in known))
        if tool.total in self.values:
            totals.append(int(self.values[tool.total].number or 0))
        return None if not totals else int(tool.worse(totals[0], totals[-1]))


def assessments(
    store: Store, *, encounter_id: int, from_at: datetime, to_at: datetime
) -> tuple[Assessment, ...]:
    """The newest assessments of a window, newest first, at most ``SHOWN``."""
    with store.read() as session:
        rows = patient_course.course(
            session,
            encounter_id,
            from_at=from_at,
            to_at=to_at,
            concepts=[one.code for one in NEUROLOGY],
        )
    by_moment: dict[int, dict[str, Charted]] = {}
    for row in rows:
        charted = Charted(number=row.value_num, code=row.value_code)
        by_moment.setdefault(row.taken_us, {})[row.concept] = charted
    newest = sorted(by_moment, reverse=True)[:SHOWN]
    return tuple(Assessment(taken_us=us, values=by_moment[us]) for us in newest)
