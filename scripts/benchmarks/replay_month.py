"""A month of 1,000 patients at one-minute data played under a policy, against look by look.

All that the bedside judges of streamed signs: grade, NEWS2, hypoxia, and what covers what.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from time import process_time

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.alert_runs import Told
from monitoring.clinical.alert_state import SPEAKING
from monitoring.clinical.concepts import CONCEPTS
from monitoring.clinical.evaluate import evaluate
from monitoring.clinical.facts import Dose, EncounterFacts, ObservationColumns
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import EpisodeState
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.stay_replay import PLAYED, StayReplay
from monitoring.clinical.timeline import Charted
from monitoring.services.replay import ANSWER_AFTER
from scripts.benchmarks.line import Line
from tests.property.naive_alerts import step_by_step

PATIENTS = 1_000
DAYS = 30
MINUTES = DAYS * 1440
# The plain way takes a minute a patient and day; it plays the worst day of these and is scaled.
PLAIN_PATIENTS = 2
PLAIN_MINUTES = 1440
START_US = 1_764_000_000_000_000
MINUTE_US = 60_000_000

Vitals = Mapping[str, NDArray[np.float32]]


def replay_month() -> Iterator[Line]:
    """Ours over columns, and the plain way over a few of the same days, saying the same."""
    policy, rulebook = load_policy(), load_rulebook()
    looks_us = START_US + MINUTE_US * np.arange(MINUTES, dtype=np.int64)
    replayed = StayReplay(policy, rulebook, answer_after=ANSWER_AFTER)
    facts, charted = somebody(), hourly(looks_us)
    ours_s = plain_s = slowest_s = 0.0
    told = spoken = 0
    for patient in range(PATIENTS):
        vitals = month(patient)
        begun = process_time()
        ours = list(replayed.play(facts, looks_us, vitals, charted))
        took_s = process_time() - begun
        ours_s += took_s
        slowest_s = max(slowest_s, took_s)
        told += len(ours)
        spoken += sum(one.kind in SPEAKING for one in ours)
        if patient < PLAIN_PATIENTS:
            plain_s += _plain_day(replayed, looks_us, vitals)
    yield Line(
        name="replay_month",
        ours=ours_s,
        baseline=plain_s * PATIENTS / PLAIN_PATIENTS * MINUTES / PLAIN_MINUTES,
        baseline_name=f"the bedside's step a minute, a day of {PLAIN_PATIENTS} patients, scaled",
        limit=60,
        judged="ours_at_most",
        unit="s",
        n=PATIENTS * MINUTES,
        runs=1,
        detail={
            "cores": 1,
            "days_that_say_the_same": PLAIN_PATIENTS,
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


def _plain_day(replayed: StayReplay, looks_us: NDArray[np.int64], vitals: Vitals) -> float:
    """How long the plain way takes for the warmest day; ours must say the same of it."""
    warmest = int(np.nanargmax(vitals["body_temperature"]))
    begin = max(0, min(warmest - PLAIN_MINUTES // 2, MINUTES - PLAIN_MINUTES))
    day_us = looks_us[begin : begin + PLAIN_MINUTES]
    of_day = {name: value[begin : begin + PLAIN_MINUTES] for name, value in vitals.items()}
    charted = hourly(day_us)
    facts = somebody()
    observed = replace(facts, observations=chart_of(day_us, of_day, charted))
    ours = set(replayed.play(facts, day_us, of_day, charted))
    begun = process_time()
    plain = _plainly(observed, day_us)
    took_s = process_time() - begun
    if ours != plain:
        message = "The columns and the plain way disagree; no time is worth measuring."
        raise AssertionError(message)
    return took_s


def _plainly(facts: EncounterFacts, looks_us: NDArray[np.int64]) -> set[Told]:
    """The bedside's evaluation at each minute, and the state machine stepped at each."""
    policy, rulebook = load_policy(), load_rulebook()
    judged = evaluate(
        facts,
        at_us=looks_us,
        prior=EpisodeState(),
        previous=None,
        rulebook=rulebook,
        policy=policy,
    )
    looked = (
        (evaluation.at_us, [one for one in evaluation.conditions if one.problem in PLAYED])
        for evaluation in judged
    )
    told = step_by_step(looked, policy.timing, ANSWER_AFTER)
    return set(chain.from_iterable(told.values()))


def chart_of(
    looks_us: NDArray[np.int64], vitals: Vitals, charted: Mapping[str, Charted]
) -> ObservationColumns:
    """The same as rows of a chart."""
    concepts, taken_us, values, codes, streamed = [], [], [], [], []
    sent = {name: Charted(looks_us, value.astype(np.float64)) for name, value in vitals.items()}
    for name, given in (*charted.items(), *sent.items()):
        known = ~np.isnan(given.value)
        words = CONCEPTS[name].codes
        for us, value in zip(given.taken_us[known].tolist(), given.value[known], strict=True):
            concepts.append(name)
            taken_us.append(us)
            values.append(np.nan if words else value)
            codes.append(words[int(value)] if words else None)
            streamed.append(name in vitals)
    return ObservationColumns(
        row_id=np.arange(1, len(concepts) + 1),
        concept=np.array(concepts, dtype=object),
        taken_us=np.array(taken_us, dtype=np.int64),
        value=np.array(values),
        code=np.array(codes, dtype=object),
        streamed=np.array(streamed),
    )


def hourly(looks_us: NDArray[np.int64]) -> dict[str, Charted]:
    """What a nurse adds to the monitor every hour."""
    hours_us = looks_us[::60]

    def all_day(value: float) -> Charted:
        return Charted(hours_us, np.full(len(hours_us), value))

    return {
        "respiratory_rate": all_day(16.0),
        "oxygen_device": all_day(float(CONCEPTS["oxygen_device"].codes.index("room_air"))),
        "consciousness": all_day(float(CONCEPTS["consciousness"].codes.index("A"))),
    }


def somebody() -> EncounterFacts:
    """Whose month it is, without observations."""
    nothing = np.empty(0, dtype=object)
    return EncounterFacts(
        observations=ObservationColumns(
            row_id=np.empty(0, dtype=np.int64),
            concept=nothing,
            taken_us=np.empty(0, dtype=np.int64),
            value=np.empty(0),
            code=nothing,
        ),
        treatments=(),
        attributions=(),
        baselines=(),
        doses=(Dose(row_id=1, product="axi-cel", therapy_class="car_t", infused_us=START_US),),
        age_years=58.0,
        care_setting="ward",
        treatments_charted=True,
    )
