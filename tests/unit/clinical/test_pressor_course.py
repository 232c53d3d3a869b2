"""For how long a vasopressor dose has been high, and when nobody knows (clinical reference 3.2)."""

import pytest

from monitoring.clinical.facts import TreatmentSpan
from monitoring.clinical.pressor_course import doses, high_for_hours, newest_weight_kg
from monitoring.clinical.rulebook import load_rulebook
from tests.spec import bedside
from tests.spec.bedside import HOUR_US

RULES = load_rulebook().crs
KG = 70.0
# Agent, begin and end in hours (None runs on), dose and its unit.
Run = tuple[str, float, float | None, float | None, str | None]


def spans(*runs: Run) -> list[TreatmentSpan]:
    return [
        TreatmentSpan(
            row_id=row,
            kind="vasopressor",
            agent=agent,
            indication=None,
            started_us=int(begin * HOUR_US),
            ended_us=None if end is None else int(end * HOUR_US),
            dose_value=dose,
            dose_unit=unit,
        )
        for row, (agent, begin, end, dose, unit) in enumerate(runs, 1)
    ]


LOW: Run = ("norepinephrine", 0, 4, 5.0, "ug/min")
UNKNOWN: Run = ("norepinephrine", 0, 4, None, None)
HIGH: Run = ("norepinephrine", 4, None, 22.0, "ug/min")


@pytest.mark.parametrize(
    ("why", "runs", "at", "hours"),
    [
        ("nothing runs", [], 6, None),
        ("nothing runs any more", [LOW], 4, None),
        ("high since two hours, low before", [LOW, HIGH], 6, 2.0),
        ("high since two hours, unknown before", [UNKNOWN, HIGH], 6, None),
        ("high since three hours, whatever was before", [UNKNOWN, HIGH], 7, 3.0),
        ("high since two hours and nothing before", [HIGH], 6, 2.0),
        (
            "a change of the high dose hides nothing of what was unknown before it",
            [
                UNKNOWN,
                ("norepinephrine", 4, 5, 22.0, "ug/min"),
                (*HIGH[:1], 5, None, 30.0, "ug/min"),
            ],
            6,
            None,
        ),
        (
            "by the weight: 0.3 ug/kg/min is 21 ug/min, 0.2 is 14",
            [
                ("norepinephrine", 0, 4, 0.2, "ug/kg/min"),
                ("norepinephrine", 4, None, 0.3, "ug/kg/min"),
            ],
            6,
            2.0,
        ),
        ("a low dose since it began", [("norepinephrine", 0, None, 5.0, "ug/min")], 6, 6.0),
        ("an unknown dose for less than three hours", [UNKNOWN], 2, 2.0),
        ("an unknown dose for longer", [UNKNOWN], 3.5, None),
        (
            "all four agents of the table, each at a low dose",
            [
                ("norepinephrine", 0, None, 1.0, "ug/min"),
                ("epinephrine", 0, None, 1.0, "ug/min"),
                ("dopamine", 0, None, 1.0, "ug/kg/min"),
                ("phenylephrine", 0, None, 10.0, "ug/min"),
            ],
            6,
            6.0,
        ),
    ],
)
def test_for_how_long_a_dose_has_been_as_it_counts(
    why: str, runs: list[Run], at: float, hours: float | None
) -> None:
    found = high_for_hours(spans(*runs), RULES, at_us=int(at * HOUR_US), weight_kg=KG)
    assert found == hours, why


@pytest.mark.parametrize(
    ("agent", "dose", "unit", "weight_kg", "field", "in_table"),
    [
        ("norepinephrine", 5.0, "ug/min", None, "norepinephrine_ug_min", 5.0),
        ("norepinephrine", 0.1, "ug/kg/min", KG, "norepinephrine_ug_min", 7.0),
        ("dopamine", 700.0, "ug/min", KG, "dopamine_ug_kg_min", 10.0),
        ("dopamine", 700.0, "ug/min", None, "dopamine_ug_kg_min", None),
        ("norepinephrine", 5.0, "mg/h", KG, "norepinephrine_ug_min", None),
        ("norepinephrine", 0.0, "ug/min", KG, "norepinephrine_ug_min", None),
        ("norepinephrine", None, "ug/min", KG, "norepinephrine_ug_min", None),
        ("norepinephrine", 5.0, None, KG, "norepinephrine_ug_min", None),
    ],
)
def test_a_dose_in_the_unit_of_the_table_or_unknown(
    agent: str,
    dose: float | None,
    unit: str | None,
    weight_kg: float | None,
    field: str,
    in_table: float | None,
) -> None:
    running = spans((agent, 0, None, dose, unit))
    found = doses(running, RULES, weight_kg)
    assert found == ({} if in_table is None else {field: pytest.approx(in_table)})


def test_two_lines_of_one_drug_are_added_and_one_unknown_makes_the_sum_unknown() -> None:
    known = spans(("norepinephrine", 0, None, 5.0, "ug/min"), LOW)
    assert doses(known, RULES, None) == {"norepinephrine_ug_min": 10.0}
    assert doses([*known, *spans(UNKNOWN)], RULES, None) == {}


def test_the_weight_charted_last_counts_from_its_minute_on() -> None:
    charted = bedside.columns(
        [
            (HOUR_US, "body_weight", 70.0),
            (2 * HOUR_US, "body_temperature", 38.0),
            (3 * HOUR_US, "body_weight", 72.0),
        ]
    )
    assert newest_weight_kg(charted, HOUR_US - 1) is None
    assert newest_weight_kg(charted, HOUR_US) == 70.0
    assert newest_weight_kg(charted, 3 * HOUR_US) == 72.0
