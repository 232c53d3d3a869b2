"""An alert followed over the past says what the bedside said at the minute, and fast."""

from dataclasses import replace

import numpy as np

from monitoring.clinical.alert_moves import Moves
from monitoring.clinical.alert_runs import Follower, Told
from monitoring.clinical.alert_times import NO_TIMES
from monitoring.clinical.results import Condition
from tests.unit.clinical.alert_thread import (
    HIGH,
    MEDIUM,
    MINUTE_US,
    NO_DATA,
    NORMAL,
    STREAMED,
    TIMING,
    grade,
    us,
)

WORSE = grade(3, HIGH)


def follower(timing=TIMING, *, comes_after: float | None = None) -> Follower:
    """The past under one timing; somebody comes so many minutes after each alert, or nobody."""
    answers = {} if comes_after is None else {MEDIUM: us(comes_after), HIGH: us(comes_after)}
    return Follower(lambda _problem, _priority: timing, answers)


def spoken(told: list[Told]) -> list[tuple[float, str]]:
    return [(one.at_us / MINUTE_US, one.kind.value) for one in told]


def followed(
    *said: tuple[float, Condition], until: float, looks: list[float] | None = None, **kwargs
) -> list[tuple[float, str]]:
    past = follower(**kwargs)
    runs = [(us(minute), past.number(one)) for minute, one in said]
    looks_us = None if looks is None else np.array([us(one) for one in looks])
    told = past.follow([runs], until_us=us(until), looks_us=looks_us)
    return [said for one in told for said in spoken(one)]


def test_nobody_comes_to_a_grade_that_stays() -> None:
    assert followed((0, grade(2)), until=121) == [
        (0, "raised"),
        (15, "escalated"),
        (30, "escalated"),
        (75, "repeated"),
        (120, "repeated"),
    ]


def test_what_is_due_at_the_end_of_the_past_is_not_part_of_it() -> None:
    assert followed((0, grade(2)), until=15) == [(0, "raised")]


def test_the_escalation_counts_from_when_it_began_to_wait_whatever_was_said_between() -> None:
    repeats_first = replace(TIMING, repeat_after_s=10 * 60)
    assert followed((0, grade(2)), until=31, timing=repeats_first) == [
        (0, "raised"),
        (10, "repeated"),
        (15, "escalated"),
        (25, "repeated"),
        (30, "escalated"),
    ]


def test_a_missing_value_in_between_restarts_nothing() -> None:
    assert followed((0, grade(2)), (5, NO_DATA), (10, grade(2)), until=16) == [
        (0, "raised"),
        (5, "data_lost"),
        (10, "data_back"),
        (15, "escalated"),
    ]


def test_whoever_comes_owns_it_for_an_hour_and_a_higher_grade_asks_again_at_once() -> None:
    assert followed((0, grade(2)), (70, WORSE), until=74, comes_after=4) == [
        (0, "raised"),
        (4, "acknowledged"),
        (64, "acknowledgement_ran_out"),
        (68, "acknowledged"),
        (70, "worsened"),
    ]


def test_who_comes_to_an_alert_that_is_over_closes_it_and_the_next_is_another() -> None:
    past = follower(comes_after=4)
    runs = [(us(at), past.number(one)) for at, one in ((0, grade(2)), (2, NORMAL), (9, grade(2)))]

    (told,) = past.follow([runs], until_us=us(10))

    assert spoken(told) == [
        (0, "raised"),
        (2, "returned_to_normal"),
        (4, "acknowledged"),
        (4, "closed"),
        (9, "raised"),
    ]
    assert [one.thread for one in told] == [0, 0, 0, 0, 1]


def test_whoever_looks_every_ten_minutes_hears_of_it_at_the_next_look() -> None:
    assert followed((0, grade(2)), until=51, looks=[0, 10, 20, 30, 40, 50]) == [
        (0, "raised"),
        (20, "escalated"),
        (30, "escalated"),
    ]
    # Nobody looks any more after the last look.
    assert followed((0, grade(2)), until=51, looks=[0, 10]) == [(0, "raised")]


def test_what_the_monitor_shows_too_shortly_is_never_raised() -> None:
    assert followed((0, grade(2)), (4, NORMAL), (10, grade(2)), until=30, timing=STREAMED) == [
        (0, "pending"),
        (4, "dropped"),
        (10, "pending"),
        (15, "raised"),
    ]


def test_equal_conditions_are_one_run_whatever_their_words() -> None:
    past = follower()
    worded = replace(grade(2), label="CRS grade 2, T 38.9", action="Look at the patient.")

    runs = past.runs([(1, grade(2)), (2, worded), (3, grade(2)), (4, WORSE), (5, grade(2))])

    assert runs == [(1, 0), (4, 1), (5, 0)]


def test_a_month_asks_the_state_machine_for_each_kind_of_step_once() -> None:
    # The same move, found again: else the past of a ward takes as long as it took to happen.
    moves = Moves(lambda _problem, _priority: TIMING, {})
    same, worse = moves.number(grade(2)), moves.number(WORSE)

    raised = moves.step(None, same, NO_TIMES, us(1))
    assert raised is moves.step(None, same, NO_TIMES, us(2000))
    first, second = (raised.times_after(NO_TIMES, us(at)) for at in (1, 2000))
    for number, minutes in ((same, 1), (same, 15), (same, 31), (worse, 1)):
        once = moves.step(raised.after, number, first, us(1 + minutes))
        assert once is moves.step(raised.after, number, second, us(2000 + minutes))
    assert moves.taken(raised.after) is moves.taken(raised.after)
    escalated = moves.step(raised.after, same, first, us(16)).after
    data_lost = moves.step(escalated, moves.number(NO_DATA), first, us(17)).after
    assert moves.step(data_lost, same, first, us(18)).after is escalated


def test_of_a_problem_of_which_nothing_is_known_nothing_is_said() -> None:
    assert followed(until=10) == []
