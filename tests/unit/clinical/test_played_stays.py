"""Of which stays the past is not played by columns: what is judged by more than streamed signs."""

from dataclasses import replace

import numpy as np
import pytest

from monitoring.clinical.alert_runs import Told
from monitoring.clinical.facts import GradeStatement
from monitoring.clinical.policy import load_policy
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
