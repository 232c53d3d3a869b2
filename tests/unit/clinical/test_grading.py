"""What cannot be graded by columns is refused, in words; the rest is in the handbook."""

import numpy as np
import pytest

from monitoring.clinical.grading import GradeColumns, grade_columns
from monitoring.clinical.results import GradeStatus
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.truths import HELD, NO, UNKNOWN, YES

RULES = load_rulebook().crs
STATUSES = (
    GradeStatus.GRADED,
    GradeStatus.AT_LEAST,
    GradeStatus.UNKNOWN,
    GradeStatus.CANNOT_GRADE,
)
LETTERS = {".": NO, "x": YES, "?": UNKNOWN, "h": HELD}


def grade(truths: str, waived: str) -> GradeColumns:
    column = np.array([[LETTERS[one]] for one in truths], dtype=np.int8)
    return grade_columns(column, np.array([LETTERS[waived]], dtype=np.int8), RULES)


@pytest.mark.parametrize(
    # Fever, pressure, a vasopressor, several; oxygen of grade 2, 3 and 4. Then the waiver (C6).
    ("truths", "waived", "told"),
    [
        (".......", ".", (0, "graded", 0, 0)),
        ("x......", ".", (1, "graded", 1, 1)),
        ("h......", ".", (1, "graded", 1, 1)),
        ("xx.....", ".", (2, "graded", 2, 3)),
        ("x.x.x..", ".", (3, "graded", 3, 21)),
        ("x.xx...", ".", (4, "graded", 4, 13)),
        ("x.....x", ".", (4, "graded", 4, 65)),
        # No fever and no waiver is no CRS, whatever else there is (C4).
        (".x.....", ".", (0, "graded", 0, 2)),
        (".x?????", ".", (0, "graded", 0, 2)),
        # Fever that is no longer required: what is left counts, nothing left is 0 (C6).
        (".x.....", "x", (2, "graded", 2, 2)),
        (".......", "x", (0, "graded", 0, 0)),
        ("?......", "x", (-1, "unknown", 1, 0)),
        ("?x.....", "x", (2, "graded", 2, 2)),
        # Unknown never lowers a grade.
        ("x?.....", ".", (1, "at_least", 2, 1)),
        ("xx...?.", ".", (2, "at_least", 3, 3)),
        ("xx..?..", ".", (2, "graded", 2, 3)),
        ("?......", ".", (-1, "unknown", 1, 0)),
        ("?x.....", ".", (-1, "unknown", 2, 2)),
        # Where nobody charts vasopressors it cannot be graded (C23) ...
        ("x.??...", ".", (1, "cannot_grade", 4, 1)),
        ("x..?...", ".", (1, "cannot_grade", 4, 1)),
        # ... unless it is as high as it can be without them.
        ("x..?..x", ".", (4, "graded", 4, 65)),
        ("x.?...x", ".", (4, "graded", 4, 65)),
        # Whether a treatment hides the fever is not known either (C23).
        ("..??...", "?", (-1, "cannot_grade", 4, 0)),
        ("...?..x", "?", (-1, "unknown", 4, 64)),
        (".......", "?", (-1, "unknown", 0, 0)),
        ("?.??...", "?", (-1, "cannot_grade", 4, 0)),
        ("?.??...", ".", (-1, "unknown", 4, 0)),
        ("x......", "?", (1, "graded", 1, 1)),
    ],
)
def test_the_grade_of_one_moment(truths: str, waived: str, told: tuple[int, str, int, int]) -> None:
    found = grade(truths, waived)

    status = STATUSES[found.status[0]].value
    assert (found.grade[0], status, found.at_most[0], found.evidence[0]) == told


def test_columns_of_another_shape_or_value_are_refused() -> None:
    with pytest.raises(
        ValueError, match=r"^The criteria must have 7 rows and one column a moment\.$"
    ):
        grade_columns(np.zeros((7, 2), dtype=np.int8), np.zeros(1, dtype=np.int8), RULES)
    for wrong in (-1, 4):
        with pytest.raises(
            ValueError,
            match=r"^A criterion is NO, YES, UNKNOWN or HELD; another value cannot be graded\.$",
        ):
            grade_columns(np.full((7, 1), wrong, dtype=np.int8), np.zeros(1, dtype=np.int8), RULES)
    assert len(grade_columns(np.zeros((7, 0), np.int8), np.zeros(0, np.int8), RULES).grade) == 0
