"""A stay of streamed vital signs played under a policy: grade, score, signs, and what covers them.

Every problem is a column of codes and a condition a code; nothing is asked where none of them
turns. What covers what is asked once a combination, the state machine stepped once a run. The rules
are the bedside's (``flags``, ``grade_flags``, ``coverage``) for somebody on SpO2 scale 1 without a
baseline and without a clinician's word; clinical reference 8.2 and 8.3. A property test holds it to
the bedside, look by look.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical import grading
from monitoring.clinical.alert_runs import AnswerAfter, Told, follow, runs
from monitoring.clinical.coverage import covered
from monitoring.clinical.early_warning import news2_risks
from monitoring.clinical.episode_pass import PassResult
from monitoring.clinical.facts import EncounterFacts
from monitoring.clinical.grade_flags import (
    crs_grade_condition,
    news2_risk_condition,
    signs_without_fever,
)
from monitoring.clinical.oxygen import support_columns
from monitoring.clinical.policy_types import STREAMED, Policy
from monitoring.clinical.results import Condition, CriterionEvidence, CrsGrade
from monitoring.clinical.rulebook_types import Rulebook
from monitoring.clinical.stays import Stay, grade_stays
from monitoring.clinical.timeline import US_PER_S, Charted, build
from monitoring.clinical.truths import COUNT, UNKNOWN, WORDS, YES
from monitoring.clinical.vital_replay import (
    PROBLEM_OF,
    conditions,
    hypoxia_conditions,
    vital_codes,
    vital_limits,
)

# Their problems are judged by more than a streamed sign.
_NOT_PLAYED = frozenset({"diastolic_bp", "mean_arterial_pressure", "oxygen_indication"})


@dataclass(frozen=True, slots=True, eq=False)
class _Turns:
    """Which of the ``meanings``, each the conditions of some problems, holds from a place on."""

    places: NDArray[np.intp]
    codes: NDArray[np.intp]
    meanings: tuple[tuple[Condition, ...], ...]


class StayReplay:
    """Plays stays under one policy."""

    def __init__(self, policy: Policy, rulebook: Rulebook, *, answer_after: AnswerAfter) -> None:
        """``answer_after`` as in ``alert_runs.follow``."""
        self._policy, self._rulebook, self._answer_after = policy, rulebook, answer_after
        self._limits = vital_limits(policy, fever_c=rulebook.crs.fever_c)

    def play(
        self,
        facts: EncounterFacts,
        looks_us: NDArray[np.int64],
        vitals: Mapping[str, NDArray[np.floating]],
        charted: Mapping[str, Charted],
    ) -> Iterator[Told]:
        """What the alerts of one patient say, problem by problem.

        ``facts`` are without observations. ``vitals`` are what devices sent, by concept of
        ``STREAMED``, one value a look and NaN where nothing came; ``charted`` is everything else.
        Raises ``ValueError`` for what is not played: a baseline, an attribution, a statement, a
        pressure beside the systolic, a reason for oxygen.
        """
        if facts.baselines or facts.attributions or facts.statements or _NOT_PLAYED & set(charted):
            message = "A stay with a baseline, a clinician's word or other pressures is not played."
            raise ValueError(message)
        if not len(looks_us):
            return
        everything = dict(charted)
        for concept in STREAMED:
            value = vitals.get(concept, np.empty(0))
            came = ~np.isnan(value)
            everything[concept] = Charted(
                looks_us[: len(value)][came], value[came].astype(np.float64)
            )
        stay = Stay(facts=facts, at_us=looks_us, charted=everything)
        ((_, graded),) = grade_stays([stay], self._rulebook.crs, self._policy)
        judged = graded.judged
        limit_us = judged.limit_us
        turns = [self._grade(facts, looks_us, judged), self._news2(facts, stay, limit_us)]
        turns += [
            self._vital(concept, looks_us, vitals, limit_us)
            for concept in STREAMED
            if concept != "spo2"
        ]
        turns.append(self._hypoxia(stay, vitals, judged, limit_us))
        for word in self._told_apart(looks_us, turns):
            yield from follow(
                runs(word),
                until_us=int(looks_us[-1]) + 1,
                timing=self._policy.timing,
                answer_after=self._answer_after,
                looks_us=looks_us,
            )

    def _told_apart(
        self, looks_us: NDArray[np.int64], turns: list[_Turns]
    ) -> list[list[tuple[int, Condition]]]:
        """Each problem's conditions where any problem turns, with what covers them."""
        places = np.unique(np.concatenate([one.places for one in turns]))
        codes = np.stack(
            [one.codes[one.places.searchsorted(places, side="right") - 1] for one in turns]
        )
        combinations, which = np.unique(codes, axis=1, return_inverse=True)
        heard = [
            covered(
                tuple(
                    condition
                    for one, code in zip(turns, combination, strict=True)
                    for condition in one.meanings[code]
                ),
                self._rulebook,
            )
            for combination in combinations.T.tolist()
        ]
        at_us, found = looks_us[places].tolist(), which.ravel().tolist()
        return [
            [(us, heard[code][problem]) for us, code in zip(at_us, found, strict=True)]
            for problem in range(len(heard[0]))
        ]

    def _grade(
        self, facts: EncounterFacts, looks_us: NDArray[np.int64], judged: PassResult
    ) -> _Turns:
        """The grade's problem and the signs without fever, by what was met and premedicated."""
        places, premedicated = self._premedicated(facts, looks_us, judged.turning.places)
        entry = judged.found.entry[judged.turning.index(places)].astype(np.intp)
        known, codes = np.unique(entry * 2 + premedicated, return_inverse=True)
        table = grading.grade_table(self._rulebook.crs)
        meanings = []
        for code in known.tolist():
            crs = _crs_grade(self._rulebook, table, code // 2)
            meanings.append(
                (
                    crs_grade_condition(crs, self._policy),
                    *signs_without_fever(crs, self._policy, premedicated=bool(code % 2)),
                )
            )
        return _Turns(places, codes.ravel(), tuple(meanings))

    def _premedicated(
        self, facts: EncounterFacts, looks_us: NDArray[np.int64], places: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Where what may hide a fever begins and ends too, and whether it was given."""
        spans = [
            (span.started_us, span.ended_us, window_s * US_PER_S)
            for span in facts.treatments
            if (window_s := self._policy.grading.premedication_s.get(span.kind)) is not None
        ]
        far_us = int(looks_us[-1]) + 1
        until_us = [far_us if end_us is None else end_us + lasts for _, end_us, lasts in spans]
        begins = looks_us.searchsorted(np.array([one for one, _, _ in spans], dtype=np.int64))
        ends = looks_us.searchsorted(np.array(until_us), side="right")
        edges = np.concatenate((places, begins, ends)).astype(np.intp)
        places = np.unique(edges[edges < len(looks_us)])
        given = np.zeros(len(places), dtype=np.bool_)
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
            given |= (places >= begin) & (places < end)
        return places, given

    def _news2(self, facts: EncounterFacts, stay: Stay, limit_us: NDArray[np.int64]) -> _Turns:
        rules, age = self._rulebook.news2, facts.age_years
        if age is not None and age < rules.lowest_age_years:
            return _Turns(np.zeros(1, dtype=np.intp), np.zeros(1, dtype=np.intp), ((),))
        timeline = build(facts, stay.at_us, stay.charted)
        support = support_columns(timeline, self._rulebook.crs, self._policy.freshness)
        risk = news2_risks(timeline, support, rules, self._policy.freshness, limit_us / US_PER_S)
        names = ("incomplete", *(one.risk for one in rules.thresholds))
        meanings = tuple((news2_risk_condition(name, self._policy),) for name in names)
        return _turning(risk, meanings)

    def _vital(
        self,
        concept: str,
        looks_us: NDArray[np.int64],
        vitals: Mapping[str, NDArray[np.floating]],
        limit_us: NDArray[np.int64],
    ) -> _Turns:
        codes = self._codes(concept, looks_us, vitals, limit_us)
        problem = PROBLEM_OF[concept]
        return _turning(codes, tuple((one,) for one in conditions(problem, self._policy)))

    def _hypoxia(
        self,
        stay: Stay,
        vitals: Mapping[str, NDArray[np.floating]],
        judged: PassResult,
        limit_us: NDArray[np.int64],
    ) -> _Turns:
        """Low SpO2, and oxygen that is given: the support turns only where the grade was judged."""
        codes = self._codes("spo2", stay.at_us, vitals, limit_us)
        places = judged.turning.places
        timeline = build(stay.facts, stay.at_us[places], stay.charted)
        support = support_columns(timeline, self._rulebook.crs, self._policy.freshness)
        at_least_us = int(self._policy.freshness.oxygen_support_s_at_least * US_PER_S)
        known = support.support_age_us <= np.maximum(limit_us[places], at_least_us)
        level = np.where(support.above_home == YES, support.level, 0)
        # No level 1 exists; it stands for not known.
        level = np.where(known & (support.above_home != UNKNOWN), level, 1)
        by_level = {one: hypoxia_conditions(one, self._policy) for one in range(5)}
        width = len(by_level[0])
        both = judged.spread(level.astype(np.int8)) * np.int8(width) + codes
        meanings = tuple((one,) for level in by_level.values() for one in level)
        return _turning(both, meanings)

    def _codes(
        self,
        concept: str,
        looks_us: NDArray[np.int64],
        vitals: Mapping[str, NDArray[np.floating]],
        limit_us: NDArray[np.int64],
    ) -> NDArray[np.int8]:
        value = vitals.get(concept)
        return vital_codes(
            looks_us,
            np.full(len(looks_us), np.nan) if value is None else value,
            self._limits[concept],
            self._policy.streams[concept],
            fresh_us=limit_us,
        )


def _turning(codes: NDArray[np.int8], meanings: tuple[tuple[Condition, ...], ...]) -> _Turns:
    places = np.flatnonzero(np.diff(codes, prepend=np.int8(-1)))
    return _Turns(places, codes[places].astype(np.intp), meanings)


def _crs_grade(rulebook: Rulebook, table: grading.GradeTable, entry: int) -> CrsGrade:
    """The grade at an entry of the grade table, without inputs."""
    rules = rulebook.crs
    truths = [entry // COUNT**row % COUNT for row in range(len(rules.criteria))]
    grade = int(table.grade[entry])
    return CrsGrade(
        grade=None if grade == grading.NO_GRADE else grade,
        status=grading.STATUSES[table.status[entry]],
        at_most=int(table.at_most[entry]),
        peak=None,
        direction="unknown",
        resolving=False,
        fever_waived=entry // COUNT ** len(truths) == YES,
        criteria=tuple(
            CriterionEvidence(
                id=one.id,
                domain=one.domain,
                grade=one.grade,
                label=one.label,
                truth=WORDS[truth],
                source=one.source,
            )
            for one, truth in zip(rules.criteria, truths, strict=True)
        ),
        missing=(),
        notes=(),
    )
