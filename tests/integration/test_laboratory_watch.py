"""The watcher asks a stay's laboratory values: neutropenic fever raises, grows urgent and ends."""

from datetime import timedelta

import pytest

from db.engine import Store
from monitoring.services.sweep import sweep
from tests.stories import Bedside, bedside, clock, result


def neutrophils(bed: Bedside, at: str, value: float) -> None:
    result(bed, clock(at), neutrophils=value)


def swept(bed: Bedside, at: str) -> dict[str, str]:
    sweep(bed.store, encounter_id=bed.encounter_id, pulses=[], now=clock(at))
    return bed.open_problems()


def test_the_clock_of_neutropenic_fever_runs_on_the_ward(store: Store) -> None:
    bed = bedside(store)
    # Two days ago: older than anything that a recording looks at.
    neutrophils(bed, "06:00", 0.2)
    bed.well("40:00", temp_c=38.6)

    assert "neutropenic_fever" in swept(bed, "40:01")
    assert bed.thread("neutropenic_fever").priority == "medium"
    swept(bed, "41:05")
    assert bed.thread("neutropenic_fever").priority == "high"

    bed.give("41:10", "antimicrobial", "cefepime")
    swept(bed, "41:11")
    assert bed.thread("neutropenic_fever").condition == "normal"


@pytest.mark.parametrize(("before_therapy", "is_watched"), [(200.0, True), (250.0, False)])
def test_ferritin_is_held_against_the_value_before_the_therapy_however_long_ago(
    store: Store, before_therapy: float, *, is_watched: bool
) -> None:
    bed = bedside(store)
    # More than four days before the sweep; 500 is below twice the upper limit of normal.
    result(
        bed, clock("00:00") - timedelta(hours=6), ferritin=before_therapy, ast=30, fibrinogen=300
    )
    bed.well("99:00")
    result(bed, clock("100:00"), ferritin=500, ast=250, fibrinogen=140, platelets=200)

    assert ("iec_hs_watch" in swept(bed, "100:01")) is is_watched
    if is_watched:
        assert bed.thread("iec_hs_watch").state["criteria"][0] == "ferritin"


def test_without_a_count_nobody_knows_and_nothing_is_raised(store: Store) -> None:
    bed = bedside(store)
    bed.well("06:00", temp_c=39.0)

    assert not {"neutropenic_fever", "iec_hs_watch"} & set(swept(bed, "06:30"))
