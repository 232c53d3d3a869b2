"""Records become columns: unknown stays unknown, and what a scale does not know is refused."""

from typing import Any

import numpy as np
import pytest

from monitoring.clinical.scales.answer import Answer, Scale
from monitoring.clinical.scales.fields import Columns, Field, FieldKind, RecordError
from monitoring.clinical.scales.reading import read_columns
from monitoring.clinical.truths import NO, UNKNOWN, YES

FIELDS = (
    Field(name="temp_c", label="T", kind=FieldKind.NUMBER, unit="Cel", lowest=25.0, highest=45.0),
    Field(name="ice", label="ICE", kind=FieldKind.NUMBER, lowest=0, highest=10, whole=True),
    Field(name="on_o2", label="Oxygen", kind=FieldKind.TRUTH),
    Field(
        name="device",
        label="Device",
        kind=FieldKind.CHOICE,
        choices=("room_air", "nonrebreather_mask"),
        synonyms={"NRB": "nonrebreather_mask"},
    ),
    Field(
        name="agents", label="Agents", kind=FieldKind.CHOICES, choices=("dopamine", "angiotensin")
    ),
)


def answer_of(columns: Columns) -> list[Answer]:
    return [
        Answer(value=0.0 if known else None, reason="")
        for known in columns.is_known("temp_c").tolist()
    ]


def cold(columns: Columns) -> dict[int, str]:
    places = np.flatnonzero(columns.number["temp_c"] < 30)
    return {int(place): "temp_c is too low to be alive." for place in places}


SCALE = Scale(
    id="trial",
    title="Trial",
    version="trial@1",
    answers="grade",
    source="none",
    fields=FIELDS,
    of_columns=answer_of,
    check=cold,
)


def test_absent_and_null_are_unknown_in_every_kind() -> None:
    columns = read_columns([{}, dict.fromkeys([one.name for one in FIELDS])], FIELDS)

    assert np.isnan(columns.number["temp_c"]).all()
    assert (columns.truth["on_o2"] == UNKNOWN).all()
    assert (columns.choice["device"] == -1).all()
    assert not columns.listed["agents"].any()
    assert not any(columns.is_known(one.name).any() for one in FIELDS)
    assert columns.given(0, [one.name for one in FIELDS]) == {}
    for some in (columns, read_columns([], FIELDS)):
        for kind, of_kind in (
            (np.float64, some.number),
            (np.int8, some.truth),
            (np.int8, some.choice),
            (np.bool_, some.chosen),
            (np.bool_, some.listed),
        ):
            assert [one.dtype for one in of_kind.values()] == [kind] * len(of_kind)


def test_what_was_said_comes_back_in_the_scale_s_own_words() -> None:
    record = {"temp_c": 38, "ice": 7.0, "on_o2": False, "device": " nrb ", "agents": []}
    columns = read_columns([record, {"agents": ["Dopamine", "dopamine"]}], FIELDS)

    assert columns.given(0, [one.name for one in FIELDS]) == {
        "temp_c": 38.0,
        "ice": 7,
        "on_o2": False,
        "device": "nonrebreather_mask",
        "agents": [],
    }
    assert columns.given(1, ["agents", "device"]) == {"agents": ["dopamine"]}
    assert columns.truth["on_o2"].tolist() == [NO, UNKNOWN]
    assert YES not in columns.truth["on_o2"]


@pytest.mark.parametrize("written", [" nonrebreather  mask", "NONREBREATHER-MASK"])
def test_spaces_hyphens_and_capitals_do_not_matter(written: str) -> None:
    assert read_columns([{"device": written}], FIELDS).choice["device"].tolist() == [1]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"tempc": 38.0}, "Unknown field 'tempc'. Known are: temp_c, ice"),
        ({"temp_c": "38.0"}, "temp_c takes a number in Cel, or leave it out"),
        ({"temp_c": True}, "temp_c takes a number in Cel, or leave it out"),
        ({"temp_c": 100.4}, "temp_c takes a number in Cel from 25 to 45; check value and unit"),
        ({"temp_c": float("nan")}, "temp_c takes a number"),
        ({"ice": 7.5}, "ice takes a whole number"),
        ({"ice": 11}, r"^ice takes a number from 0 to 10; check value and unit\.$"),
        ({"ice": "7"}, r"^ice takes a number, or leave it out\.$"),
        ({"device": 40 * "x"}, f"^Unknown value '{40 * 'x'}' for device"),
        ({"device": 41 * "x"}, "^Unknown value for device"),
        ({"on_o2": 1}, "on_o2 takes true or false"),
        ({"device": "snorkel"}, "Unknown value 'snorkel' for device. It takes: room_air, nonreb"),
        ({"device": 4}, "Unknown value for device"),
        ({"agents": "dopamine"}, r"agents takes a list, \[\] for none"),
        ({"agents": ["water"]}, "Unknown value 'water' for agents. It takes: dopamine"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(record: dict[str, Any], message: str) -> None:
    with pytest.raises(RecordError, match=message) as refused:
        SCALE.of([{"temp_c": 38.0}, record])
    assert refused.value.place == 1

    each = SCALE.of_each([{"temp_c": 38.0}, record, {"temp_c": 37.0, "on_o2": True}])

    assert [type(one) for one in each] == [Answer, RecordError, Answer]
    assert str(each[1]) == str(refused.value)


def test_a_refused_record_says_nothing_even_where_half_of_it_was_read() -> None:
    refused: dict[int, str] = {}
    columns = read_columns([{"temp_c": 39.0, "oops": 1}], FIELDS, refused)

    assert list(refused) == [0]
    assert not columns.is_known("temp_c").any()


def test_values_that_cannot_stand_together_are_refused_in_their_place() -> None:
    records = [{"temp_c": 38.0}, {"temp_c": 26.0}, {"oops": 1}]

    each = SCALE.of_each(records)

    assert [type(one) for one in each] == [Answer, RecordError, RecordError]
    assert str(each[1]) == "temp_c is too low to be alive."
    with pytest.raises(RecordError, match="too low"):
        SCALE.of(records[:2])


def test_an_answer_is_a_plain_document() -> None:
    document = SCALE.to_document(
        Answer(value=2.0, reason="Because.", details={"risk": "low"}, parts={"ice": None})
    )

    assert document == {
        "scale": "trial",
        "version": "trial@1",
        "grade": 2,
        "reason": "Because.",
        "evidence": [],
        "flags": [],
        "missing": [],
        "parts": {"ice": None},
        "risk": "low",
        "would_raise": [],
        "would_lower": [],
    }
