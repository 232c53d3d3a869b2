"""The month once more with all that the bedside judges: grade, NEWS2, hypoxia, what covers what."""

from collections.abc import Iterator
from time import process_time

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.alert_state import SPEAKING
from monitoring.clinical.concepts import CONCEPTS
from monitoring.clinical.facts import Dose, EncounterFacts, ObservationColumns
from monitoring.clinical.policy import load_policy
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.stay_replay import StayReplay
from monitoring.clinical.timeline import Charted
from monitoring.clinical.vital_replay import VitalReplay
from monitoring.services.replay import ANSWER_AFTER
from scripts.benchmarks.line import Line
from scripts.benchmarks.replay_month import (
    DAYS,
    FRESH_S,
    MINUTE_US,
    MINUTES,
    PATIENTS,
    START_US,
    month,
)

# One in twenty-five is played and the time scaled: every other one of them has CRS, as of all.
_PLAYED = 40


def replay_stay() -> Iterator[Line]:
    """Whole stays by columns, beside the vital signs of the same patients alone."""
    policy, rulebook = load_policy(), load_rulebook()
    looks_us = START_US + MINUTE_US * np.arange(MINUTES, dtype=np.int64)
    whole = StayReplay(policy, rulebook, answer_after=ANSWER_AFTER)
    signs = VitalReplay(policy, fever_c=rulebook.crs.fever_c, answer_after=ANSWER_AFTER)
    whole_s = signs_s = 0.0
    spoken = 0
    for patient in range(_PLAYED):
        vitals = month(patient)
        begun = process_time()
        for _ in signs.play(looks_us, vitals, fresh_s=FRESH_S):
            pass
        between = process_time()
        told = list(whole.play(_facts(), looks_us, vitals, _hourly(looks_us)))
        whole_s += process_time() - between
        signs_s += between - begun
        spoken += sum(one.kind in SPEAKING for one in told)
    yield Line(
        name="replay_month_with_grades",
        ours=whole_s * PATIENTS / _PLAYED,
        baseline=signs_s * PATIENTS / _PLAYED,
        baseline_name="the vital signs alone of the same patients",
        limit=60,
        judged="ours_at_most",
        unit="s",
        n=PATIENTS * MINUTES,
        runs=1,
        detail={
            "patients_played": _PLAYED,
            "spoken_per_patient_day": spoken / (_PLAYED * DAYS),
        },
    )


def _hourly(looks_us: NDArray[np.int64]) -> dict[str, Charted]:
    """What a nurse adds to the monitor every hour."""
    hours_us = looks_us[::60]

    def all_day(value: float) -> Charted:
        return Charted(hours_us, np.full(len(hours_us), value))

    return {
        "respiratory_rate": all_day(16.0),
        "oxygen_device": all_day(float(CONCEPTS["oxygen_device"].codes.index("room_air"))),
        "consciousness": all_day(float(CONCEPTS["consciousness"].codes.index("A"))),
    }


def _facts() -> EncounterFacts:
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
