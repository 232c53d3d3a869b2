"""The last minutes of a stream say what the whole of it says, or that they do not suffice."""

import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.clinical.evaluate import evaluate
from monitoring.clinical.facts import EncounterFacts, ShortHistoryError
from monitoring.clinical.policy_types import Policy, StreamRule
from monitoring.clinical.results import EpisodeState, Evaluation
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.signals import LATCH_US, NEEDED_SHORT, Signals
from monitoring.clinical.symptom_triggers import asked_for
from monitoring.clinical.timeline import build
from tests.property.effort import examples
from tests.property.test_turning_looks import MINUTE_US, stay_of
from tests.property.test_vital_codes import POLICIES
from tests.spec.bedside import Bedside, Sent


def shortened(facts: EncounterFacts, since_us: dict[str, int]) -> EncounterFacts:
    """Of each concept that is named the values from then on, and the newest before them."""
    rows = facts.observations
    kept = np.ones(len(rows.taken_us), dtype=np.bool_)
    for concept, us in since_us.items():
        before = np.flatnonzero((rows.concept == concept) & (rows.taken_us < us))
        kept[before[:-1]] = False
    assert rows.streamed is not None
    columns = replace(
        rows,
        row_id=rows.row_id[kept],
        concept=rows.concept[kept],
        taken_us=rows.taken_us[kept],
        value=rows.value[kept],
        code=rows.code[kept],
        streamed=rows.streamed[kept],
        since_us=since_us,
    )
    return replace(facts, observations=columns)


def judged(
    facts: EncounterFacts, at_us: list[int], before: Evaluation | None, policy: Policy
) -> list[Evaluation]:
    return evaluate(
        facts,
        at_us=np.array(at_us, dtype=np.int64),
        prior=EpisodeState() if before is None else before.episode,
        previous=None if before is None else before.crs,
        icans=None if before is None else before.icans,
        confirmed=() if before is None else before.confirmed,
        rulebook=load_rulebook(),
        policy=policy,
    )


def answer(seed: int, policy: Policy) -> str:
    """Judge the last moments of a stay by all that was charted and by the last of it; what came."""
    case, words = stay_of(seed)
    dice = random.Random(seed)
    case.observations.sort(key=lambda one: one[0])
    facts = replace(case.facts(), statements=words)
    moments = sorted({at_us for at_us, _, _ in case.observations})
    last = dice.randint(1, 8)
    whole = judged(facts, moments, None, policy)
    back = dice.choice([2, 10, 30, 30, 90])
    since_us = {
        concept: moments[-last] - back * MINUTE_US
        for concept in NEEDED_SHORT
        if dice.random() < 0.8
    }
    short = shortened(facts, since_us)
    before = whole[-last - 1] if len(whole) > last else None
    try:
        found = judged(short, moments[-last:], before, policy)
    except ShortHistoryError:
        return "asked for more"
    assert found == whole[-last:]
    return "said the same"


@settings(max_examples=examples(60))
@given(st.integers(0, 2**32 - 1), st.sampled_from(POLICIES))
def test_the_end_of_a_stream_says_the_same_or_asks_for_more(seed: int, policy: Policy) -> None:
    answer(seed, policy)


def test_it_does_both() -> None:
    answers = Counter(answer(seed, POLICIES[0]) for seed in range(60))

    assert min(answers["said the same"], answers["asked for more"]) > 5, answers


def minutes_of(case: Bedside, concept: str, values: list[float]) -> None:
    """A device sends one value a minute from midnight on."""
    midnight_us = case.moments_us[0]
    case.observations += [
        (midnight_us + (place + 1) * MINUTE_US, concept, Sent(value))
        for place, value in enumerate(values)
    ]


def test_a_saturation_between_its_limits_asks_how_it_came_there() -> None:
    # 93 % is low after 91 % and not after 95 %: neither raises nor clears by itself.
    case = Bedside(moments_us=[0])
    minutes_of(case, "spo2", [91.0] * 60 + [93.0] * 60)
    facts, at_us = case.facts(), 120 * MINUTE_US
    by_all = judged(facts, [at_us], None, POLICIES[0])[0]
    hypoxia = next(one for one in by_all.conditions if one.problem == "hypoxia")
    assert hypoxia.state.value == "active"

    for back, suffices in ((30, False), (59, False), (65, True)):
        short = shortened(facts, {"spo2": at_us - back * MINUTE_US})
        try:
            assert judged(short, [at_us], None, POLICIES[0]) == [by_all]
            assert suffices, back
        except ShortHistoryError:
            assert not suffices, back


def test_a_probe_that_was_taken_off_hours_ago_asks_for_more() -> None:
    case = Bedside(moments_us=[0])
    minutes_of(case, "spo2", [96.0] * 60)
    at_us = 240 * MINUTE_US
    by_hand = [(us * MINUTE_US, "spo2", 96.0) for us in range(120, 241, 5)]
    case.observations += by_hand
    facts = case.facts()
    off = judged(facts, [at_us], None, POLICIES[0])[0].conditions
    assert "device_off" in [one.problem for one in off if one.state.value == "active"]

    with pytest.raises(ShortHistoryError):
        judged(shortened(facts, {"spo2": at_us - 60 * MINUTE_US}), [at_us], None, POLICIES[0])


@settings(max_examples=examples(400))
@given(st.integers(0, 2**32 - 1).map(random.Random))
def test_a_signal_of_a_short_series_is_that_of_the_whole_one(dice: random.Random) -> None:
    gap_s = dice.choice([60.0, 120.0, 300.0])
    lasts_s = [0.0, 60.0, 240.0]
    rule = StreamRule(
        raise_readings=dice.randint(1, 3),
        raise_s=dice.choice(lasts_s),
        severe_readings=dice.randint(1, 3),
        severe_s=dice.choice(lasts_s),
        clear_margin=dice.choice([0.0, 2.0]),
        clear_readings=dice.randint(1, 3),
        clear_s=dice.choice(lasts_s),
        gap_s=gap_s,
        clear_gap_s=dice.choice([60.0, gap_s, 1200.0]),
    )
    case = Bedside()
    at_us, by_hand = 10**9, dice.choice([0.0, 0.2])
    for _ in range(dice.randint(5, 40)):
        for value in [dice.choice([84.0, 91.0, 92.0, 93.0, 95.0])] * dice.choice([1, 1, 2, 6]):
            at_us += round(dice.choice([30, 60, 60, 60, gap_s, gap_s + 1])) * 1_000_000
            charted = dice.random() < by_hand
            case.observations.append((at_us, "spo2", value if charted else Sent(value)))
    facts = case.facts()
    since_us = {"spo2": dice.choice(case.observations)[0] + dice.choice([0, 1])}
    whole = signals_of(facts, rule)
    short = signals_of(shortened(facts, since_us), rule)
    limits = {"limit": 92.0, "clear": 94.0, "rising": False}
    length = len(facts.observations.taken_us)
    lost = length - len(shortened(facts, since_us).observations.taken_us)
    for row in range(lost, length):
        taken_us = int(facts.observations.taken_us[row])
        if taken_us < since_us["spo2"]:
            continue
        for asked in (
            lambda it, row, us=taken_us: it.lasts("spo2", row, us, **limits),
            lambda it, row: it.is_severe("spo2", row, limit=85.0),
        ):
            try:
                found = asked(short, row - lost)
            except ShortHistoryError:
                continue
            assert found == asked(whole, row), (row, lost)


def test_a_raise_too_old_to_hold_asks_whether_a_longer_run_raised_later() -> None:
    rule = replace(POLICIES[0].streams["spo2"], raise_readings=1, raise_s=60.0, gap_s=120.0)
    second_us = 1_000_000
    case = Bedside(
        observations=[
            (0, "spo2", Sent(91.0)),
            (30 * second_us, "spo2", 91.0),
            (60 * second_us, "spo2", Sent(91.0)),
        ]
    )
    limits = {"limit": 92.0, "clear": 94.0, "rising": False}
    at_us = LATCH_US + 31 * second_us

    assert signals_of(case.facts(), rule).lasts("spo2", 2, at_us, **limits)
    short = shortened(case.facts(), {"spo2": 31 * second_us})
    with pytest.raises(ShortHistoryError):
        signals_of(short, rule).lasts("spo2", 1, at_us, **limits)


def signals_of(facts: EncounterFacts, rule: StreamRule) -> Signals:
    series = build(facts, facts.observations.taken_us[-1:]).series
    return Signals(series, {"spo2": rule}, facts.observations.since_us)


def test_what_a_symptom_asked_for_is_open_or_answered_as_by_the_whole_history() -> None:
    dice = random.Random(5)
    for _ in range(200):
        case = Bedside(moments_us=[0])
        minutes_of(case, "spo2", [96.0] * dice.randint(30, 120))
        newest_us = case.observations[-1][0]
        case.observations += [
            (dice.randint(0, 130) * MINUTE_US, "symptom_dyspnoea", float(dice.randint(0, 3)))
            for _ in range(dice.randint(1, 5))
        ]
        case.observations.sort(key=lambda one: one[0])
        facts = case.facts()
        short = shortened(facts, {"spo2": newest_us - 20 * MINUTE_US})
        now_us = dice.choice([newest_us, newest_us + 30 * MINUTE_US])
        assert asked_for(short.observations, at_us=now_us) == asked_for(
            facts.observations, at_us=now_us
        )
