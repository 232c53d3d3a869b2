"""A streamed sign over columns says what each value says as it comes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.clinical.concepts import CONCEPTS
from monitoring.clinical.policy import load_policy
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.vital_codes import conditions, stream_of, vital_codes, vital_limits
from tests.property.effort import examples
from tests.property.naive_alerts import PROBLEMS, WORDS, vital_stream
from tests.spec import bedside

FEVER_C = 38.0
FRESH_S = 900.0
SECOND_US = 1_000_000
# Values on and around every limit.
VALUES = {
    "body_temperature": [36.9, 37.4, 37.5, 37.9, 38.0, 39.1, 39.2, 39.4, 39.5],
    "spo2": [97.0, 94.0, 93.0, 92.0, 91.0, 87.0, 86.0, 85.0, 84.0],
    "heart_rate": [80.0, 109.0, 110.0, 120.0, 121.0],
    "systolic_bp": [118.0, 95.0, 94.0, 90.0, 89.0, 85.0, 84.0, 80.0, 79.0],
}
POLICIES = [
    load_policy(),
    load_policy(
        {
            "hypoxia": {"spo2_percent": 93.0},
            # What is not clearly above the severe limit may lie above the other one.
            "hypotension": {"severe_systolic_mmhg": 88.0},
            "streams": {
                "spo2": {"raise_seconds": 60.0, "clear_readings": 3},
                "body_temperature": {"raise_seconds": 600.0, "clear_seconds": 120.0},
                "systolic_bp": {"severe_readings": 2, "gap_seconds": 120.0},
            },
            "acknowledgement_minutes": {"high": 20, "medium": 30},
        }
    ),
]


@st.composite
def streams(draw: st.DrawFn) -> tuple[str, np.ndarray, np.ndarray]:
    concept = draw(st.sampled_from(sorted(PROBLEMS)))
    # Stretches of one value, so that runs are long enough to count.
    stretches = draw(
        st.lists(
            st.tuples(
                st.sampled_from([*VALUES[concept], float("nan")]),
                st.integers(1, 70),
                st.sampled_from([5, 10, 60, 60, 60, 121, 301]),
            ),
            min_size=1,
            max_size=14,
        )
    )
    values, looks_us, now_us = [], [], 0
    for value, count, seconds in stretches:
        for _ in range(count):
            now_us += seconds * SECOND_US
            looks_us.append(now_us)
            values.append(value)
    return concept, np.array(looks_us), np.array(values)


@given(stream=streams(), policy=st.sampled_from(POLICIES))
@settings(max_examples=examples(300))
def test_columns_say_what_each_value_says_in_turn(
    stream: tuple[str, np.ndarray, np.ndarray], policy: Policy
) -> None:
    concept, looks_us, values = stream
    plain = vital_stream(concept, policy, fever_c=FEVER_C, fresh_s=FRESH_S)
    words = [
        plain.look(now_us, value)
        for now_us, value in zip(looks_us.tolist(), values.tolist(), strict=True)
    ]

    codes = vital_codes(
        stream_of(concept, looks_us, values),
        vital_limits(policy, fever_c=FEVER_C)[concept],
        policy.streams[concept],
        fresh_us=round(FRESH_S * SECOND_US),
    )

    assert [WORDS[code] for code in codes] == words


@pytest.mark.parametrize("concept", sorted(PROBLEMS))
def test_the_least_and_the_most_that_is_possible_came_and_nothing_beyond(concept: str) -> None:
    low, high = CONCEPTS[concept].possible or (0.0, 0.0)
    looks_us = SECOND_US * np.arange(1, 6)
    sent = np.array([low, np.nextafter(low, -1), high, np.nextafter(high, high + 1), np.nan])

    stream = stream_of(concept, looks_us, sent)

    assert stream.value.tolist() == [low, high]
    assert stream.newest.tolist() == [0, 0, 1, 1, 1]
    assert (stream.age_us // SECOND_US).tolist() == [0, 1, 0, 1, 2]


def test_a_sign_of_which_nothing_came_is_older_than_any_limit() -> None:
    looks_us = bedside.MIDNIGHT_US + SECOND_US * np.arange(3)
    for values in (None, np.full(3, np.nan)):
        stream = stream_of("spo2", looks_us, values)
        assert len(stream.value) == 0
        assert stream.newest.tolist() == [-1, -1, -1]
        assert (stream.age_us > 100 * 365 * 24 * bedside.HOUR_US).all()


@pytest.mark.parametrize("concept", sorted(PROBLEMS))
def test_the_bedside_judges_a_stream_alike(concept: str) -> None:
    policy = load_policy()
    random = np.random.default_rng(len(concept))
    steps = np.repeat(random.choice(VALUES[concept], size=30), random.integers(1, 9, size=30))
    looks_us = bedside.MIDNIGHT_US + 60 * SECOND_US * np.arange(1, len(steps) + 1)
    told = bedside.read("0 set")
    told.observations += [
        (int(us), concept, float(v)) for us, v in zip(looks_us, steps, strict=True)
    ]
    facts = told.facts()
    by_device = np.arange(len(facts.observations.value)) >= len(bedside.NORMAL_SET)
    facts = replace(facts, observations=replace(facts.observations, streamed=by_device))

    judged = bedside.ask(facts, looks_us)

    codes = vital_codes(
        stream_of(concept, looks_us, steps),
        vital_limits(policy, fever_c=FEVER_C)[concept],
        policy.streams[concept],
        fresh_us=round(FRESH_S * SECOND_US),
    )
    meaning = conditions(PROBLEMS[concept], policy)
    for evaluation, code in zip(judged, codes.tolist(), strict=True):
        said = next(one for one in evaluation.conditions if one.problem == PROBLEMS[concept])
        wanted = meaning[code]
        assert (said.state, said.severity, said.priority, said.criteria) == (
            wanted.state,
            wanted.severity,
            wanted.priority,
            wanted.criteria,
        )
        assert said.deadband_severity == wanted.deadband_severity
