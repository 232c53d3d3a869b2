"""The sample ward is the same for the same seed and minute, full, current and possible."""

import math
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import takewhile

import pytest

from monitoring.clinical.checking import Refused, check_value
from monitoring.clinical.concepts import CONCEPTS
from sample_data.events import (
    Admitted,
    Discharged,
    DoseGiven,
    Event,
    ObservationsCharted,
    TreatmentEnded,
    TreatmentStarted,
    ValueAmended,
    ValueStruckOut,
)
from sample_data.people import IDENTIFIER_SYSTEM
from sample_data.plan import ward_plan
from sample_data.scenario import scenarios
from sample_data.stay import PatientKey
from sample_data.ward import SampleWard, build_ward, ward_events

MORNING = datetime(2026, 11, 22, 9, 41, 17, tzinfo=UTC)
NIGHT = datetime(2026, 3, 8, 2, 3, tzinfo=UTC)


@pytest.fixture(scope="module", params=[(1, MORNING), (7, NIGHT)], ids=["morning", "night"])
def ward(request: pytest.FixtureRequest) -> SampleWard:
    """A ward by day and another one by night."""
    seed, now = request.param
    return build_ward(seed, now)


def admissions(ward: SampleWard) -> list[Admitted]:
    return [event for event in ward.events if isinstance(event, Admitted)]


def sets(ward: SampleWard) -> list[ObservationsCharted]:
    return [event for event in ward.events if isinstance(event, ObservationsCharted)]


def number(one: ObservationsCharted, concept: str) -> float | None:
    return next((value.value for value in one.values if value.concept == concept), None)


def test_the_same_seed_and_minute_give_the_same_ward() -> None:
    first = build_ward(3, MORNING)
    again = build_ward(3, MORNING.replace(second=59, microsecond=999_999))
    assert first == again
    assert build_ward(4, MORNING).events != first.events


def test_twenty_four_beds_are_taken_and_two_are_free(ward: SampleWard) -> None:
    taken = [one.bed_label for one in admissions(ward)]
    assert len(taken) == len(set(taken)) == 24
    assert len(ward_plan().beds) == 26
    assert not any(isinstance(event, Discharged) for event in ward.events)


def test_the_ward_shows_many_stories_of_a_believable_size(ward: SampleWard) -> None:
    assert len({one.story for one in admissions(ward)}) >= 16
    assert {one.story for one in admissions(ward)} == set(scenarios())
    assert 1_000 <= len(sets(ward)) <= 1_600


def test_nothing_happens_in_the_future_and_all_is_in_order(ward: SampleWard) -> None:
    times = [event.at for event in ward.events]
    assert times == sorted(times)
    assert max(times) <= ward.anchor
    assert all(time.tzinfo is not None for time in times)


def test_every_patient_was_seen_lately_but_the_overdue_one(ward: SampleWard) -> None:
    last = {one.patient_key: one.at for one in sets(ward) if one.key.startswith("v")}
    hours = {
        one.story: (ward.anchor - last[one.patient_key]) / timedelta(hours=1)
        for one in admissions(ward)
    }
    assert 2.9 <= hours.pop("overdue_observations") <= 3.2
    assert all(0 <= since < 4.3 for since in hours.values()), hours


def test_people_are_invented_diverse_and_say_so(ward: SampleWard) -> None:
    people = [one.person for one in admissions(ward)]
    ages = [(ward.anchor.date() - person.birth_date).days / 365.25 for person in people]
    assert all(person.identifier.startswith("DEMO-") for person in people)
    assert len({person.identifier for person in people}) == 24
    assert len({(person.family_name, person.given_name) for person in people}) == 24
    assert len({person.family_name for person in people}) == 24
    assert {person.sex for person in people} == {"female", "male"}
    assert min(ages) < 10
    assert sum(age > 65 for age in ages) >= 3
    assert sum(20 < age < 40 for age in ages) >= 2
    assert IDENTIFIER_SYSTEM.startswith("urn:")


def test_no_value_is_impossible(ward: SampleWard) -> None:
    for one in sets(ward):
        assert one.values
        assert len({value.concept for value in one.values}) == len(one.values)
        for value in one.values:
            concept = CONCEPTS[value.concept]
            if concept.is_coded:
                assert value.code in concept.codes
            else:
                assert value.value is not None
                assert math.isfinite(value.value)
                checked = check_value(value.concept, str(value.value), concept.unit)
                assert not isinstance(checked, Refused), (value, checked)


def test_pressures_agree_with_each_other(ward: SampleWard) -> None:
    amended = {(e.patient_key, e.key) for e in ward.events if isinstance(e, ValueAmended)}
    seen = 0
    for one in sets(ward):
        systolic, diastolic = number(one, "systolic_bp"), number(one, "diastolic_bp")
        mean = number(one, "mean_arterial_pressure")
        if systolic is None or diastolic is None or mean is None:
            continue
        seen += 1
        assert diastolic < systolic
        if (one.patient_key, one.key) not in amended:
            assert abs(mean - (diastolic + (systolic - diastolic) / 3)) <= 5
    assert seen > 800


def test_the_heart_goes_with_the_fever(ward: SampleWard) -> None:
    # In a fever without vasoplegia the rate rises by eight to ten beats a degree, more when ill.
    (key,) = [one.patient_key for one in admissions(ward) if one.story == "fever_alone"]
    pairs = [
        (number(one, "body_temperature"), number(one, "heart_rate"))
        for one in sets(ward)
        if one.patient_key == key
    ]
    known = [(t, hr) for t, hr in pairs if t is not None and hr is not None]
    cool = [hr for t, hr in known if t < 37.2]
    hot = [(t, hr) for t, hr in known if t > 38.4]
    degrees = sum(t for t, _ in hot) / len(hot) - 36.9
    rise = sum(hr for _, hr in hot) / len(hot) - sum(cool) / len(cool)
    assert 7 <= rise / degrees <= 16


def test_a_quiet_person_is_cooler_at_night_than_in_the_evening() -> None:
    evening, night = [], []
    for seed in range(4):
        ward = build_ward(seed, MORNING)
        quiet = {
            one.patient_key
            for one in admissions(ward)
            if one.story in {"quiet_waiting_for_onset", "quiet_after_infusion", "resolved"}
        }
        for one in sets(ward):
            temperature = number(one, "body_temperature")
            if one.patient_key in quiet and temperature is not None and temperature < 37.6:
                hour = one.at.hour
                (evening if 15 <= hour < 20 else night if 1 <= hour < 6 else []).append(temperature)
    assert sum(evening) / len(evening) - sum(night) / len(night) > 0.25


def test_oxygen_lifts_the_saturation(ward: SampleWard) -> None:
    (key,) = [one.patient_key for one in admissions(ward) if one.story == "low_flow_oxygen"]
    course = [one for one in sets(ward) if one.patient_key == key and number(one, "spo2")]
    on_oxygen = [one for one in course if number(one, "oxygen_flow")]
    lowest = min(number(one, "spo2") or 100 for one in course)
    assert lowest <= 93
    assert (number(on_oxygen[-1], "spo2") or 0) > lowest


def test_masked_fever_is_cool_and_on_a_vasopressor(ward: SampleWard) -> None:
    (key,) = [
        one.patient_key for one in admissions(ward) if one.story == "vasopressor_masked_fever"
    ]
    temperatures = [number(one, "body_temperature") for one in sets(ward) if one.patient_key == key]
    known = [t for t in temperatures if t is not None]
    assert max(known) >= 38.5
    assert all(t < 38.0 for t in known[-10:])
    running = [
        event.agent
        for event in ward.events
        if isinstance(event, TreatmentStarted)
        and event.patient_key == key
        and event.ended_at is None
    ]
    assert running == ["norepinephrine"]


def test_interleukin_rises_after_tocilizumab_while_crp_falls() -> None:
    ward = build_ward(2, MORNING)
    (key,) = [one.patient_key for one in admissions(ward) if one.story == "ventilated"]
    given = next(
        event.at
        for event in ward.events
        if isinstance(event, TreatmentStarted)
        and event.patient_key == key
        and event.agent == "tocilizumab"
    )
    bloods = [one for one in sets(ward) if one.patient_key == key and number(one, "crp")]
    before = [one for one in bloods if one.at < given][-1]
    after = bloods[-1]
    assert (number(after, "interleukin_6") or 0) > 1.5 * (number(before, "interleukin_6") or 0)
    assert (number(after, "crp") or 0) < 150


def test_sick_patients_are_charted_more_often(ward: SampleWard) -> None:
    gaps: dict[str, list[float]] = defaultdict(list)
    story = {one.patient_key: one.story for one in admissions(ward)}
    last: dict[str, datetime] = {}
    for one in sets(ward):
        if not one.key.startswith("v"):
            continue
        if one.patient_key in last and one.at > ward.anchor - timedelta(hours=4):
            gap = (one.at - last[one.patient_key]) / timedelta(minutes=1)
            gaps[story[one.patient_key]].append(gap)
        last[one.patient_key] = one.at
    assert max(gaps["two_vasopressors"]) <= 36
    assert max(gaps["low_flow_oxygen"]) <= 70


def test_slips_are_put_right_with_a_reason(ward: SampleWard) -> None:
    charted = {(one.patient_key, one.key): one for one in sets(ward)}
    corrections = [e for e in ward.events if isinstance(e, ValueAmended | ValueStruckOut)]
    assert {type(event) for event in corrections} == {ValueAmended, ValueStruckOut}
    for event in corrections:
        wrong = number(charted[event.patient_key, event.key], event.concept)
        assert wrong is not None
        assert event.reason
        if isinstance(event, ValueAmended):
            assert event.value != wrong
    assert any(one.partial_reason for one in sets(ward))


def test_the_ward_goes_on_as_it_began() -> None:
    ward = build_ward(1, MORNING)
    later = ward.anchor + timedelta(days=12)
    coming: list[Event] = list(takewhile(lambda e: e.at <= later, ward_events(1, ward.anchor)))
    assert tuple(coming[: len(ward.events)]) == ward.events

    occupied: Counter[str] = Counter()
    for event in coming:
        key = PatientKey.parse(event.patient_key)
        if isinstance(event, Admitted):
            occupied[event.bed_label] += 1
            assert occupied[event.bed_label] == 1, "two patients in one bed"
            label = event.bed_label
        elif isinstance(event, Discharged):
            occupied[ward_plan().occupied[key.bed].label] -= 1
    assert sum(occupied.values()) >= 20
    assert any(PatientKey.parse(e.patient_key).generation >= 2 for e in coming), label
    identifiers = [e.person.identifier for e in coming if isinstance(e, Admitted)]
    assert len(identifiers) == len(set(identifiers))


def test_what_starts_and_ends_matches() -> None:
    ward = build_ward(1, MORNING)
    later = ward.anchor + timedelta(days=6)
    coming = list(takewhile(lambda e: e.at <= later, ward_events(1, ward.anchor)))
    started = {
        (e.patient_key, e.key)
        for e in coming
        if isinstance(e, TreatmentStarted) and e.ended_at is None
    }
    ended = [(e.patient_key, e.key) for e in coming if isinstance(e, TreatmentEnded)]
    assert len(ended) == len(set(ended)) >= 4
    assert set(ended) <= started
    assert any(isinstance(e, DoseGiven) and e.at > ward.anchor for e in coming)


def test_a_patient_key_reads_back() -> None:
    key = PatientKey(seed=12, anchor=MORNING.replace(second=0), bed=3, generation=41)
    assert PatientKey.parse(str(key)) == key
