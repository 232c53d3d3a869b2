"""The course of a stay over a window: columns for the figure, rows for the tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.engine import Store
from db.queries import evaluations
from db.queries import patient as rows
from db.queries import patient_course as course_rows
from db.queries.patient_course import ReplacedRow, ValueRow
from monitoring.clinical.confirmation import CRS, ICANS
from monitoring.clinical.results import Evaluation
from monitoring.services.instants import to_us
from monitoring.services.stored_evaluation import readable

__all__ = ["Course", "GradePoint", "Numbers", "ReplacedRow", "ValueRow", "course", "listed_values"]

# Of a longer window the newest so many values are listed; the figure always draws all of it.
LISTED_VALUES = 2_000

_NUMBERS = (
    "body_temperature",
    "heart_rate",
    "respiratory_rate",
    "systolic_bp",
    "diastolic_bp",
    "mean_arterial_pressure",
    "spo2",
    "oxygen_flow",
)
_CODES = ("oxygen_device",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """One numeric concept in a window: int64 microseconds ascending, float64 canonical values."""

    taken_us: NDArray[np.int64]
    value: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class GradePoint:
    """The suggested grade of a scale from a moment on; None where it could not be given.

    ``confirmed`` is the grade that is shown because of a clinician's word, None without one.
    ``fever_waived`` and ``resolving`` are of CRS only.
    """

    at_us: int
    grade: int | None
    status: str
    confirmed: int | None = None
    fever_waived: bool = False
    resolving: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A window of the stay: ``numbers`` and ``codes`` by concept, grades, and replaced values.

    ``grades`` are of CRS. ``icans`` begins where the rules first knew ICANS.
    """

    from_us: int
    to_us: int
    numbers: dict[str, Numbers]
    codes: dict[str, tuple[tuple[int, str], ...]]
    grades: tuple[GradePoint, ...]
    icans: tuple[GradePoint, ...]
    replaced: tuple[ReplacedRow, ...]


def course(store: Store, *, encounter_id: int, from_at: datetime, to_at: datetime) -> Course:
    """The course of the stay from ``from_at`` to ``to_at``, both included.

    The grade in force at the window's beginning is the first grade point, at its own time.
    """
    with store.read() as session:
        found = course_rows.course(
            session,
            encounter_id,
            from_at=from_at,
            to_at=to_at,
            concepts=(*_NUMBERS, *_CODES),
        )
        points = rows.grades(session, encounter_id, from_at=from_at, to_at=to_at)
        earlier = readable(evaluations.before(session, encounter_id, from_at))
        replaced = course_rows.replaced(session, encounter_id, from_at=from_at, to_at=to_at)
    both = [_of_row(point) for point in points]
    if earlier is not None:
        both.insert(0, _of_evaluation(earlier))
    return Course(
        from_us=to_us(from_at),
        to_us=to_us(to_at),
        numbers={concept: _numbers(found, concept) for concept in _NUMBERS},
        codes={
            concept: tuple(
                (row.taken_us, row.value_code)
                for row in found
                if row.concept == concept and row.value_code is not None
            )
            for concept in _CODES
        },
        grades=tuple(crs for crs, _ in both),
        icans=tuple(icans for _, icans in both if icans is not None),
        replaced=tuple(replaced),
    )


_OfBoth = tuple[GradePoint, GradePoint | None]


def _of_row(point: rows.GradePointRow) -> _OfBoth:
    crs = GradePoint(
        at_us=point.at_us,
        grade=point.crs_grade,
        status=point.crs_status,
        confirmed=_shown(point.confirmed, CRS),
        fever_waived=bool(point.fever_waived),
        resolving=bool(point.resolving),
    )
    if point.icans_status is None:
        return crs, None
    return crs, GradePoint(
        at_us=point.at_us,
        grade=point.icans_grade,
        status=point.icans_status,
        confirmed=_shown(point.confirmed, ICANS),
    )


def _of_evaluation(evaluation: Evaluation) -> _OfBoth:
    crs = GradePoint(
        at_us=evaluation.at_us,
        grade=evaluation.crs.grade,
        status=evaluation.crs.status.value,
        confirmed=_word_of(evaluation, CRS),
        fever_waived=evaluation.crs.fever_waived,
        resolving=evaluation.crs.resolving,
    )
    if evaluation.icans is None:
        return crs, None
    return crs, GradePoint(
        at_us=evaluation.at_us,
        grade=evaluation.icans.grade,
        status=evaluation.icans.status.value,
        confirmed=_word_of(evaluation, ICANS),
    )


def _shown(words: list[dict[str, Any]] | None, scale: str) -> int | None:
    return next((one["shown"] for one in words or () if one["scale"] == scale), None)


def _word_of(evaluation: Evaluation, scale: str) -> int | None:
    word = evaluation.word_on(scale)
    return None if word is None else word.shown


def listed_values(
    store: Store, *, encounter_id: int, from_at: datetime, to_at: datetime
) -> tuple[list[ValueRow], list[ReplacedRow]]:
    """The current values of a window with their origin, and those that were replaced."""
    with store.read() as session:
        return (
            course_rows.values(
                session, encounter_id, from_at=from_at, to_at=to_at, at_most=LISTED_VALUES
            ),
            course_rows.replaced(session, encounter_id, from_at=from_at, to_at=to_at),
        )


def _numbers(found: Sequence[course_rows.CourseRow], concept: str) -> Numbers:
    own = [row for row in found if row.concept == concept and row.value_num is not None]
    return Numbers(
        taken_us=np.array([row.taken_us for row in own], dtype=np.int64),
        value=np.array([row.value_num for row in own], dtype=np.float64),
    )
