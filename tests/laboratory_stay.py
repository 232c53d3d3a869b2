"""A stay told in hours for tests that look at laboratory values and temperatures over time."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.facts import Dose, EncounterFacts, TreatmentSpan
from tests.spec.bedside import HOUR_US, MIDNIGHT_US, Bedside


def hour(h: float) -> int:
    """The instant of an hour of the story."""
    return MIDNIGHT_US + round(h * HOUR_US)


def hours(*h: float) -> NDArray[np.int64]:
    """Several instants, as the rules take them."""
    return np.array([hour(one) for one in h], dtype=np.int64)


@dataclass
class Stay:
    """What was measured and given; row ids count from 1 in the order told."""

    bed: Bedside = field(default_factory=Bedside)

    def lab(self, concept: str, **values: float) -> "Stay":
        """Values by hour: ``lab("ferritin", h0=500, h24=1200)``; ``m24`` is 24 hours before."""
        for when, value in values.items():
            at = float(when[1:]) * (-1 if when[0] == "m" else 1)
            self.at(at, concept, value)
        return self

    def at(self, h: float, concept: str, value: float) -> "Stay":
        """One value."""
        self.bed.observations.append((hour(h), concept, float(value)))
        return self

    def give(
        self, h: float, agent: str, kind: str, *, until: float | None = None, why: str | None = None
    ) -> "Stay":
        """A single dose, or with ``until`` something that runs (``inf`` is still running)."""
        ended = hour(h) if until is None else None if until == float("inf") else hour(until)
        span = TreatmentSpan(
            row_id=len(self.bed.treatments) + 1,
            kind=kind,
            agent=agent,
            indication=why,
            started_us=hour(h),
            ended_us=ended,
        )
        self.bed.treatments.append(span)
        return self

    def infuse(self, h: float) -> "Stay":
        """The therapy."""
        dose = Dose(row_id=1, product="axi-cel", therapy_class="car_t", infused_us=hour(h))
        self.bed.doses.append(dose)
        return self

    def facts(self) -> EncounterFacts:
        """All that was told."""
        return self.bed.facts()
