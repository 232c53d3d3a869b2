"""Laboratory trends: the last two values, peak, baseline, and what tocilizumab does to them."""

from dataclasses import replace

import numpy as np
import pytest

from monitoring.clinical.concepts import CONCEPTS
from monitoring.clinical.laboratory import (
    LaboratoryTrend,
    LaboratoryValue,
    rapid_pairs,
    series_of,
    trends,
)
from monitoring.clinical.laboratory_policy import load_laboratory_policy, parse_laboratory_policy
from monitoring.clinical.rule_file import RuleFileError, read_packaged
from tests.laboratory_stay import Stay, hour
from tests.spec import bedside


def of(stay: Stay, concept: str, h: float) -> LaboratoryTrend:
    (found,) = trends(stay.facts(), (concept,), at_us=hour(h))
    return found


def test_a_course_of_ferritin() -> None:
    stay = Stay().infuse(0).lab("ferritin", m48=300, m12=250, h24=800, h48=2400, h72=1800)

    course = of(stay, "ferritin", 73)

    assert course.unit == "ng/mL"
    assert (course.last.value, course.last.row_id) == (1800, 5)
    assert course.previous is not None
    assert course.previous.value == 2400
    assert course.change_per_day == pytest.approx(-600)
    assert course.fold == pytest.approx(0.75)
    assert (course.nadir.value, course.peak.value) == (250, 2400)
    assert course.baseline is not None
    assert course.baseline.value == 250
    assert course.rapid is not None  # from 800 at 24 h: still more than double within two days
    assert course.rapid[0].value == 800


def test_a_moment_knows_nothing_of_later_values() -> None:
    stay = Stay().infuse(0).lab("ferritin", m12=250, h24=800, h48=100, h72=2400)

    course = of(stay, "ferritin", 30)

    assert course.last.value == 800
    assert (course.nadir.value, course.peak.value) == (250, 800)


def test_what_was_not_measured_yet_has_no_trend_and_is_not_zero() -> None:
    stay = Stay().lab("crp", h5=10).lab("ferritin", h0=300)

    (only,) = trends(stay.facts(), ("crp", "ferritin", "ldh"), at_us=hour(1))

    assert only.concept == "ferritin"


def test_one_value_has_no_rate_and_without_a_dose_there_is_no_baseline() -> None:
    course = of(Stay().lab("crp", h0=10), "crp", 1)

    assert course.change_per_day is None
    assert course.fold is None
    assert course.baseline is None


def test_each_value_names_the_one_that_it_has_risen_from() -> None:
    facts = Stay().lab("ferritin", h0=100, h10=150, h20=200, h90=900).facts()
    pairs = rapid_pairs(series_of(facts.observations, "ferritin"), load_laboratory_policy())
    assert pairs.tolist() == [-1, -1, 0, -1]


def test_a_value_taken_at_the_infusion_is_not_before_it() -> None:
    assert of(Stay().infuse(0).lab("crp", h0=10, h1=11), "crp", 2).baseline is None


def test_a_correction_recorded_later_counts_at_its_instant() -> None:
    stay = Stay().lab("ferritin", h0=100).at(24, "ferritin", 9000).at(24, "ferritin", 900)

    course = of(stay, "ferritin", 25)

    assert (course.last.value, course.last.row_id) == (900, 3)
    assert course.previous is not None
    assert course.previous.value == 100


def test_an_impossible_value_is_left_out() -> None:
    stay = Stay().at(0, "crp", -4.0).at(1, "crp", 20.0).at(2, "crp", float("nan"))

    assert series_of(stay.facts().observations, "crp").value.tolist()[:-1] == [20.0]


def test_old_is_said() -> None:
    stay = Stay().lab("crp", h0=10, h24=30)

    assert not of(stay, "crp", 72).is_stale
    assert of(stay, "crp", 73).is_stale
    assert of(stay, "crp", 72).rapid is not None
    assert of(stay, "crp", 73).rapid is None


@pytest.mark.parametrize(
    ("concept", "flags"),
    [
        ("interleukin_6", ("rises_under_receptor_blockade",)),
        ("crp", ("falls_under_receptor_blockade",)),
        ("ferritin", ()),
    ],
)
def test_after_tocilizumab_il6_rises_and_crp_falls_whatever_crs_does(
    concept: str, flags: tuple[str, ...]
) -> None:
    stay = Stay().lab(concept, h0=50, h24=300).give(12, "Tocilizumab", "anticytokine")

    assert of(stay, concept, 1).flags == ()
    assert of(stay, concept, 25).flags == flags


def test_other_drugs_and_two_weeks_later_leave_it_unmarked() -> None:
    siltuximab = Stay().lab("interleukin_6", h24=300).give(12, "siltuximab", "anticytokine")
    later = Stay().lab("interleukin_6", h400=30).give(12, "tocilizumab", "anticytokine")

    assert of(siltuximab, "interleukin_6", 25).flags == ()
    assert of(later, "interleukin_6", 401).flags == ()


def test_the_policy_names_itself_and_refuses_what_it_does_not_know() -> None:
    assert load_laboratory_policy().id == "stormwatch-laboratory@2"
    content = read_packaged("laboratory.toml")

    with pytest.raises(RuleFileError, match="not a laboratory concept"):
        parse_laboratory_policy(
            {**content, "limit": [{"concept": "spo2", "upper": 1.0, "source": "x"}]}
        )
    with pytest.raises(RuleFileError, match="lower must lie below upper"):
        parse_laboratory_policy(
            {
                **content,
                "limit": [{"concept": "ast", "lower": 9, "upper": 9, "unit": "U/L", "source": "x"}],
            }
        )
    with pytest.raises(RuleFileError, match="needs lower or upper"):
        parse_laboratory_policy(
            {**content, "limit": [{"concept": "ast", "unit": "U/L", "source": "x"}]}
        )
    high = {**content["iec_hs"], "ferritin_very_high_ng_ml": 1e6}
    assert parse_laboratory_policy({**content, "iec_hs": high}).ferritin_very_high_ng_ml == 1e6
    with pytest.raises(RuleFileError, match="must lie between 500 and"):
        parse_laboratory_policy(
            {**content, "iec_hs": {**high, "ferritin_very_high_ng_ml": 1e6 + 1}}
        )
    with pytest.raises(RuleFileError, match="unknown key"):
        parse_laboratory_policy({**content, "validty": {}})


def test_from_an_unmeasurable_value_there_is_no_factor() -> None:
    course = of(Stay().lab("crp", h0=0, h24=30), "crp", 25)

    assert (course.fold, course.change_per_day, course.rapid) == (None, 30.0, None)


def test_the_first_value_of_all_is_the_baseline_where_none_came_between() -> None:
    stay = Stay().infuse(0).lab("crp", m5=8, h10=20)

    assert of(stay, "crp", 11).baseline == LaboratoryValue(value=8.0, taken_us=hour(-5), row_id=1)
    # Before the dose nobody knows which value will have been the last.
    assert of(Stay().infuse(5).lab("crp", h2=7, h4=8), "crp", 3).baseline is None


@pytest.mark.parametrize(
    ("h", "flags"), [(12, 1), (11.9, 0), (12 + 14 * 24, 1), (12.1 + 14 * 24, 0)]
)
def test_tocilizumab_counts_from_the_minute_it_is_given_for_two_weeks(h: float, flags: int) -> None:
    stay = Stay().at(h, "crp", 20).give(12, "tocilizumab", "anticytokine")

    assert len(of(stay, "crp", h).flags) == flags


def test_the_highest_possible_value_is_a_value_and_each_says_whether_a_device_sent_it() -> None:
    lowest, highest = CONCEPTS["body_temperature"].possible or (0.0, 0.0)
    case = bedside.read("0 T 38.5; 1 monitor, T 38.6; 2 T 38.7")
    case.observations += [
        (hour(3), "body_temperature", lowest),
        (hour(4), "body_temperature", highest),
        (hour(5), "body_temperature", highest + 0.1),
        (hour(6), "body_temperature", lowest - 0.1),
    ]
    facts = case.facts()

    series = series_of(facts.observations, "body_temperature")

    assert series.value.tolist()[:-1] == [38.5, 38.6, 38.7, lowest, highest]
    assert series.streamed.tolist() == [False, True, False, False, False, False]
    # Beyond the last value stands one that is none, so that -1 finds nothing.
    assert (series.row_id[-1], np.isnan(series.value[-1])) == (-1, True)
    charted = replace(facts.observations, streamed=None)
    assert series_of(charted, "body_temperature").streamed.tolist() == [False] * 6
