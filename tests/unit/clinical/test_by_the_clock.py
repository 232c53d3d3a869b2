"""What time alone brings: when a symptom begins to ask, when it is too old, and when it is over.

Clinical reference 6 (symptoms as triggers), 7.3 (overdue), 8.2 (priorities).
"""

import numpy as np
import pytest

from monitoring.clinical.by_the_clock import clock_conditions, symptom_conditions, turns
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import Condition, ConditionState, Priority
from monitoring.clinical.symptom_triggers import all_asked
from tests.spec import bedside
from tests.spec.bedside import HOUR_US, MIDNIGHT_US

POLICY = load_policy()
MINUTE_US = HOUR_US // 60


def at(story: str, hour: float, problem: str, *, moved_us: int = 0) -> Condition:
    """One problem by the clock, asked of the story's last evaluation."""
    told = bedside.read(story)
    last = bedside.judge(told)[-1]
    found = clock_conditions(
        last,
        last_set_us=last.at_us,
        asked=all_asked(told.facts().observations),
        now_us=MIDNIGHT_US + round(hour * HOUR_US) + moved_us,
        policy=POLICY,
    )
    return next(one for one in found if one.problem == problem)


def test_a_rigor_asks_from_its_quarter_of_an_hour_on_for_a_day_and_is_then_no_more_told() -> None:
    story = "0 set; 1 HR 90, chills 2"

    waits = at(story, 1.25, "symptom_chills", moved_us=-1)
    asks = at(story, 1.25, "symptom_chills")
    still = at(story, 25, "symptom_chills")
    old = at(story, 25, "symptom_chills", moved_us=1)

    assert waits.state is ConditionState.NORMAL
    assert waits.label == "No symptom asks for an observation"
    assert (
        asks
        == still
        == Condition(
            problem="symptom_chills",
            state=ConditionState.ACTIVE,
            priority=Priority.LOW,
            severity=2,
            label="Rigor (grade 2): Measure the temperature within 15 min",
            criteria=("rigor",),
            action="Measure the temperature within 15 min.",
        )
    )
    assert (old.state, old.severity, old.criteria) == (ConditionState.NO_DATA, 0, ())
    assert (old.label, old.action, old.priority) == (asks.label, asks.action, asks.priority)


@pytest.mark.parametrize(("later", "ended"), [("; 3 T 38.9", (3,)), ("", ())])
def test_what_a_symptom_asked_turns_when_it_is_due_too_old_and_answered(
    later: str, ended: tuple[int, ...]
) -> None:
    told = bedside.read(f"0 set; 1 HR 90, chills 2{later}")
    (asked,) = all_asked(told.facts().observations)

    assert turns(asked) == (
        MIDNIGHT_US + HOUR_US + 15 * MINUTE_US,
        MIDNIGHT_US + 25 * HOUR_US + 1,
        *(MIDNIGHT_US + hour * HOUR_US for hour in ended),
    )


def test_every_turn_is_a_moment_at_which_what_the_clock_says_changes() -> None:
    told = bedside.read("0 set; 1 HR 90, chills 2; 3 T 38.9")
    last = bedside.judge(told)[0]
    asked = all_asked(told.facts().observations)

    def says(now_us: int) -> Condition:
        found = symptom_conditions(last, asked, now_us=now_us, policy=POLICY)
        return next(one for one in found if one.problem == "symptom_chills")

    due_us, _, ended_us = turns(asked[0])
    assert says(due_us - 1) != says(due_us)
    assert says(ended_us - 1) != says(ended_us)


def test_new_confusion_covers_the_overdue_ice_that_it_asks_for() -> None:
    """Both ask for the same assessment; whoever hears of the one needs not hear the other."""
    story = "0 set, ICE 43111; 1 HR 80, confusion 1"

    late = at(story, 1.3, "ice_overdue")
    confused = at(story, 1.3, "symptom_confusion")

    assert (late.state, late.covered_by) == (ConditionState.ACTIVE, "symptom_confusion")
    assert (confused.state, confused.covered_by) == (ConditionState.ACTIVE, None)
    assert confused.priority is Priority.MEDIUM


def test_reduced_consciousness_covers_the_confusion_and_no_other_symptom() -> None:
    story = "0 set, ICE 43111; 1 set, C, confusion 1, no SpO2, dyspnoea 1"

    assert at(story, 1, "symptom_confusion").covered_by == "new_confusion"
    assert at(story, 1, "symptom_dyspnoea").covered_by is None


def test_a_set_is_overdue_after_its_interval_and_a_quarter_more() -> None:
    assert at("0 set, T 38.2", 2.5, "overdue").state is ConditionState.NORMAL
    assert at("0 set, T 38.2", 2.5, "overdue", moved_us=1).state is ConditionState.ACTIVE


def test_all_that_the_clock_watches_is_said_of_every_patient() -> None:
    told = bedside.read("0 set")
    (last,) = bedside.ask(told.facts(), np.array(told.moments_us, dtype=np.int64))

    found = clock_conditions(
        last, last_set_us=last.at_us, asked=(), now_us=last.at_us, policy=POLICY
    )

    assert [one.problem for one in found] == [
        "overdue",
        "ice_overdue",
        "symptom_confusion",
        "symptom_dyspnoea",
        "symptom_chills",
    ]
