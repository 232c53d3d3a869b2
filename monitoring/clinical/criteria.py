"""The seven ASTCT criteria as columns, each with the age of what it rests on.

Fever is followed moment by moment in ``episodes``, since what counts as fever depends on the
episode and its treatment (C6); here are the readings it needs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical import grading
from monitoring.clinical.oxygen import SupportColumns, support_columns
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.pressure import PressureColumns, pressure_columns
from monitoring.clinical.rulebook_types import CrsRules
from monitoring.clinical.timeline import Timeline, covered
from monitoring.clinical.truths import NO, UNKNOWN, YES
from monitoring.clinical.vasopressors import VasopressorColumns, vasopressor_columns

# 100.4 F converts to a hair below or above 38.0 C and is fever; 37.95 C is not (C1).
FEVER_EPSILON_C = 1e-6

NOTE_HYPOTENSION_ATTRIBUTED = "Hypotension is attributed to another cause."
NOTE_FEVER_ATTRIBUTED = "Fever is attributed to another cause."


@dataclass(frozen=True, slots=True, eq=False)
class FeverReadings:
    """The temperatures as the fever criterion sees them.

    ``fever_us`` are the times of all readings at or above the limit that no one attributed to
    another cause; ``fever_rows`` their rows in the series. ``is_febrile`` and ``is_attributed``
    speak of the newest reading at each asked moment.
    """

    fever_us: list[int]
    fever_rows: list[int]
    newest_us: list[int]
    is_febrile: list[bool]
    is_attributed: list[bool]


@dataclass(frozen=True, slots=True, eq=False)
class CriteriaColumns:
    """Truths of the criteria if their data are fresh, int8 (7, n); row ``grading.FEVER`` is empty.

    ``age_s`` is float64 (7, n): how old the data of each truth are, 0 where it holds at any age.
    """

    truths: NDArray[np.int8]
    age_s: NDArray[np.float64]
    fever: FeverReadings
    pressure: PressureColumns
    vasopressors: VasopressorColumns
    support: SupportColumns
    hypotension_attributed: NDArray[np.bool_]


def criteria_columns(timeline: Timeline, rules: CrsRules, policy: Policy) -> CriteriaColumns:
    """Every criterion but fever at each moment, attribution applied (C17)."""
    at_us = timeline.at_us
    pressure = pressure_columns(
        timeline,
        policy.hypotension,
        rules.children,
        set_window_s=policy.freshness.set_window_s,
    )
    vasopressors = vasopressor_columns(timeline, rules, policy.grading)
    support = support_columns(timeline, rules, policy.freshness)
    attributed = covered(timeline.facts.attributions, "hypotension", at_us)
    truths = np.full((len(rules.criteria), len(at_us)), UNKNOWN, dtype=np.int8)
    age_s = np.zeros(truths.shape)
    low = pressure.truth
    if not vasopressors.fluids_known:
        low = np.where(low == NO, UNKNOWN, low)
    truths[grading.LOW_PRESSURE] = np.where(vasopressors.fluids, YES, low)
    age_s[grading.LOW_PRESSURE] = np.where(vasopressors.fluids, 0.0, pressure.age_s)
    truths[grading.ONE_VASOPRESSOR] = vasopressors.one
    truths[grading.MULTIPLE_VASOPRESSORS] = vasopressors.multiple
    for row in (
        grading.LOW_PRESSURE,
        grading.ONE_VASOPRESSOR,
        grading.MULTIPLE_VASOPRESSORS,
    ):
        truths[row][attributed] = NO
        age_s[row][attributed] = 0.0
    truths[grading.OXYGEN] = support.truths
    age_s[grading.OXYGEN] = support.age_s
    return CriteriaColumns(
        truths,
        age_s,
        _fever_readings(timeline, rules),
        pressure,
        vasopressors,
        support,
        attributed,
    )


def _fever_readings(timeline: Timeline, rules: CrsRules) -> FeverReadings:
    series = timeline.series["body_temperature"]
    hot = series.value >= rules.fever_c - FEVER_EPSILON_C
    attributed = covered(timeline.facts.attributions, "fever", series.taken_us)
    fever = hot & ~attributed
    rows = np.flatnonzero(fever)
    newest = timeline.rows["body_temperature"]
    return FeverReadings(
        fever_us=series.taken_us[rows].tolist(),
        fever_rows=rows.tolist(),
        newest_us=series.taken_us[newest].tolist(),
        is_febrile=fever[newest].tolist(),
        is_attributed=(hot & attributed)[newest].tolist(),
    )
