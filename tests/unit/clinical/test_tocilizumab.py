"""Tocilizumab: 8 mg/kg, 800 mg, every 8 h, 3 in 24 h, 4 in all; it warns and never blocks."""

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from monitoring.clinical.tocilizumab import (
    GivenDose,
    count,
    in_mg,
    is_tocilizumab,
    load_tocilizumab,
    warnings,
)

HOUR_US = 3_600_000_000
ADULT_KG = 70.0


def doses(*hours: float) -> list[GivenDose]:
    return [GivenDose(at_us=int(hour * HOUR_US), dose_mg=560.0) for hour in hours]


def codes(
    *hours: float, at: float, mg: float | None = 560.0, kg: float | None = ADULT_KG
) -> dict[str, bool]:
    found = warnings(doses(*hours), at_us=int(at * HOUR_US), dose_mg=mg, weight_kg=kg)
    return {one.code: one.exceeds for one in found}


@pytest.mark.parametrize(
    ("given", "at", "expected"),
    [
        ((), 0, {}),
        ((0,), 8, {}),
        ((0,), 7.99, {"interval": True}),
        ((0, 8), 16, {"in_24_hours": False}),
        ((0, 8, 16), 23.99, {"interval": True, "in_24_hours": True, "in_all": False}),
        # A dose exactly a day ago no longer counts towards these 24 hours.
        ((0, 8, 16), 24, {"in_24_hours": False, "in_all": False}),
        ((0, 24, 48), 72, {"in_all": False}),
        ((0, 24, 48, 72), 96, {"in_all": True}),
        # Charted late: what was given after it counts as well.
        ((10, 18), 2, {"in_24_hours": False}),
        ((4,), 0, {"interval": True}),
        # The 24 hours that end a day later no longer hold it.
        ((23, 24, 24), 0, {"in_all": False}),
    ],
)
def test_number_and_interval(
    given: tuple[float, ...], at: float, expected: dict[str, bool]
) -> None:
    assert codes(*given, at=at) == expected


@pytest.mark.parametrize(
    ("mg", "kg", "expected"),
    [
        (560, 70, {}),
        (561, 70, {}),
        (562, 70, {"above_per_kg": True}),
        (800, 110, {}),
        (801, 110, {}),
        (802, 110, {"above_cap": True}),
        (800, 100, {}),
        (880, 110, {"above_cap": True}),
        (880, 70, {"above_cap": True, "above_per_kg": True}),
        (348, 29, {}),
        (350, 29, {"above_per_kg": True}),
        (242, 30, {"above_per_kg": True}),
        (240, 30, {}),
        (None, 70, {"dose_unknown": False}),
        (560, None, {"weight_unknown": False}),
        (900, None, {"above_cap": True, "weight_unknown": False}),
    ],
)
def test_dose_by_weight(mg: float | None, kg: float | None, expected: dict[str, bool]) -> None:
    assert codes(at=0, mg=mg, kg=kg) == expected


def test_the_words_of_the_guideline_limits() -> None:
    said = [one.text for one in warnings(doses(0, 8, 16), at_us=20 * HOUR_US, dose_mg=900,
                                         weight_kg=None)]  # fmt: skip
    assert said == [
        "8 h are not over: 4 h 0 min from another dose.",
        "Fourth dose within 24 h: more than 3.",
        "Fourth dose reached: none may follow.",
        "900 mg is above 800 mg.",
        "Weight unknown: the dose cannot be checked.",
    ]
    unknown = warnings(doses(*range(0, 200, 25)), at_us=225 * HOUR_US, dose_mg=None, weight_kg=70)
    assert [one.text for one in unknown] == [
        "9th dose in all: more than 4.",
        "Dose not charted in mg: it cannot be checked.",
    ]


def test_a_dose_by_weight_is_cited_by_the_row_that_holds_for_the_weight() -> None:
    limits = load_tocilizumab()
    for kg, mg, source in ((70.0, 562.0, limits.dose_source), (29.0, 350.0, limits.light_source)):
        (warned,) = warnings([], at_us=0, dose_mg=mg, weight_kg=kg)
        assert (warned.code, warned.source) == ("above_per_kg", source)
    assert limits.dose_source != limits.light_source


def test_the_count_at_a_moment() -> None:
    now = count(doses(0, 9, 30), at_us=14 * HOUR_US)
    assert (now.in_all, now.in_24_hours, now.hours_since_last) == (2, 2, 5.0)
    assert now.next_us == 17 * HOUR_US
    assert (now.most_in_all, now.most_in_24_hours) == (4, 3)
    # One given at this moment is counted, one exactly a day before it no longer for the day.
    now = count(doses(0, 9, 24), at_us=24 * HOUR_US)
    assert (now.in_all, now.in_24_hours, now.last_us) == (3, 2, 24 * HOUR_US)


def test_after_three_in_a_day_the_next_waits_for_the_day_and_after_four_none_follows() -> None:
    assert count(doses(0, 8, 16), at_us=17 * HOUR_US).next_us == 24 * HOUR_US
    assert count(doses(0, 1, 2), at_us=3 * HOUR_US).next_us == 24 * HOUR_US
    assert count(doses(10, 18, 26), at_us=27 * HOUR_US).next_us == 34 * HOUR_US
    assert count(doses(0, 8, 16, 24), at_us=40 * HOUR_US).next_us is None
    first = count([], at_us=5 * HOUR_US)
    assert (first.in_all, first.last_us, first.hours_since_last) == (0, None, None)
    assert first.next_us == 5 * HOUR_US


@for_all(st.lists(st.integers(0, 200), max_size=3), st.integers(0, 200))
def test_a_dose_at_the_next_time_breaks_no_limit(hours: list[int], now: int) -> None:
    """The time shown as the next one is one that the warnings accept."""
    earlier = [hour for hour in hours if hour <= now]
    at_us = count(doses(*earlier), at_us=now * HOUR_US).next_us
    assert at_us is not None
    assert at_us >= now * HOUR_US
    found = warnings(doses(*earlier), at_us=at_us, dose_mg=560.0, weight_kg=ADULT_KG)
    assert not any(one.exceeds for one in found)


def test_doses_in_other_units() -> None:
    assert in_mg(560.0, "mg", None) == 560.0
    assert in_mg(0.56, "g", None) == 560.0
    assert in_mg(560_000.0, "ug", None) == 560.0
    assert in_mg(8.0, "mg/kg", 70.0) == 560.0
    assert in_mg(8.0, "mg/kg", None) is None
    assert in_mg(560.0, None, 70.0) is None
    assert in_mg(20.0, "mL", 70.0) is None


def test_limits_are_cited_and_the_name_is_read_as_written() -> None:
    limits = load_tocilizumab()
    assert "7.1" in limits.count_source
    assert "7.1" in limits.light_source
    assert is_tocilizumab(" Tocilizumab")
    assert is_tocilizumab("tocilizumab-aazg")
    assert not is_tocilizumab("siltuximab")
