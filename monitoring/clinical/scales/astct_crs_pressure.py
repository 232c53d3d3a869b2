"""Blood pressure, fluids and vasopressors of n records: the hypotension criteria they meet.

ASTCT gives no number for hypotension (C8). Where nobody judged it against the person's own
pressure, the local policy's numbers do, the same as at the bedside; children by age (C19). Drugs
are counted as at the bedside, whatever their dose (C9-C12).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.concepts import CONCEPTS
from monitoring.clinical.policy_types import HypotensionLimits
from monitoring.clinical.pressure import child_limits_mmhg, judge_pressure
from monitoring.clinical.rulebook_types import CrsRules
from monitoring.clinical.scales.crs_fields import agents
from monitoring.clinical.scales.fields import Columns
from monitoring.clinical.truths import NO, UNKNOWN, YES

_HYPOTENSION = np.int8(2)
_MULTIPLE = np.int8(4)
# An age in every row of the children's rule, and one of each year between.
_EVERY_AGE_YEARS = (0.02, 0.5, *range(1, 12))


@dataclass(frozen=True, slots=True, eq=False)
class PressureRecords:
    """Hypotension of n records.

    ``met`` is bool (3, n): hypotension, one vasopressor, multiple. ``by_numbers`` marks where only
    the local policy's numbers say so. ``flags`` and ``could`` as in ``SupportRecords``.
    """

    met: NDArray[np.bool_]
    by_numbers: NDArray[np.bool_]
    flags: Mapping[str, NDArray[np.bool_]]
    could: Mapping[str, NDArray[np.int8]]


def pressure_records(
    columns: Columns, rules: CrsRules, limits: HypotensionLimits
) -> PressureRecords:
    """The hypotension criteria met by each record; a limit is used only where nobody judged."""
    systolic = columns.number["sbp"]
    own = columns.number["baseline_sbp"]
    age_years = columns.number["age_years"]
    fluids = columns.truth["fluids_for_hypotension"]
    judged = columns.truth["hypotension_by_baseline"]
    mean = columns.number["dbp"] + (systolic - columns.number["dbp"]) / 3
    not_judged = judged == UNKNOWN

    centile = child_limits_mmhg(age_years, rules.children)

    def is_low(centile: NDArray[np.float64], places: NDArray[np.intp] | slice) -> NDArray[np.bool_]:
        found = judge_pressure(
            systolic[places],
            mean[places],
            own_systolic_mmhg=own[places],
            own_mean_mmhg=np.full(1, np.nan),
            centile_mmhg=centile,
            limits=limits,
        )
        return found.absolute | found.relative

    low = is_low(centile, slice(None))
    said = (fluids == YES) | (judged == YES)
    by_numbers = low & not_judged & ~said
    one, multiple, flags = _counted(columns, rules)
    open_to_numbers = not_judged & ~np.isnan(systolic)
    highest_own = (CONCEPTS["systolic_bp"].possible or (0.0, 0.0))[1]
    may_be_relative = systolic < min(
        limits.baseline_cap_mmhg, limits.baseline_fraction * highest_own
    )
    # A diastolic pressure may be anything down to nothing.
    may_be_mean = (systolic / 3 < limits.mean_mmhg) & np.isnan(centile)
    may_be_mean &= ~(own < limits.systolic_mmhg)
    could = {
        "sbp": not_judged & np.isnan(systolic),
        "dbp": open_to_numbers & np.isnan(columns.number["dbp"]) & may_be_mean,
        "baseline_sbp": open_to_numbers & np.isnan(own) & may_be_relative,
        "age_years": np.zeros(columns.n, dtype=np.bool_),
        "fluids_for_hypotension": fluids == UNKNOWN,
        "hypotension_by_baseline": not_judged,
    }
    # A child's limit never lies above an adult's; it is the higher one only where the person's own
    # pressure takes the adult's limit away.
    rare = np.flatnonzero(
        open_to_numbers & np.isnan(age_years) & ~low & (own < limits.systolic_mmhg)
    )
    for age in _EVERY_AGE_YEARS if len(rare) else ():
        could["age_years"][rare] |= is_low(
            child_limits_mmhg(np.full(1, float(age)), rules.children), rare
        )
    return PressureRecords(
        met=np.stack([said | by_numbers, one, multiple]),
        by_numbers=by_numbers,
        flags={
            "hypotension_by_local_policy": by_numbers,
            "low_pressure_not_counted": low & (judged == NO),
            **flags,
        },
        could={
            **{name: np.where(may, _HYPOTENSION, np.int8(0)) for name, may in could.items()},
            "vasopressors": np.where(columns.listed["vasopressors"], np.int8(0), _MULTIPLE),
        },
    )


def _counted(
    columns: Columns, rules: CrsRules
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], dict[str, NDArray[np.bool_]]]:
    names = agents(rules)
    chosen = columns.chosen["vasopressors"]

    def of(group: frozenset[str]) -> NDArray[np.bool_]:
        return chosen[:, [place for place, name in enumerate(names) if name in group]]

    count = of(rules.counted).sum(axis=1)
    vasopressin = of(rules.not_multiple).any(axis=1)
    flags = {
        "vasopressin_alone": vasopressin & (count == 0),
        "agent_not_counted": of(rules.noted).any(axis=1),
    }
    return (count > 0) | vasopressin, count > 1, flags
