"""Values by hand and by monitor within thirty minutes are one set for a score."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from monitoring.clinical.facts import ObservationColumns
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import News2Score
from tests.spec import bedside

MINUTE_US = 60_000_000
BY_HAND: dict[str, float | str] = {
    "body_temperature": 38.5,
    "systolic_bp": 104.0,
    "diastolic_bp": 60.0,
    "consciousness": "A",
    "oxygen_device": "room_air",
}
BY_MONITOR: dict[str, float | str] = {
    "heart_rate": 112.0,
    "respiratory_rate": 22.0,
    "spo2": 95.0,
}


def rows(minute: int, values: dict[str, float | str]) -> list[tuple[int, str, float | str]]:
    at_us = bedside.MIDNIGHT_US + minute * MINUTE_US
    return [(at_us, concept, value) for concept, value in values.items()]


def streamed(columns: ObservationColumns, concepts: set[str]) -> ObservationColumns:
    return replace(columns, streamed=np.isin(columns.concept, list(concepts)))


def score(
    observations: list[tuple[int, str, float | str]], minute: int, *, by_device: bool = True
) -> News2Score:
    case = bedside.read("0 look")
    case.observations = observations
    facts = case.facts()
    if by_device:
        facts = replace(facts, observations=streamed(facts.observations, set(BY_MONITOR)))
    at_us = np.array([bedside.MIDNIGHT_US + minute * MINUTE_US])
    return bedside.ask(facts, at_us)[-1].news2


def test_a_hand_set_and_a_monitor_make_one_score_whoever_sent_what() -> None:
    """Clinical reference 4.3: RR 22, SpO2 95 on air, BP 104, HR 112, A, 38.5 is 7."""
    observations = rows(0, BY_HAND) + rows(25, BY_MONITOR)

    assert score(observations, 25).total == 7
    assert score(observations, 25, by_device=False).total == 7


@pytest.mark.parametrize(("apart", "complete"), [(29, True), (30, True), (31, False)])
def test_thirty_minutes_apart_is_still_one_set(apart: int, complete: bool) -> None:
    found = score(rows(0, BY_HAND) + rows(apart, BY_MONITOR), apart)

    assert found.complete is complete
    if not complete:
        # Oxygen support lasts until it is changed; the rest of the older set is out.
        assert set(found.missing) == {"systolic_bp", "body_temperature", "consciousness"}


def test_of_two_values_in_a_set_the_newest_counts_though_the_other_came_by_hand() -> None:
    by_hand = {**BY_HAND, **BY_MONITOR}
    later = rows(20, {"heart_rate": 88.0})

    assert score(rows(0, by_hand), 0).total == 7
    assert score(rows(0, by_hand) + later, 20).total == 5


def test_a_value_told_late_belongs_to_the_set_of_its_own_time() -> None:
    """Whatever order the values arrive in, the set is that of when they were taken."""
    parts = (rows(0, BY_HAND), rows(10, {"spo2": 95.0}), rows(20, BY_MONITOR))

    scores = {
        score([row for part in order for row in part], 20).total for order in permutations(parts)
    }

    assert scores == {7}


def test_a_value_told_late_leaves_the_score_before_its_time_alone() -> None:
    """The second temperature was taken at 0:40 and is written down later still."""
    told_late = [*rows(0, {**BY_HAND, **BY_MONITOR}), *rows(40, {"body_temperature": 36.8})]

    assert score(told_late, 30).total == 7
    assert not score(told_late, 40).complete


def test_a_set_too_old_by_policy_is_no_set() -> None:
    """At CRS grade 1 a set is asked for every two hours and known for four."""
    policy = load_policy()
    known_min = round(
        policy.freshness.expected_intervals * policy.schedule.states["grade_1"].interval_s / 60
    )
    case = bedside.read("0 set, T 38.2; 1 look")
    case.moments_us = [
        bedside.MIDNIGHT_US,
        bedside.MIDNIGHT_US + known_min * MINUTE_US,
        bedside.MIDNIGHT_US + known_min * MINUTE_US + 1,
    ]

    first, last, beyond = (one.news2 for one in bedside.judge(case))

    assert (first.complete, last.complete, beyond.complete) == (True, True, False)
    assert set(beyond.missing) >= {"heart_rate", "systolic_bp", "body_temperature"}


def test_an_ice_assessment_charted_in_two_goes_is_one_within_the_window() -> None:
    """Orientation and naming before the ward round, the rest after it."""
    first: dict[str, float | str] = {"ice_orientation": 4.0, "ice_naming": 2.0}
    rest: dict[str, float | str] = {
        "ice_commands": 1.0,
        "ice_writing": 0.0,
        "ice_attention": 1.0,
    }
    case = bedside.read("0 look")

    def points(apart: int) -> int | None:
        case.observations = rows(0, first) + rows(apart, rest)
        at_us = np.array([bedside.MIDNIGHT_US + apart * MINUTE_US])
        icans = bedside.ask(case.facts(), at_us)[-1].icans
        assert icans is not None
        return icans.points

    assert (points(30), points(31)) == (8, None)
