"""A monitor's set is judged by the last of the stream as by all of it."""

from datetime import timedelta

from db.engine import Store
from db.queries import census
from monitoring.services.evaluate import evaluation_before, judge_facts, load_facts
from monitoring.services.history import History, PastSet, record_history
from monitoring.services.instants import to_us
from monitoring.services.policies import policy_for
from monitoring.services.record import preview, record_set
from tests.stories import NURSE, Bedside, bedside, clock, values_of

MONITOR = "monitor:bed-1"


def minutes_sent(bed: Bedside, spo2: list[float]) -> None:
    """What a monitor sent each minute from six o'clock on."""
    sets = [
        PastSet(
            source_id=f"before-{minute}",
            taken_at=clock("06:00") + timedelta(minutes=minute),
            recorded_at=clock("06:00") + timedelta(minutes=minute),
            values=values_of(hr=96, rr=18, sbp=112, dbp=64, spo2=percent),
        )
        for minute, percent in enumerate(spo2)
    ]
    record_history(
        bed.store,
        encounter_id=bed.encounter_id,
        history=History(source=MONITOR, sets=sets),
        actor=NURSE,
        now=clock("06:00") + timedelta(minutes=len(spo2)),
    )


def test_each_minute_says_what_the_whole_day_says(store: Store) -> None:
    bed = bedside(store)
    bed.well("05:00")
    # Low for a while, then for hours between the limit and what clears it, then well.
    minutes_sent(bed, [91.0] * 20 + [93.0] * 120)
    hypoxia = []
    for minute, percent in enumerate([93.0, 93.0, 95.0, 95.0, 93.0, 91.0, 93.0]):
        at = clock("08:20") + timedelta(minutes=minute)
        values = values_of(hr=96, rr=18, sbp=112, dbp=64, spo2=percent)
        record_set(
            store,
            encounter_id=bed.encounter_id,
            values=values,
            taken_at=at,
            source=MONITOR,
            source_id=f"{minute}",
            actor=NURSE,
            now=at,
        )

        judged = bed.latest()
        with store.read() as session:
            encounter = census.encounter(session, bed.encounter_id)
            facts = load_facts(session, encounter, from_at=at, to_at=at)
            before = evaluation_before(session, bed.encounter_id, at)
            policy = policy_for(session, encounter, at)
        assert judge_facts(facts, [to_us(at)], before, policy) == (judged,)
        hypoxia += [one.state.value for one in judged.conditions if one.problem == "hypoxia"]
    assert hypoxia == ["active", "active", "active", "normal", "normal", "normal", "normal"]


def test_a_set_by_hand_beside_a_monitor_does_what_the_form_said_it_would(store: Store) -> None:
    bed = bedside(store)
    bed.well("05:00")
    minutes_sent(bed, [97.0] * 90)
    seen = preview(
        store,
        encounter_id=bed.encounter_id,
        values=values_of(temp_c=38.4, spo2=91),
        taken_at=clock("07:30"),
        now=clock("07:30"),
    )
    bed.chart("07:30", temp_c=38.4, spo2=91)

    saved = bed.latest()
    assert (saved.crs.grade, seen.after.crs.grade) == (1, 1)
    assert [(one.problem, one.state) for one in seen.after.conditions] == [
        (one.problem, one.state) for one in saved.conditions
    ]
    assert "hypoxia" in bed.open_problems()
