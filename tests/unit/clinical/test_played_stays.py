"""Of which stays the past is not played by columns: what is judged by more than streamed signs."""

from dataclasses import replace

import numpy as np
import pytest

from monitoring.clinical.alert_runs import Told
from monitoring.clinical.concepts import CONCEPTS
from monitoring.clinical.facts import GradeStatement, TreatmentSpan
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import Priority
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.stay_replay import StayReplay
from monitoring.clinical.timeline import Charted
from tests.spec import bedside

MINUTE_US = 60_000_000
LOOKS_US = bedside.MIDNIGHT_US + MINUTE_US * np.arange(1, 121)
HOT = {"body_temperature": np.full(len(LOOKS_US), 38.6)}
WORD = GradeStatement(
    row_id=1,
    scale="astct-crs",
    grade=1,
    computed_grade=1,
    stated_us=bedside.MIDNIGHT_US,
    valid_until_us=bedside.MIDNIGHT_US + bedside.HOUR_US,
    by="dr.okafor",
)
PRESSURE = Charted(LOOKS_US[:1], np.array([70.0]))


def played(facts: bedside.EncounterFacts, charted: dict[str, Charted] | None = None) -> list[Told]:
    replay = StayReplay(load_policy(), load_rulebook(), answer_after={})
    return list(replay.play(facts, LOOKS_US, HOT, charted or {}))


@pytest.mark.parametrize(
    ("facts", "charted"),
    [
        (bedside.read("", "baseline 118/70").facts(), {}),
        (bedside.read("0 attribute fever").facts(), {}),
        (replace(bedside.read("").facts(), statements=(WORD,)), {}),
        (bedside.read("").facts(), {"diastolic_bp": PRESSURE}),
        (bedside.read("").facts(), {"mean_arterial_pressure": PRESSURE}),
        (bedside.read("").facts(), {"oxygen_indication": PRESSURE}),
    ],
)
def test_what_is_judged_by_more_is_refused(
    facts: bedside.EncounterFacts, charted: dict[str, Charted]
) -> None:
    message = "A stay with a baseline, a clinician's word or other pressures is not played."
    with pytest.raises(ValueError, match=f"^{message}$"):
        played(facts, charted)


def test_a_fever_that_a_monitor_sends_is_told_when_it_has_lasted() -> None:
    said = [
        (one.problem, one.kind.value, (one.at_us - bedside.MIDNIGHT_US) // MINUTE_US)
        for one in played(bedside.read("").facts())
        if one.kind.value == "raised"
    ]
    assert said == [("crs_grade", "raised", 1), ("fever", "raised", 6)]


WINDOW_US = int(load_policy().grading.premedication_s["antipyretic"] * 1_000_000)


@pytest.mark.parametrize(
    ("ended_at", "low_at", "problem"),
    [
        (None, 9, "possible_masked_crs"),
        (None, 5, "possible_masked_crs"),
        # Given so long ago that its window ends with the sixth look.
        (5, 5, "possible_masked_crs"),
        (5, 6, "hypotension_without_fever"),
    ],
)
def test_what_was_given_before_may_hide_a_fever_up_to_the_end_of_its_window(
    ended_at: int | None, low_at: int, problem: str
) -> None:
    looks_us = LOOKS_US[:10]
    given = TreatmentSpan(
        row_id=1,
        kind="antipyretic",
        agent="paracetamol",
        indication=None,
        started_us=int(looks_us[0]) - 2 * WINDOW_US,
        ended_us=None if ended_at is None else int(looks_us[ended_at]) - WINDOW_US,
    )
    vitals = {
        "body_temperature": np.full(10, 37.0),
        "systolic_bp": np.where(np.arange(10) < low_at, 118.0, 75.0),
    }
    facts = replace(bedside.read("").facts(), treatments=(given,))
    replay = StayReplay(load_policy(), load_rulebook(), answer_after={})

    raised = {
        one.problem
        for one in replay.play(facts, looks_us, vitals, {})
        if one.kind.value == "raised" and one.at_us == looks_us[low_at]
    }

    # One reading below 80 is told at once; NEWS2 waits for the next.
    assert raised == {"hypotension", problem}


def test_a_news2_of_4_keeps_up_one_of_5_and_one_of_3_does_not() -> None:
    looks_us = LOOKS_US[:20]
    vitals = {
        "body_temperature": np.full(20, 37.0),
        "systolic_bp": np.full(20, 118.0),
        "spo2": np.full(20, 95.0),
        # Beside 22 breaths a minute and SpO2 95 %: NEWS2 of 5, 4, 5 and 3.
        "heart_rate": np.repeat([112.0, 95.0, 112.0, 80.0], 5),
    }
    words = {"consciousness": "A", "oxygen_device": "room_air"}
    charted = {
        name: Charted(looks_us[:1], np.array([float(CONCEPTS[name].codes.index(word))]))
        for name, word in words.items()
    } | {"respiratory_rate": Charted(looks_us[:1], np.array([22.0]))}
    replay = StayReplay(
        load_policy(), load_rulebook(), answer_after={Priority.MEDIUM: 2 * MINUTE_US}
    )

    told = [
        (one.kind.value, (one.at_us - int(looks_us[0])) // MINUTE_US)
        for one in replay.play(bedside.read("").facts(), looks_us, vitals, charted)
        if one.problem == "news2"
    ]

    assert told == [
        ("raised", 0),
        ("acknowledged", 2),
        # The first of the readings of 80 is the last of those that still stand.
        ("returned_to_normal", 16),
        ("closed", 16),
    ]
