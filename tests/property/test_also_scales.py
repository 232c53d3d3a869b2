"""Lee 2014 and CTCAE v5.0 as tables agree with a naive grader; what is missing hides nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.clinical.scales import registry
from tests.property import naive_also
from tests.property.effort import examples

Record = dict[str, Any]
DOSES = {
    "norepinephrine": ("norepinephrine_ug_min", [5, 9.9, 10, 19.9, 20, 25]),
    "dopamine": ("dopamine_ug_kg_min", [4, 8, 9.9, 10, 20]),
    "phenylephrine": ("phenylephrine_ug_min", [50, 100, 199, 200]),
    "epinephrine": ("epinephrine_ug_min", [2, 9.9, 10, 12]),
}
BY_NAME: dict[str, Callable[[Record], int]] = {
    "lee2014": naive_also.lee,
    "ctcae-crs": naive_also.ctcae_crs,
}


@st.composite
def whole(draw: st.DrawFn) -> Record:
    """A record that leaves nothing open, on and beside every limit."""
    device = draw(
        st.sampled_from(
            ["room_air", "nasal_cannula", "high_flow_nasal_cannula", "venturi_mask", "cpap",
             "bipap", "invasive_ventilation", "ecmo"]
        )
    )  # fmt: skip
    for_hypoxia = draw(st.booleans())
    agents = draw(
        st.lists(
            st.sampled_from([*DOSES, "vasopressin", "angiotensin_ii", "dobutamine"]),
            unique=True,
            max_size=3,
        )
    )
    record: Record = {
        "temp_c": draw(st.sampled_from([36.9, 37.99, 38.0, 39.4])),
        "fever_other_cause": draw(st.booleans()),
        "symptoms": draw(st.sampled_from([[], ["nausea"], ["malaise", "headache"]])),
        "o2_device": device,
        "o2_flow_lpm": 0 if device == "room_air" else draw(st.sampled_from([0, 2, 15])),
        "fio2": 0.21 if device == "room_air" else draw(st.sampled_from([0.21, 0.3, 0.39, 0.4, 1])),
        "o2_for_hypoxia": for_hypoxia,
        # Oxygen that is not for hypoxia and pressure that is would contradict each other.
        "positive_pressure_reason": draw(
            st.sampled_from(["hypoxia", "neurologic"] if for_hypoxia else ["neurologic"])
        ),
        # Who breathes room air or through a cannula is on no ventilator.
        "ventilated": device in naive_also.PRESSURE and draw(st.booleans()),
        "fluids_for_hypotension": draw(st.booleans()),
        "vasopressors": agents,
        "vasopressin": "vasopressin" in agents,
        "vasopressor_hours": draw(st.sampled_from([0, 2.9, 3, 8])),
        "organ_toxicity_grade": draw(st.sampled_from([0, 0, 1, 2, 3, 4])),
        "transaminitis_grade": draw(st.sampled_from([0, 0, 1, 2, 3, 4])),
        "life_threatening": draw(st.sampled_from([False, False, True])),
        "death_due_to_crs": draw(st.sampled_from([False, False, False, True])),
    }
    for agent, (field, doses) in DOSES.items():
        record[field] = draw(st.sampled_from(doses)) if agent in agents else 0
    return record


def asked(name: str, record: Record) -> Record:
    known = {field.name for field in registry.scale(name).fields}
    return {field: value for field, value in record.items() if field in known}


def may_be_dropped(record: Record) -> list[str]:
    """The fields whose word is no excuse: without an excuse a finding counts (C17)."""
    excuses = {"death_due_to_crs"}
    if record["fever_other_cause"]:
        excuses.add("fever_other_cause")
    if not record["o2_for_hypoxia"]:
        excuses.add("o2_for_hypoxia")
    if record["positive_pressure_reason"] != "hypoxia":
        excuses |= {"positive_pressure_reason", "o2_device"}
    if record["fio2"] == 0.21:
        excuses |= {"fio2", "o2_device"}
    # Said to be on no ventilator, against the device: without the device that word stands alone.
    if record["o2_device"] in {"invasive_ventilation", "ecmo"} and not record["ventilated"]:
        excuses.add("o2_device")
    if record["o2_flow_lpm"] == 0:
        excuses |= {"o2_flow_lpm", "o2_device"}
    return sorted(set(record) - excuses)


@pytest.mark.parametrize("name", BY_NAME)
@settings(max_examples=examples(100))
@given(records=st.lists(whole(), min_size=1, max_size=4))
def test_a_whole_record_is_graded_as_by_hand(name: str, records: list[Record]) -> None:
    answers = registry.scale(name).of([asked(name, one) for one in records])
    for record, answer in zip(records, answers, strict=True):
        assert answer.value == BY_NAME[name](record), answer
        open_ended = {"angiotensin_ii"} & set(record["vasopressors"])
        assert not answer.missing or open_ended


@pytest.mark.parametrize("name", BY_NAME)
@settings(max_examples=examples(250))
@given(data=st.data())
def test_what_is_left_out_lowers_no_grade_unseen(name: str, data: st.DataObject) -> None:
    record = data.draw(whole())
    dropped = set(data.draw(st.lists(st.sampled_from(may_be_dropped(record)), unique=True)))
    partial = {field: value for field, value in record.items() if field not in dropped}

    (answer,) = registry.scale(name).of([asked(name, partial)])

    truly = BY_NAME[name](record)
    if answer.value is None:
        assert set(answer.missing) & dropped
        return
    assert answer.value <= truly
    if answer.value < truly:
        assert set(answer.missing) & dropped, (answer, dropped)


@settings(max_examples=examples(20))
@given(records=st.lists(whole(), min_size=2, max_size=6))
def test_many_records_at_once_are_graded_as_one_by_one(records: list[Record]) -> None:
    for name in BY_NAME:
        scale = registry.scale(name)
        cut = [asked(name, one) for one in records]
        assert list(scale.of(cut)) == [scale.of([one])[0] for one in cut]
