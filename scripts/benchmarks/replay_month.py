"""A month of 1,000 patients at one-minute data played under a policy, against minute by minute."""

from collections.abc import Iterator, Mapping
from time import process_time

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.alert_runs import Told
from monitoring.clinical.alert_state import SPEAKING
from monitoring.clinical.policy import load_policy
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.vital_replay import VitalReplay, conditions
from monitoring.services.replay import ANSWER_AFTER
from scripts.benchmarks.line import Line
from tests.property.naive_alerts import PROBLEMS, minute_by_minute, vital_stream

PATIENTS = 1_000
DAYS = 30
MINUTES = DAYS * 1440
# The plain way takes minutes a patient; it plays these and is scaled.
PLAIN_PATIENTS = 4
START_US = 1_764_000_000_000_000
MINUTE_US = 60_000_000
FRESH_S = 900.0

Vitals = Mapping[str, NDArray[np.float32]]


def replay_month() -> Iterator[Line]:
    """Ours over columns, and the plain way over a few of the same patients, saying the same."""
    policy, fever_c = load_policy(), load_rulebook().crs.fever_c
    looks_us = START_US + MINUTE_US * np.arange(MINUTES, dtype=np.int64)
    replayed = VitalReplay(policy, fever_c=fever_c, answer_after=ANSWER_AFTER)
    ours_s = plain_s = 0.0
    told = spoken = 0
    slowest_s = 0.0
    for patient in range(PATIENTS):
        vitals = month(patient)
        begun = process_time()
        ours = list(replayed.play(looks_us, vitals, fresh_s=FRESH_S))
        took_s = process_time() - begun
        ours_s += took_s
        slowest_s = max(slowest_s, took_s)
        told += len(ours)
        spoken += sum(one.kind in SPEAKING for one in ours)
        if patient < PLAIN_PATIENTS:
            begun = process_time()
            plain = _plainly(looks_us, vitals, policy, fever_c)
            plain_s += process_time() - begun
            if ours != plain:
                message = "The columns and the plain way disagree; no time is worth measuring."
                raise AssertionError(message)
    yield Line(
        name="replay_month",
        ours=ours_s,
        baseline=plain_s * PATIENTS / PLAIN_PATIENTS,
        baseline_name=f"a step a minute, {PLAIN_PATIENTS} of the patients, scaled",
        limit=60,
        judged="ours_at_most",
        unit="s",
        n=PATIENTS * MINUTES * len(PROBLEMS),
        runs=1,
        detail={
            "transitions_equal_of_patients": PLAIN_PATIENTS,
            "transitions": told,
            "spoken_per_patient_day": spoken / (PATIENTS * DAYS),
            "slowest_patient_ms": 1000 * slowest_s,
        },
    )


def month(patient: int) -> Vitals:
    """A month as a monitor sends it: noise, day and night, gaps, and CRS in every other patient."""
    random = np.random.default_rng([2019, patient])
    minute = np.arange(MINUTES)
    day = np.sin(2 * np.pi * (minute / 1440 - 0.4)).astype(np.float32)
    ill = np.zeros(MINUTES, dtype=np.float32)
    if patient % 2 == 0:
        begin = int(random.integers(1440, 10 * 1440))
        lasts = int(random.integers(1440, 4 * 1440))
        ill[begin : begin + lasts] = np.hanning(lasts)

    def noise(spread: float) -> NDArray[np.float32]:
        return spread * random.standard_normal(MINUTES, dtype=np.float32)

    vitals = {
        "body_temperature": np.round(36.8 + 0.3 * day + 2.6 * ill + noise(0.08), 1),
        "spo2": np.minimum(100, np.round(97 - 6 * ill + noise(0.6))),
        "heart_rate": np.round(76 + 6 * day + 50 * ill + noise(4)),
        "systolic_bp": np.round(122 + 5 * day - 36 * ill + noise(4)),
    }
    for value in vitals.values():
        value[random.random(MINUTES) < 0.02] = np.nan
        off = int(random.integers(0, MINUTES - 120))
        value[off : off + 90] = np.nan
    return vitals


def _plainly(
    looks_us: NDArray[np.int64], vitals: Vitals, policy: Policy, fever_c: float
) -> list[Told]:
    """The state machine stepped at each minute, each value judged as it comes."""
    told: list[Told] = []
    for concept, values in vitals.items():
        # 38.0 as a 32-bit number is a hair above it, 37.9 far below.
        plain = vital_stream(concept, policy, fever_c=fever_c - 1e-6, fresh_s=FRESH_S)
        meaning = conditions(PROBLEMS[concept], policy)
        told += minute_by_minute(plain, looks_us, values, meaning, policy.timing, ANSWER_AFTER)[1]
    return told
