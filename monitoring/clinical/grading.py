"""The ASTCT CRS grade over columns of three-valued criteria.

Lee 2019, Table 2 (clinical reference 1.2, 1.5): once the fever gate is open the grade is the
highest criterion met. Unknown never lowers a grade: it makes the grade "at least", or unknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.results import GradeStatus
from monitoring.clinical.rulebook_types import CrsRules
from monitoring.clinical.truths import COUNT, HELD, NO, UNKNOWN, YES

NO_GRADE = -1
HIGHEST_GRADE = 4
STATUSES = (
    GradeStatus.GRADED,
    GradeStatus.AT_LEAST,
    GradeStatus.UNKNOWN,
    GradeStatus.CANNOT_GRADE,
)
_GRADED, _AT_LEAST, _UNKNOWN, _CANNOT_GRADE = range(4)
# Rows of the criteria matrix, in the order of the rulebook (rulebook_reader.CRITERIA).
FEVER, LOW_PRESSURE, ONE_VASOPRESSOR, MULTIPLE_VASOPRESSORS = 0, 1, 2, 3
OXYGEN = slice(4, 7)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GradeColumns:
    """The grade of n moments.

    ``grade`` is int8, ``NO_GRADE`` when unknown; ``status`` a place in ``STATUSES``; ``at_most``
    the grade if every unknown criterion were met; ``evidence`` has bit k set where criterion k of
    the rulebook is met.
    """

    grade: NDArray[np.int8]
    status: NDArray[np.int8]
    at_most: NDArray[np.int8]
    evidence: NDArray[np.uint8]


def grade_columns(
    truths: NDArray[np.int8], waived: NDArray[np.int8], rules: CrsRules
) -> GradeColumns:
    """Grade n moments from their criteria.

    ``truths`` is int8 of shape (7, n), a row a criterion in the rulebook's order, each value one
    of ``truths.NO``, ``YES``, ``UNKNOWN``, ``HELD`` (held counts as met). ``waived`` says in the
    same values where fever is no longer required (C6); it is unknown in an open episode whose
    treatments nobody charts.

    * Fever known absent and known not to be waived: not CRS, grade 0 (C4).
    * Neither known to be there nor known to be absent and needed: the grade is unknown, and cannot
      be given where the vasopressor status is unknown too (C23).
    * Gate open: the highest criterion met; nothing met under a waiver is 0, resolving (C6). An
      unknown criterion above it makes the grade "at least"; an unknown vasopressor status above it
      makes it one that cannot be graded (C23), carried as the minimum. With nothing met, an unknown
      criterion leaves no grade at all.

    Raises ``ValueError`` on another shape or another value.
    """
    grades = [criterion.grade for criterion in rules.criteria]
    if truths.shape != (len(grades), len(waived)):
        message = f"The criteria must have {len(grades)} rows and one column a moment."
        raise ValueError(message)
    if truths.size and not (truths.min() >= NO and truths.max() <= HELD):
        message = "A criterion is NO, YES, UNKNOWN or HELD; another value cannot be graded."
        raise ValueError(message)
    n = len(waived)
    met = (truths == YES) | (truths == HELD)
    unknown = truths == UNKNOWN
    highest, could_be = np.zeros((2, n), dtype=np.int8)
    evidence = np.zeros(n, dtype=np.uint8)
    for row, grade in enumerate(grades):
        np.maximum(highest, met[row] * np.int8(grade), out=highest)
        np.maximum(could_be, unknown[row] * np.int8(grade), out=could_be)
        evidence |= met[row].view(np.uint8) << np.uint8(row)
    vasopressor = unknown[MULTIPLE_VASOPRESSORS] * np.int8(grades[MULTIPLE_VASOPRESSORS])
    is_open = met[FEVER] | (waived == YES)
    is_shut = (truths[FEVER] == NO) & (waived == NO)
    can_rise = could_be > highest
    nothing = highest == 0
    status = np.where(can_rise, np.where(nothing, _UNKNOWN, _AT_LEAST), _GRADED)
    status = np.where(vasopressor > highest, _CANNOT_GRADE, status)
    hidden = np.where((waived == UNKNOWN) & (vasopressor > highest), _CANNOT_GRADE, _UNKNOWN)
    status = np.where(is_open, status, np.where(is_shut, _GRADED, hidden)).astype(np.int8)
    no_grade = ~is_shut & (~is_open | (nothing & can_rise))
    grade_now = np.where(is_shut, np.int8(0), np.where(no_grade, np.int8(NO_GRADE), highest))
    at_most = np.where(is_shut, np.int8(0), np.maximum(highest, could_be))
    return GradeColumns(grade=grade_now, status=status, at_most=at_most, evidence=evidence)


@dataclass(frozen=True, slots=True, eq=False)
class GradeTable:
    """Every possible combination of criteria and waiver, graded once by ``grade_columns``."""

    grade: NDArray[np.int8]
    status: NDArray[np.int8]
    at_most: NDArray[np.int8]

    def place(self, truths: list[int], *, waived: int) -> int:
        """Where a moment's criteria and the truth of its waiver stand in the table."""
        place = waived
        for truth in reversed(truths):
            place = place * COUNT + truth
        return place


@lru_cache(maxsize=8)
def grade_table(rules: CrsRules) -> GradeTable:
    """The table of the rulebook: 4 truths to the power of its criteria and the waiver."""
    n = len(rules.criteria)
    places = np.arange(COUNT ** (n + 1))
    truths = np.array([places // COUNT**k % COUNT for k in range(n)], dtype=np.int8)
    columns = grade_columns(truths, (places // COUNT**n).astype(np.int8), rules)
    return GradeTable(columns.grade, columns.status, columns.at_most)


def is_met_beside_fever(truths: Sequence[int]) -> bool:
    """Whether pressure or oxygen meets a criterion: then nothing resolves, fever or not (C6)."""
    return any(truth in (YES, HELD) for truth in truths[LOW_PRESSURE:])
