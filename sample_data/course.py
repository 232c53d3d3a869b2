"""One patient's stay as the ward learns of it: an endless-looking stream that ends at discharge."""

import heapq
from collections.abc import Iterator
from datetime import timedelta
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
    streams = (
        nurse_visits(stay, constitution, person.weight_kg, nurse_random),
        _laboratory(stay, constitution, laboratory_random),
        monitor_readings(stay, constitution, monitor_random),
        iter(_orders(stay, physician, person.weight_kg)),
    )
    for event in heapq.merge(*streams, key=lambda event: event.at):
        if event.at < stay.discharged_at:
            yield event
        else:
            break
    yield Discharged(at=stay.discharged_at, patient_key=str(stay.key), actor=physician)


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
