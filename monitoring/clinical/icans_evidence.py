"""The rows behind each criterion of the ICANS grade."""

from dataclasses import dataclass, replace

from monitoring.clinical.assessment_tools import TOOLS, highest
from monitoring.clinical.concepts import SEIZURES
from monitoring.clinical.evidence import EvidenceBook, as_old_as_now
from monitoring.clinical.neurology import NeurologyColumns
from monitoring.clinical.results import CriterionEvidence, InputEvidence
from monitoring.clinical.rulebook_types import Criterion
from monitoring.clinical.timeline import Timeline


@dataclass(frozen=True, slots=True, eq=False)
class IcansEvidence:
    """Evidence of one timeline, by criterion and moment; ``limits_s`` is how long a test counts."""

    timeline: Timeline
    columns: NeurologyColumns
    book: EvidenceBook
    limits_s: list[float]
    finding_of: dict[str, str]

    @property
    def age_years(self) -> float | None:
        """The person's age."""
        return self.timeline.facts.age_years

    def of(self, criterion: Criterion, place: int) -> tuple[InputEvidence, ...]:
        """What a criterion rests on at a moment."""
        (name,) = criterion.inputs
        match name:
            case "ice" | "capd":
                return self._test(place)
            case "unable_to_perform":
                return self._newest("test_obstacle", place)
            case "consciousness":
                by_acvpu = bool(self.columns.from_acvpu[place])
                return self._newest("consciousness" if by_acvpu else "arousal", place)
            case "seizure":
                return self._seizure(criterion.answer or "", place)
            case _:
                return self._newest(self.finding_of.get(criterion.answer or "", name), place)

    def held(self, before: CriterionEvidence, place: int) -> tuple[InputEvidence, ...]:
        """The rows that a criterion rested on when it was last known, as old as they are now."""
        return as_old_as_now(before.inputs, int(self.timeline.at_us[place]))

    def _test(self, place: int) -> tuple[InputEvidence, ...]:
        """The total, and every item that is not perfect; without a total one item at least."""
        test = self.columns.test
        tool = TOOLS[test.tool]
        shown: list[InputEvidence] = []
        if test.in_set[tool.total][place]:
            shown += [
                replace(one, display=f"{one.value:.0f} of {tool.most}")
                for one in self._newest(tool.total, place)
                if one.value is not None
            ]
        for item in tool.items:
            if not test.in_set[item.code][place]:
                continue
            shown += [
                replace(one, display=f"{one.value:.0f} of {highest(item)}")
                for one in self._newest(item.code, place)
                if one.value is not None and not (tool.is_perfect(item, one.value) and shown)
            ]
        return tuple(shown) or self._newest(tool.total, place)

    def _seizure(self, answer: str, place: int) -> tuple[InputEvidence, ...]:
        """The newest seizure of the kind that counts, which need not be the newest row."""
        series = self.timeline.series["seizure"]
        row = int(self.timeline.rows["seizure"][place])
        while row >= 0 and series.value[row] != SEIZURES.index(answer):
            row -= 1
        if row < 0:
            return ()
        return (self.book.row("seizure", row, place, self.limits_s[place]),)

    def _newest(self, concept: str, place: int) -> tuple[InputEvidence, ...]:
        found = self.book.newest(concept, place, self.limits_s[place])
        return () if found is None else (found,)
