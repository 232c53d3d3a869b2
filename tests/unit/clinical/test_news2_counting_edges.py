"""What counts of a NEWS2 at the edges: a history cut short, a reading that cannot be scored, words.

Clinical reference 8.3 and 4.1; docs/adr/0027.
"""

import numpy as np
import pytest

from monitoring.clinical.facts import BaselineRecord, ShortHistoryError
from monitoring.clinical.results import Condition
from tests.property.test_short_histories import shortened
from tests.spec import bedside

MINUTE_US = 60_000_000


def told_of(story: str) -> Condition:
    """What the last moment of a story tells of NEWS2."""
    last = bedside.judge(bedside.read(story))[-1]
    return next(one for one in last.conditions if one.problem == "news2")


@pytest.mark.parametrize(
    ("since_min", "is_asked"),
    [
        # The newest reading alone: nobody knows what was before it.
        (3, True),
        # It and the one before it.
        (2, False),
        (1, False),
        (0, False),
    ],
)
def test_of_a_history_cut_short_the_reading_before_is_asked_for(
    since_min: int, is_asked: bool
) -> None:
    story = "0 set, HR 112, SpO2 95; 0:01 monitor, RR 18; 0:02 monitor, RR 21"
    case = bedside.read(story)
    since_us = bedside.MIDNIGHT_US + since_min * MINUTE_US
    short = shortened(case.facts(), {"respiratory_rate": since_us})
    at_us = np.array(case.moments_us[-1:], dtype=np.int64)

    if is_asked:
        with pytest.raises(ShortHistoryError, match="respiratory_rate"):
            bedside.ask(short, at_us)
    else:
        assert bedside.ask(short, at_us) == bedside.ask(case.facts(), at_us)


def test_the_first_reading_of_all_is_not_one_of_a_history_cut_short() -> None:
    case = bedside.read("0 set, no RR, HR 112, SpO2 95; 0:02 monitor, RR 21")
    at_us = np.array(case.moments_us[-1:], dtype=np.int64)
    for since_us in (case.moments_us[0], case.moments_us[1]):
        short = shortened(case.facts(), {"respiratory_rate": since_us})
        assert bedside.ask(short, at_us) == bedside.ask(case.facts(), at_us)


def test_a_value_by_hand_asks_for_none_before_it() -> None:
    case = bedside.read("0 set, HR 112, SpO2 95; 0:01 monitor, RR 18; 0:02 RR 21")
    short = shortened(case.facts(), {"respiratory_rate": case.moments_us[-1] + 1})
    at_us = np.array(case.moments_us[-1:], dtype=np.int64)
    assert bedside.ask(short, at_us) == bedside.ask(case.facts(), at_us)


@pytest.mark.parametrize("before", [95.0, 87.0])
def test_a_saturation_that_cannot_be_scored_says_nothing_of_the_next(before: float) -> None:
    # On scale 2 with oxygen not known 93 % and more are not scored.
    case = bedside.read("0 set, RR 22, HR 112")
    case.observations = [one for one in case.observations if "oxygen" not in one[1]]
    case.baseline = BaselineRecord(
        row_id=1,
        effective_us=bedside.MIDNIGHT_US,
        systolic_mmhg=None,
        diastolic_mmhg=None,
        mean_mmhg=None,
        home_oxygen_device=None,
        home_oxygen_lpm=None,
        spo2_scale=2,
    )
    at_us = case.moments_us[0]
    case.observations += [
        (at_us + MINUTE_US, "spo2", bedside.Sent(before)),
        (at_us + 2 * MINUTE_US, "spo2", bedside.Sent(87.0)),
    ]
    (shown,) = bedside.ask(case.facts(), np.array([at_us + 2 * MINUTE_US], dtype=np.int64))
    told = next(one for one in shown.conditions if one.problem == "news2")
    assert (shown.news2.minimum, told.severity) == (5, 2)


@pytest.mark.parametrize(
    ("story", "label"),
    [
        (
            "0 set, RR 18, HR 112, SpO2 95; 0:02 monitor, RR 21",
            "NEWS2 5 by the monitor, not long enough yet",
        ),
        (
            "0 set, no T, RR 18, HR 112, SpO2 95; 0:02 monitor, RR 21",
            "NEWS2 at least 5 by the monitor, not long enough yet",
        ),
        (
            "0 set, RR 21, HR 112, SpO2 95; 0:02 monitor, RR 25, HR 131",
            "NEWS2 5; 7 by the monitor, not long enough yet",
        ),
        (
            "0 set, no T, RR 21, HR 112, SpO2 95; 0:02 monitor, RR 25, HR 131",
            "NEWS2 at least 5; at least 7 by the monitor, not long enough yet",
        ),
        ("0 set, no T, RR 22, HR 112, SpO2 95", "NEWS2 at least 5"),
        ("0 set, no T", "NEWS2 incomplete"),
        ("0 set, RR 21, HR 112", "NEWS2 4, not clearly below 5"),
        (
            "0 set, RR 25, HR 131",
            "NEWS2 6",
        ),
        ("0 set, RR 25", "NEWS2 3, 3 in respiratory rate"),
    ],
)
def test_the_words_say_what_counts_and_what_is_only_shown(story: str, label: str) -> None:
    assert told_of(story).label == label
