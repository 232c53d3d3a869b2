"""One patient's stay as the ward learns of it: an endless-looking stream that ends at discharge."""

import heapq
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from sample_data.events import (
    Admitted,
    CauseAttributed,
    Discharged,
    DoseGiven,
    Event,
    ObservationsCharted,
    TreatmentEnded,
    TreatmentStarted,
    UsualPressure,
)
from sample_data.laboratory import laboratory_values
from sample_data.people import draw_constitution, draw_person
from sample_data.physiology import Constitution
from sample_data.plan import ward_plan
from sample_data.rounds import monitor_readings, nurse_visits
from sample_data.scenario import Scenario, TreatmentPlan
from sample_data.stay import Stay

_LABORATORY = "demo.laboratory"
# No single dose of tocilizumab exceeds this (clinical reference 7.1).
_TOCILIZUMAB_CAP_MG = 800.0
# The first antibiotic after a fever that was seen before the story's hour for it: 38.3 C once, or
# from 38.0 C for an hour (clinical reference 5.1).
_FEVER_C = 38.3
_WARM_C = 38.0
_SUSTAINED = timedelta(hours=1)
_ANTIBIOTIC_AFTER = timedelta(minutes=40)
_OF_THIS_FEVER = timedelta(hours=12)


def stay_events(stay: Stay) -> Iterator[Event]:
    """Everything that happens from admission to discharge, in order of time."""
    seeds = np.random.SeedSequence([stay.key.seed, stay.key.bed, stay.key.generation]).spawn(4)
    person_random, nurse_random, laboratory_random, monitor_random = map(
        np.random.default_rng, seeds
    )
    constitution = draw_constitution(stay.story.person, person_random)
    person = draw_person(
        stay.story.person,
        person_random,
        patient_key=str(stay.key),
        ordinal=stay.ordinal,
        seed=stay.key.seed,
        admitted_on=stay.admitted_at.date(),
    )
    physicians = ward_plan().usernames("physician")
    physician = physicians[stay.ordinal % len(physicians)]
    yield Admitted(
        at=stay.admitted_at,
        patient_key=str(stay.key),
        bed_label=stay.bed_label,
        story=stay.story.name,
        person=person,
        product=stay.story.product,
        therapy_class=stay.story.therapy_class,
        usual=_usual(stay.story, constitution, physician),
        doses_before=tuple(
            (stay.at(dose.h), dose.text)
            for dose in stay.story.doses
            if dose.h < stay.story.admitted_h
        ),
        actor=physician,
    )
    orders = _orders(stay, physician, person.weight_kg)
    streams = (
        nurse_visits(stay, constitution, person.weight_kg, nurse_random),
        _laboratory(stay, constitution, laboratory_random),
        monitor_readings(stay, constitution, monitor_random),
        iter([one for one in orders if not _is_first_antibiotic(one)]),
    )
    charted = heapq.merge(*streams, key=lambda event: event.at)
    for event in _within_the_hour(charted, [one for one in orders if _is_first_antibiotic(one)]):
        if event.at < stay.discharged_at:
            yield event
        else:
            break
    yield Discharged(at=stay.discharged_at, patient_key=str(stay.key), actor=physician)


def _is_first_antibiotic(event: Event) -> bool:
    return (
        isinstance(event, TreatmentStarted)
        and event.kind == "antimicrobial"
        and event.indication == "neutropenic_fever"
    )


def _within_the_hour(charted: Iterator[Event], waiting: list[Event]) -> Iterator[Event]:
    """The antibiotics among the events: at their hour, or soon after a fever that came before it.

    How early a person's fever is seen differs by seed; the first dose is due within the hour.
    """
    ahead = list(waiting)
    warm_since: datetime | None = None
    for event in charted:
        while ahead and ahead[0].at <= event.at:
            yield ahead.pop(0)
        yield event
        temp_c = _temperature(event)
        if temp_c is None:
            continue
        if temp_c < _WARM_C:
            warm_since = None
            continue
        warm_since = warm_since or event.at
        is_fever = temp_c >= _FEVER_C or event.at - warm_since >= _SUSTAINED
        if is_fever and ahead:
            soon = event.at + _ANTIBIOTIC_AFTER
            if soon < ahead[0].at <= event.at + _OF_THIS_FEVER:
                ahead[0] = _moved(ahead[0], soon)
    yield from ahead


def _temperature(event: Event) -> float | None:
    if not isinstance(event, ObservationsCharted):
        return None
    return next((one.value for one in event.values if one.concept == "body_temperature"), None)


def _moved(event: Event, at: datetime) -> Event:
    assert isinstance(event, TreatmentStarted)
    return replace(event, at=at, ended_at=None if event.ended_at is None else at)


def _usual(story: Scenario, own: Constitution, physician: str) -> UsualPressure:
    home = story.person.home_oxygen_lpm
    return UsualPressure(
        systolic_mmhg=float(round(own.systolic_mmhg)),
        diastolic_mmhg=float(round(own.diastolic_mmhg)),
        mean_mmhg=float(round(own.mean_mmhg)),
        home_oxygen_device=None if home is None else "nasal_cannula",
        home_oxygen_lpm=home,
        spo2_scale=story.person.spo2_scale,
        set_by=physician,
    )


def _laboratory(
    stay: Stay, constitution: Constitution, random: np.random.Generator
) -> Iterator[Event]:
    """Bloods on admission and every morning about six, ward time."""
    zone = ZoneInfo(ward_plan().time_zone)
    at = stay.admitted_at + timedelta(minutes=75)
    number = 0
    while True:
        number += 1
        h = (at - stay.first_dose_at) / timedelta(hours=1)
        yield ObservationsCharted(
            at=at,
            patient_key=str(stay.key),
            key=f"l{number}",
            values=laboratory_values(
                stay.story, h, susceptibility=constitution.susceptibility, random=random
            ),
            partial_reason=None,
            actor=_LABORATORY,
        )
        morning = (
            (at + timedelta(hours=20))
            .astimezone(zone)
            .replace(hour=6, minute=0, second=0, microsecond=0)
        )
        at = morning.astimezone(at.tzinfo) + timedelta(minutes=int(random.integers(-15, 40)))


def _orders(stay: Stay, physician: str, weight_kg: float) -> list[Event]:
    """Doses, treatments and attributions of the story, at their hours."""
    story, key = stay.story, str(stay.key)
    orders: list[Event] = [
        DoseGiven(
            at=stay.at(dose.h),
            patient_key=key,
            number=number,
            dose_text=dose.text,
            actor=physician,
        )
        for number, dose in enumerate(story.doses, start=1)
        if dose.h >= story.admitted_h
    ]
    for number, plan in enumerate(story.treatments, start=1):
        is_span = plan.end_h is not None
        at = stay.at(plan.h)
        orders.append(
            TreatmentStarted(
                at=at,
                patient_key=key,
                key=f"t{number}",
                kind=plan.kind,
                agent=plan.agent,
                dose_value=_dose(plan, weight_kg),
                dose_unit=plan.dose_unit,
                route=plan.route,
                indication=plan.indication,
                ended_at=None if is_span else at,
                actor=physician,
            )
        )
        if plan.end_h is not None:
            orders.append(
                TreatmentEnded(
                    at=stay.at(plan.end_h), patient_key=key, key=f"t{number}", actor=physician
                )
            )
    orders += [
        CauseAttributed(
            at=stay.at(plan.h),
            patient_key=key,
            element=plan.element,
            other_cause=plan.other_cause,
            note=plan.note,
            from_at=stay.at(plan.from_h),
            actor=physician,
        )
        for plan in story.attributions
    ]
    return sorted(orders, key=lambda event: event.at)


def _dose(plan: TreatmentPlan, weight_kg: float) -> float:
    if not plan.per_kg:
        return plan.dose_value
    total = float(round(plan.dose_value * weight_kg / 10) * 10)
    return min(total, _TOCILIZUMAB_CAP_MG) if plan.agent == "tocilizumab" else total
