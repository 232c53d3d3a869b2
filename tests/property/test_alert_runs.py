"""Following a thread run by run says the same as stepping it at every look."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.clinical.alert_runs import Follower
from monitoring.clinical.alert_state import (
    AlertTiming,
    EscalationStep,
)
from monitoring.clinical.results import Condition, ConditionState, Priority
from tests.property.effort import examples
from tests.property.naive_alerts import step_by_step

MINUTE_US = 60_000_000


def conditions(problem: str, covers: list[str | None]) -> st.SearchStrategy[Condition]:
    return st.builds(
        Condition,
        problem=st.just(problem),
        state=st.sampled_from(ConditionState),
        priority=st.sampled_from(Priority),
        severity=st.integers(1, 3),
        label=st.just(problem),
        criteria=st.sampled_from([("a",), ("b",)]),
        covered_by=st.sampled_from(covers),
        deadband_severity=st.integers(0, 3),
    )


# Covers over covers, which need not be there: the past may hold any words.
words = st.tuples(
    conditions("symptom_confusion", [None, "new_confusion", "icans_grade"]),
    conditions("new_confusion", [None, "icans_grade"]),
    conditions("icans_grade", [None]),
    conditions("ice_overdue", [None, "new_confusion", "symptom_confusion"]),
    conditions("crs_grade", [None]),
    conditions("fever", [None, None, "crs_grade", "crs_grade"]),
)
stories = st.lists(st.tuples(words, st.integers(1, 90)), min_size=1, max_size=12)
timings = st.builds(
    AlertTiming,
    debounce_s=st.sampled_from([0.0, 150.0]),
    repeat_after_s=st.sampled_from([None, 600.0]),
    acknowledgement_valid_s=st.sampled_from([None, 1800.0]),
    snooze_at_most_s=st.none(),
    escalation=st.sampled_from(
        [
            (),
            (
                EscalationStep(after_s=110.0, role="charge_nurse"),
                EscalationStep(after_s=1200.0, role="physician"),
            ),
        ]
    ),
    latches_severity=st.booleans(),
)
delays = st.dictionaries(
    st.sampled_from(Priority), st.integers(1, 40 * 60).map(lambda s: s * 1_000_000)
)


@given(
    patients=st.lists(stories, min_size=1, max_size=3),
    of_grades=timings,
    of_signs=timings,
    answer_after=delays,
)
@settings(max_examples=examples(300))
def test_run_by_run_is_step_by_step(
    patients: list[list[tuple[tuple[Condition, ...], int]]],
    of_grades: AlertTiming,
    of_signs: AlertTiming,
    answer_after: dict[Priority, int],
) -> None:
    def timing(problem: str, _priority: Priority) -> AlertTiming:
        return of_grades if problem.endswith("grade") else of_signs

    # What was found out for one patient is used for the next.
    follower = Follower(timing, answer_after)
    for story in patients:
        looked = []
        for said, minutes in story:
            looked += [(MINUTE_US * (len(looked) + n), said) for n in range(minutes)]
        looks_us = np.array([at_us for at_us, _ in looked])
        problems = [
            follower.runs((at_us, said[place]) for at_us, said in looked) for place in range(6)
        ]

        told = follower.follow(problems, until_us=int(looks_us[-1]) + 1, looks_us=looks_us)

        plainly = step_by_step(looked, timing, answer_after)
        assert {one[0].problem: one for one in told if one} == plainly


def test_a_watcher_that_always_looks_speaks_at_the_very_moment() -> None:
    fever = Condition(
        problem="fever",
        state=ConditionState.ACTIVE,
        priority=Priority.HIGH,
        severity=1,
        label="Fever",
        criteria=("a",),
    )
    timing = AlertTiming(
        debounce_s=0.0,
        repeat_after_s=None,
        acknowledgement_valid_s=None,
        snooze_at_most_s=None,
        escalation=(EscalationStep(after_s=120.0, role="charge_nurse"),),
    )

    follower = Follower(lambda _problem, _priority: timing, {})
    (told,) = follower.follow([[(7, follower.number(fever))]], until_us=10 * MINUTE_US)

    assert [(one.kind.value, one.at_us) for one in told] == [
        ("raised", 7),
        ("escalated", 7 + 2 * MINUTE_US),
    ]
