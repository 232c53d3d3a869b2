"""What only the clock changes: overdue, escalation, data growing old, a silent feed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from db.engine import Store
from db.queries import alerts
from monitoring.clinical.results import GradeStatus
from monitoring.services import liveness
from monitoring.services import sweep as sweeping
from monitoring.services.alerts import acknowledge
from monitoring.watch import LEASE, Watcher
from tests.stories import NURSE, Bedside, bedside, clock


@pytest.fixture
def bed(store: Store) -> Bedside:
    """One admitted patient."""
    return bedside(store)


def sweep(bed: Bedside, at: str, pulses: Sequence[liveness.Pulse] = ()) -> None:
    sweeping.sweep(bed.store, encounter_id=bed.encounter_id, pulses=pulses, now=clock(at))


def kinds(bed: Bedside, problem: str) -> list[str]:
    with bed.store.read() as session:
        threads = [t for t in alerts.threads(session, bed.encounter_id) if t.problem == problem]
        return [e.kind for t in threads for e in alerts.events(session, t.id)]


class Clock:
    """A clock that a test moves."""

    def __init__(self, at: str) -> None:
        self.now = clock(at)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


def test_a_missed_set_is_overdue_by_the_clock_and_done_when_it_comes(bed: Bedside) -> None:
    bed.well("06:00")
    sweep(bed, "10:59")
    assert "overdue" not in bed.open_problems(), "four hours and a quarter of them are not over"

    sweep(bed, "11:01")
    assert bed.open_problems()["overdue"] == "unacknowledged"

    bed.well("11:05")
    assert bed.thread("overdue").condition == "normal", "done, and still nobody took it"
    acknowledge(
        bed.store,
        thread_public_id=bed.thread("overdue").public_id,
        note=None,
        actor=NURSE,
        now=clock("11:06"),
    )
    assert "overdue" not in bed.open_problems()


def test_a_rigor_without_a_temperature_is_an_alert_until_one_is_charted(bed: Bedside) -> None:
    bed.well("06:00")
    bed.score("07:00", "symptom_chills", 2)
    sweep(bed, "07:14")
    assert "symptom_chills" not in bed.open_problems(), "a quarter of an hour is given"
    sweep(bed, "07:15")
    thread = bed.thread("symptom_chills")
    assert (thread.priority, kinds(bed, "symptom_chills")) == ("low", ["raised"])
    acknowledge(
        bed.store, thread_public_id=thread.public_id, note=None, actor=NURSE, now=clock("07:16")
    )
    sweep(bed, "07:20")
    assert bed.open_problems()["symptom_chills"] == "acknowledged", "taken is not answered"

    bed.chart("07:21", temp_c=37.2)
    assert "symptom_chills" not in bed.open_problems()


def test_shortness_of_breath_that_nobody_looks_into_calls_after_five_minutes(bed: Bedside) -> None:
    bed.well("06:00")
    bed.score("07:00", "symptom_dyspnoea", 1)
    sweep(bed, "07:04")
    assert kinds(bed, "symptom_dyspnoea") == ["pending"]
    sweep(bed, "07:05")
    assert bed.thread("symptom_dyspnoea").priority == "medium"

    bed.score("07:30", "symptom_confusion", 1)
    bed.chart("07:31", spo2=96)
    assert bed.thread("symptom_dyspnoea").condition == "normal", "answered, and nobody took it"
    bed.score("07:33", "ice_total", 9)
    sweep(bed, "07:40")
    assert "symptom_confusion" not in bed.open_problems(), "ICE came within the five minutes"


def test_a_missed_ice_is_overdue_by_the_clock_and_done_when_it_is_charted(bed: Bedside) -> None:
    bed.well("02:00")
    sweep(bed, "02:59")
    assert "ice_overdue" not in bed.open_problems(), "due since the dose, and a quarter of 12 hours"

    sweep(bed, "03:01")
    sweep(bed, "03:06")
    assert (bed.thread("ice_overdue").priority, kinds(bed, "ice_overdue")) == (
        "low",
        ["pending", "raised"],
    )

    bed.score("03:10", "ice_total", 10)
    assert bed.thread("ice_overdue").condition == "normal", "done, and still nobody took it"


def test_an_alert_that_nobody_takes_goes_to_the_next_and_one_that_is_taken_does_not(
    bed: Bedside,
) -> None:
    bed.well("06:00", temp_c=38.6, device="nasal_cannula", flow_lpm=2, spo2=94)
    sweep(bed, "06:04")
    assert kinds(bed, "crs_grade").count("escalated") == 0
    sweep(bed, "06:06")
    assert kinds(bed, "crs_grade").count("escalated") == 1

    acknowledge(
        bed.store,
        thread_public_id=bed.thread("crs_grade").public_id,
        note="with the patient",
        actor=NURSE,
        now=clock("06:07"),
    )
    sweep(bed, "06:45")
    assert kinds(bed, "crs_grade").count("escalated") == 1


def test_data_that_grow_old_make_the_grade_unsure_and_clear_no_alert(bed: Bedside) -> None:
    bed.well("06:00", temp_c=38.6, device="nasal_cannula", flow_lpm=2, spo2=94)
    sweep(bed, "14:00")

    crs = bed.latest().crs
    assert crs.grade == 2, "unknown never lowers a grade"
    assert crs.status is not GradeStatus.GRADED
    assert "crs_grade" in bed.open_problems()


def test_a_sweep_that_says_nothing_new_stores_nothing(bed: Bedside) -> None:
    bed.well("06:00")
    sweep(bed, "06:30")
    first = bed.latest().at_us
    sweep(bed, "06:31")
    assert bed.latest().at_us == first


def test_a_value_charted_late_outweighs_what_the_clock_said_meanwhile(bed: Bedside) -> None:
    bed.well("06:00", temp_c=37.9)
    sweep(bed, "15:00")
    assert bed.latest().crs.grade is None, "nothing newer is known"

    bed.well("14:30", known="15:05", temp_c=38.7)
    assert bed.latest().crs.grade == 1


def test_a_monitor_that_falls_silent_is_a_technical_alarm(bed: Bedside) -> None:
    bed.well("06:00")
    liveness.beat(
        bed.store,
        kind=liveness.FEED,
        name="monitor 1",
        expected_every_s=2,
        now=clock("06:00"),
        encounter_id=bed.encounter_id,
    )
    sweep(bed, "06:00", liveness.pulses(bed.store, now=clock("06:00")))
    assert "stale_feed" not in bed.open_problems()
    sweep(bed, "06:01", liveness.pulses(bed.store, now=clock("06:01")))
    assert bed.thread("stale_feed").priority == "technical"


def test_one_watcher_watches_and_the_other_takes_over_when_it_stops(store: Store) -> None:
    time = Clock("06:00")
    first, second = Watcher(store, now=time), Watcher(store, now=time)
    assert first.turn()
    assert not second.turn()

    time.pass_by(seconds=9)
    assert not second.turn(), "the lease has not run out"
    time.pass_by(seconds=2)
    assert second.turn()
    assert not first.turn()


def test_the_watcher_shows_its_pulse_and_is_silent_when_it_stops(store: Store) -> None:
    time = Clock("06:00")
    Watcher(store, now=time).turn()
    (pulse,) = liveness.pulses(store, now=time.now + timedelta(seconds=5))
    assert (pulse.kind, pulse.name, pulse.is_silent) == (liveness.WATCHER, LEASE, False)
    (pulse,) = liveness.pulses(store, now=time.now + timedelta(seconds=7))
    assert pulse.is_silent
