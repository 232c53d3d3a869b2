"""An open page is drawn anew when something on it changed, and not for what a neighbour did."""

import pytest

from db.engine import Store
from monitoring.clinical.confirmation import CRS
from monitoring.services import baseline, census, confirm, correct, patient, policies, therapy
from monitoring.services.access import ensure_demo_members
from monitoring.services.alerts import acknowledge
from monitoring.services.not_judged import tell_not_judged
from monitoring.services.patient import Mark
from monitoring.services.sweep import sweep
from tests.stories import NURSE, PHYSICIAN, Bedside, bedside, clock


@pytest.fixture
def bed(store: Store) -> Bedside:
    """One patient with fever and low pressure."""
    lying = bedside(store)
    lying.well("06:00", temp_c=38.7, sbp=84, dbp=48)
    return lying


def mark(bed: Bedside) -> Mark:
    return patient.mark(bed.store, encounter_id=bed.encounter_id, ward_id=bed.ward_id)


def a_late_value(bed: Bedside) -> None:
    bed.chart("05:00", known="06:30", hr=80)


def the_same_values_again(bed: Bedside) -> None:
    bed.well("06:30", temp_c=38.7, sbp=84, dbp=48)


def a_value_put_right(bed: Bedside) -> None:
    row = bed.value_row("body_temperature")
    correct.strike_out(
        bed.store,
        observation_id=row.id,
        reason="another patient's",
        actor=NURSE,
        now=clock("06:30"),
    )


def a_treatment_given(bed: Bedside) -> None:
    bed.give("06:30", "antipyretic", "paracetamol")


def a_dose_planned(bed: Bedside) -> None:
    therapy.record_therapy(
        bed.store,
        encounter_id=bed.encounter_id,
        product="teclistamab",
        therapy_class="bispecific",
        doses=[(clock("30:00"), None)],
        actor=PHYSICIAN,
        now=clock("06:30"),
    )


def an_alert_taken(bed: Bedside) -> None:
    thread = bed.thread("crs_grade").public_id
    acknowledge(bed.store, thread_public_id=thread, note=None, actor=NURSE, now=clock("06:30"))


def an_alert_escalated_by_the_clock(bed: Bedside) -> None:
    sweep(bed.store, encounter_id=bed.encounter_id, pulses=(), now=clock("06:06"))


def that_nobody_can_judge(bed: Bedside) -> None:
    tell_not_judged(
        bed.store, encounter_id=bed.encounter_id, failure=ValueError(), now=clock("06:30")
    )


def a_baseline(bed: Bedside) -> None:
    baseline.set_baseline(
        bed.store,
        encounter_id=bed.encounter_id,
        effective_from=clock("06:30"),
        systolic_mmhg=100,
        diastolic_mmhg=None,
        mean_mmhg=None,
        home_oxygen_device=None,
        home_oxygen_lpm=None,
        spo2_scale=1,
        actor=PHYSICIAN,
        now=clock("06:30"),
    )


def a_word_on_the_grade(bed: Bedside) -> None:
    ensure_demo_members(bed.store, actor="system:tests", now=clock("06:30"))
    confirm.confirm_grade(
        bed.store,
        encounter_id=bed.encounter_id,
        scale=CRS,
        grade=3,
        reason="needed a bolus that nobody charted",
        submission="press",
        actor="demo.physician",
        now=clock("06:30"),
    )


def a_limit_of_their_own(bed: Bedside) -> None:
    policies.set_limits(
        bed.store,
        place=policies.Place(encounter_id=bed.encounter_id),
        limits={"hypoxia": {"spo2_percent": 88.0}},
        reason="chronic lung",
        actor=PHYSICIAN,
        now=clock("06:30"),
    )


def going_home(bed: Bedside) -> None:
    at = clock("06:30")
    census.discharge(bed.store, encounter_id=bed.encounter_id, at=at, actor=NURSE, now=at)


@pytest.mark.parametrize(
    "happens",
    [
        a_late_value,
        the_same_values_again,
        a_value_put_right,
        a_treatment_given,
        a_dose_planned,
        an_alert_taken,
        an_alert_escalated_by_the_clock,
        that_nobody_can_judge,
        a_baseline,
        a_word_on_the_grade,
        a_limit_of_their_own,
        going_home,
    ],
)
def test_the_mark_moves_with_everything_that_the_page_shows(bed: Bedside, happens) -> None:
    before = mark(bed)
    assert mark(bed) == before
    happens(bed)
    assert mark(bed) != before


def test_an_alert_that_closes_moves_it(bed: Bedside) -> None:
    """Back to normal and then taken: nothing is judged, and one alert less is open."""
    bed.well("06:30", hr=130)
    bed.well("06:45")
    before, thread = mark(bed), bed.thread("tachycardia")
    assert thread.condition == "normal"
    acknowledge(
        bed.store, thread_public_id=thread.public_id, note=None, actor=NURSE, now=clock("06:50")
    )
    assert "tachycardia" not in bed.open_problems()
    assert mark(bed) != before


def test_it_does_not_move_with_a_neighbour_nor_with_time_that_changes_nothing(
    store: Store,
) -> None:
    bed, other = bedside(store), bedside(store, bed="2", identifier="B")
    bed.well("06:00")
    sweep(store, encounter_id=bed.encounter_id, pulses=(), now=clock("06:01"))
    before = mark(bed)
    other.well("06:00", key="of the neighbour", temp_c=39)
    sweep(store, encounter_id=bed.encounter_id, pulses=(), now=clock("06:02"))
    assert mark(bed) == before


def test_before_anything_is_charted_there_is_a_mark(store: Store) -> None:
    bed = bedside(store)
    empty = mark(bed)
    bed.well("06:00")
    assert mark(bed) != empty
    assert empty.open_alerts == 0
