"""What Stormwatch says of itself: a feed that is silent, a patient whom it cannot judge."""

import pytest

from monitoring.clinical.not_judged import not_judged_condition
from monitoring.clinical.results import Condition, ConditionState, Priority
from monitoring.clinical.watch_flags import stale_feed_condition

SECOND_US = 1_000_000


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (119.9, "119 s"), (120, "2 min"), (43 * 60 + 59, "43 min"), (-5, "0 s")],
)
def test_a_silent_feed_says_for_how_long_and_sends_somebody_to_the_patient(
    seconds: float, words: str
) -> None:
    now_us = 10**15
    last_us = now_us - round(seconds * SECOND_US)
    assert stale_feed_condition(last_us=last_us, is_silent=True, now_us=now_us) == Condition(
        problem="stale_feed",
        state=ConditionState.ACTIVE,
        priority=Priority.TECHNICAL,
        severity=1,
        label=f"No data from the monitor for {words}",
        criteria=("silent",),
        action="Go to the patient; check the monitor and its connection.",
    )


def test_who_cannot_be_judged_is_looked_at_and_the_grade_is_said_to_be_old() -> None:
    assert not_judged_condition(is_failing=True) == Condition(
        problem="not_judged",
        state=ConditionState.ACTIVE,
        priority=Priority.TECHNICAL,
        severity=1,
        label="Not judged: the grade here may be old. Look at the patient; "
        "tell the person who runs Stormwatch",
        criteria=("failed",),
        action="Look at the patient and go by what you see; tell the person who runs Stormwatch.",
    )


def test_what_is_over_is_normal_and_technical_still() -> None:
    over = [
        stale_feed_condition(last_us=0, is_silent=False, now_us=1),
        not_judged_condition(is_failing=False),
    ]

    assert over == [
        Condition(
            problem=problem,
            state=ConditionState.NORMAL,
            priority=Priority.TECHNICAL,
            severity=0,
            label=label,
        )
        for problem, label in (("stale_feed", "Monitor feed alive"), ("not_judged", "Judged"))
    ]
