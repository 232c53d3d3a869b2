"""A stay of one-minute data judged by the full rules where something turns, beside every minute."""

from collections.abc import Iterator
from dataclasses import replace
from time import process_time

import numpy as np

from monitoring.clinical.evaluate import evaluate
from monitoring.clinical.facts import EncounterFacts
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import EpisodeState, Evaluation
from monitoring.clinical.rulebook import load_rulebook
from scripts.benchmarks.line import Line
from scripts.benchmarks.replay_month import (
    MINUTE_US,
    MINUTES,
    START_US,
    chart_of,
    hourly,
    month,
    somebody,
)

_DAYS = 3
# One with CRS and one without.
_PATIENTS = (0, 1)


def evaluate_turns() -> Iterator[Line]:
    """The warmest days of two stays, grades, problems and what they rest on."""
    ours_s = every_s = 0.0
    moments = asked = 0
    for patient in _PATIENTS:
        facts, at_us = _stay(patient)
        begun = process_time()
        turning = _judged(facts, at_us, turns_only=True)
        between = process_time()
        every = _judged(facts, at_us, turns_only=False)
        every_s += process_time() - between
        ours_s += between - begun
        if list(map(_said, turning)) != list(map(_said, every)):
            message = "Judged where it turns and at every minute they disagree; nothing to measure."
            raise AssertionError(message)
        moments += len(at_us)
        asked += len({id(one.conditions) for one in turning})
    yield Line(
        name="evaluate_turns",
        ours=ours_s / len(_PATIENTS),
        baseline=every_s / len(_PATIENTS),
        baseline_name="the same rules asked every minute",
        unit="s",
        n=moments // len(_PATIENTS),
        runs=len(_PATIENTS),
        detail={"days": _DAYS, "moments_judged_in_full": asked / len(_PATIENTS)},
    )


def _stay(patient: int) -> tuple[EncounterFacts, np.ndarray]:
    vitals = month(patient)
    warmest, length = int(np.nanargmax(vitals["body_temperature"])), _DAYS * 1440
    begin = max(0, min(warmest - length // 2, MINUTES - length))
    at_us = START_US + MINUTE_US * np.arange(begin, begin + length, dtype=np.int64)
    of_days = {name: value[begin : begin + length] for name, value in vitals.items()}
    return replace(somebody(), observations=chart_of(at_us, of_days, hourly(at_us))), at_us


def _judged(facts: EncounterFacts, at_us: np.ndarray, *, turns_only: bool) -> list[Evaluation]:
    return evaluate(
        facts,
        at_us=at_us,
        prior=EpisodeState(),
        previous=None,
        rulebook=load_rulebook(),
        policy=load_policy(),
        turns_only=turns_only,
    )


def _said(one: Evaluation) -> tuple[object, ...]:
    return (
        one.crs.grade,
        one.episode,
        [
            (said.problem, said.state, said.severity, said.priority, said.criteria, said.covered_by)
            for said in one.conditions
        ],
    )
