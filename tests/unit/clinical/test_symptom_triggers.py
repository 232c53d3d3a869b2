"""What a symptom asks for, and what answers it."""

import pytest

from monitoring.clinical.concepts import CONCEPTS, ICE_ITEMS
from monitoring.clinical.symptom_triggers import ICE_CONCEPTS, Asked, all_asked, asked_for
from tests.spec.bedside import HOUR_US, columns

MINUTE_US = HOUR_US // 60
Chart = list[tuple[int, str, float | str]]


def ask(chart: Chart, *, at_h: float = 10) -> dict[str, Asked]:
    charted = [(int(hour * HOUR_US), concept, value) for hour, concept, value in chart]
    asked = asked_for(columns(charted), at_us=int(at_h * HOUR_US))
    return {one.trigger.id: one for one in asked}


@pytest.mark.parametrize(
    ("symptom", "severity", "trigger", "within_min"),
    [
        ("symptom_confusion", 1.0, "new_confusion", 0),
        ("symptom_dyspnoea", 1.0, "dyspnoea", 0),
        ("symptom_chills", 2.0, "rigor", 15),
    ],
)
def test_a_symptom_asks_for_its_observation(
    symptom: str, severity: float, trigger: str, within_min: int
) -> None:
    asked = ask([(1, symptom, 0.0), (2, symptom, severity)])
    assert set(asked) == {trigger}
    assert asked[trigger].since_us == 2 * HOUR_US
    assert asked[trigger].due_us == 2 * HOUR_US + within_min * MINUTE_US
    assert asked[trigger].row_id == 2


def test_mild_chills_are_no_rigor() -> None:
    assert not ask([(1, "symptom_chills", 1.0)])


def test_a_symptom_never_charted_before_is_new_and_a_missing_one_asks_nothing() -> None:
    assert set(ask([(1, "symptom_dyspnoea", 1.0)])) == {"dyspnoea"}
    assert not ask([(1, "spo2", 95.0)])


def test_the_same_set_answers_and_an_earlier_value_does_not() -> None:
    together: Chart = [(HOUR_US, "symptom_dyspnoea", 1.0), (HOUR_US, "spo2", 95.0)]
    assert not all_asked(columns(together))
    assert ask([(0.5, "spo2", 95.0), (1, "symptom_dyspnoea", 1.0)])


def test_the_first_onset_keeps_its_clock_until_it_is_answered() -> None:
    story: Chart = [(1, "symptom_chills", 2.0), (2, "symptom_chills", 3.0)]
    assert ask(story)["rigor"].since_us == 1 * HOUR_US
    answered: Chart = [(1, "symptom_chills", 2.0), (1.2, "body_temperature", 38.9)]
    assert not ask(answered)
    assert not ask([*answered, (2, "symptom_chills", 2.0)])
    assert ask([*answered, (2, "symptom_chills", 3.0)])["rigor"].since_us == 2 * HOUR_US


def test_a_symptom_that_went_away_asks_no_more() -> None:
    gone: Chart = [(1, "symptom_dyspnoea", 2.0), (2, "symptom_dyspnoea", 0.0)]
    assert not ask(gone)
    assert ask([*gone, (3, "symptom_dyspnoea", 2.0)])["dyspnoea"].since_us == 3 * HOUR_US


def test_any_part_of_ice_answers_new_confusion_and_so_does_its_obstacle() -> None:
    confused: Chart = [(1, "symptom_confusion", 1.0)]
    assert ask(confused)["new_confusion"].trigger.action == "Assess ICE now."
    assert not ask([*confused, (2, "ice_orientation", 4.0)])
    assert not ask([*confused, (2, "test_obstacle", "sedation")])


def test_what_is_charted_later_is_not_known_yet() -> None:
    assert not ask([(3, "symptom_dyspnoea", 1.0)], at_h=2)
    assert ask([(1, "symptom_dyspnoea", 1.0), (3, "spo2", 95.0)], at_h=2)


def test_all_that_answers_is_a_concept_of_the_dictionary() -> None:
    assert set(ICE_CONCEPTS) <= set(CONCEPTS)
    assert {item.code for item in ICE_ITEMS} <= set(ICE_CONCEPTS)
