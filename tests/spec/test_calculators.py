"""Public calculators beside ours: what differs, where, and by which rule of the paper."""

import pytest

from tests.property import naive_crs_record
from tests.spec import calculators_page
from tests.spec.public_calculators import (
    CALCULATORS,
    CASES,
    Calculator,
    Case,
    cancercalc,
    cliot,
    crs_checker,
    nobra,
)


def test_ours_is_the_reference_s_algorithm_in_every_cell() -> None:
    plain = [naive_crs_record.grade(case.record) for case in CASES]

    assert len(CASES) == 105
    assert calculators_page.our_grades() == plain


@pytest.mark.parametrize(
    ("calculator", "case", "theirs", "paper"),
    [
        (cancercalc, Case("fever", "none", "cannula 6 L/min"), 3, 2),
        (cancercalc, Case("treated", "one vasopressor", "none"), 3, 3),
        (cliot, Case("treated", "two vasopressors", "positive pressure"), 0, 4),
        (cliot, Case("fever", "one and vasopressin", "none"), 4, 3),
        (nobra, Case("fever", "two vasopressors", "none"), 3, 4),
        (nobra, Case("never", "none", "none"), 1, 0),
        (crs_checker, Case("treated", "none", "cannula 7 L/min"), 0, 3),
        (crs_checker, Case("fever", "none", "cannula 6 L/min"), 2, 2),
    ],
)
def test_a_cell_of_each(calculator, case: Case, theirs: int, paper: int) -> None:
    assert calculator(case) == theirs
    assert naive_crs_record.grade(case.record) == paper


@pytest.mark.parametrize("calculator", CALCULATORS, ids=lambda one: one.name)
def test_none_of_them_gets_the_whole_table_right(calculator: Calculator) -> None:
    ours = calculators_page.our_grades()
    assert any(calculator.grade(case) != grade for case, grade in zip(CASES, ours, strict=True))


def test_the_page_is_current() -> None:
    advice = "docs/calculators.md is not current: run python -m tests.spec.calculators_page"
    assert calculators_page.PAGE.read_text("utf-8") == calculators_page.page(), advice
