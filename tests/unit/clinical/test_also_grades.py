"""Lee 2014 and CTCAE v5.0 at the bedside, from what is charted at a moment."""

from dataclasses import replace

import numpy as np
import pytest

from monitoring.clinical.also_grades import AlsoGrade, also_grades
from monitoring.clinical.policy import load_policy
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.timeline import build
from tests.spec import bedside
from tests.spec.bedside import HOUR_US, MIDNIGHT_US, Bedside

LIMIT_S = 4 * 3600.0


def also(told: Bedside) -> dict[str, AlsoGrade]:
    timeline = build(told.facts(), np.array(told.moments_us, dtype=np.int64))
    found = also_grades(
        timeline,
        len(told.moments_us) - 1,
        rulebook=load_rulebook(),
        policy=load_policy(),
        limit_s=LIMIT_S,
    )
    return {one.scale: one for one in found}


def tell(story: str, **doses: tuple[float, str]) -> dict[str, AlsoGrade]:
    """The answers at a story's last moment; ``doses`` give every span of an agent its dose."""
    told = bedside.read(story)
    told.treatments = [
        replace(span, dose_value=doses[span.agent][0], dose_unit=doses[span.agent][1])
        if span.agent in doses
        else span
        for span in told.treatments
    ]
    return also(told)


def grades(found: dict[str, AlsoGrade]) -> tuple[float | None, float | None]:
    return found["ctcae-crs"].answer.value, found["lee2014"].answer.value


@pytest.mark.parametrize(
    ("story", "ctcae", "lee"),
    [
        ("0 set", 0, 0),
        ("0 set, T 38.4", 1, 1),
        ("0 set, T 38.4; 1 bolus; 2 set, T 38.4", 2, 2),
        ("0 set, T 38.4, nasal cannula 2, FiO2 28", 2, 2),
        ("0 set, T 38.4, venturi mask, FiO2 40", 3, 3),
        ("0 set, T 38.4, start norepinephrine; 1 set", 3, 2),
        ("0 set, start norepinephrine, start vasopressin; 1 set", 3, 3),
        ("0 set, invasive ventilation, FiO2 60", 3, 4),
        ("0 set, T 38.4, nasal cannula 2, FiO2 28, reason comfort", 1, 1),
        ("0 set, T 38.4, attribute fever", 0, 0),
        ("0 set, T 38.4, start norepinephrine, attribute hypotension; 1 set, T 38.4", 1, 1),
        ("0 set, T 38.4, nasal cannula 2, attribute hypoxia; 1 set, T 38.4, nasal cannula 2", 1, 1),
    ],
)
def test_the_grades_of_a_story(story: str, ctcae: float, lee: float) -> None:
    assert grades(tell(story)) == (ctcae, lee)


def test_a_fraction_may_be_charted_up_to_half_an_hour_before_its_device() -> None:
    before = "{} set, FiO2 50; 1 venturi mask, T 38.4"
    assert grades(tell(before.format("0:30"))) == (3, 3)
    assert grades(tell(before.format("0:29"))) == (2, 2)


def test_a_ventilation_that_runs_is_grade_4_by_lee_unless_it_has_another_cause() -> None:
    def ventilated(more: str = "", agent: str = "invasive_ventilation") -> float | None:
        told = bedside.read(f"0 set, T 38.4{more}; 1 look")
        told.treatments.append(
            bedside.TreatmentSpan(
                row_id=1,
                kind="ventilation",
                agent=agent,
                indication=None,
                started_us=MIDNIGHT_US,
                ended_us=None,
            )
        )
        return grades(also(told))[1]

    assert (ventilated(), ventilated(", attribute hypoxia")) == (4, 1)
    assert ventilated(agent="prone_position") == 1


def test_without_fio2_the_grade_is_at_least_and_says_what_it_needs() -> None:
    found = tell("0 set, T 38.4, nonrebreather mask 15")
    assert grades(found) == (2, 2)
    assert "fio2" in found["ctcae-crs"].answer.missing
    assert found["lee2014"].text == "Lee 2014: at least 2"


def test_a_fraction_belongs_to_the_device_it_was_charted_with() -> None:
    found = tell("0 set, venturi mask, FiO2 50; 2 set, nasal cannula 2")
    assert grades(found) == (2, 2)
    assert "fio2" in found["ctcae-crs"].answer.missing


def test_values_that_are_too_old_are_missing() -> None:
    found = tell("0 set, T 38.4; 9 look")
    assert "temp_c" in found["ctcae-crs"].answer.missing
    assert "o2_device" in found["lee2014"].answer.missing


def test_nothing_charted_is_not_known() -> None:
    told = bedside.read("0 look", "treatments not charted")
    assert also(told)["lee2014"].text == "Lee 2014: not known"
    assert also(told)["ctcae-crs"].text == "CTCAE v5.0 CRS: not known"


def test_a_symptom_that_is_charted_is_grade_1_by_lee_and_nothing_by_ctcae() -> None:
    told = bedside.read("0 set")
    told.observations.append((MIDNIGHT_US, "symptom_headache", 1.0))
    assert grades(also(told)) == (0, 1)


@pytest.mark.parametrize(
    ("hours", "dose", "lee", "missing"),
    [
        (3, (20.0, "ug/min"), 3, False),
        (2, (20.0, "ug/min"), 2, False),
        (4, (19.9, "ug/min"), 2, False),
        (4, (0.3, "ug/kg/min"), 2, True),
    ],
)
def test_a_dose_is_high_after_three_hours(
    hours: int, dose: tuple[float, str], lee: float, *, missing: bool
) -> None:
    answer = tell(f"0 set, start norepinephrine; {hours} set", norepinephrine=dose)[
        "lee2014"
    ].answer
    assert answer.value == lee
    assert ("norepinephrine_ug_min" in answer.missing) is missing


def test_a_weight_brings_the_dose_to_the_unit_of_the_table() -> None:
    told = bedside.read("0 set, start norepinephrine; 4 set")
    told.observations.append((MIDNIGHT_US + 4 * HOUR_US, "body_weight", 70.0))
    told.treatments = [
        replace(span, dose_value=0.3, dose_unit="ug/kg/min") for span in told.treatments
    ]
    assert also(told)["lee2014"].answer.value == 3


def test_a_change_of_a_high_dose_does_not_begin_the_three_hours_anew() -> None:
    told = bedside.read("0 set, start norepinephrine; 2 stop norepinephrine, look; 4 set")
    (first,) = told.treatments
    second = replace(first, row_id=2, started_us=first.ended_us or 0, ended_us=None)
    told.treatments = [
        replace(first, dose_value=22.0, dose_unit="ug/min"),
        replace(second, dose_value=30.0, dose_unit="ug/min"),
    ]
    assert also(told)["lee2014"].answer.value == 3
    told.treatments[0] = replace(told.treatments[0], dose_value=5.0)
    assert also(told)["lee2014"].answer.value == 2
    told.treatments[0] = replace(told.treatments[0], dose_value=None)
    lee = also(told)["lee2014"].answer
    assert (lee.value, "vasopressor_hours" in lee.missing) == (2, True)


def test_a_grade_of_another_scale_cannot_be_compared_or_counted() -> None:
    found = tell("0 set, T 38.4")
    one, other = found["ctcae-crs"], found["lee2014"]
    assert one != other
    with pytest.raises(TypeError):
        max(one, other)  # type: ignore[type-var]
    with pytest.raises(TypeError):
        one > 1  # type: ignore[operator]  # noqa: B015


@pytest.mark.parametrize(
    ("story", "grade", "missing"),
    [
        ("0 set, T 40.0; 4 set, T 39.4", 2, False),
        ("0 set, T 40.2", 3, False),
        ("0 set, T 40.2; 4 set, T 40.4; 8 set, T 40.1", 3, False),
        ("; ".join(f"{hour} set, T 40.2" for hour in range(0, 25, 4)), 3, False),
        ("; ".join(f"{hour} set, T 40.2" for hour in range(0, 29, 4)), 4, False),
        # One reading at 40.0 C breaks it.
        (
            "; ".join(f"{hour} set, T {40.0 if hour == 12 else 40.2}" for hour in range(0, 37, 4)),
            3,
            False,
        ),
        # Eight hours without a reading: what was between them is missing.
        ("0 set, T 40.2; 4 set, T 40.2; 12 set, T 40.2; 16 set, T 40.2", 3, True),
        # Known again since 10:00, and that for longer than a day.
        (
            "; ".join(f"{hour} set, T 40.2" for hour in (0, *range(10, 35, 4), "34:06")),
            4,
            False,
        ),
        ("0 set, T 40.2; 4 set, T 40.2; 12 set, T 39.9", 2, False),
        ("0 set, no T", None, True),
    ],
)
def test_fever_above_40_by_how_long_it_lasted(
    story: str, grade: float | None, *, missing: bool
) -> None:
    answer = tell(story)["ctcae-fever"].answer
    assert answer.value == grade
    assert bool(answer.missing) is missing


def test_a_moment_sees_nothing_that_came_later() -> None:
    told = bedside.read("0 set, T 38.4; 4 set, T 40.2, start norepinephrine; 8 set, T 37")
    timeline = build(told.facts(), np.array(told.moments_us, dtype=np.int64))
    at = [
        {
            one.scale: one.answer.value
            for one in also_grades(
                timeline, place, rulebook=load_rulebook(), policy=load_policy(), limit_s=LIMIT_S
            )
        }
        for place in range(3)
    ]
    assert at == [
        {"ctcae-crs": 1, "lee2014": 1, "ctcae-fever": 1},
        {"ctcae-crs": 3, "lee2014": 2, "ctcae-fever": 3},
        {"ctcae-crs": 3, "lee2014": 2, "ctcae-fever": 0},
    ]
