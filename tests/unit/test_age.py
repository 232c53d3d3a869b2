"""Age as the rules need it: completed years for adults, days for the newborn."""

from datetime import date

import pytest

from monitoring.services.evaluate import age_years


@pytest.mark.parametrize(
    ("born", "on", "completed"),
    [
        (date(1970, 11, 22), date(2026, 11, 22), 56),
        (date(1970, 11, 23), date(2026, 11, 22), 55),
        (date(2010, 12, 31), date(2026, 12, 30), 15),
        (date(2010, 12, 31), date(2026, 12, 31), 16),
        (date(2012, 2, 29), date(2026, 2, 28), 13),
        (date(2012, 2, 29), date(2026, 3, 1), 14),
    ],
)
def test_the_year_is_completed_on_the_birthday(born: date, on: date, completed: int) -> None:
    age = age_years(born, None, on)
    assert age is not None
    assert int(age) == completed


def test_an_infant_of_six_months_is_no_newborn() -> None:
    age = age_years(date(2026, 5, 22), None, date(2026, 11, 22))
    assert age == pytest.approx(0.5, abs=0.01)


def test_a_newborn_of_28_days_is_one() -> None:
    age = age_years(date(2026, 10, 25), None, date(2026, 11, 22))
    assert age is not None
    assert age * 365.25 <= 28


def test_what_is_not_known_stays_unknown() -> None:
    assert age_years(None, None, date(2026, 11, 22)) is None
    assert age_years(None, 73.0, date(2026, 11, 22)) == 73.0
