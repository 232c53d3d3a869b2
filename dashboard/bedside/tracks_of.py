"""From the course of a stay to what its figure draws: pairing pressures, joining spans."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dashboard.bedside import words
from dashboard.charts.tracks import (
    Given,
    GradeSpan,
    Limits,
    OxygenSpan,
    PressureTrack,
    SpanKind,
    Struck,
    Track,
    Tracks,
)
from monitoring.clinical.concepts import CONCEPTS
from monitoring.clinical.rulebook import Rulebook
from monitoring.services.course import Course, GradePoint, Numbers, ReplacedRow
from monitoring.services.patient import TreatmentGiven

# Support that raises the grade by itself, and therapy that acts on it (ASTCT table and footnote).
_SUPPORT = frozenset({"vasopressor", "inotrope", "ventilation", "fluid_bolus"})
_THERAPY = frozenset({"anticytokine", "corticosteroid"})

_STRUCK_PANELS = {
    "body_temperature": "temperature",
    "heart_rate": "heart_rate",
    "respiratory_rate": "respiratory_rate",
    "spo2": "spo2",
    "systolic_bp": "pressure",
    "diastolic_bp": "pressure",
    "mean_arterial_pressure": "pressure",
}


def tracks_of(
    course: Course,
    *,
    treatments: Iterable[TreatmentGiven],
    doses_us: Sequence[int],
    limits: Limits,
    rulebook: Rulebook,
) -> Tracks:
    """Everything the figure of a window draws, from the stored course of the stay."""
    numbers = course.numbers
    return Tracks(
        temperature=_track(numbers["body_temperature"]),
        pressure=paired(
            numbers["systolic_bp"], numbers["diastolic_bp"], numbers["mean_arterial_pressure"]
        ),
        heart_rate=_track(numbers["heart_rate"]),
        respiratory_rate=_track(numbers["respiratory_rate"]),
        spo2=_track(numbers["spo2"]),
        oxygen=oxygen_spans(course, rulebook),
        grades=grade_spans(course.grades, to_us=course.to_us),
        icans=grade_spans(course.icans, to_us=course.to_us),
        masked_fever=masked_spans(course.grades, to_us=course.to_us),
        given=tuple(_given(one) for one in treatments),
        struck=tuple(_struck(row) for row in course.replaced if _is_drawn(row)),
        limits=limits,
        doses_us=tuple(doses_us),
    )


def paired(systolic: Numbers, diastolic: Numbers, mean: Numbers) -> PressureTrack:
    """Pressures of one cuff inflation, which carry one time, brought into one row.

    Without a measured mean it is DBP + (SBP - DBP) / 3 (clinical reference 5.1), never across two
    inflations.
    """
    taken_us = np.unique(np.concatenate((systolic.taken_us, diastolic.taken_us, mean.taken_us)))
    high, low, middle = (_at(taken_us, column) for column in (systolic, diastolic, mean))
    middle = np.where(np.isnan(middle), low + (high - low) / 3, middle)
    return PressureTrack(taken_us=taken_us, systolic=high, diastolic=low, mean=middle)


def grade_spans(points: Sequence[GradePoint], *, to_us: int) -> tuple[GradeSpan, ...]:
    """Stretches of one grade, from the moment it was suggested to the next that differs.

    Where a clinician's word stands the grade is the one shown because of it, marked as such.
    """
    spans: list[GradeSpan] = []
    for point, until_us in _until_next(points, to_us):
        is_confirmed = point.confirmed is not None
        span = GradeSpan(
            from_us=point.at_us,
            to_us=until_us,
            grade=point.confirmed if is_confirmed else point.grade,
            at_least=not is_confirmed and point.status == "at_least",
            confirmed=is_confirmed,
            note=_grade_note(point),
        )
        if spans and replace(spans[-1], from_us=span.from_us, to_us=span.to_us) == span:
            spans[-1] = replace(spans[-1], to_us=until_us)
        else:
            spans.append(span)
    return tuple(spans)


def masked_spans(points: Sequence[GradePoint], *, to_us: int) -> tuple[tuple[int, int], ...]:
    """Hours in which fever is not required for the grade, because it may be treated away (C6)."""
    spans: list[tuple[int, int]] = []
    for point, until_us in _until_next(points, to_us):
        if not point.fever_waived:
            continue
        if spans and spans[-1][1] == point.at_us:
            spans[-1] = (spans[-1][0], until_us)
        else:
            spans.append((point.at_us, until_us))
    return tuple(spans)


def oxygen_spans(course: Course, rulebook: Rulebook) -> tuple[OxygenSpan, ...]:
    """What the patient breathed through, from each charting of device or flow to the next.

    A flow belongs to the device it was charted with; a new device begins without one.
    """
    flow = course.numbers["oxygen_flow"]
    flows = dict(zip(flow.taken_us.tolist(), flow.value.tolist(), strict=True))
    devices = dict(course.codes["oxygen_device"])
    current: str | None = None
    lpm: float | None = None
    spans: list[OxygenSpan] = []
    for at_us in sorted({*flows, *devices}):
        if at_us in devices and devices[at_us] != current:
            current, lpm = devices[at_us], None
        lpm = flows.get(at_us, lpm)
        label, level = words.device(current, lpm), _oxygen_class(current, lpm, rulebook)
        if spans and (spans[-1].label, spans[-1].level) == (label, level):
            continue
        if spans:
            spans[-1] = _ending(spans[-1], at_us)
        short = f"{lpm:g} L" if lpm else ""
        spans.append(
            OxygenSpan(from_us=at_us, to_us=course.to_us, label=label, level=level, short=short)
        )
    return tuple(spans)


def _ending(span: OxygenSpan, at_us: int) -> OxygenSpan:
    return replace(span, to_us=at_us)


def _oxygen_class(code: str | None, lpm: float | None, rulebook: Rulebook) -> int:
    """The hypoxia class of a device at a flow, by the table that the grade uses (1.4)."""
    rules = rulebook.crs
    known = rules.devices[code or "nasal_cannula"]
    if lpm is None:
        return known.unknown
    if lpm == 0:
        return known.zero
    return known.low if lpm <= rules.low_flow_to_lpm else known.high


def _until_next(points: Sequence[GradePoint], to_us: int) -> Iterable[tuple[GradePoint, int]]:
    ends = [point.at_us for point in points[1:]] + [to_us]
    return zip(points, ends, strict=True) if points else ()


def _grade_note(point: GradePoint) -> str:
    computed = _computed_note(point)
    if point.confirmed is None:
        return computed
    number = "not known" if point.grade is None else str(point.grade)
    least = "at least " if point.status == "at_least" and point.grade is not None else ""
    said = f"Confirmed by a clinician; computed: {least}{number}."
    return f"{said} {computed}." if computed else said


def _computed_note(point: GradePoint) -> str:
    if point.status == "cannot_grade":
        return "Vasopressors not known"
    if point.status == "unknown":
        return "Not enough is known"
    return "Resolving" if point.resolving else ""


def _track(numbers: Numbers) -> Track:
    return Track(taken_us=numbers.taken_us, value=numbers.value)


def _at(taken_us: NDArray[np.int64], column: Numbers) -> NDArray[np.float64]:
    """The column's value at each time, NaN where it has none; of two at one time the later row."""
    found = np.full(len(taken_us), np.nan)
    found[np.searchsorted(taken_us, column.taken_us)] = column.value
    return found


def _given(one: TreatmentGiven) -> Given:
    kind = (
        SpanKind.SUPPORT
        if one.kind in _SUPPORT
        else SpanKind.THERAPY
        if one.kind in _THERAPY
        else SpanKind.OTHER
    )
    return Given(
        from_us=one.started_us,
        to_us=one.ended_us,
        label=words.agent(one.agent),
        detail=words.treatment(one),
        kind=kind,
    )


def _is_drawn(row: ReplacedRow) -> bool:
    return row.concept in _STRUCK_PANELS and row.value_num is not None


def _struck(row: ReplacedRow) -> Struck:
    known = CONCEPTS[row.concept]
    was = f"{row.value_num:.{known.decimals}f}"
    became = (
        "struck out"
        if row.new_value_num is None
        else f"amended to {row.new_value_num:.{known.decimals}f}"
    )
    return Struck(
        concept=_STRUCK_PANELS[row.concept],
        taken_us=row.taken_us,
        value=row.value_num or 0.0,
        note=f"{known.label} {was} {became}: {row.reason or 'no reason given'}",
    )
