"""What was true when: ties, impossible values, order, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from monitoring.clinical.concepts import ICE_ITEMS
from monitoring.clinical.results import Evaluation
from monitoring.clinical.timeline import Charted, build, usable
from tests.spec import bedside


def last_of(case: bedside.Bedside) -> Evaluation:
    return bedside.judge(case)[-1]


def test_of_two_values_at_one_minute_the_last_recorded_counts() -> None:
    case = bedside.read("0 set, T 38.4, BP 84/60")
    at_us = case.moments_us[0]
    case.observations.append((at_us, "systolic_bp", 118.0))

    assert last_of(case).crs.grade == 1


def test_a_fever_counts_beside_a_second_lower_reading() -> None:
    case = bedside.read("0 set, T 38.4")
    at_us = case.moments_us[0]
    case.observations.append((at_us, "body_temperature", 37.2))

    assert last_of(case).crs.grade == 1


def test_the_order_of_the_rows_does_not_matter() -> None:
    case = bedside.read("0 set, T 38.4; 1 give paracetamol; 3 set, nasal cannula 3; 5 set")
    facts = case.facts()
    mixed = np.random.default_rng(3).permutation(len(facts.observations.row_id))
    shuffled = replace(
        facts,
        observations=replace(
            facts.observations,
            **{
                name: getattr(facts.observations, name)[mixed]
                for name in ("row_id", "concept", "taken_us", "value", "code")
            },
        ),
    )
    at_us = np.array(case.moments_us)

    assert bedside.ask(shuffled, at_us) == bedside.ask(facts, at_us)


def test_an_impossible_value_is_not_used_and_is_spoken_of() -> None:
    case = bedside.read("0 set; 1 set")
    case.observations.append((case.moments_us[1], "body_temperature", 384.0))

    crs = last_of(case).crs

    assert crs.grade == 0
    assert "A value of body temperature outside its possible range was not used." in crs.notes


def test_a_code_nobody_knows_is_not_used_and_is_spoken_of() -> None:
    case = bedside.read("0 set, T 38.4, no device")
    case.observations.append((case.moments_us[0], "oxygen_device", "scuba"))

    crs = last_of(case).crs

    assert (crs.grade, crs.status.value) == (1, "at_least")
    assert any("oxygen device" in note for note in crs.notes)


def test_every_conclusion_points_at_its_rows() -> None:
    case = bedside.read("0 set, T 38.4, BP 84/60", "baseline 118/70")
    rows = {row: concept for row, (_, concept, _) in enumerate(case.observations, 1)}

    crs = last_of(case).crs

    used = [one for c in crs.criteria for one in c.inputs if one.table == "observation"]
    assert used
    for one in used:
        assert rows[one.row_id] == one.concept
    low = next(c for c in crs.criteria if c.id == "hypotension_no_vasopressor")
    assert [(one.concept, one.value, one.table) for one in low.inputs] == [
        ("systolic_bp", 84.0, "observation"),
        ("diastolic_bp", 60.0, "observation"),
        ("baseline_systolic_bp", 118.0, "baseline"),
    ]


def test_a_mean_by_the_formula_is_shown_where_it_decides() -> None:
    crs = last_of(bedside.read("0 set, T 38.4, BP 95/48")).crs

    low = next(c for c in crs.criteria if c.id == "hypotension_no_vasopressor")
    assert [one.display for one in low.inputs] == [
        "95 mmHg",
        "48 mmHg",
        "63.7 mmHg by the formula",
    ]


def test_a_temperature_is_never_shown_rounded_over_the_limit() -> None:
    crs = last_of(bedside.read("0 set, T 37.95")).crs

    assert crs.criteria[0].inputs[0].display == "37.95 C"


def test_a_baseline_holds_from_its_time_on() -> None:
    case = bedside.read("0 set, BP 86/52; 2 set, BP 86/52", "baseline 88/54")
    assert case.baseline is not None
    case.baseline = replace(case.baseline, effective_us=case.moments_us[1])

    before, after = bedside.judge(case)

    assert _state(before) == "active"
    assert _state(after) == "normal"


def _state(evaluation: Evaluation) -> str:
    return next(c.state.value for c in evaluation.conditions if c.problem == "hypotension")


def test_no_moments_no_answers() -> None:
    facts = bedside.read("0 set").facts()

    assert bedside.ask(facts, np.array([], dtype=np.int64)) == []


def test_moments_out_of_order_are_refused() -> None:
    case = bedside.read("0 set; 1 set; 2 set")
    first, second, third = case.moments_us

    for out_of_order in ([second, first], [first, third, second]):
        with pytest.raises(
            ValueError, match=r"^The moments to evaluate must ascend; sort them first\.$"
        ):
            bedside.ask(case.facts(), np.array(out_of_order))


def test_to_ask_twice_of_one_moment_is_to_be_told_twice() -> None:
    case = bedside.read("0 set; 1 set, T 38.4")
    first, second = case.moments_us

    one, again = bedside.ask(case.facts(), np.array([first, second, second]))[1:]

    assert again == replace(one, crs=replace(one.crs, direction="steady"))


def test_baselines_out_of_order_are_refused() -> None:
    case = bedside.read("0 set", "baseline 118")
    assert case.baseline is not None
    first, third, second = (
        replace(case.baseline, effective_us=case.baseline.effective_us + us, row_id=us)
        for us in (1, 3, 2)
    )

    for out_of_order in ((third, first), (first, third, second)):
        with pytest.raises(ValueError, match=r"^Baselines must") as refused:
            bedside.ask(replace(case.facts(), baselines=out_of_order), np.array(case.moments_us))
        assert str(refused.value) == (
            "Baselines must come in the order in which they take effect; sort them first."
        )


@pytest.mark.parametrize("taken_us", [[2, 1], [1, 3, 2]])
def test_charted_columns_out_of_order_are_refused(taken_us: list[int]) -> None:
    at_us = np.array([1, 2, 3])
    late = Charted(np.array(taken_us), np.full(len(taken_us), 97.0))

    with pytest.raises(ValueError, match=r"^The values of spo2 must") as refused:
        build(bedside.Bedside().facts(), at_us, {"spo2": late})

    assert str(refused.value) == (
        "The values of spo2 must come in the order taken; sort them first."
    )


def test_of_a_charted_column_the_possible_values_keep_their_rows() -> None:
    column = Charted(
        np.array([1, 2, 3]), np.array([100.0, 970.0, 95.0]), row_id=np.array([11, 12, 13])
    )

    kept, lost = usable("spo2", column)

    assert (kept.taken_us.tolist(), kept.value.tolist()) == ([1, 3], [100.0, 95.0])
    assert kept.row_id is not None
    assert kept.row_id.tolist() == [11, 13]
    assert lost == [2]
    nothing = Charted(np.empty(0, dtype=np.int64), np.empty(0))
    assert usable("spo2", nothing) == (nothing, [])


def test_impossible_values_of_all_charted_columns_are_spoken_of() -> None:
    at_us = np.array([1, 2, 3])
    wrong = {"heart_rate": Charted(at_us[:1], np.array([900.0])),
             "spo2": Charted(at_us[1:2], np.array([970.0]))}  # fmt: skip

    assert build(bedside.Bedside().facts(), at_us, wrong).unusable == (
        ("heart_rate", 1),
        ("spo2", 2),
    )


def test_what_the_laboratory_sent_is_no_vital_sign() -> None:
    case = bedside.read("0 set")
    told = last_of(case)
    case.observations.append((case.moments_us[0], "crp", 121.0))

    assert last_of(case) == told


def test_a_total_and_whole_items_of_every_moment_count_as_their_lower() -> None:
    at_us = np.array([1, 2, 3])
    columns = {
        one.code: Charted(at_us, np.full(3, (one.possible or (0, 0))[1])) for one in ICE_ITEMS
    }
    columns["ice_total"] = Charted(at_us, np.array([9.0, 10.0, 8.0]))

    timeline = build(bedside.Bedside().facts(), at_us, columns)

    assert timeline.value("ice_total").tolist() == [9.0, 10.0, 8.0]
    assert timeline.value("ice_attention").tolist() == [1.0, 1.0, 1.0]


def test_items_charted_as_columns_make_a_total() -> None:
    at_us = np.array([1, 2, 3])
    items = {
        one.code: Charted(at_us[:2], np.array([(one.possible or (0.0, 0.0))[1], 0.0]))
        for one in ICE_ITEMS
    }

    series = build(bedside.Bedside().facts(), at_us, items).series["ice_total"]

    assert series.value[:-1].tolist() == [10.0, 0.0]
    assert series.taken_us[:-1].tolist() == [1, 2]


def test_a_total_that_was_charted_and_one_of_items_stand_side_by_side() -> None:
    told = bedside.read("0 set, ICE 9; 1 ICE 42111; 2 ICE 8; 3 ICE 43110")
    same = bedside.read("0 set, ICE 43111")
    same.observations.append((same.moments_us[0], "ice_total", 7.0))

    def totals(case: bedside.Bedside) -> tuple[list[float], list[int]]:
        series = build(case.facts(), np.array(case.moments_us)).series["ice_total"]
        return series.value[:-1].tolist(), series.row_id[:-1].tolist()

    rows = {us: row for row, (us, concept, _) in enumerate(told.observations, 1)
            if concept in {"ice_total", "ice_attention"}}  # fmt: skip
    assert totals(told) == ([9.0, 9.0, 8.0, 9.0], list(rows.values()))
    # Of one instant the lower comes last, and so counts.
    assert totals(same)[0] == [10.0, 7.0]


def test_a_total_of_items_points_at_its_last_item_though_some_were_charted_before() -> None:
    told = bedside.read("0 ICE ?3?1?; 1 ICE 42111")
    rows = [row for row, (_, concept, _) in enumerate(told.observations, 1)
            if concept == "ice_attention"]  # fmt: skip

    series = build(told.facts(), np.array(told.moments_us)).series["ice_total"]

    assert (series.value[:-1].tolist(), series.row_id[:-1].tolist()) == ([9.0], rows)


def test_a_person_without_any_value_is_unknown_everywhere() -> None:
    evaluation = last_of(bedside.read("0 look"))

    assert (evaluation.crs.grade, evaluation.crs.status.value) == (None, "unknown")
    assert evaluation.news2.total is None
    # That no device sends is known without any value.
    states = {c.problem: c.state.value for c in evaluation.conditions}
    assert states.pop("device_off") == "normal"
    assert set(states.values()) == {"no_data"}
