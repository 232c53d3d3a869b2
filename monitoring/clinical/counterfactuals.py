"""What would make a grade another one: the nearest single changes, both ways.

Nothing is said that was not tried: each change is laid among the facts, the rules judge them again,
and what is told is the grade that came out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.clinical.changes import Change
from monitoring.clinical.confirmation import CRS, ICANS
from monitoring.clinical.criteria import criteria_columns
from monitoring.clinical.crs_changes import crs_changes
from monitoring.clinical.episodes import Before, follow
from monitoring.clinical.evaluate import judge_icans
from monitoring.clinical.facts import EncounterFacts
from monitoring.clinical.icans_changes import icans_changes
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.results import Evaluation
from monitoring.clinical.rulebook_types import Rulebook
from monitoring.clinical.timeline import build

_WAYS_NAMED = 4
_NAMES = {CRS: "CRS grade", ICANS: "ICANS grade"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterfactual:
    """With this one change the grade of a scale would be ``grade``."""

    scale: str
    grade: int
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterfactuals:
    """What would raise and what would lower a scale's grade, the nearest grade first."""

    raising: tuple[Counterfactual, ...]
    lowering: tuple[Counterfactual, ...]

    def lines(self, *, nearest: bool) -> list[str]:
        """A line a grade: "CRS grade 3 if a vasopressor is started or ..."; the raising first.

        ``nearest`` leaves out all but the next grade each way, and names a few ways to it.
        """
        if not nearest:
            return [*_lines(self.raising), *_lines(self.lowering)]
        return [
            line
            for side in (self.raising, self.lowering)
            for line in _lines(side, at_most=_WAYS_NAMED)[:1]
        ]


def counterfactuals(
    facts: EncounterFacts, evaluation: Evaluation, *, rulebook: Rulebook, policy: Policy
) -> dict[str, Counterfactuals]:
    """By scale, what would move the grade that ``evaluation`` found in ``facts``.

    ``facts`` are what the rules need for its moment (as for ``evaluate``). Each change is tried
    just after that moment, going on from the evaluation. Of an unknown ICANS grade nothing is told:
    it has to be assessed first.
    """
    at_us = evaluation.at_us + 1
    crs = _Trial(facts, evaluation, at_us, rulebook, policy)
    found = {CRS: _tried(crs.crs_changes(), crs.crs_grade, CRS, evaluation.crs.grade)}
    if evaluation.icans is not None and evaluation.icans.grade is not None:
        changes = icans_changes(evaluation.icans)
        found[ICANS] = _tried(changes, crs.icans_grade, ICANS, evaluation.icans.grade)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    facts: EncounterFacts
    evaluation: Evaluation
    at_us: int
    rulebook: Rulebook
    policy: Policy

    def crs_changes(self) -> tuple[Change, ...]:
        return crs_changes(self.facts, self.at_us, self.rulebook.crs, self.policy)

    def crs_grade(self, change: Change) -> int | None:
        timeline = build(change.apply(self.facts, self.at_us), np.array([self.at_us]))
        columns = criteria_columns(timeline, self.rulebook.crs, self.policy)
        (moment,) = follow(
            timeline,
            columns,
            self.rulebook.crs,
            self.policy,
            prior=self.evaluation.episode,
            before=Before(grade=self.evaluation.crs.grade),
        )
        return moment.grade

    def icans_grade(self, change: Change) -> int | None:
        facts = change.apply(self.facts, self.at_us)
        return judge_icans(
            facts, self.at_us, self.evaluation, rulebook=self.rulebook, policy=self.policy
        ).grade


def _tried(
    changes: Sequence[Change],
    grade_of: Callable[[Change], int | None],
    scale: str,
    current: int | None,
) -> Counterfactuals:
    standing = -1 if current is None else current
    raising, lowering = [], []
    for change in changes:
        grade = grade_of(change)
        if grade is None:
            continue
        told = Counterfactual(scale=scale, grade=grade, change=change)
        if grade > standing and change.worsens:
            raising.append(told)
        elif grade < standing and not change.worsens:
            lowering.append(told)
    return Counterfactuals(
        raising=tuple(sorted(raising, key=lambda one: one.grade)),
        lowering=tuple(sorted(lowering, key=lambda one: -one.grade)),
    )


def _lines(side: Sequence[Counterfactual], at_most: int | None = None) -> list[str]:
    by_grade: dict[int, list[str]] = {}
    for one in side:
        by_grade.setdefault(one.grade, []).append(one.change.words)
    return [
        f"{_NAMES[side[0].scale]} {grade} if {_ways(list(dict.fromkeys(words)), at_most)}."
        for grade, words in by_grade.items()
    ]


def _ways(words: list[str], at_most: int | None) -> str:
    if at_most is None or len(words) <= at_most:
        return " or ".join(words)
    return f"{' or '.join(words[:at_most])} or one of {len(words) - at_most} other findings"
