"""The seven ASTCT criteria as columns, each with the age of what it rests on.

Fever is followed moment by moment in ``episodes``, since what counts as fever depends on the
episode and its treatment (C6); here are the readings it needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical import grading
from monitoring.clinical.everywhere import everywhere
from monitoring.clinical.oxygen import SupportColumns, support_columns
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.pressure import PressureColumns, pressure_columns
from monitoring.clinical.rulebook_types import CrsRules
from monitoring.clinical.timeline import Timeline, covered
from monitoring.clinical.truths import NO, UNKNOWN, YES
from monitoring.clinical.vasopressors import VasopressorColumns, vasopressor_columns

# 100.4 F converts to a hair below or above 38.0 C and is fever; 37.95 C is not (C1).
FEVER_EPSILON_C = 1e-6

_NOWHERE = np.zeros(1, dtype=np.bool_)
NOTE_HYPOTENSION_ATTRIBUTED = "Hypotension is attributed to another cause."
NOTE_FEVER_ATTRIBUTED = "Fever is attributed to another cause."


@dataclass(frozen=True, slots=True, eq=False)
class FeverReadings:
    """The temperatures as the fever criterion sees them.

    ``fever_us`` are the times of all readings up to the last moment at or above the limit that no
    one attributed to another cause, ``fever_rows`` the rows of these and of later ones. The others
    speak of each asked moment: ``newest_age_us`` is the age of the newest reading of all,
    ``is_febrile`` and ``is_attributed`` what it is.
    """

    fever_us: NDArray[np.int64]
    fever_rows: NDArray[np.intp]
    newest_age_us: NDArray[np.int64]
    is_febrile: NDArray[np.bool_]
    is_attributed: NDArray[np.bool_]
    _rows: Mapping[str, NDArray[np.intp]]

    def last_fever_row(self) -> NDArray[np.intp]:
        """The row of the newest fever at each moment, -1 for none."""
        newest_row = self._rows["body_temperature"]
        row = self.fever_rows.searchsorted(newest_row, side="right") - 1
        return np.append(self.fever_rows, -1)[row]


@dataclass(frozen=True, slots=True, eq=False)
class CriteriaColumns:
    """Truths of the criteria if their data are fresh, int8 (7, n); row ``grading.FEVER`` is empty.

    ``pressure_age_us`` and ``oxygen_age_us`` are how old the data of the low pressure and of the
    oxygen criteria are, 0 where these hold at any age. What runs as a treatment has no age.
    """

    truths: NDArray[np.int8]
    pressure_age_us: NDArray[np.int64]
    oxygen_age_us: NDArray[np.int64]
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
    truths = np.empty((len(rules.criteria), len(at_us)), dtype=np.int8)
    truths[grading.FEVER] = UNKNOWN
    low, pressure_age_us = pressure.truth, pressure.age_us
    if not vasopressors.fluids_known:
        low = np.where(low == NO, UNKNOWN, low)
    any_age = attributed
    if vasopressors.boluses:
        low = np.where(vasopressors.fluids, YES, low)
        any_age = attributed | vasopressors.fluids
    truths[grading.LOW_PRESSURE] = low
    truths[grading.ONE_VASOPRESSOR] = vasopressors.one
    truths[grading.MULTIPLE_VASOPRESSORS] = vasopressors.multiple
    if any_age.any():
        truths[grading.LOW_PRESSURE : grading.MULTIPLE_VASOPRESSORS + 1, attributed] = NO
        pressure_age_us = np.where(any_age, 0, pressure_age_us)
    truths[grading.OXYGEN] = support.truths
    return CriteriaColumns(
        truths,
        pressure_age_us,
        support.age_us,
        _fever_readings(timeline, rules),
        pressure,
        vasopressors,
        support,
        attributed,
    )


def _fever_readings(timeline: Timeline, rules: CrsRules) -> FeverReadings:
    concept = "body_temperature"
    series = timeline.series[concept]
    hot = series.value >= rules.fever_c - FEVER_EPSILON_C
    attributed, fever = everywhere(_NOWHERE, len(hot)), hot
    if timeline.facts.attributions:
        attributed = hot & covered(timeline.facts.attributions, "fever", series.taken_us)
        fever = hot & ~attributed
    fever_rows = np.flatnonzero(fever)
    fever_us = series.taken_us[fever_rows]
    return FeverReadings(
        fever_us=fever_us[: fever_us.searchsorted(timeline.at_us[-1], side="right")],
        fever_rows=fever_rows,
        newest_age_us=timeline.age_us(concept),
        is_febrile=timeline.at_moments(concept, fever),
        is_attributed=timeline.at_moments(concept, attributed),
        _rows=timeline.rows,
    )
