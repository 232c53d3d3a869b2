"""The lines and bands of a patient's figure: the same numbers that the grade and the flags use."""

from dashboard.charts.tracks import Limits
from monitoring.clinical.facts import BaselineRecord
from monitoring.clinical.policy import Policy
from monitoring.clinical.pressure import child_limit_mmhg, mean_pressure_mmhg
from monitoring.clinical.rulebook import Rulebook
from monitoring.clinical.rulebook_types import BandedParameter

# The band of NEWS2 that alone calls the team (RCP 2017, Chart 2).
_SINGLE_RED = 3


def limits_in_force(
    *,
    rulebook: Rulebook,
    policy: Policy,
    baseline: BaselineRecord | None,
    age_years: float | None,
) -> Limits:
    """What is drawn for this person: fever by ASTCT, pressure and SpO2 by local policy, NEWS2.

    ``systolic_mmhg`` is the pressure below which the hypotension flag is raised, whether by the
    absolute limit, the person's own baseline or a child's age (clinical reference C8, C19).
    """
    own = None if baseline is None else baseline.systolic_mmhg
    scale_2 = baseline is not None and baseline.spo2_scale == 2
    return Limits(
        fever_c=rulebook.crs.fever_c,
        systolic_mmhg=_systolic_mmhg(rulebook, policy, own, age_years),
        mean_mmhg=_mean_mmhg(rulebook, policy, baseline, age_years),
        baseline_systolic_mmhg=own,
        spo2_percent=policy.hypoxia.spo2_scale_2_percent
        if scale_2
        else policy.hypoxia.spo2_percent,
        heart_rate_bands=_red_bands(rulebook, "heart_rate", age_years),
        respiratory_rate_bands=_red_bands(rulebook, "respiratory_rate", age_years),
    )


def _systolic_mmhg(
    rulebook: Rulebook, policy: Policy, own_mmhg: float | None, age_years: float | None
) -> float | None:
    limits = policy.hypotension
    centile = child_limit_mmhg(age_years, rulebook.crs.children)
    absolute = limits.systolic_mmhg if centile is None else centile
    if own_mmhg is None:
        return absolute
    relative = min(limits.baseline_fraction * own_mmhg, limits.baseline_cap_mmhg)
    # Whose usual pressure is below the absolute limit is judged by the own baseline alone.
    return relative if own_mmhg < absolute else max(absolute, relative)


def _mean_mmhg(
    rulebook: Rulebook,
    policy: Policy,
    baseline: BaselineRecord | None,
    age_years: float | None,
) -> float | None:
    limits = policy.hypotension
    if child_limit_mmhg(age_years, rulebook.crs.children) is not None:
        return None
    if baseline is None:
        return limits.mean_mmhg
    systolic, diastolic, mean = (
        baseline.systolic_mmhg,
        baseline.diastolic_mmhg,
        baseline.mean_mmhg,
    )
    if mean is None and systolic is not None and diastolic is not None:
        mean = mean_pressure_mmhg(systolic_mmhg=systolic, diastolic_mmhg=diastolic)
    if systolic is not None and systolic < limits.systolic_mmhg:
        return None
    return None if mean is not None and mean < limits.mean_mmhg else limits.mean_mmhg


def _red_bands(
    rulebook: Rulebook, name: str, age_years: float | None
) -> tuple[tuple[float | None, float | None], ...]:
    """The values that score 3 in NEWS2; none for a child, to whom it must not be applied."""
    if age_years is not None and age_years < rulebook.news2.lowest_age_years:
        return ()
    parameter: BandedParameter = rulebook.news2.banded[name]
    return tuple(
        (
            None if band.low is None else band.low * parameter.step,
            None if band.high is None else band.high * parameter.step,
        )
        for band in parameter.bands
        if band.points == _SINGLE_RED
    )
