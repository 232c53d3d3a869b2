"""The watcher asks a stay's laboratory values: neutropenic fever raises, grows urgent and ends."""

from db.engine import Store
from monitoring.services.record import NewValue, record_set
from monitoring.services.sweep import sweep
from tests.stories import NURSE, Bedside, bedside, clock


def neutrophils(bed: Bedside, at: str, value: float) -> None:
    record_set(
        bed.store,
        encounter_id=bed.encounter_id,
        values=[
            NewValue(
                concept="neutrophils",
                value=value,
                code=None,
                value_sent=str(value),
                unit_sent="10*3/uL",
            )
        ],
        taken_at=clock(at),
        source="laboratory",
        source_id=at,
        actor=NURSE,
        now=clock(at),
    )


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


def test_without_a_count_nobody_knows_and_nothing_is_raised(store: Store) -> None:
    bed = bedside(store)
    bed.well("06:00", temp_c=39.0)

    assert not {"neutropenic_fever", "iec_hs_watch"} & set(swept(bed, "06:30"))
