"""Lee 2014 and CTCAE v5.0 beside the ASTCT grade, from what is charted of a patient at a moment.

"Also" values (clinical reference 3.4): each stands alone with its scale's name, and they are never
averaged or compared. What the chart does not hold is unknown and named: most often FiO2, a
vasopressor's dose, or organ toxicity.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from monitoring.clinical import organ_grades
from monitoring.clinical.concepts import OXYGEN_DEVICES
from monitoring.clinical.facts import ObservationColumns
from monitoring.clinical.fever_duration import hours_above
from monitoring.clinical.oxygen import run_start_us, support_columns
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.pressor_course import doses, high_for_hours, newest_weight_kg, runs_at
from monitoring.clinical.rulebook_types import Rulebook
from monitoring.clinical.scales import ctcae_crs, ctcae_terms, lee_2014, registry
from monitoring.clinical.scales.answer import Answer
from monitoring.clinical.timeline import US_PER_S, Timeline, covered
from monitoring.clinical.truths import NO, UNKNOWN, YES
from monitoring.clinical.vasopressors import own_name, vasopressor_columns

# Charted symptoms that Lee 2014 names (clinical reference 3.1).
_LEE_SYMPTOMS = {
    "symptom_nausea_vomiting": "nausea",
    "symptom_fatigue": "fatigue",
    "symptom_headache": "headache",
    "symptom_muscle_pain": "myalgia",
}


@dataclass(frozen=True, slots=True, kw_only=True, order=False)
class AlsoGrade:
    """What another scale than ASTCT says at a moment.

    It is no number, so that it cannot be compared, added or taken for an ASTCT grade; ``text``
    never goes without the scale's name. ``answer`` holds the reason, the rows met and what is
    missing.
    """

    scale: str
    title: str
    version: str
    at_us: int
    answer: Answer

    @property
    def text(self) -> str:
        """The scale's name and its grade: "Lee 2014: at least 2", "CTCAE v5.0 CRS: not known"."""
        return f"{self.title}: {self.grade_text}"

    @property
    def grade_text(self) -> str:
        """The grade in words; what is missing never makes it a plain number."""
        if self.answer.value is None:
            return "not known"
        if not self.answer.missing:
            return f"{self.answer.value:.0f}"
        return (
            f"at least {self.answer.value:.0f}" if self.answer.value else "0 or more, not all known"
        )

    @property
    def short(self) -> str:
        """Its name and grade as a badge writes them: "Lee 2014 ≥2", "CTCAE v5.0 CRS ?"."""
        if self.answer.value is None:
            return f"{self.title} ?"
        return f"{self.title} {'≥' if self.answer.missing else ''}{self.answer.value:.0f}"

    @property
    def needs(self) -> tuple[str, ...]:
        """What is missing, as a clinician calls it."""
        labels = {field.name: field.label for field in registry.scale(self.scale).fields}
        return tuple(labels[name] for name in self.answer.missing)


def also_grades(
    timeline: Timeline,
    place: int,
    *,
    rulebook: Rulebook,
    policy: Policy,
    limit_s: float,
    results: ObservationColumns | None = None,
) -> tuple[AlsoGrade, ...]:
    """The "also" grades at ``timeline.at_us[place]``: CTCAE v5.0 CRS, Lee 2014, fever, laboratory.

    ``results`` are the laboratory values of the whole stay, None where the facts hold all of them.

    ``limit_s`` is how long a charted value counts as known (``Moment.limit_s``, or the interval of
    the schedule times ``policy.freshness.expected_intervals``); older is unknown. What a clinician
    attributed to another cause does not count (C17).
    """
    record = _Charted(timeline, place, rulebook, policy, limit_s).record()
    facts = timeline.facts
    tests = organ_grades.laboratory_record(
        facts,
        facts.observations if results is None else results,
        at_us=int(timeline.at_us[place]),
        policy=policy.laboratory,
    )
    (organs,) = registry.scale(organ_grades.NAME).of([tests])
    record |= {**organ_grades.lee_toxicity(organs.parts or {}), **tests}
    found = []
    names = (ctcae_crs.NAME, lee_2014.NAME, ctcae_terms.FEVER)
    # Without any result there is nothing to grade; that organs are not known stands with Lee 2014.
    for name in (*names, organ_grades.NAME) if tests else names:
        scale = registry.scale(name)
        known = {field.name for field in scale.fields}
        (answer,) = scale.of([{key: value for key, value in record.items() if key in known}])
        found.append(
            AlsoGrade(
                scale=scale.id,
                title=scale.title,
                version=scale.version,
                at_us=int(timeline.at_us[place]),
                answer=answer,
            )
        )
    return tuple(found)


class _Charted:
    """What the chart says at a moment, in the fields of the two scales."""

    def __init__(
        self, timeline: Timeline, place: int, rulebook: Rulebook, policy: Policy, limit_s: float
    ) -> None:
        self._timeline = timeline
        self._place = place
        self._at_us = int(timeline.at_us[place])
        self._rules = rulebook.crs
        self._policy = policy
        self._limit_s = limit_s
        self._attributed = {
            element: bool(
                covered(timeline.facts.attributions, element, timeline.at_us[place : place + 1])[0]
            )
            for element in ("fever", "hypotension", "hypoxia")
        }

    def record(self) -> dict[str, Any]:
        """Only what is known; everything else is left out."""
        said = {**self._fever(), **self._symptoms(), **self._oxygen(), **self._pressure()}
        return {name: value for name, value in said.items() if value is not None}

    def _fever(self) -> dict[str, Any]:
        said: dict[str, Any] = {
            "temp_c": self._fresh("body_temperature", self._limit_s),
            "hours_above_40_c": hours_above(self._timeline, self._place, limit_s=self._limit_s),
        }
        if self._attributed["fever"]:
            said["fever_other_cause"] = True
        return said

    def _symptoms(self) -> dict[str, Any]:
        severity = {name: self._severity(concept) for concept, name in _LEE_SYMPTOMS.items()}
        present = [name for name, grade in severity.items() if grade]
        # Malaise is not charted: that all others are absent does not say that none is there.
        return {"symptoms": present or None}

    def _severity(self, concept: str) -> float | None:
        rows = self._timeline.facts.observations
        since_us = self._at_us - int(self._limit_s * US_PER_S)
        own = (rows.concept == concept) & (rows.taken_us <= self._at_us)
        own &= rows.taken_us >= since_us
        found = rows.value[own]
        return float(found[-1]) if len(found) else None

    def _oxygen(self) -> dict[str, Any]:
        place, freshness = self._place, self._policy.freshness
        support = support_columns(self._timeline, self._rules, freshness)
        limit_s = max(self._limit_s, freshness.oxygen_support_s_at_least)
        said: dict[str, Any] = {"ventilated": self._ventilated()}
        if support.device[place] >= 0 and support.support_age_s(place) <= limit_s:
            said["o2_device"] = OXYGEN_DEVICES[int(support.device[place])]
            if support.uses_flow[place] and not np.isnan(support.flow_lpm[place]):
                said["o2_flow_lpm"] = float(support.flow_lpm[place])
            said["fio2"] = self._fio2(limit_s)
            if support.level[place] > 0:
                truths = support.truths[:, place]
                counts = bool((truths == YES).any())
                excused = bool((truths == NO).all())
                said["o2_for_hypoxia"] = True if counts else False if excused else None
        if self._attributed["hypoxia"]:
            said["o2_for_hypoxia"] = False
        return said

    def _fio2(self, limit_s: float) -> float | None:
        """The fraction that was charted with the device in force, as a fraction."""
        percent = self._fresh("inhaled_oxygen", limit_s)
        window_us = int(self._policy.freshness.set_window_s * US_PER_S)
        since_us = int(run_start_us(self._timeline)[self._place]) - window_us
        taken_us = int(self._timeline.taken_us("inhaled_oxygen")[self._place])
        return None if percent is None or taken_us < since_us else percent / 100.0

    def _ventilated(self) -> bool | None:
        running = any(
            span.kind == "ventilation"
            and span.agent == "invasive_ventilation"
            and runs_at(span, self._at_us)
            for span in self._timeline.facts.treatments
        )
        return True if running and not self._attributed["hypoxia"] else None

    def _pressure(self) -> dict[str, Any]:
        if self._attributed["hypotension"]:
            return {"fluids_for_hypotension": False, "vasopressors": []}
        given = vasopressor_columns(self._timeline, self._rules, self._policy.grading)
        fluids = bool(given.fluids[self._place])
        said: dict[str, Any] = {
            "fluids_for_hypotension": fluids if fluids or given.fluids_known else None
        }
        if given.one[self._place] == UNKNOWN:
            return said
        running = [span for span, mask in given.running if mask[self._place]]
        agents = {own_name(span.agent, self._rules) for span in running}
        if agents <= self._rules.counted | self._rules.not_multiple:
            said["vasopressors"] = sorted(agents)
        weight_kg = newest_weight_kg(self._timeline.facts.observations, self._at_us)
        spans = [span for span, _ in given.running]
        hours = high_for_hours(spans, self._rules, at_us=self._at_us, weight_kg=weight_kg)
        return {**said, **doses(running, self._rules, weight_kg), "vasopressor_hours": hours}

    def _fresh(self, concept: str, limit_s: float) -> float | None:
        """The newest value unless it is too old to count."""
        value = float(self._timeline.value(concept)[self._place])
        is_known = self._timeline.age_s(concept)[self._place] <= limit_s
        return value if is_known and not np.isnan(value) else None
