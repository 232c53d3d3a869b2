"""A stored past played again under other limits, beside what really happened."""

from datetime import timedelta

import pytest

from db.engine import Store
from db.queries import alerts
from monitoring.clinical import burden
from monitoring.clinical.rule_file import RuleFileError
from monitoring.services import liveness
from monitoring.services.alerts import acknowledge
from monitoring.services.instants import to_us
from monitoring.services.record import NewValue, record_set
from monitoring.services.replay import Played, play, report
from monitoring.services.sweep import sweep
from tests.stories import Bedside, bedside, clock, values_of

# What the clock brings needs a watcher, and these beds have none.
BY_THE_CLOCK = {"overdue", "ice_overdue"}
# Between two turns of a cuff.
AFTER = timedelta(minutes=14)
LENIENT = {"hypoxia": {"spo2_percent": 88.0}}


def fall_ill(store: Store) -> Bedside:
    """Grade 1 at six, SpO2 91 % at seven, grade 2 at eight, better at ten."""
    bed = bedside(store)
    bed.well("05:00")
    bed.well("06:00", temp_c=38.4)
    bed.well("07:00", temp_c=38.6, spo2=91)
    bed.well("08:00", temp_c=38.6, sbp=84, dbp=50)
    bed.well("10:00", temp_c=37.2)
    return bed


def played(bed: Bedside, **more: object) -> Played:
    return play(
        bed.store,
        ward_id=bed.ward_id,
        from_at=clock("00:00"),
        to_at=clock("12:00"),
        now=clock("12:00"),
        **more,  # type: ignore[arg-type]
    )


def spoken(one: Played) -> set[tuple[str, str]]:
    events = one.events[burden.interruptive(one.events)]
    return set(zip(events["problem"], events["kind"], strict=True))


def of_facts(told: set[tuple[str, str]]) -> set[tuple[str, str]]:
    return {(problem, kind) for problem, kind in told if problem not in BY_THE_CLOCK}


def test_the_same_policy_says_what_was_said(store: Store) -> None:
    bed = fall_ill(store)
    with store.read() as session:
        stored = {
            (thread.problem, event.kind, round(event.at.timestamp() * 1e6))
            for thread in alerts.threads(session, bed.encounter_id)
            for event in alerts.events(session, thread.id)
            if event.kind in ("raised", "worsened") and thread.problem not in BY_THE_CLOCK
        }

    again = played(bed).events
    told = again[again["kind"].isin(["raised", "worsened"])]

    assert stored == {
        (one.problem, one.kind, one.at_us)
        for one in told.itertuples()
        if one.problem not in BY_THE_CLOCK
    }


def test_what_really_happened_is_read_from_the_events(store: Store) -> None:
    bed = fall_ill(store)
    acknowledge(
        store,
        thread_public_id=bed.thread("crs_grade").public_id,
        note=None,
        actor="nurse.amara",
        now=clock("10:30"),
    )

    happened = played(bed, as_recorded=True)

    told = happened.events
    # Nobody came in time, so that others were called.
    called = {(problem, "escalated") for problem in ("crs_grade", "hypoxia")}
    assert of_facts(spoken(happened)) - called == of_facts(spoken(played(bed)))
    assert set(told.loc[told["kind"] == "acknowledged", "problem"]) == {"crs_grade"}
    # Grade 2 came at eight and was taken half past ten.
    assert report(happened).whole.minutes_to_acknowledge_median == 150
    assert report(happened).timeliness.caught == 2


def test_another_limit_shows_what_it_would_cost_and_miss(store: Store) -> None:
    bed = fall_ill(store)

    usual, lenient = played(bed), played(bed, overrides=LENIENT)

    assert ("hypoxia", "raised") in spoken(usual)
    assert ("hypoxia", "raised") not in spoken(lenient)
    lost = burden.appearing(usual.events, lenient.events)
    assert lost["problem"].tolist() == ["hypoxia"]
    usually, leniently = report(usual).timeliness, report(lenient).timeliness
    assert usually.rises == usually.caught == leniently.caught == 2
    assert usually.lead_minutes_median == 60
    assert leniently.lead_minutes_median is None


def test_without_any_value_nothing_is_known_and_no_figure_is_made_up(store: Store) -> None:
    bed = bedside(store)

    found = report(played(bed))

    assert (found.stays, found.whole.interruptive, found.timeliness.rises) == (1, 0, 0)
    assert found.timeliness.lead_minutes_median is None
    assert found.episode.interruptive_per_patient_day is None


def test_what_was_open_before_the_period_is_not_raised_by_it(store: Store) -> None:
    bed = fall_ill(store)

    late = play(
        store,
        ward_id=bed.ward_id,
        from_at=clock("09:00"),
        to_at=clock("12:00"),
        now=clock("12:00"),
    )

    assert late.patient_days == pytest.approx(3 / 24)
    raised = late.events[late.events["kind"] == "raised"]
    assert set(raised["problem"]) == {"overdue"}
    assert report(late).timeliness.rises == 0


def test_nothing_is_written_and_a_misspelt_limit_is_refused(store: Store) -> None:
    bed = fall_ill(store)
    before = bed.latest()
    with pytest.raises(RuleFileError, match="cannot be overridden"):
        played(bed, overrides={"hypoxia": {"spo2": 88}})
    played(bed, overrides=LENIENT)
    assert bed.latest() == before


def neutrophils(bed: Bedside, at: str, count: float) -> None:
    record_set(
        bed.store,
        encounter_id=bed.encounter_id,
        values=[
            NewValue(
                concept="neutrophils",
                value=count,
                code=None,
                value_sent=str(count),
                unit_sent="10*3/uL",
            )
        ],
        taken_at=clock(at),
        source="laboratory",
        source_id=at,
        actor="laboratory",
        now=clock(at),
    )


def test_the_clock_of_neutropenic_fever_is_played_as_the_sweep_would_tell_it(store: Store) -> None:
    bed = bedside(store)
    neutrophils(bed, "05:00", 0.2)
    bed.well("06:00", temp_c=38.6)
    bed.well("06:30", temp_c=38.6)
    bed.give("08:00", "antimicrobial", "cefepime")

    events = played(bed).events
    own = events[events["problem"] == "neutropenic_fever"]

    said = [
        (one.kind, one.priority, (one.at_us - to_us(clock("06:00"))) // 60_000_000)
        for one in own.itertuples()
        if one.kind not in ("acknowledged", "closed")
    ]
    assert said == [
        ("raised", "medium", 0),
        ("worsened", "high", 60),
        ("returned_to_normal", "high", 120),
    ]
    with store.read() as session:
        stored = {one.problem for one in alerts.threads(session, bed.encounter_id)}
    assert "neutropenic_fever" not in stored, "nobody swept then"


def test_a_feed_is_silent_in_the_replay_when_it_was(store: Store) -> None:
    bed = bedside(store)
    bed.well("06:00")
    liveness.beat(
        store,
        kind=liveness.FEED,
        name="monitor 1",
        expected_every_s=2,
        now=clock("06:00"),
        encounter_id=bed.encounter_id,
    )
    sweep(
        store,
        encounter_id=bed.encounter_id,
        pulses=liveness.pulses(store, now=clock("06:10")),
        now=clock("06:10"),
    )

    events = played(bed).events
    own = events[events["problem"] == "stale_feed"]
    assert own[["kind", "priority", "at_us"]].iloc[0].tolist() == [
        "raised",
        "technical",
        to_us(clock("06:10")),
    ]


def test_a_symptom_that_nobody_looked_into_is_played_with_its_end(store: Store) -> None:
    bed = bedside(store)
    bed.well("06:00")
    record_set(
        store,
        encounter_id=bed.encounter_id,
        values=[
            NewValue(
                concept="symptom_dyspnoea", value=2, code=None, value_sent="2", unit_sent="{grade}"
            )
        ],
        taken_at=clock("07:00"),
        source="chart",
        source_id="symptom",
        actor="nurse.amara",
        now=clock("07:00"),
    )
    bed.chart("08:00", spo2=96)

    events = played(bed).events
    own = events[events["problem"] == "symptom_dyspnoea"]
    minutes = (own["at_us"] - to_us(clock("07:00"))) // 60_000_000
    said = dict(zip(own["kind"], minutes, strict=True))
    assert (said["pending"], said["raised"], said["returned_to_normal"]) == (0, 5, 60)


def test_a_cuff_is_off_after_two_of_its_turns_as_the_sweep_tells_it(store: Store) -> None:
    bed = bedside(store)
    bed.well("05:00")
    for at in ("06:00", "06:15", "06:30", "06:45"):
        record_set(
            store,
            encounter_id=bed.encounter_id,
            values=values_of(sbp=118),
            taken_at=clock(at),
            source="monitor:cuff",
            source_id=at,
            actor="feed",
            now=clock(at),
        )
        sweep(store, encounter_id=bed.encounter_id, pulses=(), now=clock(at) + AFTER)
        assert "device_off" not in bed.open_problems()
    sweep(store, encounter_id=bed.encounter_id, pulses=(), now=clock("07:14"))
    assert "device_off" not in bed.open_problems()
    sweep(store, encounter_id=bed.encounter_id, pulses=(), now=clock("07:16"))
    assert bed.open_problems()["device_off"] == "unacknowledged"

    events = played(bed).events
    told = events[(events["problem"] == "device_off") & (events["kind"] == "raised")]
    assert told["at_us"].tolist() == [to_us(clock("07:15")) + 1]


def test_the_last_that_a_monitor_sent_counts_by_itself_as_the_sweep_tells_it(
    store: Store,
) -> None:
    bed = bedside(store)
    bed.well("05:00")
    bed.well("06:00", rr=18, hr=112, spo2=95)
    record_set(
        store,
        encounter_id=bed.encounter_id,
        values=values_of(rr=26),
        taken_at=clock("06:10"),
        source="monitor:bed",
        source_id="06:10",
        actor="feed",
        now=clock("06:10"),
    )
    for at, is_told in (("06:10", False), ("06:30", False), ("06:31", True)):
        sweep(store, encounter_id=bed.encounter_id, pulses=(), now=clock(at))
        assert ("news2" in bed.open_problems()) is is_told, at

    events = played(bed).events
    told = events[(events["problem"] == "news2") & (events["kind"] == "raised")]
    assert told["at_us"].tolist() == [to_us(clock("06:30")) + 1]
