"""One new value in a patient's fortnight: judged from its own time on, against all anew."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from statistics import median

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.evaluate import LOOKBACK_US, evaluate
from monitoring.clinical.facts import EncounterFacts, ObservationColumns, TreatmentSpan
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import EpisodeState, Evaluation
from monitoring.clinical.rulebook import load_rulebook
from scripts.benchmarks.line import Line
from scripts.benchmarks.timing import RUNS, percentile
from scripts.benchmarks.ward import full_set

DAYS = 14
HOUR_US = 3_600_000_000
_VALUES_A_RUN = 40
_BEGIN_US = 1_764_000_000_000_000


def evaluate_one_value() -> Iterator[Line]:
    """The newest set of hourly sets over 14 days: evidence, grade, score and problems at that time.

    The state before it stands in the evaluation of the moment before, so that only the facts of the
    look-back are read; the baseline judges the fortnight anew. That both say the same is checked.
    """
    facts, at_us = _fortnight()
    whole = _judged(facts, at_us, None)
    random = Random(14)
    places = [random.randrange(len(at_us) // 2, len(at_us)) for _ in range(_VALUES_A_RUN)]
    recent = [_seen(facts, at_us[place]) for place in places]
    for place, seen in zip(places, recent, strict=True):
        if _one(seen, at_us, whole, place) != whole[place]:
            message = "The value judged alone and with its history disagree; nothing to measure."
            raise AssertionError(message)
    runs = [
        [
            _seconds(lambda place=place, seen=seen: _one(seen, at_us, whole, place))  # type: ignore[misc]
            for place, seen in zip(places, recent, strict=True)
        ]
        for _ in range(RUNS)
    ]
    anew = [_seconds(lambda: _judged(facts, at_us, None)) for _ in range(RUNS)]
    yield Line(
        name="evaluate_one_value",
        ours=1000 * median(percentile(one, 0.95) for one in runs),
        baseline=1000 * median(anew),
        baseline_name=f"all {len(at_us)} moments of {DAYS} days judged anew, with their evidence",
        limit=5,
        judged="ours_at_most",
        unit="ms",
        n=_VALUES_A_RUN,
        runs=RUNS,
        detail={
            "figure": "median over the runs of each run's p95",
            "ours_median_ms": 1000 * median(median(one) for one in runs),
            "rows_of_history": len(facts.observations.value),
        },
    )


def _one(
    seen: EncounterFacts, at_us: NDArray[np.int64], whole: list[Evaluation], place: int
) -> Evaluation:
    (found,) = _judged(seen, at_us[place : place + 1], whole[place - 1])
    return found


def _judged(
    facts: EncounterFacts, at_us: NDArray[np.int64], before: Evaluation | None
) -> list[Evaluation]:
    return evaluate(
        facts,
        at_us=at_us,
        prior=EpisodeState() if before is None else before.episode,
        previous=None if before is None else before.crs,
        rulebook=load_rulebook(),
        policy=load_policy(None),
    )


def _seen(facts: EncounterFacts, at_us: np.int64) -> EncounterFacts:
    """What a service loads for one moment."""
    rows = facts.observations
    shown = (rows.taken_us >= at_us - LOOKBACK_US) & (rows.taken_us <= at_us)
    columns = ObservationColumns(
        row_id=rows.row_id[shown],
        concept=rows.concept[shown],
        taken_us=rows.taken_us[shown],
        value=rows.value[shown],
        code=rows.code[shown],
    )
    return replace(facts, observations=columns)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _fortnight() -> tuple[EncounterFacts, NDArray[np.int64]]:
    """Hourly sets of 14 days with fever on some of them, tocilizumab twice, a vasopressor once."""
    random = Random(4)
    at_us = _BEGIN_US + HOUR_US * np.arange(DAYS * 24, dtype=np.int64)
    rows = [
        (taken_us, value.concept, value.value, value.code)
        for hour, taken_us in enumerate(at_us.tolist())
        for value in full_set(random, feverish=hour // 24 % 4 == 1 and random.random() < 0.5)
    ]
    taken, concepts, values, codes = zip(*rows, strict=True)
    given = ((30, "anticytokine", 0), (36, "anticytokine", 0), (32, "vasopressor", 9))
    return EncounterFacts(
        observations=ObservationColumns(
            row_id=np.arange(1, len(rows) + 1),
            concept=np.array(concepts, dtype=object),
            taken_us=np.array(taken, dtype=np.int64),
            value=np.array(values, dtype=np.float64),
            code=np.array(codes, dtype=object),
        ),
        treatments=tuple(
            TreatmentSpan(
                row_id=number,
                kind=kind,
                agent="norepinephrine" if kind == "vasopressor" else "tocilizumab",
                indication=None,
                started_us=int(at_us[hour]),
                ended_us=int(at_us[hour + hours]),
            )
            for number, (hour, kind, hours) in enumerate(given, 1)
        ),
        attributions=(),
        baselines=(),
        doses=(),
        age_years=61.0,
        care_setting="ward",
        treatments_charted=True,
    ), at_us
