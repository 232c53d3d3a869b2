"""Organ grades from charted laboratory values, and what Lee 2014 makes of them."""

from typing import Any

import numpy as np
import pytest

from monitoring.clinical.also_grades import AlsoGrade, also_grades
from monitoring.clinical.organ_grades import lee_toxicity
from monitoring.clinical.policy import load_policy
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.timeline import build
from tests.laboratory_stay import Stay, hour


def also(stay: Stay, h: float, limits: dict[str, Any] | None = None) -> dict[str, AlsoGrade]:
    facts = stay.infuse(0).facts()
    policy = load_policy({"laboratory": {"limits": limits or {}}})
    found = also_grades(
        build(facts, np.array([hour(h)], dtype=np.int64)),
        0,
        rulebook=load_rulebook(),
        policy=policy,
        limit_s=8 * 3600.0,
    )
    return {one.scale: one for one in found}


def liver(alt: float, ast: float | None = 30) -> Stay:
    stay = Stay().lab("alt", h24=alt)
    return stay if ast is None else stay.lab("ast", h24=ast)


@pytest.mark.parametrize(
    ("why", "stay", "lee", "part"),
    [
        ("at the limit", Stay().lab("creatinine", m1=1.1, h24=1.2), 0, ("creatinine", 0)),
        ("1.5 x ULN is not above it", Stay().lab("creatinine", h24=1.8), 0, ("creatinine", 1)),
        ("above 1.5 x ULN", Stay().lab("creatinine", h24=1.81), 2, ("creatinine", 2)),
        ("above 3 x ULN", Stay().lab("creatinine", h24=3.7), 3, ("creatinine", 3)),
        ("above 6 x ULN", Stay().lab("creatinine", h24=7.3), 4, ("creatinine", 4)),
        ("3 x its baseline", Stay().lab("creatinine", m12=0.5, h24=1.51), 3, ("creatinine", 3)),
        ("above 3 x ULN bilirubin", Stay().lab("bilirubin_total", h24=3.7), 3, ("bilirubin", 3)),
        ("fibrinogen below half", Stay().lab("fibrinogen", h24=99), 3, ("fibrinogen", 3)),
        ("low counts are no organ", Stay().lab("neutrophils", h24=0.1), 0, ("anc", 4)),
        ("ALT above 20 x ULN stays Lee 3", liver(801), 3, ("alt", 4)),
        ("and without AST too", liver(801, None), 3, ("alt", 4)),
        ("ALT above 5 x ULN", liver(201), 3, ("alt", 3)),
        ("ALT above 3 x ULN", liver(121), 2, ("alt", 2)),
    ],
)
def test_the_grade_of_an_organ(
    why: str, stay: Stay, lee: float, part: tuple[str, float | None]
) -> None:
    found = also(stay, 25)
    assert found["lee2014"].answer.value == lee, why
    parts = found["ctcae-labs"].answer.parts
    assert parts is not None
    assert parts[part[0]] == part[1], why


def test_organs_that_no_test_shows_stay_missing_and_transaminitis_is_known() -> None:
    found = also(liver(30).lab("creatinine", h24=2), 25)["lee2014"]
    assert found.text == "Lee 2014: at least 2"
    assert "organ_toxicity_grade" in found.answer.missing
    assert "transaminitis_grade" not in found.answer.missing


@pytest.mark.parametrize(
    ("sex", "grade"), [("female", 1), ("male", 0), ("other", None), ("unknown", None), (None, None)]
)
def test_a_limit_of_one_sex_is_never_taken_for_another_s(
    sex: str | None, grade: float | None
) -> None:
    limits = {"creatinine": {"unit": "mg/dL", "female": {"upper": 0.9}, "male": {"upper": 1.2}}}
    stay = Stay().lab("creatinine", h24=1.1)
    stay.bed.sex = sex
    found = also(stay, 25, limits)["ctcae-labs"].answer
    assert found.value == grade
    assert ("creatinine_uln" in found.missing) is (grade is None)


def test_a_limit_that_nobody_entered_is_missing_and_never_guessed() -> None:
    child = Stay().lab("creatinine", h24=3.7)
    child.bed.age_years = 9

    found = also(child, 25)
    assert found["ctcae-labs"].answer.value is None
    assert "creatinine_uln" in found["ctcae-labs"].answer.missing
    assert "organ_toxicity_grade" in found["lee2014"].answer.missing

    own = also(child, 25, {"creatinine": {"upper": 62, "unit": "umol/L"}})
    assert own["ctcae-labs"].answer.value == 3


def test_a_result_too_old_counts_no_more_and_a_later_one_not_yet() -> None:
    stay = Stay().lab("creatinine", h0=4.0, h60=1.0)
    assert also(stay, 48)["ctcae-labs"].answer.value == 3
    assert "ctcae-labs" not in also(Stay().lab("creatinine", h0=4.0), 48.1)
    assert also(stay, 60)["ctcae-labs"].answer.value == 0


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({}, {}),
        ({"creatinine": None, "alt": None}, {}),
        ({"creatinine": 2, "bilirubin": 3, "fibrinogen": None}, {"organ_toxicity_at_least": 3}),
        ({"anc": 4, "platelets": 4}, {}),
        ({"alt": 2, "ast": 0}, {"transaminitis_grade": 2}),
        ({"alt": 1, "ast": 3}, {"transaminitis_grade": 3}),
        ({"alt": None, "ast": 3}, {"transaminitis_at_least": 3}),
    ],
)
def test_what_lee_is_told_of_the_tests(
    parts: dict[str, float | None], told: dict[str, float]
) -> None:
    assert lee_toxicity(parts) == told
