"""What is drawn as a limit is what the rules call a limit."""

from dataclasses import replace

import numpy as np
import pytest

from dashboard.bedside.limits import limits_in_force
from monitoring.clinical.facts import BaselineRecord, EncounterFacts, ObservationColumns
from monitoring.clinical.policy import load_policy
from monitoring.clinical.pressure import pressure_columns
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.timeline import build
from monitoring.clinical.truths import YES

NOON_US = 1_795_000_000_000_000
HOUR_US = 3_600_000_000
USUAL = BaselineRecord(
    row_id=1,
    effective_us=NOON_US - 48 * HOUR_US,
    systolic_mmhg=None,
    diastolic_mmhg=None,
    mean_mmhg=None,
    home_oxygen_device=None,
    home_oxygen_lpm=None,
    spo2_scale=1,
)


def is_low(systolic_mmhg: float, baseline: BaselineRecord | None, age_years: float | None) -> bool:
    """What the hypotension rule says of a systolic pressure alone."""
    facts = EncounterFacts(
        observations=ObservationColumns(
            row_id=np.array([1]),
            concept=np.array(["systolic_bp"], dtype=object),
            taken_us=np.array([NOON_US]),
            value=np.array([systolic_mmhg]),
            code=np.array([None], dtype=object),
        ),
        treatments=(),
        attributions=(),
        baselines=() if baseline is None else (baseline,),
        doses=(),
        age_years=age_years,
        care_setting="ward",
        treatments_charted=True,
    )
    policy = load_policy(None)
    judged = pressure_columns(
        build(facts, np.array([NOON_US + HOUR_US])),
        policy.hypotension,
        load_rulebook().crs.children,
        set_window_s=policy.freshness.set_window_s,
    )
    return bool(judged.truth[0] == YES)


@pytest.mark.parametrize("age_years", [None, 0.5, 6.0, 14.0, 54.0])
@pytest.mark.parametrize("own_mmhg", [None, 84.0, 88.0, 90.0, 104.0, 118.0, 124.0, 135.0])
def test_the_pressure_line_stands_where_the_flag_is_raised(
    own_mmhg: float | None, age_years: float | None
) -> None:
    baseline = None if own_mmhg is None else replace(USUAL, systolic_mmhg=own_mmhg)
    drawn = limits_in_force(
        rulebook=load_rulebook(), policy=load_policy(None), baseline=baseline, age_years=age_years
    ).systolic_mmhg
    assert drawn is not None
    assert is_low(drawn - 0.1, baseline, age_years)
    assert not is_low(drawn, baseline, age_years)


def test_the_grey_bands_are_the_red_bands_of_news2() -> None:
    drawn = limits_in_force(
        rulebook=load_rulebook(), policy=load_policy(None), baseline=None, age_years=54.0
    )
    assert drawn.heart_rate_bands == ((None, 40.0), (131.0, None))
    assert drawn.respiratory_rate_bands == ((None, 8.0), (25.0, None))


def test_a_child_has_no_news2_bands() -> None:
    drawn = limits_in_force(
        rulebook=load_rulebook(), policy=load_policy(None), baseline=None, age_years=9.0
    )
    assert drawn.heart_rate_bands == ()


def test_fever_is_the_rulebook_s_and_saturation_the_policy_s() -> None:
    policy = load_policy({"hypoxia": {"spo2_percent": 90.0}})
    drawn = limits_in_force(rulebook=load_rulebook(), policy=policy, baseline=None, age_years=54.0)
    assert drawn.fever_c == 38.0
    assert drawn.spo2_percent == 90.0
    scale_2 = limits_in_force(
        rulebook=load_rulebook(), policy=policy, baseline=replace(USUAL, spo2_scale=2),
        age_years=54.0,
    )  # fmt: skip
    assert scale_2.spo2_percent == 88.0
