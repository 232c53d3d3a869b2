"""A stay of streamed vital signs played under a policy: grade, score, signs, and what covers them.

Every problem is a column of codes and a condition a code; nothing is asked where none of them
turns. What covers what is asked once a combination, the state machine stepped once a run. The rules
are the bedside's (``flags``, ``grade_flags``, ``coverage``) for somebody on SpO2 scale 1 without a
baseline and without a clinician's word; clinical reference 8.2 and 8.3. A property test holds it to
the bedside, look by look.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical import grading
from monitoring.clinical.alert_moves import AnswerAfter
from monitoring.clinical.alert_runs import Follower, Run, Told
from monitoring.clinical.coverage import covered
from monitoring.clinical.early_warning import counting_columns, deadbands_of, oxygen_given, risks_of
from monitoring.clinical.episode_pass import PassResult
from monitoring.clinical.evidence import judged_criterion
from monitoring.clinical.facts import EncounterFacts
from monitoring.clinical.grade_flags import (
    crs_grade_condition,
    news2_risk_condition,
    signs_without_fever,
)
from monitoring.clinical.oxygen import SupportColumns, support_columns
from monitoring.clinical.policy_types import STREAMED, Policy
from monitoring.clinical.results import Condition, CrsGrade
from monitoring.clinical.rulebook_types import Rulebook
from monitoring.clinical.stays import Stay, grade_stays
from monitoring.clinical.timeline import US_PER_S, Charted, build
from monitoring.clinical.truths import COUNT, UNKNOWN, WORDS, YES
from monitoring.clinical.vital_codes import (
    PROBLEM_OF,
    Stream,
    conditions,
    hypoxia_conditions,
    stream_of,
    vital_codes,
    vital_limits,
)

# Below the 32 MiB beyond which glibc asks the system in any case; never touched, so never there.
_LARGEST_BYTES = 30 * 2**20

# The problems whose alerts are played.
PLAYED = frozenset(
    {
        *PROBLEM_OF.values(),
        "crs_grade",
        "news2",
        "hypotension_without_fever",
        "possible_masked_crs",
    }
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
        """``answer_after`` as in ``alert_runs.Follower``."""
        self._policy, self._rulebook = policy, rulebook
        self._follower = Follower(policy.timing, answer_after)
        self._limits = vital_limits(policy, fever_c=rulebook.crs.fever_c)
        _keep_memory()

    def play(
        self,
        facts: EncounterFacts,
        looks_us: NDArray[np.int64],
        vitals: Mapping[str, NDArray[np.floating]],
        charted: Mapping[str, Charted],
    ) -> Iterator[Told]:
        """What the alerts of one patient say, problem by problem.

        ``facts`` are without observations. ``vitals`` are what devices sent, by concept of
        ``STREAMED``, one value a look and NaN where nothing came; ``charted`` is everything else,
        breaths that a device counts among it.
        Raises ``ValueError`` for what is not played: a baseline, an attribution, a statement, a
        pressure beside the systolic, a reason for oxygen.
        """
        if facts.baselines or facts.attributions or facts.statements or _NOT_PLAYED & set(charted):
            message = "A stay with a baseline, a clinician's word or other pressures is not played."
            raise ValueError(message)
        if not len(looks_us):
            return
        streams = {
            concept: stream_of(concept, looks_us, vitals.get(concept)) for concept in STREAMED
        }
        sent = {
            concept: Charted(one.taken_us, one.value, streamed=True)
            for concept, one in streams.items()
        }
        stay = Stay(facts=facts, at_us=looks_us, charted={**charted, **sent})
        ((_, graded),) = grade_stays([stay], self._rulebook.crs, self._policy)
        judged = graded.judged
        limit_us = judged.limit_us
        # The support turns only where the grade was judged.
        places = judged.turning.places
        timeline = build(facts, looks_us[places], stay.charted)
        support = support_columns(timeline, self._rulebook.crs, self._policy.freshness)
        turns = [
            self._grade(facts, looks_us, judged),
            self._news2(stay, streams, judged, support),
            self._hypoxia(streams["spo2"], judged, support),
        ]
        turns += [
            self._vital(concept, one, limit_us)
            for concept, one in streams.items()
            if concept != "spo2"
        ]
        yield from chain.from_iterable(
            self._follower.follow(
                self._told_apart(looks_us, turns),
                until_us=int(looks_us[-1]) + 1,
                looks_us=looks_us,
            )
        )

    def _told_apart(self, looks_us: NDArray[np.int64], turns: list[_Turns]) -> Iterator[list[Run]]:
        """Each problem's runs, with what covers them asked once a combination of all problems."""
        places = np.unique(np.concatenate([one.places for one in turns]))
        joint = np.zeros(len(places), dtype=np.int64)
        for one in turns:
            joint *= len(one.meanings)
            joint += one.codes[one.places.searchsorted(places, side="right") - 1]
        combinations, which = np.unique(joint, return_inverse=True)
        heard = np.array([self._heard(turns, one) for one in combinations.tolist()])
        for number in heard[which].T:
            begins = _begins(number)
            yield list(zip(looks_us[places[begins]].tolist(), number[begins].tolist(), strict=True))

    def _heard(self, turns: list[_Turns], combination: int) -> list[int]:
        """The conditions of one combination of codes, with what covers what, by number."""
        said: list[tuple[Condition, ...]] = []
        for one in reversed(turns):
            combination, code = divmod(combination, len(one.meanings))
            said.append(one.meanings[code])
        conditions = tuple(chain.from_iterable(reversed(said)))
        return [self._follower.number(one) for one in covered(conditions, self._rulebook)]

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
        begins = _begins(codes)
        return _Turns(places[begins], codes[begins], tuple(meanings))

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
        begins = looks_us.searchsorted(np.array([one for one, _, _ in spans]))
        ends = looks_us.searchsorted(np.array(until_us), side="right")
        edges = np.concatenate((places, begins, ends)).astype(np.intp)
        places = np.unique(edges[edges < len(looks_us)])
        given = np.zeros(len(places), dtype=np.bool_)
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
            given |= (places >= begin) & (places < end)
        return places, given

    def _news2(
        self,
        stay: Stay,
        streams: Mapping[str, Stream],
        judged: PassResult,
        support: SupportColumns,
    ) -> _Turns:
        rules, age = self._rulebook.news2, stay.facts.age_years
        if age is not None and age < rules.lowest_age_years:
            return _Turns(np.zeros(1, dtype=np.intp), np.zeros(1, dtype=np.intp), ((),))
        freshness, limits_s = self._policy.freshness, judged.limit_us / US_PER_S
        given = oxygen_given(support, freshness, limits_s[judged.turning.places])
        timeline = build(stay.facts, stay.at_us, stay.charted)
        timeline.rows.update({concept: one.newest for concept, one in streams.items()})
        counting = counting_columns(timeline, judged.spread(given), rules, self._policy, limits_s)
        points = self._policy.news2.hysteresis_points
        names = [one.risk for one in rules.thresholds]
        meanings = tuple(
            (news2_risk_condition(risk, below, self._policy),)
            for risk in ("incomplete", *names)
            for below in (None, *names)
        )
        row = risks_of(counting, rules) * np.int8(len(names) + 1)
        return _turning(row + deadbands_of(counting, rules, points), meanings)

    def _vital(self, concept: str, stream: Stream, limit_us: NDArray[np.int64]) -> _Turns:
        codes = self._codes(concept, stream, limit_us)
        problem = PROBLEM_OF[concept]
        return _turning(codes, tuple((one,) for one in conditions(problem, self._policy)))

    def _hypoxia(self, stream: Stream, judged: PassResult, support: SupportColumns) -> _Turns:
        """Low SpO2, and oxygen that is given."""
        limit_us = judged.limit_us
        codes = self._codes("spo2", stream, limit_us)
        at_least_us = int(self._policy.freshness.oxygen_support_s_at_least * US_PER_S)
        known_us = np.maximum(limit_us[judged.turning.places], at_least_us)
        known = support.support_age_us <= known_us
        level = np.where(support.above_home == YES, support.level, 0)
        # No level 1 exists; it stands for not known.
        level = np.where(known & (support.above_home != UNKNOWN), level, 1)
        by_level = {one: hypoxia_conditions(one, self._policy) for one in range(5)}
        width = len(by_level[0])
        both = judged.spread(level) * np.int8(width) + codes
        meanings = tuple((one,) for level in by_level.values() for one in level)
        return _turning(both, meanings)

    def _codes(self, concept: str, stream: Stream, limit_us: NDArray[np.int64]) -> NDArray[np.int8]:
        rule = self._policy.streams[concept]
        return vital_codes(stream, self._limits[concept], rule, fresh_us=limit_us)


def _keep_memory() -> None:
    """Let the C library keep what columns give back, and not ask the system for it once a column.

    It keeps blocks up to the size of the largest that was ever given back; fetching the pages of a
    patient's columns anew takes as long as all that is done with them.
    """
    np.empty(_LARGEST_BYTES, dtype=np.uint8)


def _turning(codes: NDArray[np.int8], meanings: tuple[tuple[Condition, ...], ...]) -> _Turns:
    places = _begins(codes)
    return _Turns(places, codes[places].astype(np.intp), meanings)


def _begins(codes: NDArray[np.integer]) -> NDArray[np.intp]:
    """Where a code is another than before, the first among them."""
    return np.append(0, np.flatnonzero(codes[1:] != codes[:-1]) + 1)


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
            judged_criterion(one, WORDS[truth])
            for one, truth in zip(rules.criteria, truths, strict=True)
        ),
        missing=(),
        notes=(),
    )
