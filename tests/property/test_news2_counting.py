"""What of a NEWS2 an alert speaks of, beside the plainest way to say it.

Clinical reference 8.3: charted values count at once, what a device sends once it has lasted;
docs/adr/0027. RCP 2017, Charts 1 and 2.
"""

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.clinical.facts import BaselineRecord
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import ConditionState, Evaluation
from tests.property import naive_news2
from tests.property.effort import examples
from tests.spec import bedside

MINUTE_US = 60_000_000
WINDOW_US, GAP_US, LASTS_US = 30 * MINUTE_US, 20 * MINUTE_US, 45_000_000
VALUES = {
    "respiratory_rate": [16.0, 22.0, 25.0, 8.0],
    "spo2": [97.0, 95.0, 93.0, 91.0, 86.0],
    "systolic_bp": [118.0, 105.0, 95.0, 85.0],
    "heart_rate": [76.0, 95.0, 115.0, 135.0],
    "body_temperature": [37.0, 38.4, 39.2, 35.8],
}
POLICY = load_policy()
THRESHOLDS = {2: 5, 3: 7}


def stay_of(seed: int) -> bedside.Bedside:
    """Hours of sets by hand and of a monitor, at one moment or apart, sometimes the same twice."""
    dice = random.Random(seed)
    case = bedside.Bedside()
    at_us = bedside.MIDNIGHT_US
    scale = dice.choice([1, 1, 2])
    case.baseline = BaselineRecord(
        row_id=1,
        effective_us=at_us,
        systolic_mmhg=None,
        diastolic_mmhg=None,
        mean_mmhg=None,
        home_oxygen_device=None,
        home_oxygen_lpm=None,
        spo2_scale=scale,
    )
    for _ in range(dice.randint(2, 30)):
        at_us += round(dice.choice([0, 0.5, 0.75, 1, 2, 15, 19, 20, 21, 31]) * MINUTE_US)
        case.moments_us.append(at_us)
        if dice.random() < 0.2:
            # Somebody looks, and nothing is measured.
            continue
        by_hand = dice.random() < 0.4
        for concept, values in VALUES.items():
            if dice.random() < (0.9 if by_hand else 0.6):
                value = dice.choice([*values, values[0]])
                told = value if by_hand else bedside.Sent(value)
                case.observations.append((at_us, concept, told))
        if by_hand:
            case.observations.append((at_us, "consciousness", dice.choice("AAAC")))
        if dice.random() < 0.2:
            case.observations.append(
                (at_us, "oxygen_device", dice.choice(["room_air", "nasal_cannula"]))
            )
    if not case.observations:
        case.observations.append((at_us, "heart_rate", 76.0))
    return case


def points_of(concept: str, value: float, scale: int, oxygen: bool | None) -> int | None:
    if concept == "spo2":
        return naive_news2.saturation(value, scale, oxygen)
    chart = {
        "respiratory_rate": naive_news2.respiration,
        "systolic_bp": naive_news2.pressure,
        "heart_rate": naive_news2.pulse,
        "body_temperature": naive_news2.temperature,
    }
    return chart[concept](value)


def said_plainly(case: bedside.Bedside, shown: Evaluation) -> tuple[int, int]:
    """Severity and deadband of the alert at one moment, reading by reading."""
    now = [(us, name, value) for us, name, value in case.observations if us <= shown.at_us]
    newest_us = max(
        (us for us, name, _ in now if name in VALUES or name == "consciousness"), default=0
    )
    parts = {part.parameter: part for part in shown.news2.parts}
    band = parts["supplemental_oxygen"].band
    oxygen = None if band is None else band == "oxygen"
    milder = [parts["supplemental_oxygen"].points, parts["consciousness"].points]
    harsher = list(milder)
    assert case.baseline is not None
    for concept in VALUES:
        readings = [(us, value) for us, name, value in now if name == concept]
        if not readings or readings[-1][0] < newest_us - WINDOW_US:
            milder.append(None)
            harsher.append(None)
            continue
        us, value = readings[-1]
        assert isinstance(value, float)
        scale = case.baseline.spo2_scale
        points = before = points_of(concept, value, scale, oxygen)
        earlier = [
            one
            for one in readings
            if us - one[0] >= LASTS_US or not isinstance(one[1], bedside.Sent)
        ]
        if isinstance(value, bedside.Sent) and earlier and us - earlier[-1][0] <= GAP_US:
            said = points_of(concept, float(earlier[-1][1]), scale, oxygen)
            before = before if said is None or points is None else said
        assert parts[concept].points == points
        is_alone = shown.at_us - us > GAP_US
        milder.append(None if points is None else points if is_alone else min(points, before or 0))
        harsher.append(None if points is None else max(points, before or 0))
    is_complete = None not in milder
    known = [one for one in milder if one is not None]
    severity = 1 if 3 in known else 0
    deadband = (1 if 3 in harsher else 0) if is_complete else 3
    for one, least in THRESHOLDS.items():
        if sum(known) >= least:
            severity = one
        if sum(point or 0 for point in harsher) + 1 >= least:
            deadband = max(deadband, one)
    return severity, max(severity, deadband)


@settings(max_examples=examples(200))
@given(st.integers(0, 2**32 - 1).map(stay_of))
def test_what_counts_is_the_milder_of_two_readings_of_a_device(case: bedside.Bedside) -> None:
    facts = case.facts()
    for shown in bedside.ask(facts, np.array(case.moments_us, dtype=np.int64)):
        told = next(one for one in shown.conditions if one.problem == "news2")
        severity, deadband = said_plainly(case, shown)
        assert (told.severity, told.deadband_severity) == (severity, deadband)
        is_active = told.state is ConditionState.ACTIVE
        assert is_active == (severity > 0)
        assert (told.state is ConditionState.NO_DATA) == (
            not is_active and not shown.news2.complete
        )


@settings(max_examples=examples(60))
@given(st.integers(0, 2**32 - 1).map(stay_of))
def test_a_device_alone_never_tells_more_than_a_hand(case: bedside.Bedside) -> None:
    by_hand = bedside.Bedside(baseline=case.baseline, moments_us=case.moments_us)
    by_hand.observations = [
        (us, name, float(value) if isinstance(value, bedside.Sent) else value)
        for us, name, value in case.observations
    ]
    moments = np.array(case.moments_us, dtype=np.int64)
    for sent, charted in zip(
        bedside.ask(case.facts(), moments), bedside.ask(by_hand.facts(), moments), strict=True
    ):
        told, at_once = (
            next(one for one in each.conditions if one.problem == "news2")
            for each in (sent, charted)
        )
        assert told.severity <= at_once.severity
        assert sent.news2.total == charted.news2.total
        # A single 3 is no total: it has no deadband.
        assert at_once.severity <= max(1, told.deadband_severity)
