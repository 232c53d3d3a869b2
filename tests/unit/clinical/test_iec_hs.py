"""The IEC-HS watch: what is present, what is only not known, and never a diagnosis."""

import pytest

from monitoring.clinical.iec_hs import IecHsWatch, iec_hs_watch
from monitoring.clinical.results import Truth
from tests.laboratory_stay import Stay, hours


def at(stay: Stay, h: float, **findings: bool) -> IecHsWatch:
    (watch,) = iec_hs_watch(stay.facts(), at_us=hours(h), findings=findings)
    return watch


def truths(watch: IecHsWatch) -> dict[str, Truth]:
    return {one.id: one.truth for one in watch.criteria}


def ids(watch: IecHsWatch, group: str | None = None) -> list[str]:
    return [one.id for one in watch.present(group)]


def test_nothing_measured_is_nothing_known() -> None:
    watch = at(Stay(), 0)

    assert set(truths(watch).values()) == {Truth.UNKNOWN}
    assert watch.worth_a_look is Truth.UNKNOWN
    assert len(watch.unknown) == 14


def test_ferritin_above_twice_the_upper_limit_and_what_goes_with_it() -> None:
    stay = Stay().infuse(0).lab("ferritin", m12=400, h100=601, h120=12_000)
    stay.lab("ast", h120=201).lab("fibrinogen", h120=149).lab("ldh", h120=900)
    stay.at(118, "body_temperature", 38.0)

    watch = at(stay, 121)

    assert ids(watch, "required") == ["ferritin"]
    assert ids(watch, "most_common") == ["transaminases", "fibrinogen"]
    assert ids(watch, "others") == ["ldh", "fever"]
    assert watch.worth_a_look is Truth.YES
    assert watch.notes == (
        "Ferritin 12,000 ng/mL is above 10,000, the limit of CARTOX (Neelapu 2018).",
        "Ferritin rose from 601 to 12,000 ng/mL in 20 h.",
        (
            "This names what is present and is no diagnosis; "
            "how many it takes is a clinical judgement."
        ),
    )
    ferritin = watch.criteria[0]
    assert [one.display for one in ferritin.inputs] == ["601 ng/mL", "12000 ng/mL"]
    assert [one.row_id for one in ferritin.inputs] == [2, 3]


def test_it_grades_nothing() -> None:
    assert not any("grade" in name for name in IecHsWatch.__dataclass_fields__)


@pytest.mark.parametrize(("value", "truth"), [(600.0, Truth.NO), (600.1, Truth.YES)])
def test_twice_the_limit_itself_is_not_above_it(value: float, truth: Truth) -> None:
    stay = Stay().infuse(0).lab("ferritin", m12=590, h20=value)

    assert truths(at(stay, 21))["ferritin"] is truth


def test_ferritin_by_the_persons_own_baseline() -> None:
    stay = Stay().infuse(0).lab("ferritin", m12=200, h100=401)

    watch = at(stay, 101)

    assert truths(watch)["ferritin"] is Truth.YES
    without = Stay().lab("ferritin", h100=401)
    assert truths(at(without, 101))["ferritin"] is Truth.UNKNOWN
    assert truths(at(without.lab("ferritin", h120=601), 121))["ferritin"] is Truth.YES


def test_before_the_therapy_there_is_no_baseline_to_compare_with() -> None:
    stay = Stay().infuse(50).lab("ferritin", h0=100, h40=190)

    assert truths(at(stay, 41))["ferritin"] is Truth.UNKNOWN


@pytest.mark.parametrize(
    ("values", "truth"),
    [
        ({"h2": 100, "h50": 200}, Truth.YES),
        ({"h2": 100, "h50": 199}, Truth.NO),
        ({"h2": 100, "h50.5": 200}, Truth.NO),
        ({"h2": 100, "h24": 150, "h48": 210}, Truth.YES),
        ({"h2": 100, "h24": 220, "h48": 215, "h72": 230}, Truth.NO),
    ],
)
def test_doubling_within_two_days_is_a_rapid_rise(values: dict, truth: Truth) -> None:
    stay = Stay().infuse(0).lab("ferritin", m1=190, **values)
    last = max(float(when[1:]) for when in values)

    assert truths(at(stay, last))["ferritin"] is truth


def test_a_rise_from_the_first_value_of_all_is_told_with_both() -> None:
    watch = at(Stay().lab("ferritin", h2=100, h12=200), 12)

    assert truths(watch)["ferritin"] is Truth.YES
    assert [one.display for one in watch.criteria[0].inputs] == ["100 ng/mL", "200 ng/mL"]
    assert watch.notes[0] == "Ferritin rose from 100 to 200 ng/mL in 10 h."


def test_nothing_is_a_multiple_of_a_ferritin_of_0_before_the_therapy() -> None:
    stay = Stay().infuse(0).lab("ferritin", m12=0, h20=150)

    assert truths(at(stay, 21))["ferritin"] is Truth.UNKNOWN


def test_a_fever_of_the_last_day_counts_though_it_has_gone() -> None:
    stay = Stay().at(0, "body_temperature", 38.5).at(10, "body_temperature", 37.0)

    shown = {
        h: next(one for one in at(stay, h).criteria if one.id == "fever") for h in (24, 24.1, 35)
    }

    assert [one.truth for one in shown.values()] == [Truth.YES, Truth.NO, Truth.UNKNOWN]
    assert [one.inputs[0].display for one in shown.values()] == ["38.5 C", "37.0 C", "37.0 C"]
    assert [one.inputs[0].stale for one in shown.values()] == [False, False, True]


def test_an_old_value_is_held_when_it_was_met_and_unknown_when_it_was_not() -> None:
    stay = Stay().lab("ferritin", h0=5000).lab("fibrinogen", h0=300)

    fresh, old = at(stay, 48), at(stay, 49)

    assert truths(fresh)["ferritin"] is Truth.YES
    assert truths(fresh)["fibrinogen"] is Truth.NO
    assert truths(old)["ferritin"] is Truth.HELD
    assert truths(old)["fibrinogen"] is Truth.UNKNOWN
    assert old.criteria[0].inputs[0].stale


def test_a_clinicians_word_counts_and_a_missing_one_is_unknown() -> None:
    stay = Stay().lab("ferritin", h0=5000).lab("fibrinogen", h0=100)

    assert truths(at(stay, 1))["haemophagocytosis"] is Truth.UNKNOWN
    assert ids(at(stay, 1, haemophagocytosis=True), "most_common") == [
        "fibrinogen",
        "haemophagocytosis",
    ]
    assert truths(at(stay, 1, haemophagocytosis=False))["haemophagocytosis"] is Truth.NO


def test_an_unknown_finding_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="hemophagocytosis"):
        at(Stay(), 0, hemophagocytosis=True)


def test_transaminases_against_an_abnormal_baseline() -> None:
    raised_before = Stay().infuse(0).lab("alt", m5=60, h50=301).lab("ast", m5=30, h50=30)
    normal_before = Stay().infuse(0).lab("alt", m5=38, h50=195).lab("ast", m5=30, h50=30)

    assert truths(at(raised_before, 51))["transaminases"] is Truth.YES
    assert truths(at(normal_before, 51))["transaminases"] is Truth.NO


def test_five_times_the_own_value_counts_where_either_was_abnormal_before() -> None:
    def with_ast(before: float) -> Stay:
        return Stay().infuse(0).lab("ast", m5=before, h50=before).lab("alt", m5=30, h50=160)

    assert truths(at(with_ast(60), 51))["transaminases"] is Truth.YES
    assert truths(at(with_ast(30), 51))["transaminases"] is Truth.NO


def test_a_childs_transaminases_have_no_limit_and_are_not_known() -> None:
    stay = Stay().infuse(0).lab("ast", m5=30, h50=900)
    stay.bed.age_years = 8.0

    assert truths(at(stay, 51))["transaminases"] is Truth.UNKNOWN


def test_grade_4_cytopenia_needs_both_lineages_known_to_say_no() -> None:
    low = Stay().lab("platelets", h0=24)
    half = Stay().lab("platelets", h0=30)
    whole = Stay().lab("platelets", h0=30).lab("neutrophils", h0=0.5)

    assert truths(at(low, 1))["cytopenia"] is Truth.YES
    assert truths(at(half, 1))["cytopenia"] is Truth.UNKNOWN
    assert truths(at(whole, 1))["cytopenia"] is Truth.NO


def test_ferritin_alone_is_not_worth_a_look_once_the_rest_is_known() -> None:
    stay = Stay().infuse(0).lab("ferritin", m5=100, h50=9000)
    for concept, value in {
        "ast": 30, "alt": 30, "fibrinogen": 300, "platelets": 100, "neutrophils": 2,
    }.items():  # fmt: skip
        stay.lab(concept, m5=value, h50=value)

    assert at(stay, 51, haemophagocytosis=False).worth_a_look is Truth.NO
    assert at(stay, 51).worth_a_look is Truth.NO  # one unknown cannot make two
    assert at(stay, 200).worth_a_look is Truth.UNKNOWN


def test_creatinine_half_above_the_baseline_is_new_renal_insufficiency() -> None:
    stay = Stay().infuse(0).lab("creatinine", m5=0.8, h50=1.21)

    assert truths(at(stay, 51))["kidneys"] is Truth.YES
    assert truths(at(Stay().lab("creatinine", h50=1.21), 51))["kidneys"] is Truth.UNKNOWN


def test_what_comes_later_changes_nothing_before_it() -> None:
    stay = Stay().infuse(0).lab("ferritin", m5=100, h24=150, h48=9000)

    early, late = iec_hs_watch(stay.facts(), at_us=hours(30, 50))

    assert early == at(Stay().infuse(0).lab("ferritin", m5=100, h24=150), 30)
    assert truths(late)["ferritin"] is Truth.YES


def test_findings_that_the_rules_do_not_know_are_named_in_order() -> None:
    with pytest.raises(ValueError, match=r"^No IEC-HS criterion looks at gout, hemo\.$"):
        at(Stay(), 0, hemo=True, haemophagocytosis=True, gout=True)


def test_where_only_turns_are_asked_for_what_stays_the_same_is_not_said_again() -> None:
    stay = Stay().lab("ferritin", h0=5000).lab("fibrinogen", h0=300, h3=140, h5=130)
    moments = hours(1, 2, 3, 4, 5, 48, 48.5, 52)

    every = iec_hs_watch(stay.facts(), at_us=moments)
    turns = iec_hs_watch(stay.facts(), at_us=moments, turns_only=True)

    # Fibrinogen fell at 3 h; ferritin is too old from 48.5 h on, fibrinogen from 53 h.
    assert turns == tuple(every[place] for place in (0, 2, 6))
    said_of = [0, 0, 2, 2, 2, 2, 6, 6]
    assert [truths(every[place]) for place in said_of] == [truths(one) for one in every]
