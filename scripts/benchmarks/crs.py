"""The CRS grade over timelines: the table alone, and the whole way from charted rows to grade."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.criteria import CriteriaColumns, criteria_columns
from monitoring.clinical.episodes import Before, Moment, follow
from monitoring.clinical.evaluate import LOOKBACK_US
from monitoring.clinical.facts import EncounterFacts, ObservationColumns, TreatmentSpan
from monitoring.clinical.grading import GradeColumns, grade_columns
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import EpisodeState
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.timeline import Timeline, build
from monitoring.clinical.truths import COUNT
from scripts.benchmarks.line import Line
from scripts.benchmarks.timing import interleaved

MOMENTS = 1_000_000
# A stay of so many sets is followed by Python moment by moment, so fewer are asked and scaled.
STAYS, SETS = 20, 4_000
ONE_BY_ONE = 300
LIMIT_PER_S = 5_000_000
_SPACING_US = 15 * 60_000_000
_UNKNOWN_GRADE = -1
_GRADES = (1, 2, 3, 4, 2, 3, 4)


def crs_timeline() -> Iterator[Line]:
    """First gate and grade from criteria that are given, then everything."""
    yield _table_alone()
    yield _whole_way()


def _table_alone() -> Line:
    """A million moments of every combination: is the gate open, and which criterion is highest?"""
    rules = load_rulebook().crs
    random = np.random.default_rng(2019)
    drawn = random.choice(COUNT, (len(_GRADES), MOMENTS), p=(0.7, 0.15, 0.1, 0.05))
    truths = drawn.astype(np.int8)
    waived = random.choice(3, MOMENTS, p=(0.6, 0.35, 0.05)).astype(np.int8)
    rows = list(zip(*truths.tolist(), waived.tolist(), strict=True))

    def ours() -> GradeColumns:
        return grade_columns(truths, waived, rules)

    def one_by_one() -> list[int]:
        return [grade_of_row(*row) for row in rows]

    if ours().grade.tolist() != one_by_one():
        message = "The column grader and the plain function disagree; no time is worth measuring."
        raise AssertionError(message)
    ours_s, plain_s = interleaved(ours, one_by_one)
    return Line(
        name="crs_timeline_gate_and_grade",
        ours=MOMENTS / ours_s,
        baseline=MOMENTS / plain_s,
        baseline_name="one Python call a moment (grade alone, without status and evidence)",
        limit=LIMIT_PER_S,
        judged="ours_at_least",
        ratio_of="ours/baseline",
        unit="rows/s",
        n=MOMENTS,
        runs=5,
        detail={"timed": "gate, grade, status, at most and evidence, from criteria as columns"},
    )


def grade_of_row(*truths: int) -> int:
    """The grade from seven criteria and the waiver, as anybody would first write it; -1 unknown."""
    *criteria, waived = truths
    fever = criteria[0]
    if fever not in {1, 3} and waived != 1:
        return 0 if fever == 0 and waived == 0 else _UNKNOWN_GRADE
    highest = could_be = 0
    for truth, grade in zip(criteria, _GRADES, strict=True):
        if truth in {1, 3}:
            highest = max(highest, grade)
        elif truth == 2:
            could_be = max(could_be, grade)
    return _UNKNOWN_GRADE if highest == 0 and could_be > 0 else highest


def _whole_way() -> Line:
    """Charted rows -> criteria -> freshness and hold -> episode, waiver, gate -> grade."""
    rulebook, policy = load_rulebook(), load_policy(None)
    stays = [_stay(seed) for seed in range(STAYS)]

    def laid_out(
        facts: EncounterFacts, at_us: NDArray[np.int64]
    ) -> tuple[Timeline, CriteriaColumns]:
        timeline = build(facts, at_us)
        return timeline, criteria_columns(timeline, rulebook.crs, policy)

    def criteria_only() -> None:
        for facts, at_us in stays:
            laid_out(facts, at_us)

    def ours() -> list[Moment]:
        found: list[Moment] = []
        for facts, at_us in stays:
            found = follow(
                *laid_out(facts, at_us), rulebook.crs, policy, prior=EpisodeState(), before=None
            )
        return found

    first = [_bedside(*stays[0], place) for place in range(ONE_BY_ONE)]

    def one_by_one() -> None:
        state, before = EpisodeState(), None
        for facts, at_us in first:
            (moment,) = follow(
                *laid_out(facts, at_us), rulebook.crs, policy, prior=state, before=before
            )
            state, before = moment.episode, Before(grade=moment.grade)

    moments = STAYS * SETS
    ours_s, criteria_s, single_s = interleaved(ours, criteria_only, one_by_one)
    return Line(
        name="crs_timeline_whole",
        ours=moments / ours_s,
        baseline=ONE_BY_ONE / single_s,
        baseline_name=f"one moment at a time over its 24 h of facts, {ONE_BY_ONE} of them, scaled",
        limit=LIMIT_PER_S,
        judged="ours_at_least",
        ratio_of="ours/baseline",
        unit="rows/s",
        n=moments,
        runs=5,
        detail={
            "timed": "charted rows to criteria, hold, waiver, gate, episode and grade",
            "criteria_alone_rows_per_s": moments / criteria_s,
            "hold_gate_episode_grade_rows_per_s": moments / (ours_s - criteria_s),
        },
    )


def _bedside(
    facts: EncounterFacts, at_us: NDArray[np.int64], place: int
) -> tuple[EncounterFacts, NDArray[np.int64]]:
    """One moment of a stay with the facts that the bedside loads for it: those of 24 hours."""
    seen = facts.observations
    at = at_us[place]
    shown = (seen.taken_us > at - LOOKBACK_US) & (seen.taken_us <= at)
    columns = ObservationColumns(
        row_id=seen.row_id[shown],
        concept=seen.concept[shown],
        taken_us=seen.taken_us[shown],
        value=seen.value[shown],
        code=seen.code[shown],
    )
    return replace(facts, observations=columns), at_us[place : place + 1]


def _stay(seed: int) -> tuple[EncounterFacts, NDArray[np.int64]]:
    """A long stay with sets every quarter hour, fevers, low pressures, oxygen and treatments."""
    random = np.random.default_rng(seed)
    at_us = 1_764_000_000_000_000 + _SPACING_US * np.arange(SETS, dtype=np.int64)
    hours = np.arange(SETS) / 4
    fever = np.sin(hours / 9 + seed) > 0.8
    numbers = {
        "body_temperature": 36.8 + 1.9 * fever + random.normal(0, 0.1, SETS),
        "systolic_bp": 120 - 34 * fever + random.normal(0, 6, SETS),
        "diastolic_bp": 72 - 16 * fever + random.normal(0, 3, SETS),
        "spo2": np.minimum(100, 97 - 4 * fever + random.normal(0, 1, SETS)),
        "oxygen_flow": np.where(fever, 2.0, 0.0),
    }
    device = np.where(fever, "nasal_cannula", "room_air").astype(object)
    concepts = [*numbers, "oxygen_device"]
    n = len(concepts) * SETS
    return EncounterFacts(
        observations=ObservationColumns(
            row_id=np.arange(n, dtype=np.int64),
            concept=np.repeat(np.array(concepts, dtype=object), SETS),
            taken_us=np.tile(at_us, len(concepts)),
            value=np.concatenate([*numbers.values(), np.full(SETS, np.nan)]).round(1),
            code=np.concatenate([np.full(n - SETS, None, dtype=object), device]),
        ),
        treatments=tuple(
            TreatmentSpan(
                row_id=number,
                kind="anticytokine",
                agent="tocilizumab",
                indication=None,
                started_us=int(at_us[place]),
                ended_us=int(at_us[place]),
            )
            for number, place in enumerate(range(200, SETS, 900))
        ),
        attributions=(),
        baselines=(),
        doses=(),
        age_years=61.0,
        care_setting="ward",
        treatments_charted=True,
    ), at_us
