"""Debounce and hysteresis of what a device streams (clinical reference 8.3)."""

from dataclasses import replace

import numpy as np
import pytest

from monitoring.clinical.facts import ShortHistoryError
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import Condition, Evaluation
from monitoring.clinical.signals import Signals
from monitoring.clinical.timeline import build
from tests.spec import bedside

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US


def streamed(
    concept: str, readings: list[tuple[float, float]], *, charted: tuple[int, ...] = ()
) -> Evaluation:
    """A normal charted set an hour before, then a device: (seconds, value); the last judgement."""
    told = bedside.read("0 set")
    begin_us = bedside.MIDNIGHT_US + 60 * MINUTE_US
    told.observations += [
        (begin_us + round(seconds * SECOND_US), concept, float(value))
        for seconds, value in readings
    ]
    told.moments_us += [begin_us + round(seconds * SECOND_US) for seconds, _ in readings]
    facts = told.facts()
    by_device = np.zeros(len(facts.observations.value), dtype=np.bool_)
    by_device[-len(readings) :] = [place not in charted for place in range(len(readings))]
    columns = replace(facts.observations, streamed=by_device)
    moments = np.array(told.moments_us, dtype=np.int64)
    return bedside.ask(replace(facts, observations=columns), moments)[-1]


def problem(evaluation: Evaluation, name: str) -> Condition:
    return next(one for one in evaluation.conditions if one.problem == name)


CASES = [
    # SpO2 below 92 % for 15 s, below 85 % for 10 s; clear at 94 % for 30 s.
    ("spo2", "hypoxia", [(0, 91)], None),
    ("spo2", "hypoxia", [(0, 91), (14, 91)], None),
    ("spo2", "hypoxia", [(0, 91), (15, 91)], "medium"),
    ("spo2", "hypoxia", [(0, 91), (8, 92), (16, 91), (24, 91)], None),
    ("spo2", "hypoxia", [(0, 84), (9, 84)], None),
    ("spo2", "hypoxia", [(0, 84), (10, 84)], "high"),
    ("spo2", "hypoxia", [(0, 91), (15, 91), (16, 93), (300, 93)], "medium"),
    ("spo2", "hypoxia", [(0, 91), (15, 91), (16, 94), (45, 94)], "medium"),
    ("spo2", "hypoxia", [(0, 91), (15, 91), (16, 94), (46, 94)], None),
    # A silence begins a new run: nobody knows what was in it.
    ("spo2", "hypoxia", [(0, 91), (1201, 91)], None),
    ("spo2", "hypoxia", [(0, 91), (1200, 91)], "medium"),
    ("spo2", "hypoxia", [(0, 84), (1200, 84)], "high"),
    ("spo2", "hypoxia", [(0, 91), (900, 91), (1800, 94)], "medium"),
    ("spo2", "hypoxia", [(0, 91), (900, 91), (1800, 94), (2700, 94)], None),
    ("spo2", "hypoxia", [(0, 91), (900, 91), (1800, 94), (3001, 94)], "medium"),
    # Heart rate above 120 for 60 s; clear below 110 for 60 s.
    ("heart_rate", "tachycardia", [(0, 121), (59, 130)], None),
    ("heart_rate", "tachycardia", [(0, 121), (60, 121)], "low"),
    ("heart_rate", "tachycardia", [(0, 120), (60, 120)], None),
    ("heart_rate", "tachycardia", [(0, 121), (60, 121), (70, 110), (130, 110)], "low"),
    ("heart_rate", "tachycardia", [(0, 121), (60, 121), (70, 109), (129, 109)], "low"),
    ("heart_rate", "tachycardia", [(0, 121), (60, 121), (70, 109), (130, 109)], None),
    # SBP below 90 in 2 within 5 min, below 80 at once; clear at 95 in 2 readings.
    ("systolic_bp", "hypotension", [(0, 89)], None),
    ("systolic_bp", "hypotension", [(0, 89), (300, 89)], "medium"),
    ("systolic_bp", "hypotension", [(0, 89), (301, 89)], None),
    ("systolic_bp", "hypotension", [(0, 89), (60, 91), (120, 89)], "medium"),
    ("systolic_bp", "hypotension", [(0, 89), (60, 95), (120, 89)], None),
    ("systolic_bp", "hypotension", [(0, 90), (60, 90)], None),
    ("systolic_bp", "hypotension", [(0, 79)], "high"),
    ("systolic_bp", "hypotension", [(0, 89), (60, 80)], "medium"),
    ("systolic_bp", "hypotension", [(0, 89), (60, 89), (120, 95)], "medium"),
    ("systolic_bp", "hypotension", [(0, 89), (60, 89), (120, 95), (180, 95)], None),
    ("systolic_bp", "hypotension", [(0, 89), (60, 89), (120, 95), (1320, 95)], None),
    ("systolic_bp", "hypotension", [(0, 89), (60, 89), (120, 95), (1321, 95)], "medium"),
    # 38.0 C in 2 readings at least 5 min apart; clear below 37.5 C for 60 min.
    ("body_temperature", "fever", [(0, 38.0)], None),
    ("body_temperature", "fever", [(0, 38.0), (299, 38.4)], None),
    ("body_temperature", "fever", [(0, 38.0), (300, 38.0)], "low"),
    ("body_temperature", "fever", [(0, 38.0), (150, 37.9), (300, 38.0)], "low"),
    ("body_temperature", "fever", [(0, 38.0), (150, 37.4), (300, 38.0)], None),
    ("body_temperature", "fever", [(0, 38.0), (300, 38.0), (600, 37.5), (4200, 37.5)], "low"),
    (
        "body_temperature",
        "fever",
        [(0, 38.0), (300, 38.0), (600, 37.4), (2400, 37.4), (4200, 37.4)],
        None,
    ),
    ("body_temperature", "fever", [(0, 38.0), (300, 38.0), (600, 37.4), (4100, 37.4)], "low"),
]


@pytest.mark.parametrize(("concept", "name", "readings", "priority"), CASES)
def test_a_device_must_show_it_for_a_while(
    concept: str, name: str, readings: list[tuple[float, float]], priority: str | None
) -> None:
    found = problem(streamed(concept, readings), name)

    assert found.state.value == ("normal" if priority is None else "active"), found
    assert priority is None or found.priority.value == priority


def test_a_limit_is_reached_at_the_limit_or_only_beyond_it() -> None:
    told = bedside.read("0 set, HR 120; 1 set, HR 109")
    timeline = build(told.facts(), np.array(told.moments_us, dtype=np.int64))
    signals = Signals(timeline.series, load_policy().streams)
    for above, answers in ((False, [True, False]), (True, [False, False])):
        limits = {"limit": 120.0, "clear": 110.0, "rising": True, "above": above}
        one_by_one = [
            signals.lasts("heart_rate", row, told.moments_us[row], **limits) for row in (0, 1)
        ]
        at_once = signals.lasting("heart_rate", np.arange(2), timeline.at_us, **limits)
        assert one_by_one == at_once.tolist() == answers


def test_a_reading_keeps_a_problem_for_23_hours_and_no_longer() -> None:
    told = bedside.read("0 set, HR 121; 23 set, HR 115")
    timeline = build(told.facts(), np.array(told.moments_us, dtype=np.int64))
    signals = Signals(timeline.series, load_policy().streams)
    limits = {"limit": 120.0, "clear": 110.0, "rising": True, "above": True}
    for late_us, still in ((0, True), (1, False)):
        at_us = told.moments_us[1] + late_us
        at_once = signals.lasting(
            "heart_rate", np.ones(1, dtype=np.intp), np.array([at_us]), **limits
        )
        assert signals.lasts("heart_rate", 1, at_us, **limits) is still
        assert at_once.tolist() == [still]


def probe(*readings: tuple[int, float], since_s: int | None = None) -> Signals:
    """A saturation probe: (second, per cent); what it sent before ``since_s`` is not at hand."""
    told = bedside.Bedside()
    told.observations = [
        (bedside.MIDNIGHT_US + second * SECOND_US, "spo2", bedside.Sent(percent))
        for second, percent in readings
    ]
    told.moments_us = [us for us, _, _ in told.observations]
    timeline = build(told.facts(), np.array(told.moments_us, dtype=np.int64))
    since_us = {} if since_s is None else {"spo2": bedside.MIDNIGHT_US + since_s * SECOND_US}
    return Signals(timeline.series, load_policy().streams, since_us)


def test_a_value_at_the_severe_limit_is_not_severe_and_without_a_value_none_is() -> None:
    for percent, is_severe in ((85.0, False), (84.0, True)):
        signals = probe((0, percent), (10, percent))
        assert signals.is_severe("spo2", 1, limit=85.0) is is_severe
        assert signals.severe("spo2", np.array([1]), limit=85.0).tolist() == [is_severe]
    assert probe((0, 84), (10, 84)).is_severe("spo2", -1, limit=85.0) is False


@pytest.mark.parametrize(
    "readings",
    [
        # It has lasted its ten seconds whatever was before.
        [(0, 84), (10, 84)],
        # It was well, or at the limit itself, seconds ago: no run can be longer than it is here.
        [(0, 90), (5, 84)],
        [(0, 85), (5, 84)],
        [(0, 84), (5, 90), (9, 84)],
    ],
)
def test_what_the_rest_of_a_probe_decides_needs_no_more_of_it(
    readings: list[tuple[int, float]],
) -> None:
    last = len(readings) - 1

    shortened, whole = probe(*readings, since_s=0), probe(*readings)

    told = shortened.is_severe("spo2", last, limit=85.0)
    assert told is whole.is_severe("spo2", last, limit=85.0)


def test_what_the_rest_of_a_probe_leaves_open_is_refused_by_its_name() -> None:
    # Below the limit since the first value at hand, for five seconds at least: and before?
    signals = probe((0, 84), (5, 84), (9, 90), since_s=0)
    limits = {"limit": 92.0, "clear": 94.0, "rising": False}

    with pytest.raises(ShortHistoryError, match="spo2"):
        signals.is_severe("spo2", 1, limit=85.0)
    with pytest.raises(ShortHistoryError, match="spo2"):
        signals.severe("spo2", np.array([2]), limit=85.0)
    with pytest.raises(ShortHistoryError, match="spo2"):
        signals.lasts("spo2", 1, bedside.MIDNIGHT_US + 5 * SECOND_US, **limits)


@pytest.mark.parametrize(("sent", "is_enough"), [(0, False), (1, False), (3, False), (4, True)])
def test_whether_a_probe_is_off_is_told_of_its_last_four_values_and_refused_of_fewer(
    sent: int, is_enough: bool
) -> None:
    told = bedside.read("0 set, SpO2 97; 0:10 SpO2 97; 0:20 SpO2 97; 0:30 SpO2 97; 3 look")
    facts, at_us = told.facts(), np.array(told.moments_us[-1:], dtype=np.int64)
    rows = facts.observations
    of_probe = (rows.concept == "spo2") & (np.cumsum(rows.concept == "spo2") <= sent)
    short = replace(rows, streamed=of_probe, since_us={"spo2": told.moments_us[0]})

    if not is_enough:
        with pytest.raises(ShortHistoryError, match="spo2"):
            bedside.ask(replace(facts, observations=short), at_us)
        return
    (judged,) = bedside.ask(replace(facts, observations=short), at_us)
    assert problem(judged, "device_off").label == "No SpO2 from the device for 150 min"


def test_what_a_nurse_charts_counts_and_clears_at_once() -> None:
    seen = streamed("spo2", [(0, 91)], charted=(0,))
    better = streamed("spo2", [(0, 91), (15, 91), (20, 94)], charted=(2,))
    # After what was charted a stream keeps its own margin: 37.6 is not below 37.5.
    cooling = [(0, 38.2), *((minute * 60, 37.6) for minute in range(10, 80, 10))]
    cooler = streamed("body_temperature", cooling, charted=(0,))

    assert problem(seen, "hypoxia").state.value == "active"
    assert problem(better, "hypoxia").state.value == "normal"
    assert problem(cooler, "fever").state.value == "active"


def test_a_pulse_at_its_limit_after_a_fast_one_is_not_clearly_slower() -> None:
    fast, at_limit = bedside.judge(bedside.read("0 set, HR 121; 1 set, HR 120"))

    assert problem(fast, "tachycardia").label == "Fast heart rate: 121 /min"
    assert problem(at_limit, "tachycardia").label == "Heart rate not clearly slower: 120 /min"


def test_a_probe_that_sends_no_more_is_told_of_and_forgotten_after_hours() -> None:
    silent = streamed("spo2", [(0, 97), (60, 97)])

    assert problem(silent, "device_off").state.value == "normal"
    for minutes, state in ((6, "normal"), (7, "active"), (240, "active"), (242, "normal")):
        told = bedside.read("0 set; 1 SpO2 97; 1:01 SpO2 97")
        told.moments_us.append(bedside.MIDNIGHT_US + (60 + minutes) * MINUTE_US)
        facts = told.facts()
        by_device = facts.observations.taken_us > bedside.MIDNIGHT_US
        columns = replace(facts.observations, streamed=by_device)
        moments = np.array(told.moments_us, dtype=np.int64)
        judged = bedside.ask(replace(facts, observations=columns), moments)[-1]
        found = problem(judged, "device_off")
        assert found.state.value == state, (minutes, found)
        if state == "active":
            assert found.priority.value == "technical"
            assert "SpO2" in found.label


def test_the_only_reading_that_a_probe_ever_sent_is_missed_as_well() -> None:
    judged = bedside.judge(bedside.read("0 set, no SpO2; 1 SpO2 97, monitor; 2 look"))[-1]

    assert problem(judged, "device_off").label == "No SpO2 from the device for 60 min"


def test_a_day_of_a_stream_says_the_same_whole_and_minute_by_minute() -> None:
    random = np.random.default_rng(7)
    told = bedside.read("0 set")
    minutes = np.arange(60, 60 * 30)
    values = np.round(93 + np.cumsum(random.normal(0, 0.7, len(minutes))) % 9 - 4)
    told.observations += [
        (bedside.MIDNIGHT_US + int(m) * MINUTE_US, "spo2", float(v))
        for m, v in zip(minutes, values, strict=True)
    ]
    facts = told.facts()
    by_device = np.ones(len(facts.observations.value), dtype=np.bool_)
    by_device[: len(bedside.NORMAL_SET)] = False
    facts = replace(facts, observations=replace(facts.observations, streamed=by_device))
    asked = np.array([bedside.MIDNIGHT_US + m * MINUTE_US for m in range(1500, 1790, 7)])

    whole = bedside.ask(facts, asked)

    for at_us, judged in zip(asked.tolist(), whole, strict=True):
        kept = (facts.observations.taken_us > at_us - 24 * 60 * MINUTE_US) & (
            facts.observations.taken_us <= at_us
        )
        kept[: len(bedside.NORMAL_SET)] = True
        columns = replace(
            facts.observations,
            **{
                name: getattr(facts.observations, name)[kept]
                for name in ("row_id", "concept", "taken_us", "value", "code", "streamed")
            },
        )
        alone = bedside.ask(replace(facts, observations=columns), np.array([at_us]))[0]
        assert problem(alone, "hypoxia").state is problem(judged, "hypoxia").state
