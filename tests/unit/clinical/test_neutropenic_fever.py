"""Neutropenic fever at the bedside: when the clock starts, and what stops it."""

from dataclasses import replace

import pytest

from monitoring.clinical.neutropenic_fever import (
    AntibioticClock,
    FeverCarried,
    NeutropenicFever,
    neutropenic_fever,
)
from monitoring.clinical.results import Truth
from tests.laboratory_stay import Stay, hour, hours

FOREVER = float("inf")


def at(stay: Stay, h: float, **said: bool) -> NeutropenicFever:
    (state,) = neutropenic_fever(stay.facts(), at_us=hours(h), **said)
    return state


def neutropenic() -> Stay:
    return Stay().lab("neutrophils", h0=0.2)


def test_a_single_temperature_of_38_3_starts_the_clock() -> None:
    state = at(neutropenic().at(2, "body_temperature", 38.3), 2)

    assert state.present is Truth.YES
    assert state.fever_by == "single"
    assert state.carried.since_us == hour(2)
    assert state.due_us == hour(3)
    assert state.clock is AntibioticClock.RUNNING
    assert [(one.concept, one.display) for one in state.evidence] == [
        ("body_temperature", "38.3 C"),
        ("neutrophils", "0.20 x10^9/L"),
    ]


def test_38_2_alone_is_no_fever_yet_and_is_due_again_after_an_hour() -> None:
    state = at(neutropenic().at(2, "body_temperature", 38.2), 2.5)

    assert state.present is Truth.NO
    assert state.recheck_due_us == hour(3)
    assert state.clock is AntibioticClock.STOPPED


@pytest.mark.parametrize(
    ("second", "fever"),
    [((3.0, 38.0), Truth.YES), ((2.98, 38.2), Truth.NO), ((3.0, 37.9), Truth.NO)],
)
def test_38_0_counts_once_it_has_lasted_the_hour(second: tuple[float, float], fever: Truth) -> None:
    stay = (
        neutropenic().at(2, "body_temperature", 38.0).at(second[0], "body_temperature", second[1])
    )

    state = at(stay, 3)

    assert state.fever is fever
    if fever is Truth.YES:
        assert state.fever_by == "sustained"
        assert state.carried.fever_since_us == hour(3)


def test_a_lower_reading_between_breaks_the_hour() -> None:
    stay = neutropenic().lab("body_temperature", h2=38.1, h3=37.8, h4=38.1)

    assert at(stay, 4).fever is Truth.NO
    assert at(stay, 4).recheck_due_us == hour(5)


def test_two_readings_too_far_apart_show_nothing_sustained() -> None:
    stay = neutropenic().lab("body_temperature", h2=38.1, h8=38.1)

    assert at(stay, 8).fever is Truth.NO


def test_the_count_of_500_is_not_below_500() -> None:
    stay = Stay().lab("neutrophils", h0=0.5).at(2, "body_temperature", 39.0)

    assert at(stay, 2).present is Truth.NO
    assert at(stay, 2, anc_expected_low=True).present is Truth.YES


def test_the_clock_runs_from_when_both_are_there() -> None:
    stay = Stay().lab("neutrophils", h0=1.2, h10=0.3).at(6, "body_temperature", 38.9)

    assert at(stay, 8).present is Truth.NO
    assert at(stay, 10).carried.since_us == hour(10)
    assert at(stay, 10).due_us == hour(11)


def test_overdue_is_later_than_the_hour() -> None:
    stay = neutropenic().at(2, "body_temperature", 38.5)

    assert at(stay, 3).clock is AntibioticClock.RUNNING
    assert at(stay, 3.01).clock is AntibioticClock.OVERDUE


def test_an_antibiotic_in_this_fever_stops_the_clock() -> None:
    stay = neutropenic().at(2, "body_temperature", 38.5).give(2.5, "cefepime", "antimicrobial")

    assert at(stay, 2.4).clock is AntibioticClock.RUNNING
    state = at(stay, 3.5)
    assert state.clock is AntibioticClock.GIVEN
    assert state.antibiotic is not None
    assert state.antibiotic.display == "cefepime"


def test_what_ran_before_the_fever_is_shown_and_does_not_stop_it() -> None:
    stay = neutropenic().at(2, "body_temperature", 38.5)
    stay.give(-12, "cefepime", "antimicrobial", until=FOREVER)
    stay.give(-48, "levofloxacin", "antimicrobial", until=FOREVER, why="prophylaxis")

    state = at(stay, 3.5)

    assert state.clock is AntibioticClock.OVERDUE
    assert state.earlier_antibiotic is not None
    assert state.earlier_antibiotic.display == "cefepime"


def test_a_new_fever_after_a_day_starts_a_new_clock() -> None:
    stay = neutropenic().lab("neutrophils", h36=0.1).lab("body_temperature", h2=38.5, h30=38.6)
    stay.give(2.5, "cefepime", "antimicrobial")

    state = at(stay, 30)

    assert state.carried.fever_since_us == hour(30)
    assert state.clock is AntibioticClock.RUNNING


def test_fever_that_goes_on_keeps_its_first_clock() -> None:
    stay = neutropenic().lab("body_temperature", h2=38.5, h20=37.2, h25=38.4, h44=38.6)
    stay.give(2.5, "cefepime", "antimicrobial")

    state = at(stay, 44)

    assert state.carried.fever_since_us == hour(2)
    assert state.clock is AntibioticClock.GIVEN


def test_missing_count_is_unknown_and_not_no() -> None:
    state = at(Stay().at(2, "body_temperature", 39.0), 2)

    assert state.present is Truth.UNKNOWN
    assert state.missing == ("neutrophils",)
    assert state.clock is AntibioticClock.STOPPED


def test_an_old_low_count_is_held_and_an_old_normal_one_is_unknown() -> None:
    low = neutropenic().at(60, "body_temperature", 38.6)
    normal = Stay().lab("neutrophils", h0=3.0).at(60, "body_temperature", 38.6)

    assert at(low, 60).present is Truth.HELD
    assert at(low, 60).due_us == hour(61)
    assert at(normal, 60).present is Truth.UNKNOWN


def test_missing_temperature_is_unknown() -> None:
    assert at(neutropenic(), 2).fever is Truth.UNKNOWN
    assert at(neutropenic().at(2, "body_temperature", 37.0), 27).fever is Truth.UNKNOWN


def test_where_no_treatment_is_charted_the_antibiotic_is_unknown() -> None:
    facts = neutropenic().at(2, "body_temperature", 38.5).facts()

    (state,) = neutropenic_fever(replace(facts, treatments_charted=False), at_us=hours(5))

    assert state.clock is AntibioticClock.UNKNOWN


def test_recovered_counts_end_it() -> None:
    stay = neutropenic().lab("neutrophils", h10=0.9).at(8, "body_temperature", 38.5)

    assert at(stay, 9).present is Truth.YES
    assert at(stay, 10).present is Truth.NO


def test_readings_four_and_a_half_hours_apart_are_one_stretch_and_further_ones_are_not() -> None:
    near = neutropenic().lab("body_temperature", h2=38.1, h6=37.0).at(6.5, "body_temperature", 38.1)
    together = neutropenic().at(2, "body_temperature", 38.1).at(6.5, "body_temperature", 38.1)
    apart = neutropenic().at(2, "body_temperature", 38.1).at(6.51, "body_temperature", 38.1)

    assert at(together, 6.5).fever_by == "sustained"
    assert at(apart, 6.51).fever is Truth.NO
    assert at(near, 6.5).fever is Truth.NO


def test_a_fever_that_is_over_starts_no_clock_and_is_carried_no_further() -> None:
    stay = neutropenic().at(2, "body_temperature", 38.5).give(1, "cefepime", "antimicrobial")
    stay.lab("neutrophils", h27=0.2)
    known = at(stay.at(26, "body_temperature", 37.0), 27)

    assert (known.fever, known.fever_by, known.present) == (Truth.NO, None, Truth.NO)
    assert known.carried == FeverCarried(at_us=hour(27))
    assert (known.antibiotic, known.earlier_antibiotic) == (None, None)
    assert known.recheck_due_us is None


def test_a_single_fever_of_long_ago_is_due_for_no_second_reading() -> None:
    state = at(neutropenic().at(2, "body_temperature", 38.5), 26.5)

    assert state.fever is Truth.UNKNOWN
    assert state.recheck_due_us is None


def test_within_a_fever_a_lower_reading_is_due_for_no_second_one_and_the_fever_is_shown() -> None:
    stay = neutropenic().at(2, "body_temperature", 38.5).at(2.5, "body_temperature", 38.1)

    state = at(stay.at(3, "body_temperature", 37.5), 3)

    assert at(stay, 2.5).recheck_due_us is None
    assert state.fever_by == "single"
    assert [one.display for one in state.evidence] == ["38.5 C", "0.20 x10^9/L"]
    assert [one.value for one in state.evidence] == [38.5, 0.2]
    assert [one.age_s for one in state.evidence] == [3600.0, 3 * 3600.0]
    assert state.carried == FeverCarried(
        at_us=hour(3), fever_since_us=hour(2), last_fever_us=hour(2), since_us=hour(2)
    )


def test_a_fever_that_is_carried_on_needs_no_temperature_of_its_own() -> None:
    prior = FeverCarried(
        at_us=hour(20), fever_since_us=hour(2), last_fever_us=hour(20), since_us=hour(2)
    )
    facts = Stay().lab("neutrophils", h10=0.2).facts()

    (state, later) = neutropenic_fever(facts, at_us=hours(30, 44.5), prior=prior)

    assert (state.present, state.fever_by, state.due_us) == (Truth.YES, None, hour(3))
    assert state.carried == replace(prior, at_us=hour(30))
    assert [one.concept for one in state.evidence] == ["neutrophils"]
    assert (later.fever, later.carried) == (Truth.UNKNOWN, FeverCarried(at_us=hour(44.5)))


def test_the_clock_that_is_carried_on_is_not_moved_by_a_count_of_the_same_fever() -> None:
    """The facts reach back a day: the first low count is no longer among them."""
    prior = FeverCarried(
        at_us=hour(39), fever_since_us=hour(2), last_fever_us=hour(39), since_us=hour(4)
    )
    facts = Stay().lab("neutrophils", h30=0.2).at(39, "body_temperature", 38.5).facts()

    (state,) = neutropenic_fever(facts, at_us=hours(40), prior=prior)

    assert state.carried.since_us == hour(4)
    (other,) = neutropenic_fever(
        facts, at_us=hours(40), prior=replace(prior, fever_since_us=hour(39))
    )
    assert other.carried.since_us == hour(4)
    (anew,) = neutropenic_fever(facts, at_us=hours(40), prior=replace(prior, since_us=None))
    assert anew.carried.since_us == hour(30)


def test_the_first_count_of_all_starts_the_clock_when_it_comes_after_the_fever() -> None:
    stay = Stay().lab("neutrophils", h3=0.2).at(2, "body_temperature", 38.5)

    assert at(stay, 3).due_us == hour(4)


def test_an_antibiotic_of_the_very_minute_of_the_fever_is_given_in_it() -> None:
    stay = neutropenic().at(2, "body_temperature", 38.5)
    begun = at(stay.give(2, "cefepime", "antimicrobial"), 3)
    ended = at(
        neutropenic()
        .at(2, "body_temperature", 38.5)
        .give(0, "cefepime", "antimicrobial", until=2)
        .give(-9, "meropenem", "antimicrobial", until=1.9),
        3,
    )

    assert begun.clock is AntibioticClock.GIVEN
    assert ended.clock is AntibioticClock.RUNNING
    assert ended.earlier_antibiotic is not None
    assert ended.earlier_antibiotic.display == "cefepime"


def test_a_low_count_after_a_low_one_does_not_start_the_clock_again() -> None:
    stay = neutropenic().lab("neutrophils", h10=0.1).at(6, "body_temperature", 38.5)

    assert at(stay, 11).due_us == hour(7)


def test_a_fever_of_a_day_later_to_the_minute_is_still_the_same() -> None:
    stay = neutropenic().lab("body_temperature", h2=38.5, h26=38.6)

    assert at(stay, 26).carried.fever_since_us == hour(2)
    later = neutropenic().at(2, "body_temperature", 38.5).at(26.01, "body_temperature", 38.6)
    assert at(later, 26.01).carried.fever_since_us == hour(26.01)


def test_neutropenia_without_a_temperature_is_not_known_to_be_neutropenic_fever() -> None:
    state = at(neutropenic(), 2)

    assert (state.present, state.missing) == (Truth.UNKNOWN, ("body_temperature",))
    assert state.clock is AntibioticClock.STOPPED


def test_an_antibiotic_that_is_begun_this_minute_is_given() -> None:
    stay = neutropenic().at(2, "body_temperature", 38.5).give(2.5, "cefepime", "antimicrobial")

    assert at(stay, 2.5).clock is AntibioticClock.GIVEN


def test_a_fever_that_is_carried_on_shows_no_temperature_that_was_no_fever() -> None:
    """Its own readings are no longer among the facts; those since then were no fever."""
    prior = FeverCarried(
        at_us=hour(20), fever_since_us=hour(2), last_fever_us=hour(20), since_us=hour(2)
    )
    stay = neutropenic().lab("body_temperature", h21=37.4, h22=37.1)

    (state,) = neutropenic_fever(stay.facts(), at_us=hours(23), prior=prior)

    assert (state.fever, state.fever_by) == (Truth.YES, None)
    assert [one.concept for one in state.evidence] == ["neutrophils"]


def test_the_first_reading_of_a_fever_that_is_carried_on_is_shown_while_it_is_at_hand() -> None:
    prior = FeverCarried(
        at_us=hour(2), fever_since_us=hour(2), last_fever_us=hour(2), since_us=hour(2)
    )

    (state,) = neutropenic_fever(
        neutropenic().at(2, "body_temperature", 38.5).facts(), at_us=hours(3), prior=prior
    )

    assert (state.fever_by, state.carried) == ("single", replace(prior, at_us=hour(3)))
    assert [one.display for one in state.evidence] == ["38.5 C", "0.20 x10^9/L"]


def test_an_earlier_reading_does_not_bring_the_last_fever_forward() -> None:
    prior = FeverCarried(
        at_us=hour(20), fever_since_us=hour(2), last_fever_us=hour(20), since_us=hour(2)
    )
    stay = neutropenic().at(10, "body_temperature", 38.5)

    (state, over) = neutropenic_fever(stay.facts(), at_us=hours(43, 44.5), prior=prior)

    assert (state.fever, state.carried.last_fever_us) == (Truth.YES, hour(20))
    assert over.fever is Truth.UNKNOWN


def test_a_new_fever_has_a_clock_of_its_own_though_the_counts_were_low_all_along() -> None:
    prior = FeverCarried(
        at_us=hour(3), fever_since_us=hour(2), last_fever_us=hour(2), since_us=hour(2)
    )

    (state,) = neutropenic_fever(
        neutropenic().at(40, "body_temperature", 38.5).facts(), at_us=hours(40), prior=prior
    )

    assert (state.carried.fever_since_us, state.due_us) == (hour(40), hour(41))


def test_a_count_of_the_very_moment_that_was_judged_last_does_not_move_the_clock() -> None:
    prior = FeverCarried(
        at_us=hour(30), fever_since_us=hour(2), last_fever_us=hour(29), since_us=hour(4)
    )
    facts = Stay().lab("neutrophils", h30=0.2).at(29, "body_temperature", 38.5).facts()

    (state,) = neutropenic_fever(facts, at_us=hours(31), prior=prior)

    assert state.due_us == hour(5)


def test_where_a_low_count_is_expected_the_hour_runs_from_the_fever() -> None:
    stay = Stay().at(2, "body_temperature", 38.5).lab("neutrophils", h2=1.2)
    stay.at(2.5, "neutrophils", 0.2)

    turning = neutropenic_fever(
        stay.facts(),
        at_us=hours(2, 2.2, 2.5, 2.9, 3, 3.1, 3.4, 3.6),
        anc_expected_low=True,
        turns_only=True,
    )

    assert [(one.carried.at_us, one.clock) for one in turning] == [
        (hour(2), AntibioticClock.RUNNING),
        (hour(2.5), AntibioticClock.RUNNING),
        (hour(3.1), AntibioticClock.OVERDUE),
    ]
