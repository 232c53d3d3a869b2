"""The CRS grade over timelines: the table alone, and the whole way from charted rows to grade."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.concepts import CONCEPTS
from monitoring.clinical.criteria import criteria_columns
from monitoring.clinical.episode_walk import walk
from monitoring.clinical.episodes import Before, Moment, StayGrades, moments_of
from monitoring.clinical.evaluate import LOOKBACK_US
from monitoring.clinical.facts import EncounterFacts, ObservationColumns, TreatmentSpan
from monitoring.clinical.grading import GradeColumns, grade_columns
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import EpisodeState
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.stays import Stay, grade_stays
from monitoring.clinical.timeline import Charted, build
from monitoring.clinical.truths import COUNT
from scripts.benchmarks.line import Line
from scripts.benchmarks.timing import interleaved, processor_seconds

MOMENTS = 1_000_000
STAYS, SETS = 250, 4_000
MONTHS, MONTH = 24, 30 * 24 * 60
ONE_BY_ONE = 300
LIMIT_PER_S = 5_000_000
EPISODES_LIMIT_PER_S = 10_000_000
MINUTE_US = 60_000_000
_CONCEPTS = (
    "body_temperature",
    "systolic_bp",
    "diastolic_bp",
    "spo2",
    "oxygen_flow",
    "oxygen_device",
)
_UNKNOWN_GRADE = -1
_GRADES = (1, 2, 3, 4, 2, 3, 4)


def crs_timeline() -> Iterator[Line]:
    """First gate and grade from criteria that are given, then everything."""
    yield _table_alone()
    yield _whole_way(
        [_quarter_hours(seed) for seed in range(STAYS)],
        name="crs_timeline_whole",
        what="a full set at every moment",
    )
    yield _whole_way(
        [_minutes(seed) for seed in range(MONTHS)],
        name="crs_timeline_sparse",
        what="a month of minutes a stay, most values charted less often",
    )


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


def _whole_way(stays: list[Stay], *, name: str, what: str) -> Line:
    """Charted rows -> criteria -> freshness and hold -> episode, waiver, gate -> grade."""
    rulebook, policy = load_rulebook(), load_policy(None)

    def ours() -> list[StayGrades]:
        return [grades for _, grades in grade_stays(stays, rulebook.crs, policy)]

    first = [_bedside(stays[0], place) for place in range(ONE_BY_ONE)]

    def one_by_one() -> list[Moment]:
        walked: list[Moment] = []
        state, before = EpisodeState(), None
        for facts, at_us in first:
            timeline = build(facts, at_us)
            columns = criteria_columns(timeline, rulebook.crs, policy)
            walked += walk(timeline, columns, rulebook.crs, policy, prior=state, before=before)
            state, before = walked[-1].episode, Before(grade=walked[-1].grade)
        return walked

    grades = ours()
    columns = moments_of(grades[0], 0, rulebook.crs)
    if any(
        replace(a, fever_row=None) != replace(b, fever_row=None)
        for a, b in zip(columns, one_by_one(), strict=False)
    ):
        message = "The pass and the walk disagree; no time is worth measuring."
        raise AssertionError(message)
    moments = sum(len(stay.at_us) for stay in stays)
    ours_s, single_s = interleaved(ours, one_by_one)
    return Line(
        name=name,
        ours=moments / ours_s,
        baseline=ONE_BY_ONE / single_s,
        baseline_name=f"one moment at a time over its 24 h of facts, {ONE_BY_ONE} of them, scaled",
        limit=EPISODES_LIMIT_PER_S,
        judged="ours_at_least",
        ratio_of="ours/baseline",
        unit="rows/s",
        n=moments,
        runs=5,
        detail={
            "timed": "charted columns to criteria, hold, waiver, gate, episode, grade and peak",
            "rows": what,
            "rows_per_processor_s": moments / processor_seconds(ours),
            "stays": len(stays),
            "moments_judged": sum(len(one.judged.turning.places) for one in grades),
            "episodes": sum(len(one.judged.episodes.stay) for one in grades),
            "rounds_at_most": max(one.judged.rounds for one in grades),
        },
    )


def _bedside(stay: Stay, place: int) -> tuple[EncounterFacts, NDArray[np.int64]]:
    """One moment of a stay with the facts that the bedside loads for it: those of 24 hours."""
    at = stay.at_us[place]
    parts = []
    for concept, charted in stay.charted.items():
        shown = (charted.taken_us >= at - LOOKBACK_US) & (charted.taken_us <= at)
        values, codes = charted.value[shown], CONCEPTS[concept].codes
        parts.append(
            (
                np.full(len(values), concept, dtype=object),
                charted.taken_us[shown],
                np.full(len(values), np.nan) if codes else values,
                np.array(
                    [codes[int(value)] if codes else None for value in values.tolist()],
                    dtype=object,
                ),
            )
        )
    concept, taken_us, value, code = (np.concatenate(part) for part in zip(*parts, strict=True))
    columns = ObservationColumns(
        row_id=np.arange(len(value)), concept=concept, taken_us=taken_us, value=value, code=code
    )
    return replace(stay.facts, observations=columns), stay.at_us[place : place + 1]


def _quarter_hours(seed: int) -> Stay:
    """A long stay with a full set every quarter hour: fevers, low pressures, oxygen, treatments."""
    return _stay(seed, spacing_us=15 * MINUTE_US, sets=SETS, every=dict.fromkeys(_CONCEPTS, 1))


def _minutes(seed: int) -> Stay:
    """A month at one minute: pressure every quarter hour, temperature every hour or four, oxygen
    every two hours. Most values are old at most moments."""
    hourly = 60 if seed % 2 else 240
    every = {"systolic_bp": 15, "diastolic_bp": 15, "body_temperature": hourly}
    every |= {"spo2": 1, "oxygen_device": 120, "oxygen_flow": 120}
    return _stay(seed, spacing_us=MINUTE_US, sets=MONTH, every=every)


def _stay(seed: int, *, spacing_us: int, sets: int, every: dict[str, int]) -> Stay:
    random = np.random.default_rng(seed)
    at_us = 1_764_000_000_000_000 + spacing_us * np.arange(sets, dtype=np.int64)
    hours = np.arange(sets) * spacing_us / (60 * MINUTE_US)
    fever = np.sin(hours / 9 + seed) > 0.8
    devices = CONCEPTS["oxygen_device"].codes
    cannula, air = devices.index("nasal_cannula"), devices.index("room_air")
    values = {
        "body_temperature": 36.8 + 1.9 * fever + random.normal(0, 0.1, sets),
        "systolic_bp": 120 - 34 * fever + random.normal(0, 6, sets),
        "diastolic_bp": 72 - 16 * fever + random.normal(0, 3, sets),
        "spo2": np.minimum(100, 97 - 4 * fever + random.normal(0, 1, sets)),
        "oxygen_flow": np.where(fever, 2.0, 0.0),
        "oxygen_device": np.where(fever, float(cannula), float(air)),
    }
    charted = {
        concept: Charted(at_us if step == 1 else at_us[::step], values[concept][::step].round(1))
        for concept, step in every.items()
    }
    nothing = np.empty(0, dtype=object)
    facts = EncounterFacts(
        observations=ObservationColumns(
            row_id=np.empty(0, dtype=np.int64),
            concept=nothing,
            taken_us=np.empty(0, dtype=np.int64),
            value=np.empty(0),
            code=nothing,
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
            for number, place in enumerate(range(200, sets, sets // 4))
        ),
        attributions=(),
        baselines=(),
        doses=(),
        age_years=61.0,
        care_setting="ward",
        treatments_charted=True,
    )
    return Stay(facts=facts, at_us=at_us, charted=charted)
