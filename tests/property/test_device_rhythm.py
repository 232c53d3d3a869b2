"""A device is off after twice its usual interval, and never before the policy's time."""

from statistics import median_low

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.clinical.device_rhythm import off_after_us
from monitoring.clinical.policy import load_policy
from tests.property.effort import examples

MINUTE_US = 60_000_000
WATCH = load_policy().watch


def minutes(*sent: int, concept: str = "spo2") -> list[float]:
    """After how many minutes it is off, reading by reading."""
    sent_us = MINUTE_US * np.array(sent, dtype=np.int64)
    return (off_after_us(concept, sent_us, WATCH) / MINUTE_US).tolist()


@given(st.lists(st.integers(1, 120), max_size=9), st.sampled_from(["spo2", "systolic_bp"]))
@settings(max_examples=examples(200))
def test_the_rhythm_is_the_middle_of_the_last_three_intervals(
    intervals: list[int], concept: str
) -> None:
    sent = np.cumsum([0, *intervals]).tolist()
    by_cuff = concept == "systolic_bp"
    wanted = [30.0 if by_cuff else 5.0]
    for place in range(len(intervals)):
        last = intervals[max(0, place - 2) : place + 1]
        least = 30.0 if by_cuff and place < 2 else 5.0
        wanted.append(max(least, 2.0 * median_low(last)))
    assert minutes(*sent, concept=concept) == wanted


def test_a_probe_is_off_after_five_minutes_even_after_a_pause() -> None:
    assert minutes(0, 1, 2, 3, 40, 41) == [5, 5, 5, 5, 5, 5]


def test_a_cuff_is_off_after_two_of_its_turns_even_after_a_measurement_repeated_at_once() -> None:
    cuff = minutes(0, 15, 30, 45, 47, 60, concept="systolic_bp")
    assert cuff == [30, 30, 30, 30, 30, 26]


def test_a_pressure_may_be_of_a_cuff_until_its_rhythm_is_known() -> None:
    assert minutes(0, 1, 2, 3, 4, concept="systolic_bp") == [30, 30, 30, 5, 5]


def test_of_a_device_that_never_sent_there_is_no_rhythm() -> None:
    assert minutes() == []
