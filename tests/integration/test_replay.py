"""A stored past played again under other limits, beside what really happened."""

import pytest

from db.engine import Store
from db.queries import alerts
from monitoring.clinical import burden
from monitoring.clinical.rule_file import RuleFileError
from monitoring.services.alerts import acknowledge
from monitoring.services.replay import Played, play, report
from tests.stories import Bedside, bedside, clock

# What the clock brings needs a watcher, and these beds have none.
BY_THE_CLOCK = {"overdue", "ice_overdue"}
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
