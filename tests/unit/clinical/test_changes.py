"""A single change of the chart, laid among the facts as it would stand there."""

import pytest

from monitoring.clinical.changes import (
    better,
    charted,
    given,
    stopped,
    without,
    without_treatment,
    worse,
)
from monitoring.clinical.facts import UNSAVED_ROW, TreatmentSpan
from tests.spec import bedside
from tests.spec.bedside import HOUR_US, MIDNIGHT_US

NOW_US = MIDNIGHT_US + 5 * HOUR_US


def rows(facts: bedside.EncounterFacts) -> list[tuple[object, ...]]:
    own = facts.observations
    assert own.streamed is not None
    return [
        (concept, hour_us // HOUR_US, None if value != value else value, code, sent)  # noqa: PLR0124 (NaN)
        for concept, hour_us, value, code, sent in zip(
            own.concept.tolist(),
            (own.taken_us - MIDNIGHT_US).tolist(),
            own.value.tolist(),
            own.code.tolist(),
            own.streamed.tolist(),
            strict=True,
        )
    ]


def test_what_is_charted_stands_last_and_by_hand() -> None:
    facts = bedside.read("0 T 38.5; 1 monitor, HR 90").facts()

    changed = charted({"spo2": 91.0, "consciousness": "V"})(facts, NOW_US)

    assert rows(changed) == [
        *rows(facts),
        ("spo2", 5, 91.0, None, False),
        ("consciousness", 5, None, "V", False),
    ]
    assert changed.observations.row_id.tolist()[-2:] == [UNSAVED_ROW, UNSAVED_ROW]


def test_what_is_charted_comes_after_what_was_taken_at_the_same_moment() -> None:
    facts = bedside.read("5 T 38.5; 6 SpO2 96").facts()

    changed = charted({"body_temperature": 36.8})(facts, NOW_US)

    assert [row[:3] for row in rows(changed)] == [
        ("body_temperature", 5, 38.5),
        ("body_temperature", 5, 36.8),
        ("spo2", 6, 96.0),
    ]
    assert changed.observations.concept.dtype == changed.observations.code.dtype == object


def test_a_concept_that_was_never_charted_leaves_all_others_as_they_were() -> None:
    facts = bedside.read("0 T 38.5; 1 monitor, HR 90; 2 T 39; 3 SpO2 96").facts()

    changed = without("body_temperature", {"heart_rate": 80.0})(facts, NOW_US)

    assert rows(changed) == [
        ("heart_rate", 1, 90.0, None, True),
        ("spo2", 3, 96.0, None, False),
        ("heart_rate", 5, 80.0, None, False),
    ]
    assert changed.observations.row_id.tolist() == [2, 4, UNSAVED_ROW]


@pytest.mark.parametrize(("runs", "ended_us"), [(True, None), (False, NOW_US)])
def test_a_treatment_is_given_at_the_moment_or_runs_from_it_on(
    runs: bool, ended_us: int | None
) -> None:
    facts = bedside.read("0 give paracetamol").facts()

    changed = given("vasopressor", "norepinephrine", indication="hypotension", runs=runs)(
        facts, NOW_US
    )

    assert changed.treatments == (
        *facts.treatments,
        TreatmentSpan(
            row_id=UNSAVED_ROW,
            kind="vasopressor",
            agent="norepinephrine",
            indication="hypotension",
            started_us=NOW_US,
            ended_us=ended_us,
        ),
    )
    (*_, plain) = given("fluid_bolus", "crystalloid")(facts, NOW_US).treatments
    assert (plain.indication, plain.ended_us) == (None, NOW_US)


def test_only_what_runs_of_that_drug_is_stopped() -> None:
    told = (
        "0 start norepinephrine, start vasopressin; 2 stop norepinephrine; 3 start norepinephrine"
    )
    facts = bedside.read(told).facts()

    changed = stopped("norepinephrine")(facts, NOW_US)

    ends = [(span.agent, span.ended_us) for span in changed.treatments]
    assert ends == [
        ("norepinephrine", MIDNIGHT_US + 2 * HOUR_US),
        ("vasopressin", None),
        ("norepinephrine", NOW_US),
    ]
    later = stopped("norepinephrine")(changed, NOW_US - HOUR_US)
    assert later.treatments[-1].ended_us == NOW_US - HOUR_US
    assert stopped("norepinephrine")(changed, NOW_US) == changed


def test_a_kind_that_was_never_given_leaves_the_other_kinds() -> None:
    facts = bedside.read("0 give paracetamol; 1 bolus; 2 give tocilizumab").facts()

    changed = without_treatment("antipyretic")(facts, NOW_US)

    assert [span.kind for span in changed.treatments] == ["fluid_bolus", "anticytokine"]


def test_each_change_says_which_way_it_leads() -> None:
    apply = given("vasopressor", "norepinephrine")

    assert (worse("x", apply).worsens, better("x", apply).worsens) == (True, False)
    assert (worse("a vasopressor is started", apply).words, better("y", apply).words) == (
        "a vasopressor is started",
        "y",
    )
    assert worse("x", apply).apply is better("x", apply).apply is apply
