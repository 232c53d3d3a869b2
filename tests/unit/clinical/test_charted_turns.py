"""At which of many looks what is charted can turn: something is new, or has grown too old to count.

docs/adr/0021; clinical reference C8-C16, C23. A look every minute of a day and a half.
"""

from dataclasses import replace

import numpy as np
import pytest

from monitoring.clinical.charted_turns import turning_rows
from monitoring.clinical.episodes import limits_of_policy
from monitoring.clinical.facts import EncounterFacts
from monitoring.clinical.policy import load_policy
from monitoring.clinical.timeline import Charted
from tests.spec import bedside
from tests.spec.bedside import HOUR_US, MIDNIGHT_US

POLICY = load_policy()
LIMITS = limits_of_policy(POLICY)
MINUTE_US = HOUR_US // 60
LOOKS_US = MIDNIGHT_US + MINUTE_US * np.arange(36 * 60)
FIRST = np.array([0], dtype=np.intp)
NOTHING = bedside.read("0 look").facts()
LIMITS_MIN = [int(us) // MINUTE_US for us in LIMITS.levels_us]
OXYGEN_MIN = [int(us) // MINUTE_US for us in LIMITS.oxygen_us]


def turns(
    charted: dict[str, Charted], facts: EncounterFacts = NOTHING, wanted: np.ndarray = FIRST
) -> list[int]:
    rows = turning_rows(LOOKS_US, wanted, charted, facts, limits=LIMITS, policy=POLICY)
    assert rows is not None
    return rows.tolist()


def at(*of: tuple[int, float]) -> Charted:
    return Charted(
        MIDNIGHT_US + MINUTE_US * np.array([minute for minute, _ in of]),
        np.array([value for _, value in of]),
    )


def test_one_temperature_turns_when_it_comes_and_once_beyond_each_limit() -> None:
    found = turns({"body_temperature": at((60, 38.5))})

    assert found == sorted({0, 60, *(60 + limit + 1 for limit in LIMITS_MIN)} & set(range(36 * 60)))


def test_a_value_that_a_newer_one_replaces_in_time_grows_no_older() -> None:
    shortest = LIMITS_MIN[0]

    found = turns({"systolic_bp": at((0, 118.0), (shortest, 119.0), (2 * shortest + 1, 120.0))})

    assert shortest + 1 not in found, "it was replaced at its limit"
    assert {0, shortest, 2 * shortest + 1} <= set(found)


@pytest.mark.parametrize(
    ("concept", "value", "limits_min"),
    [
        ("oxygen_device", 1.0, OXYGEN_MIN),
        (
            "oxygen_flow",
            2.0,
            [*OXYGEN_MIN, int(POLICY.freshness.oxygen_flow_s_at_most // 60)],
        ),
        ("oxygen_indication", 0.0, [int(POLICY.freshness.oxygen_indication_s_at_most // 60)]),
    ],
)
def test_what_is_told_of_oxygen_lasts_as_long_as_policy_lets_it(
    concept: str, value: float, limits_min: list[int]
) -> None:
    found = turns({concept: at((30, value))})

    assert found == sorted({0, 30, *(30 + limit + 1 for limit in limits_min)} & set(range(36 * 60)))


def test_a_treatment_turns_where_it_begins_and_where_what_it_says_ends() -> None:
    facts = bedside.read("1 bolus; 2 start norepinephrine; 5 stop norepinephrine").facts()
    fluids = int(POLICY.grading.fluids_for_hypotension_s // 60)
    push = int(POLICY.grading.vasopressor_push_s // 60)

    found = turns({}, facts)

    ends = (60, 300)
    assert found == sorted(
        {0, 60, 120, *(end + longer for end in ends for longer in (0, fluids, push))}
    )


def test_a_cause_and_a_usual_pressure_turn_where_they_begin_and_end() -> None:
    told = bedside.read("3 attribute fever; 7 withdraw fever", "baseline 110")
    facts = told.facts()
    own = replace(facts.baselines[0], effective_us=MIDNIGHT_US + 9 * HOUR_US)

    assert turns({}, replace(facts, baselines=(own,))) == [0, 180, 420, 540]


def test_the_last_look_and_those_that_are_wanted_are_among_them() -> None:
    last = len(LOOKS_US) - 1

    assert turns({}, wanted=np.array([0, 77, last])) == [0, 77, last]


def test_where_most_looks_bring_something_new_all_are_judged() -> None:
    every = at(*((minute, 37.0) for minute in range(0, 36 * 60, 2)))
    fewer = at(*((minute, 37.0) for minute in range(0, 36 * 60, 3)))

    def asked(charted: Charted) -> np.ndarray | None:
        return turning_rows(
            LOOKS_US[:-2], FIRST, {"spo2": charted}, NOTHING, limits=LIMITS, policy=POLICY
        )

    assert asked(every) is None
    assert asked(fewer) is not None
