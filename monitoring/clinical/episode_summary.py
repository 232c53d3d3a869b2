"""Whole CRS episodes told in a few figures: onset, peak, time in each grade, masked fever, end.

Clinical reference C6 (waived fever), C20 (current and maximum), C21 (resolution, recurrence).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.criteria import criteria_columns
from monitoring.clinical.episode_spans import WAIVED
from monitoring.clinical.episodes import StayGrades, follow_one
from monitoring.clinical.facts import EncounterFacts
from monitoring.clinical.grading import FEVER, HIGHEST_GRADE, NO_GRADE
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.results import EpisodeState
from monitoring.clinical.rulebook_types import CrsRules
from monitoring.clinical.timeline import US_PER_S, build
from monitoring.clinical.truths import HELD, YES


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeSummary:
    """One CRS episode of a stay.

    ``number`` counts from 1; a second one is a recurrence, a new episode (C21). ``resolved_us`` is
    None where it is not resolved by the last moment judged, and ``current`` is the grade there:
    None when unknown, and 0 once resolved. ``peak`` is None where no grade was ever known.
    ``grade_s`` has the seconds at each grade, None for those at an unknown one; a grade lasts until
    the next moment judged. ``masked_fever_s`` are the seconds in which fever was waived and not
    there, so that treatment may have hidden it (C6).
    """

    number: int
    onset_us: int
    resolved_us: int | None
    current: int | None
    peak: int | None
    waived_since_us: int | None
    grade_s: Mapping[int | None, float]
    masked_fever_s: float

    @property
    def is_recurrence(self) -> bool:
        """Whether an earlier episode had resolved."""
        return self.number > 1


def episode_summaries(grades: StayGrades, stay: int) -> tuple[EpisodeSummary, ...]:
    """The episodes of one of the stays judged, in order, up to its last moment.

    An episode that was open before the first moment is told from there on, with its onset and peak.
    """
    judged, episodes = grades.judged, grades.judged.episodes
    begin, end = grades.axis.begins[stay : stay + 2].tolist()
    shift_us = int(grades.axis.shifts_us[stay])
    lasts_us = np.diff(grades.at_us[begin:end], append=grades.at_us[end - 1])
    found = []
    for place in np.flatnonzero(episodes.stay == stay).tolist():
        opened, until = int(episodes.opened[place]), int(episodes.until[place])
        own = slice(opened, until)
        own_us = lasts_us[opened - begin : until - begin]
        grade = judged.grade[own]
        fever = judged.truths[FEVER, own]
        waived = judged.state[own] >= WAIVED
        masked = waived & (fever != YES) & (fever != HELD)
        resolved = bool(episodes.is_resolved[place])
        peak = int(grades.peak[until - 1])
        current = 0 if resolved else int(grade[-1])
        found.append(
            EpisodeSummary(
                number=int(episodes.number[place]),
                onset_us=int(episodes.onset_us[place]) - shift_us,
                resolved_us=int(grades.at_us[until]) - shift_us if resolved else None,
                current=None if current == NO_GRADE else current,
                peak=None if peak == NO_GRADE else peak,
                waived_since_us=int(episodes.waived_us[place]) - shift_us if waived.any() else None,
                grade_s={
                    None if g == NO_GRADE else g: float(own_us[grade == g].sum()) / US_PER_S
                    for g in range(NO_GRADE, HIGHEST_GRADE + 1)
                },
                masked_fever_s=float(own_us[masked].sum()) / US_PER_S,
            )
        )
    return tuple(found)


def episodes_of(
    facts: EncounterFacts, at_us: NDArray[np.int64], *, rules: CrsRules, policy: Policy
) -> tuple[EpisodeSummary, ...]:
    """The episodes of one stay, judged from its first moment on, up to the last of ``at_us``.

    ``at_us`` ascend, in microseconds since the epoch. Raises ``ValueError`` where they do not.
    """
    if len(at_us) == 0:
        return ()
    timeline = build(facts, at_us)
    columns = criteria_columns(timeline, rules, policy)
    grades = follow_one(timeline, columns, rules, policy, prior=EpisodeState(), before=None)
    return episode_summaries(grades, 0)
