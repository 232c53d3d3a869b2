"""Clinicians and rules: how often they differ, how long, and which way."""

from monitoring.clinical.confirmation import CRS, ICANS
from monitoring.clinical.disagreement import counted, stretches
from monitoring.clinical.facts import GradeStatement

HOUR_US = 3_600_000_000


def word(grade: int, computed: int | None, hour: float, *, scale: str = CRS) -> GradeStatement:
    return GradeStatement(
        row_id=int(hour * 100),
        scale=scale,
        grade=grade,
        computed_grade=computed,
        stated_us=int(hour * HOUR_US),
        valid_until_us=2**62,
        by="dr.okonkwo",
    )


def course(*points: tuple[float, int | None]) -> list[tuple[int, int | None]]:
    return [(int(hour * HOUR_US), grade) for hour, grade in points]


def told(
    words: list[GradeStatement], computed: list[tuple[int, int | None]]
) -> list[tuple[float, float, int, int]]:
    return [
        (one.from_us / HOUR_US, one.until_us / HOUR_US, one.entered, one.computed)
        for one in stretches(words, CRS, computed, until_us=24 * HOUR_US)
    ]


def test_without_a_word_nobody_disagrees() -> None:
    assert told([], course((0, 1), (5, 2))) == []


def test_a_confirmed_grade_disagrees_once_the_computed_one_falls() -> None:
    assert told([word(2, 2, 1)], course((0, 2), (4, 1), (6, 1), (8, 2))) == [(4, 8, 2, 1)]


def test_each_way_is_a_stretch_of_its_own() -> None:
    words = [word(3, 2, 1), word(1, 2, 5)]

    found = stretches(words, CRS, course((0, 2)), until_us=9 * HOUR_US)

    assert [(one.is_higher, one.lasted_s / 3600) for one in found] == [(True, 4.0), (False, 4.0)]
    count = counted(words, found)
    assert (count.words, count.at_once, count.higher, count.lower) == (2, 2, 1, 1)
    assert (count.higher_s, count.lower_s) == (4 * 3600, 4 * 3600)


def test_what_the_rules_could_not_say_is_no_disagreement() -> None:
    assert told([word(2, None, 1)], course((0, None), (4, 1), (6, None))) == [(4, 6, 2, 1)]


def test_before_the_rules_said_anything_nobody_disagrees() -> None:
    assert told([word(2, None, 1)], course((4, 1))) == [(4, 24, 2, 1)]


def test_the_other_scale_is_left_out() -> None:
    assert told([word(3, 0, 1, scale=ICANS)], course((0, 1))) == []


def test_what_was_computed_before_the_window_still_counts() -> None:
    assert told([word(2, 1, 10)], course((2, 1))) == [(10, 24, 2, 1)]


def test_a_word_said_at_the_end_of_the_window_is_not_within_it() -> None:
    assert told([word(3, 1, 24)], course((2, 1))) == []
    assert told([word(3, 1, 23)], course((2, 1))) == [(23, 24, 3, 1)]


def test_stretches_of_both_kinds_are_counted_apart() -> None:
    words = [word(3, 2, 1), word(1, 2, 5), word(2, 2, 8), word(4, 2, 10)]

    found = stretches(words, CRS, course((0, 2)), until_us=16 * HOUR_US)

    count = counted(words, found)
    assert (count.words, count.at_once) == (4, 3)
    assert (count.higher, count.higher_s) == (2, 10 * 3600)
    assert (count.lower, count.lower_s) == (1, 3 * 3600)
