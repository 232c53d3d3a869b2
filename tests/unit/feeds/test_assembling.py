"""Values of one moment put together; a second word on the same thing is known or a conflict."""

import pytest

from monitoring.feeds.assembling import KnownValue, assemble
from tests.unit.feeds.conftest import MIMIC


@pytest.fixture
def assembled(read):
    def put_together(rows, known=()):
        readings = read(MIMIC + "".join(f"7,2150-01-01 {row}\n" for row in rows))
        raws = [raw for reading in readings for raw in reading.observations]
        return assemble(raws, dict(known))

    return put_together


def reasons(result):
    return [found.reason_code for found in result.unusable]


def known_from(result):
    return {
        value.raw.source_id: KnownValue(
            concept=value.concept,
            method=value.raw.method,
            taken_at=value.raw.taken_at,
            value=value.value,
            code=value.code,
        )
        for one in result.sets
        for value in one.values
    }


def test_values_of_one_moment_are_one_set(assembled):
    result = assembled(["10:00:00,HR,80", "10:00:00,RR,16", "11:00:00,HR,82"])
    assert [len(one.values) for one in result.sets] == [2, 1]
    assert [one.taken_at.hour for one in result.sets] == [10, 11]


def test_rows_out_of_order_are_put_in_order(assembled):
    result = assembled(["11:00:00,HR,82", "10:00:00,HR,80"])
    assert [one.taken_at.hour for one in result.sets] == [10, 11]


def test_the_same_value_twice_is_counted_as_said_twice(assembled):
    result = assembled(["10:00:00,HR,80", "10:00:00,HR,80.0"])
    assert (len(result.sets), result.repeated, reasons(result)) == (1, 1, [])


def test_two_values_for_one_name_and_moment_are_a_conflict(assembled):
    result = assembled(["10:00:00,HR,80", "10:00:00,HR,120"])
    assert result.sets[0].values[0].value == 80.0
    assert reasons(result) == ["conflict"]


def test_what_the_store_knows_is_known(assembled):
    rows = ["10:00:00,HR,80", "11:00:00,HR,82"]
    known = known_from(assembled(rows))
    again = assembled([*rows, "12:00:00,HR,84"], known)
    assert (again.known, [len(one.values) for one in again.sets]) == (2, [1])


def test_another_value_than_the_stored_one_is_a_conflict(assembled):
    known = known_from(assembled(["10:00:00,HR,80"]))
    result = assembled(["10:00:00,HR,120"], known)
    assert (result.sets, reasons(result)) == ([], ["conflict"])


def test_a_diastolic_pressure_above_its_systolic_one_is_kept_out(assembled):
    result = assembled(["10:00:00,NBPs,80", "10:00:00,NBPd,90"])
    assert [value.concept for value in result.sets[0].values] == ["systolic_bp"]
    assert reasons(result) == ["diastolic_not_below_systolic"]


def test_cuff_and_arterial_line_are_not_held_against_each_other(assembled):
    result = assembled(
        ["10:00:00,NBPs,80", "10:00:00,NBPd,60", "10:00:00,ABPs,130", "10:00:00,ABPd,85"]
    )
    assert reasons(result) == []
    assert [value.raw.name for value in result.sets[0].values] == ["NBPd", "NBPs", "ABPd", "ABPs"]


def test_a_diastolic_pressure_is_held_against_a_stored_systolic_one(assembled):
    known = known_from(assembled(["10:00:00,NBPs,80"]))
    assert reasons(assembled(["10:00:00,NBPd,90"], known)) == ["diastolic_not_below_systolic"]


def test_a_systolic_pressure_below_a_stored_diastolic_one_is_kept_and_marked(assembled):
    known = known_from(assembled(["10:00:00,NBPd,90"]))
    (one,) = assembled(["10:00:00,NBPs,60"], known).sets
    assert one.values[0].queried


def test_a_mean_pressure_that_does_not_fit_is_kept_and_marked(assembled):
    result = assembled(["10:00:00,NBPs,120", "10:00:00,NBPd,60", "10:00:00,NBPm,130"])
    marked = {value.raw.name: value.queried for value in result.sets[0].values}
    assert marked == {"NBPs": False, "NBPd": False, "NBPm": True}


def test_an_impossible_value_is_unusable_and_an_improbable_one_marked(assembled):
    result = assembled(["10:00:00,TempC,384", "10:00:00,HR,210"])
    assert reasons(result) == ["not_possible"]
    assert result.sets[0].values[0].queried


def test_the_same_unusable_value_has_the_same_identifier_each_time(assembled):
    first = assembled(["10:00:00,TempC,384"]).unusable[0].source_id
    again = assembled(["09:00:00,HR,80", "10:00:00,TempC,384"]).unusable[0].source_id
    assert first == again
