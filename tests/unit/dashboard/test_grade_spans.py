"""The stretches of a grade in the figure: what was computed, and what a clinician said of it."""

from dashboard.bedside.tracks_of import grade_spans
from monitoring.services.course import GradePoint


def point(
    at_us: int, grade: int | None, status: str = "graded", said: int | None = None
) -> GradePoint:
    return GradePoint(at_us=at_us, grade=grade, status=status, confirmed=said)


def test_a_confirmed_grade_is_shown_and_marked_and_the_computed_one_is_told() -> None:
    spans = grade_spans(
        [
            point(0, 1),
            point(10, 1),
            point(20, 1, said=2),
            point(30, 1, said=2),
            point(40, 2, said=2),
        ],
        to_us=50,
    )
    assert [(one.from_us, one.to_us, one.word, one.note) for one in spans] == [
        (0, 20, "1", ""),
        (20, 40, "2 ✓", "Confirmed by a clinician; computed: 1."),
        (40, 50, "2 ✓", "Confirmed by a clinician; computed: 2."),
    ]


def test_a_grade_that_the_rules_cannot_say_is_shown_by_the_word_and_told_as_not_known() -> None:
    (span,) = grade_spans([point(0, None, "unknown", said=3)], to_us=9)
    assert (span.grade, span.word) == (3, "3 ✓")
    assert span.note == "Confirmed by a clinician; computed: not known. Not enough is known."


def test_what_is_at_least_stays_so_in_the_words_of_what_was_computed() -> None:
    plain, confirmed = grade_spans(
        [point(0, 2, "at_least"), point(5, 2, "at_least", said=2)], to_us=9
    )
    assert plain.word == "≥2"
    assert (confirmed.word, confirmed.note) == (
        "2 ✓",
        "Confirmed by a clinician; computed: at least 2.",
    )
