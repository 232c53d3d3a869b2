"""Which moments of a long stay have to be judged, on axes short enough to count on the fingers.

docs/adr/0021: between two turning moments nothing charted turns, no age passes a limit, no fever
comes into the look-back or leaves it. Clinical reference C3, C21, C23.
"""

import numpy as np
import pytest

from monitoring.clinical.episode_spans import (
    AFTER,
    CLOSED,
    OPEN,
    WAIVED,
    FeverSpans,
    PassInput,
    PassRules,
    quiet_runs,
    states_at,
)
from monitoring.clinical.turning_columns import Seen, limits_of
from monitoring.clinical.turning_moments import (
    Turning,
    axis_of,
    breaks_of,
    joined,
    with_more,
)

LIMIT_US = np.array([[8, 4], [8, 8], [8, 4], [8, 2], [8, 2], [8, 2]])
RULES = PassRules(
    limit_us=LIMIT_US, oxygen_at_least_us=4, lookback_us=10, resolution_us=6, gap_us=5
)
LIMITS = limits_of(LIMIT_US, 4)


def places(*of: int) -> np.ndarray:
    return np.array(of, dtype=np.intp)


def seen(*of: int) -> Seen:
    return Seen(
        places(*of),
        np.arange(7 * len(of), dtype=np.int8).reshape(7, -1),
        np.array([one % 2 == 1 for one in of]),
        np.array(of, dtype=np.uint8) % 4,
        np.array(of, dtype=np.uint8) % 3,
        np.array(of, dtype=np.uint8) % 2,
    )


def given(at_us: list[int], *, fever_us: tuple[int, ...] = (), breaks: tuple[int, ...] = (0,)):
    own = seen(*breaks)
    none = np.empty(0, dtype=np.int64)
    return PassInput(
        at_us=np.array(at_us),
        begins=places(0, len(at_us)),
        breaks=places(*breaks),
        seen=own,
        temperature_us=none,
        fever_us=np.array(fever_us, dtype=np.int64),
        masking_from_us=none,
        masking_until_us=none,
        charts_treatments=True,
    )


def test_the_limits_of_a_policy_become_few_levels() -> None:
    assert LIMITS.levels_us.tolist() == [2, 4, 8]
    assert LIMITS.level_of.tolist() == [2, 1, 2, 2, 2, 1, 2, 0, 2, 0, 2, 0]
    # Oxygen counts for 4 at least, so that the two shortest limits are one for it.
    assert LIMITS.oxygen_us.tolist() == [4, 8]
    assert LIMITS.oxygen_of.tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("at_us", "breaks"),
    [([0], [0]), ([0, 5, 10], [0]), ([0, 6, 11], [0, 1]), ([0, 5, 11, 12, 20], [0, 2, 4])],
)
def test_a_stretch_ends_at_a_silence_longer_than_the_gap(
    at_us: list[int], breaks: list[int]
) -> None:
    assert breaks_of(np.array(at_us), 5).tolist() == breaks


@pytest.mark.parametrize(
    ("more", "rows", "both"),
    [
        ([], [0, 1, 2], [0, 4, 9]),
        ([4, 0], [0, 1, 2], [0, 4, 9]),
        ([5], [0, 1, 1, 2], [0, 4, 5, 9]),
        ([11, 5, 5, 6, 9, 1], [0, 0, 1, 1, 1, 2, 2], [0, 1, 4, 5, 6, 9, 11]),
    ],
)
def test_a_moment_more_is_so_far_as_the_one_before_it(
    more: list[int], rows: list[int], both: list[int]
) -> None:
    found_rows, found = with_more(places(0, 4, 9), places(*more))

    assert found.tolist() == both
    assert found_rows.tolist() == rows


def test_what_was_seen_of_one_stay_and_the_next_lies_one_after_the_other() -> None:
    first, second = seen(0, 3), seen(5, 6, 8)

    both = joined([first, second])

    assert joined([first]) is first
    assert both.places.tolist() == [0, 3, 5, 6, 8]
    for name in ("is_febrile", "temperature_old", "pressure_old", "oxygen_old", "truths"):
        parts = [getattr(first, name), getattr(second, name)]
        assert getattr(both, name).tolist() == np.concatenate(parts, axis=-1).tolist(), name


def test_the_same_at_more_places_is_what_was_seen_before_each() -> None:
    own = seen(0, 3)

    more = own.at(places(0, 1, 3), places(0, 0, 1))

    assert own.at(places(0, 3), places(0, 1)) is own
    assert more.places.tolist() == [0, 1, 3]
    for name in ("is_febrile", "temperature_old", "pressure_old", "oxygen_old"):
        assert getattr(more, name).tolist() == getattr(own, name)[[0, 0, 1]].tolist(), name
    assert more.truths.tolist() == own.truths[:, [0, 0, 1]].tolist()


def turning(*of: int, n: int = 12) -> Turning:
    return Turning(
        n=n, seen=seen(*of), limits=LIMITS, begins=places(0), is_break=np.zeros(len(of), dtype=bool)
    )


def test_each_turning_moment_holds_up_to_the_next_and_the_last_to_the_end() -> None:
    own = turning(0, 4, 9)

    assert own.until.tolist() == [4, 9, 12]
    assert own.lengths.tolist() == [4, 5, 3]
    assert own.index(places(0, 3, 4, 8, 9, 11)).tolist() == [0, 0, 1, 1, 2, 2]


def test_a_span_of_fever_holds_its_first_moment_and_not_its_last() -> None:
    own = turning(0, 2, 4, 6, 9)

    within = own.within(FeverSpans(places(2, 6), places(4, 12)))

    assert within.tolist() == [False, True, False, True, True]
    assert own.within(FeverSpans(places(), places())).tolist() == [False] * 5


def test_only_an_age_between_two_limits_can_be_doubted() -> None:
    """Temperature levels are place % 4 of 3, pressure % 3 of 3, oxygen % 2 of 2 limits."""
    assert turning(0, 1, 2, 3, 4, 6, 9).is_doubtful.tolist() == [
        False,  # nothing is old
        True,
        True,
        True,  # the oxygen alone
        True,
        True,
        True,
    ]


def test_two_limits_differ_where_one_of_them_leaves_a_value_known() -> None:
    own = turning(0, 1, 2, 3, 4)
    levels = [np.full(5, one, dtype=np.uint8) for one in (0, 1, 2)]

    assert own.differ(levels[0], levels[0]).tolist() == [False] * 5
    # temperature 0 1 2 3 0, pressure 0 1 2 0 1, oxygen 0 1 0 1 0 (its limits 0 0 1)
    assert own.differ(levels[0], levels[1]).tolist() == [False, True, False, False, True]
    assert own.differ(levels[1], levels[2]).tolist() == [False, True, True, True, False]
    assert own.differ(levels[0], levels[2]).tolist() == [False, True, True, True, True]


@pytest.mark.parametrize(
    ("fever_us", "begin", "until"),
    [
        ((), [], []),
        ((3,), [3], [14]),
        ((3, 13), [3], [20]),
        ((3, 14), [3, 14], [14, 20]),
        ((-8,), [0], [3]),
        ((-20,), [], []),
        ((19,), [19], [20]),
    ],
)
def test_a_fever_counts_from_when_it_was_taken_to_the_end_of_the_look_back(
    fever_us: tuple[int, ...], begin: list[int], until: list[int]
) -> None:
    axis = axis_of(given(list(range(20)), fever_us=fever_us), RULES, LIMITS)

    assert axis.fever.begin.tolist() == begin
    assert axis.fever.until.tolist() == until


def test_breaks_are_marked_among_the_moments_judged() -> None:
    axis = axis_of(given(list(range(20)), breaks=(0, 7)), RULES, LIMITS)

    rows, more = axis.with_more(axis.turning(), places(7, 9, 3))

    assert rows.tolist() == [0, 0, 1, 1]
    assert more.places.tolist() == [0, 3, 7, 9]
    assert more.is_break.tolist() == [True, False, True, False]
    assert more.begins.tolist() == [0]
    assert more.n == 20


def test_quiet_is_ripe_where_it_lasted_through_the_time_and_no_silence() -> None:
    """Quiet from 2 to 11 with a silence before 9: only a run of its own ripens, after 6."""
    at_us = list(range(20))
    runs = quiet_runs(
        given(at_us),
        RULES,
        quiet=np.array([False, True, True, False, True]),
        is_break=np.array([True, False, True, False, False]),
        places=places(0, 2, 9, 11, 12),
    )

    assert runs.begin.tolist() == [2, 9, 12]
    assert runs.end.tolist() == [9, 11, 20, 0]
    assert runs.ripe.tolist() == [8, 18, 20]


def test_an_episode_is_open_then_waived_then_after_a_temperature_and_closed() -> None:
    found = np.array([[2, 4, 4, 7], [8, 9, 10, 12]])

    states = states_at(places(0, 2, 4, 7, 8, 9, 10, 12, 13), found)

    assert states.tolist() == [CLOSED, OPEN, AFTER, CLOSED, OPEN, WAIVED, AFTER, CLOSED, CLOSED]
