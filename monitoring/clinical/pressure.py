"""Low blood pressure against local limits, the person's own baseline, and age.

ASTCT gives no number for hypotension (C8): every limit here is local policy and is labelled so.
Children are judged by the PALS fifth centile (C19). MAP formula: clinical reference 5.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.everywhere import everywhere, is_everywhere
from monitoring.clinical.facts import BaselineRecord
from monitoring.clinical.policy_types import HypotensionLimits
from monitoring.clinical.rulebook_types import ChildrenRule
from monitoring.clinical.timeline import US_PER_S, Series, Timeline
from monitoring.clinical.truths import UNKNOWN

PRESSURES = ("systolic_bp", "diastolic_bp", "mean_arterial_pressure")
_DAYS_PER_YEAR = 365.25
# 80 % of 110 must not become 88.00000000000001 and call 88 low.
_EPSILON_MMHG = 1e-6
_NOTHING_OWN = (np.nan, np.nan)
_NAN = np.full(1, np.nan)
_NEVER = np.zeros(1, dtype=np.bool_)

_Mmhg = TypeVar("_Mmhg", float, NDArray[np.float64])


@dataclass(frozen=True, eq=False)
class PressureColumns:
    """Blood pressure at each of n moments, judged.

    ``systolic_mmhg`` and ``mean_mmhg`` are NaN where not of the newest set; ``mean_is_measured``
    tells a measured MAP from the formula's. Limits are NaN where they do not apply to this person.
    ``truth`` is whether it is low if the newest set is fresh; ``age_us`` the age of that set.
    """

    systolic_mmhg: NDArray[np.float64]
    mean_mmhg: NDArray[np.float64]
    mean_is_measured: NDArray[np.bool_]
    baseline_systolic_mmhg: NDArray[np.float64]
    systolic_limit_mmhg: NDArray[np.float64]
    mean_limit_mmhg: NDArray[np.float64]
    absolute: NDArray[np.bool_]
    relative: NDArray[np.bool_]
    low: NDArray[np.bool_]
    truth: NDArray[np.int8]
    age_us: NDArray[np.int64]
    severe_below_mmhg: float
    severe_clear_mmhg: float

    @cached_property
    def clearly_not_severe(self) -> NDArray[np.bool_]:
        """Where the systolic pressure is known and above the severe limit by its hysteresis."""
        return self.systolic_mmhg >= self.severe_clear_mmhg

    @cached_property
    def severe(self) -> NDArray[np.bool_]:
        """Where it is low and the systolic pressure is below the severe limit."""
        return self.low & (self.systolic_mmhg < self.severe_below_mmhg)

    def age_s(self, place: int) -> float:
        """The age of the set at one moment in seconds."""
        return float(self.age_us[place]) / US_PER_S


def pressure_columns(
    timeline: Timeline, limits: HypotensionLimits, children: ChildrenRule, *, set_window_s: float
) -> PressureColumns:
    """Whether the newest blood pressure at each moment is low for this person."""
    systolic, mean, measured, age_us = _newest_set(timeline, set_window_s)
    n = len(timeline.at_us)
    own = np.array([_own(baseline) for baseline in timeline.facts.baselines] + [_NOTHING_OWN])
    # Without any baseline one person's limits hold at every moment.
    own_systolic, own_mean = own[timeline.baseline_rows].T if len(own) > 1 else own.T
    centile = child_limit_mmhg(timeline.facts.age_years, children)
    severe_mmhg = limits.severe_systolic_mmhg if centile is None else centile
    if centile is not None:
        mean = everywhere(_NAN, n)
    judged = judge_pressure(
        systolic,
        mean,
        own_systolic_mmhg=own_systolic,
        own_mean_mmhg=own_mean,
        centile_mmhg=np.full(1, np.nan if centile is None else centile),
        limits=limits,
    )
    low = judged.absolute
    if not is_everywhere(judged.relative):
        low = low | judged.relative
    unknown = np.isnan(mean)
    if unknown.any():
        unknown &= np.isnan(systolic)
    return PressureColumns(
        systolic_mmhg=systolic,
        mean_mmhg=mean,
        mean_is_measured=measured,
        baseline_systolic_mmhg=_for_all(own_systolic, n),
        systolic_limit_mmhg=_for_all(judged.systolic_limit_mmhg, n),
        mean_limit_mmhg=_for_all(judged.mean_limit_mmhg, n),
        absolute=judged.absolute,
        relative=judged.relative,
        low=low,
        # As a number, True is yes and False is no.
        truth=low.view(np.int8) + unknown.view(np.int8) * UNKNOWN,
        age_us=age_us,
        severe_below_mmhg=severe_mmhg,
        severe_clear_mmhg=severe_mmhg + limits.systolic_hysteresis_mmhg,
    )


@dataclass(frozen=True, slots=True, eq=False)
class JudgedPressure:
    """The limits that apply to each of n persons, NaN where none does, and who is below them."""

    systolic_limit_mmhg: NDArray[np.float64]
    mean_limit_mmhg: NDArray[np.float64]
    absolute: NDArray[np.bool_]
    relative: NDArray[np.bool_]


def judge_pressure(
    systolic_mmhg: NDArray[np.float64],
    mean_mmhg: NDArray[np.float64],
    *,
    own_systolic_mmhg: NDArray[np.float64],
    own_mean_mmhg: NDArray[np.float64],
    centile_mmhg: NDArray[np.float64],
    limits: HypotensionLimits,
) -> JudgedPressure:
    """Low against the local limit, or far below the person's own pressure; all NaN where unknown.

    ``centile_mmhg`` is NaN for adults. Whose own pressure lies below a limit has none there. For
    children the mean has no limit (C19). What is not known is not low: the caller says unknown.
    """
    is_child = ~np.isnan(centile_mmhg)
    limit = np.where(is_child, centile_mmhg, limits.systolic_mmhg)
    low_by_nature = own_systolic_mmhg < limit
    systolic_limit = np.where(low_by_nature, np.nan, limit)
    no_mean_limit = is_child | low_by_nature | (own_mean_mmhg < limits.mean_mmhg)
    mean_limit = np.where(no_mean_limit, np.nan, limits.mean_mmhg)
    absolute = (systolic_mmhg < systolic_limit) | (mean_mmhg < mean_limit)
    own_limit = limits.baseline_fraction * own_systolic_mmhg - _EPSILON_MMHG
    relative: NDArray[np.bool_] = everywhere(_NEVER, len(systolic_mmhg))
    if not np.isnan(own_limit).all():
        relative = (systolic_mmhg < own_limit) & (systolic_mmhg < limits.baseline_cap_mmhg)
    return JudgedPressure(systolic_limit, mean_limit, absolute, relative)


def _for_all(limit: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    return limit if len(limit) == n else everywhere(limit, n)


def child_limits_mmhg(
    age_years: NDArray[np.float64], children: ChildrenRule
) -> NDArray[np.float64]:
    """``child_limit_mmhg`` of n persons; NaN for adults and where the age is not known."""
    if not (age_years < children.adult_from_years).any():
        return np.full(len(age_years), np.nan)
    base, by_year = children.child_base_mmhg, children.child_per_year_mmhg
    return np.select(
        [
            ~(age_years < children.adult_from_years),
            age_years * _DAYS_PER_YEAR <= children.newborn_days,
            age_years < 1,
            age_years <= children.child_to_years,
        ],
        [np.nan, children.newborn_mmhg, children.infant_mmhg, base + by_year * np.floor(age_years)],
        default=children.adolescent_mmhg,
    )


def child_limit_mmhg(age_years: float | None, children: ChildrenRule) -> float | None:
    """The systolic pressure below which a child of this age is hypotensive; None for adults.

    An unknown age is judged as an adult's. PALS fifth centile (clinical reference C19): under 60 up
    to 28 days, under 70 to one year, under 70 + 2 x completed years to ten years, under 90 above.
    """
    if age_years is None or age_years >= children.adult_from_years:
        return None
    if age_years * _DAYS_PER_YEAR <= children.newborn_days:
        return children.newborn_mmhg
    if age_years < 1:
        return children.infant_mmhg
    if age_years <= children.child_to_years:
        return children.child_base_mmhg + children.child_per_year_mmhg * int(age_years)
    return children.adolescent_mmhg


def mean_pressure_mmhg(*, systolic_mmhg: _Mmhg, diastolic_mmhg: _Mmhg) -> _Mmhg:
    """MAP by the formula, DBP + (SBP - DBP) / 3, of one or of n (clinical reference 5.1)."""
    mean = systolic_mmhg - diastolic_mmhg
    mean /= 3
    mean += diastolic_mmhg
    return mean


def _own(baseline: BaselineRecord) -> tuple[float, float]:
    systolic, diastolic, mean = (
        baseline.systolic_mmhg,
        baseline.diastolic_mmhg,
        baseline.mean_mmhg,
    )
    if mean is None and systolic is not None and diastolic is not None:
        mean = mean_pressure_mmhg(systolic_mmhg=systolic, diastolic_mmhg=diastolic)
    return np.nan if systolic is None else systolic, np.nan if mean is None else mean


def _newest_set(
    timeline: Timeline, set_window_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64]]:
    """Systolic and mean of the newest set; a measured MAP is preferred to the formula's.

    But not to that of a whole pressure taken after it: who falls to 95/48 has no MAP of 86.
    """
    window_us = int(set_window_s * US_PER_S)
    systolic, diastolic = timeline.value("systolic_bp"), timeline.value("diastolic_bp")
    if not timeline.is_charted("mean_arterial_pressure"):
        mean = _mean_by_formula(timeline, systolic, diastolic, window_us)
        never = everywhere(_NEVER, len(mean))
        return systolic, mean, never, timeline.age_us("systolic_bp")
    systolic_us = timeline.taken_us("systolic_bp")
    mean_us = timeline.taken_us("mean_arterial_pressure")
    taken_us = np.maximum(systolic_us, mean_us)
    of_set_us = taken_us - window_us
    systolic = np.where(systolic_us >= of_set_us, systolic, np.nan)
    mean = np.where(mean_us >= of_set_us, timeline.value("mean_arterial_pressure"), np.nan)
    formula = _mean_by_formula(timeline, systolic, diastolic, window_us)
    whole_us = np.minimum(systolic_us, timeline.taken_us("diastolic_bp"))
    measured = ~np.isnan(mean) & ((whole_us <= mean_us) | np.isnan(formula))
    age_us = timeline.at_us - taken_us
    return systolic, np.where(measured, mean, formula), measured, age_us


def _mean_by_formula(
    timeline: Timeline,
    systolic: NDArray[np.float64],
    diastolic: NDArray[np.float64],
    window_us: int,
) -> NDArray[np.float64]:
    """The mean of a systolic and a diastolic pressure taken together; NaN where they do not fit."""
    fits = diastolic < systolic
    if not timeline.at_every_moment.issuperset(("systolic_bp", "diastolic_bp")):
        apart_us = timeline.taken_us("diastolic_bp") - timeline.taken_us("systolic_bp")
        fits &= np.abs(apart_us) <= window_us
    by_formula = mean_pressure_mmhg(systolic_mmhg=systolic, diastolic_mmhg=diastolic)
    np.copyto(by_formula, np.nan, where=~fits)
    return by_formula


def mean_series(series: Mapping[str, Series]) -> Series:
    """The mean pressure over time: as measured, else by the formula from what was taken at once.

    ``series`` are by concept. A mean by the formula is of its systolic pressure's row, and streamed
    where either of the two was.
    """
    systolic, diastolic, measured = (series[name] for name in PRESSURES)
    taken_us = systolic.taken_us[:-1]
    below = diastolic.taken_us[:-1].searchsorted(taken_us, side="right") - 1
    fits = (diastolic.taken_us[below] == taken_us) & ~np.isin(taken_us, measured.taken_us)
    fits &= diastolic.value[below] < systolic.value[:-1]
    if not fits.any():
        return measured
    high, low = np.flatnonzero(fits), below[fits]
    by_formula = mean_pressure_mmhg(
        systolic_mmhg=systolic.value[high], diastolic_mmhg=diastolic.value[low]
    )
    columns = (
        (systolic.taken_us[high], measured.taken_us),
        (by_formula, measured.value),
        (systolic.row_id[high], measured.row_id),
        (systolic.streamed[high] | diastolic.streamed[low], measured.streamed),
    )
    by_time = np.argsort(np.concatenate(columns[0])[:-1], kind="stable")
    # The last row of each column is the missing one, and stays the last.
    order = np.append(by_time, len(by_time))
    return Series(*(np.concatenate(both)[order] for both in columns))
