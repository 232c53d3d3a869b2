"""The grade of a record agrees with the reference's algorithm, on every cell of the truth table."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.clinical.concepts import OXYGEN_DEVICES
from monitoring.clinical.pressure import child_limit_mmhg, child_limits_mmhg
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.scales.registry import scale
from tests.property import naive_crs_record as naive
from tests.property.effort import examples

CRS = scale("astct-crs")

GATES: dict[str, dict[str, Any]] = {
    "fever": {"temp_c": 38.0},
    "fever in Fahrenheit": {"temp_f": 100.4},
    "fever in an open episode": {"temp_c": 39.1, "episode_open": True},
    "treated": {
        "temp_c": 36.9,
        "episode_open": True,
        "antipyretic_or_anticytokine_since_onset": True,
    },
    "treated, temperature unknown": {
        "episode_open": True,
        "antipyretic_or_anticytokine_since_onset": True,
    },
    "open episode, temperature unknown": {"episode_open": True},
    "open episode, not treated": {
        "temp_c": 37.9,
        "episode_open": True,
        "antipyretic_or_anticytokine_since_onset": False,
    },
    "never": {"temp_c": 37.9, "episode_open": False},
    "never, in Fahrenheit": {"temp_f": 100.3},
    "never, premedicated": {"temp_c": 37.0, "premedicated": True},
    "fever of another cause": {"temp_c": 39.0, "fever_other_cause": True},
    "nothing known": {},
    "no episode, temperature unknown": {"episode_open": False},
}
PRESSURES: dict[str, dict[str, Any]] = {
    "not known": {},
    "none": {
        "fluids_for_hypotension": False,
        "hypotension_by_baseline": False,
        "vasopressors": [],
    },
    "normal by numbers": {"sbp": 118, "dbp": 70, "vasopressors": []},
    "fluids": {"fluids_for_hypotension": True},
    "by baseline": {"hypotension_by_baseline": True, "vasopressors": []},
    "by numbers": {"sbp": 84, "dbp": 60},
    "by the mean": {"sbp": 92, "dbp": 50},
    "numbers a clinician does not count": {"sbp": 84, "hypotension_by_baseline": False},
    "vasopressin alone": {"vasopressors": ["vasopressin"]},
    "one": {"vasopressors": ["norepinephrine"]},
    "one, and vasopressin": {"vasopressors": ["norepinephrine", "vasopressin"]},
    "one twice": {"vasopressors": ["norepinephrine", "norepinephrine"]},
    "two": {"vasopressors": ["norepinephrine", "phenylephrine"]},
    "two, and vasopressin": {"vasopressors": ["norepinephrine", "epinephrine", "vasopressin"]},
    "an inotrope": {"vasopressors": ["dobutamine"], "fluids_for_hypotension": False},
}
SUPPORTS: list[dict[str, Any]] = [
    {},
    {"o2_flow_lpm": 0.0},
    {"o2_flow_lpm": 6.0},
    {"o2_flow_lpm": 6.1},
    {"fio2": 0.21},
    {"fio2": 40},
    *(
        {"o2_device": device, **({} if flow is None else {"o2_flow_lpm": flow})}
        for device in OXYGEN_DEVICES
        for flow in (None, 0.0, 0.1, 5.9, 6.0, 6.1, 40.0)
    ),
]
REASONS: list[dict[str, Any]] = [
    {**for_hypoxia, **reason}
    for for_hypoxia in ({}, {"o2_for_hypoxia": True}, {"o2_for_hypoxia": False})
    for reason in (
        {},
        {"positive_pressure_reason": "hypoxia"},
        {"positive_pressure_reason": "chronic_osa"},
        {"positive_pressure_reason": "neurologic"},
    )
]


def test_every_cell_of_the_truth_table() -> None:
    records = [
        {**gate, **pressure, **support, **reason}
        for gate, pressure, support, reason in product(
            GATES.values(), PRESSURES.values(), SUPPORTS, REASONS
        )
    ]
    assert len(records) > 250_000

    for start in range(0, len(records), 50_000):
        some = records[start : start + 50_000]
        for record, answer in zip(some, CRS.of(some), strict=True):
            assert answer.value == naive.grade(record), (record, answer)


@pytest.mark.parametrize("device", OXYGEN_DEVICES)
@pytest.mark.parametrize("flow", [5.9, 6.0, 6.1])
def test_every_device_at_the_limit(device: str, flow: float) -> None:
    record = {"temp_c": 38.5, "o2_device": device, "o2_flow_lpm": flow}

    (answer,) = CRS.of([record])

    expected = {"blow_by": 2, **dict.fromkeys(naive.MASKS, 3), **dict.fromkeys(naive.POSITIVE, 4)}
    by_flow = 3 if flow > 6.0 else 2
    assert answer.value == expected.get(device, by_flow)


# Values of each field, of which some raise a grade and some do not.
VALUES: dict[str, list[Any]] = {
    "temp_c": [36.8, 38.0],
    "sbp": [1, 45, 62, 71, 75, 79, 85, 89, 92, 99, 118, 180],
    "dbp": [0.5, 40, 55, 70],
    "baseline_sbp": [60, 71, 77, 85, 89, 95, 118, 150, 300],
    "age_years": [0.01, 0.5, 1, 3, 6, 9, 10, 11, 17, 18, 54],
    "fluids_for_hypotension": [False, True],
    "hypotension_by_baseline": [False, True],
    "vasopressors": [[], ["dopamine"], ["vasopressin"], ["dopamine", "epinephrine"]],
    "o2_device": list(OXYGEN_DEVICES),
    "o2_flow_lpm": [0.0, 2.0, 6.0, 8.0],
    "fio2": [0.21, 0.5, 50],
    "o2_for_hypoxia": [False, True],
    "positive_pressure_reason": ["hypoxia", "chronic_osa"],
    "episode_open": [False, True],
    "antipyretic_or_anticytokine_since_onset": [False, True],
    "fever_other_cause": [False, True],
}
GATE_FIELDS = ("temp_c", "episode_open", "antipyretic_or_anticytokine_since_onset")
RECORDS = st.fixed_dictionaries({}, optional={n: st.sampled_from(v) for n, v in VALUES.items()})


def is_possible(record: dict[str, Any]) -> bool:
    return not (
        ("dbp" in record and record["dbp"] >= record.get("sbp", 301))
        # Said twice and not the same: nobody would learn the second from the first.
        or (record.get("o2_device") == "room_air" and (record.get("o2_flow_lpm") or 0) > 0)
        or (record.get("o2_device") == "room_air" and record.get("fio2", 0.21) > 0.21)
        or (record.get("o2_flow_lpm") == 0 and record.get("fio2", 0.21) > 0.21)
        or (record.get("o2_device") is None and record.get("o2_flow_lpm") == 0)
        or (
            record.get("o2_for_hypoxia") is False
            and record.get("positive_pressure_reason") == "hypoxia"
        )
    )


def rank(grade: int | None) -> int:
    return -1 if grade is None else grade


@settings(max_examples=examples(300))
@given(RECORDS.filter(is_possible))
def test_missing_names_exactly_what_could_raise_the_grade(record: dict[str, Any]) -> None:
    (answer,) = CRS.of([record])
    now = rank(naive.grade(record))
    assert rank(answer.value) == now

    # The gate as it is, or opened by what is absent of it.
    absent_gates = [name for name in GATE_FIELDS if name not in record]
    worlds = [record] + [
        {**record, **dict(zip(some, values, strict=True))}
        for some in ([name for name in absent_gates if name in chosen] for chosen in subsets())
        if some
        for values in product(*(VALUES[name] for name in some))
    ]
    for name in set(VALUES) - set(record) - {*GATE_FIELDS, "positive_pressure_reason"}:
        raises = any(
            rank(naive.grade({**world, name: value})) > max(rank(naive.grade(world)), now)
            for world in worlds
            for value in VALUES[name]
            if is_possible({**world, name: value})
        )
        if raises:
            assert name in answer.missing, (name, record, answer)
        # A pressure is asked for even where beside the diastolic none low enough is possible.
        elif name != "sbp":
            assert name not in answer.missing, (name, record, answer)
    for name in absent_gates:
        alone = any(rank(naive.grade({**record, name: value})) > now for value in VALUES[name])
        if alone:
            assert name in answer.missing, (name, record, answer)


@given(st.lists(st.floats(0, 30), min_size=1, max_size=30))
def test_children_are_judged_alike_one_by_one_and_in_columns(ages: list[float]) -> None:
    children = load_rulebook().crs.children
    edges = [28 / 365.25, 0.999, 1.0, 9.999, 10.0, 10.001, 17.999, 18.0, *ages]

    limits = child_limits_mmhg(np.array(edges), children)

    alone = [child_limit_mmhg(age, children) for age in edges]
    assert [None if np.isnan(one) else one for one in limits.tolist()] == alone


def subsets() -> list[tuple[str, ...]]:
    first, second, third = GATE_FIELDS
    return [
        (first,),
        (second,),
        (third,),
        (first, second),
        (first, third),
        (second, third),
        GATE_FIELDS,
    ]


@settings(deadline=None)
@given(RECORDS.filter(is_possible))
def test_what_would_raise_and_lower_names_other_grades(record: dict[str, Any]) -> None:
    (answer,) = CRS.of([record])
    grade = rank(answer.value)

    assert all(int(line.split()[1]) > max(grade, 0) for line in answer.would_raise)
    assert all(
        line.startswith("No single change") or int(line.split()[1]) < grade
        for line in answer.would_lower
    )
    assert (answer.value or 0) == 0 or answer.would_lower
