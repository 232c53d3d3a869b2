"""Which alert is silent because another says the same (clinical reference 8.3, deduplicate)."""

import pytest

from monitoring.clinical.coverage import covered
from monitoring.clinical.results import Condition, ConditionState, Priority
from monitoring.clinical.rulebook import load_rulebook

LOW, MEDIUM, HIGH = Priority.LOW, Priority.MEDIUM, Priority.HIGH


def one(
    problem: str,
    priority: Priority = MEDIUM,
    *,
    severity: int = 2,
    criteria: tuple[str, ...] = (),
    state: ConditionState = ConditionState.ACTIVE,
) -> Condition:
    return Condition(
        problem=problem,
        state=state,
        priority=priority,
        severity=severity,
        label=problem,
        criteria=criteria,
    )


FEVER = one("fever", LOW, criteria=("temperature",))
LEAVING = one("hypoxia", LOW)
GRADE_1 = one("crs_grade", LOW, severity=1, criteria=("fever",))
GRADE_2 = one("crs_grade", severity=2, criteria=("fever", "hypotension_no_vasopressor"))
GRADE_3 = one("crs_grade", HIGH, severity=3, criteria=("hypotension_no_vasopressor",))
ICANS = one("icans_grade", criteria=("ice_3_6",))
CONFUSION = one("new_confusion", criteria=("consciousness",))


@pytest.mark.parametrize(
    ("why", "above", "below", "cover"),
    [
        ("fever is part of grade 1", GRADE_1, FEVER, "crs_grade"),
        ("a high fever is more urgent than it", GRADE_1, one("fever", MEDIUM), None),
        ("grade 2 without fever does not mute one", one("crs_grade", severity=2), FEVER, None),
        ("grade 3 does", GRADE_3, FEVER, "crs_grade"),
        ("pressure is part of grade 2", GRADE_2, one("hypotension", criteria=("x",)), "crs_grade"),
        ("oxygen is not", GRADE_2, one("hypoxia", criteria=("x",)), None),
        ("what is only not clearly gone is", GRADE_2, LEAVING, "crs_grade"),
        ("NEWS2 is told by a grade as urgent", GRADE_2, one("news2", criteria=("x",)), "crs_grade"),
        ("a higher one is not", GRADE_2, one("news2", HIGH, criteria=("x",)), None),
        ("tachycardia is told by none", GRADE_3, one("tachycardia", LOW), None),
        ("confusion is told by ICANS", ICANS, CONFUSION, "icans_grade"),
        ("so is a fall of ICE", ICANS, one("ice_fall"), "icans_grade"),
        ("and by no grade of CRS", GRADE_3, CONFUSION, None),
        ("ICANS tells no fever", ICANS, FEVER, None),
        ("no NEWS2", ICANS, one("news2"), None),
        ("and nothing that leaves", ICANS, LEAVING, None),
        (
            "a pressure without fever is told by it",
            one("hypotension_without_fever", criteria=("hypotension_no_vasopressor",)),
            one("hypotension", criteria=("x",)),
            "hypotension_without_fever",
        ),
        (
            "which is no grade, and mutes nothing else",
            one("hypotension_without_fever", HIGH, severity=3),
            LEAVING,
            None,
        ),
        (
            "what is normal needs no cover",
            GRADE_1,
            one("fever", LOW, state=ConditionState.NORMAL),
            None,
        ),
        (
            "missing data are covered as the sign is",
            GRADE_3,
            one("fever", LOW, state=ConditionState.NO_DATA),
            "crs_grade",
        ),
        (
            "and leave nothing behind that could be leaving",
            GRADE_2,
            one("hypoxia", LOW, state=ConditionState.NO_DATA),
            None,
        ),
    ],
)
def test_who_tells_whose_news(
    why: str, above: Condition, below: Condition, cover: str | None
) -> None:
    found = covered((below, above), load_rulebook())

    assert found[0].covered_by == cover, why
    assert found[1] == above


@pytest.mark.parametrize("state", [ConditionState.NORMAL, ConditionState.NO_DATA])
def test_a_grade_that_is_not_there_covers_nothing(state: ConditionState) -> None:
    grade = one("crs_grade", HIGH, severity=3, criteria=("fever",), state=state)

    assert covered((FEVER, grade), load_rulebook()) == (FEVER, grade)


def test_of_two_that_could_the_grade_covers() -> None:
    without_fever = one("hypotension_without_fever", criteria=("hypotension_no_vasopressor",))
    low = one("hypotension", criteria=("x",))

    assert covered((low, without_fever, GRADE_2), load_rulebook())[0].covered_by == "crs_grade"
