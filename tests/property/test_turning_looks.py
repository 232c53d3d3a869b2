"""Judging only where something turns says at every moment what judging every moment says."""

import random
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.clinical import schedule
from monitoring.clinical.alert_runs import Follower, Told
from monitoring.clinical.concepts import BEDSIDE_SIGNS, CAPD_ITEMS, ICE_ITEMS
from monitoring.clinical.evaluate import evaluate
from monitoring.clinical.facts import (
    AttributionSpan,
    BaselineRecord,
    Dose,
    EncounterFacts,
    GradeStatement,
)
from monitoring.clinical.iec_hs import IecHsWatch, iec_hs_watch
from monitoring.clinical.laboratory_flags import neutropenic_fever_condition
from monitoring.clinical.neutropenic_fever import (
    ANTIMICROBIAL,
    NeutropenicFever,
    neutropenic_fever,
)
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.results import Condition, EpisodeState, Evaluation
from monitoring.clinical.rulebook import load_rulebook
from monitoring.services.replay import ANSWER_AFTER
from monitoring.services.replay_watch import by_the_clock, sweeps
from tests.property.effort import examples
from tests.property.test_vital_codes import POLICIES, VALUES
from tests.spec import bedside

MINUTE_US = 60_000_000
BY_HAND = {
    **VALUES,
    "diastolic_bp": [70.0, 50.0, 40.0],
    "mean_arterial_pressure": [80.0, 64.0, 55.0],
    "respiratory_rate": [16.0, 22.0, 26.0, 8.0],
    "oxygen_device": ["room_air", "nasal_cannula", "simple_face_mask", "invasive_ventilation"],
    "oxygen_flow": [2.0, 6.0, 10.0],
    "oxygen_indication": ["hypoxia", "comfort"],
    "inhaled_oxygen": [21.0, 40.0],
    "consciousness": ["A", "A", "C", "V", "U"],
    "sedation": ["absent", "present"],
    "seizure": ["none", "brief"],
    "arousal": ["spontaneous", "voice"],
    "ice_total": [10.0, 8.0, 5.0],
    "capd_total": [3.0, 12.0],
    "symptom_confusion": [0.0, 2.0],
    "test_obstacle": ["language", "unable_to_perform"],
    **{one.code: [0.0, 1.0] for one in (*ICE_ITEMS, *CAPD_ITEMS)},
    **{one.code: ["absent", "present"] for one in BEDSIDE_SIGNS},
}
RISK_DAYS = round(POLICIES[0].schedule.risk_window_s["car_t"] / 86400)
GIVEN = (
    ("antipyretic", "paracetamol"),
    ("fluid_bolus", "crystalloid"),
    ("vasopressor", "norepinephrine"),
    ("anticytokine", "tocilizumab"),
)


def stay_of(seed: int) -> tuple[bedside.Bedside, tuple[GradeStatement, ...]]:
    """Days of a monitor with silences, and now and then anything that a ward charts."""
    dice = random.Random(seed)
    step_us = dice.choice([1, 1, 5, 15, 60, 240]) * MINUTE_US
    count = dice.randint(20, 110)
    times = [bedside.MIDNIGHT_US + step_us * place for place in range(1, count + 1)]
    case = bedside.Bedside(
        age_years=dice.choice([58.0, 58.0, 58.0, 14.0, 8.0, None]),
        care_setting=dice.choice(["ward", "ward", "icu"]),
        treatments_charted=dice.random() < 0.8,
    )
    for concept, values in VALUES.items():
        usual = dice.choice([values, values[:3]])
        until = 0
        while until < count:
            value = dice.choice([*usual, usual[0], usual[0], None])
            for at_us in times[until : until + dice.randint(1, 40)]:
                until += 1
                if value is not None and dice.random() < 0.95:
                    case.observations.append((at_us, concept, bedside.Sent(value)))
    for _ in range(dice.choice([0, 3, 12, 40])):
        concept = dice.choice(sorted(BY_HAND))
        at_us = dice.choice(times) + dice.choice([0, 0, 17_000_000])
        case.observations.append((at_us, concept, dice.choice(BY_HAND[concept])))
    for kind, agent in GIVEN:
        if dice.random() < 0.3:
            begin_us = dice.choice(times)
            ended_us = dice.choice([begin_us, begin_us + 90 * MINUTE_US, None])
            case.treatments.append(
                bedside.TreatmentSpan(
                    row_id=len(case.treatments) + 1,
                    kind=kind,
                    agent=agent,
                    indication=None,
                    started_us=begin_us,
                    ended_us=ended_us,
                )
            )
    if dice.random() < 0.3:
        case.baseline = BaselineRecord(
            row_id=1,
            effective_us=dice.choice(times),
            systolic_mmhg=dice.choice([None, 130.0, 105.0]),
            diastolic_mmhg=70.0,
            mean_mmhg=None,
            home_oxygen_device=dice.choice([None, "nasal_cannula"]),
            home_oxygen_lpm=2.0,
            spo2_scale=dice.choice([1, 2, 2]),
        )
    if dice.random() < 0.3:
        from_us = dice.choice(times)
        element = dice.choice(["fever", "hypotension", "hypoxia"])
        until_us = dice.choice([None, from_us + 45 * MINUTE_US])
        case.attributions.append(
            AttributionSpan(row_id=1, element=element, from_us=from_us, until_us=until_us)
        )
    if dice.random() < 0.7:
        days = dice.choice([0, 10, RISK_DAYS, RISK_DAYS])
        infused_us = dice.choice(times) - days * 24 * 60 * MINUTE_US
        case.doses.append(
            Dose(row_id=1, product="axi-cel", therapy_class="car_t", infused_us=infused_us)
        )
    words: list[GradeStatement] = []
    for number in range(dice.choice([0, 0, 0, 1, 2, 3])):
        stated_us = dice.choice(times) + dice.choice([0, 0, 17_000_000])
        words.append(
            GradeStatement(
                row_id=number + 1,
                scale=dice.choice(["astct_crs", "astct_icans"]),
                grade=dice.choice([0, 1, 2]),
                computed_grade=dice.choice([None, 0, 1, 2]),
                stated_us=stated_us,
                valid_until_us=stated_us + dice.choice([20, 240]) * MINUTE_US,
                by="dr.okafor",
            )
        )
    return case, tuple(words)


def alerted(
    facts: EncounterFacts, evaluations: list[Evaluation], until_us: int, policy: Policy
) -> dict[str, list[Told]]:
    """What the alerts of the rules and of the clock say over a stay."""
    said: dict[str, list[tuple[int, Condition]]] = {}
    for one in evaluations:
        for condition in one.conditions:
            said.setdefault(condition.problem, []).append((one.at_us, condition))
    for at_us, condition in by_the_clock(facts, evaluations, until_us=until_us, policy=policy):
        said.setdefault(condition.problem, []).append((at_us, condition))
    follower = Follower(policy.timing, ANSWER_AFTER)
    problems = [follower.runs(words) for words in said.values()]
    followed = follower.follow(problems, until_us=until_us)
    return {told[0].problem: told for told in followed if told}


def decided(one: Evaluation, last_set_us: int, policy: Policy) -> tuple[object, ...]:
    """All that an alert, a schedule or a figure of a ward is made of."""
    icans = one.icans
    assert icans is not None
    due = schedule.next_due(one, last_set_us, policy)
    return (
        one.at_us,
        one.crs.grade,
        one.crs.status,
        one.crs.fever_waived,
        one.episode,
        one.news2.risk,
        one.hours_since_dose,
        one.therapy_class,
        (icans.grade, icans.status, icans.peak, icans.tested_us, icans.confused_us),
        one.confirmed,
        due.overdue_at_us,
        due.priority,
        schedule.next_ice_due(one, policy),
        {
            said.problem: (
                said.state,
                said.severity,
                said.priority,
                said.criteria,
                said.covered_by,
            )
            for said in one.conditions
        },
    )


@settings(max_examples=examples(60))
@given(st.integers(0, 2**32 - 1).map(stay_of), st.sampled_from(POLICIES))
def test_what_turns_is_found(
    stay: tuple[bedside.Bedside, tuple[GradeStatement, ...]], policy: Policy
) -> None:
    case, words = stay
    assert_found(case, words, policy)


def assert_found(
    case: bedside.Bedside, words: tuple[GradeStatement, ...], policy: Policy
) -> set[str]:
    """Compare the two ways; the problems of which an alert was told."""
    facts = replace(case.facts(), statements=words)
    moments = {at_us for at_us, _, _ in case.observations}
    moments |= {us for one in case.treatments for us in (one.started_us, one.ended_us) if us}
    moments |= {one.stated_us for one in words} | {one.valid_until_us for one in words}
    # The watcher looks in between: each hour, and when a device has been off for long enough.
    until_us = max(moments) + 90 * MINUTE_US
    moments.update(sweeps(facts, sorted(moments), until_us=until_us, policy=policy))
    at_us = np.array(sorted(moments), dtype=np.int64)

    def judged(*, turns_only: bool) -> tuple[list[tuple[object, ...]], dict[str, list[Told]]]:
        found = evaluate(
            facts,
            at_us=at_us,
            prior=EpisodeState(),
            previous=None,
            rulebook=load_rulebook(),
            policy=policy,
            turns_only=turns_only,
        )
        decisions = [decided(one, bedside.MIDNIGHT_US, policy) for one in found]
        return decisions, alerted(facts, found, until_us, policy)

    every = judged(turns_only=False)
    assert judged(turns_only=True) == every
    return {problem for problem, told in every[1].items() if told}


def monitored(hours: float, every_h: float, **sent: float) -> bedside.Bedside:
    """A full set by hand, and then a monitor that sends the same all the time."""
    case = bedside.read("0 set")
    for place in range(1, round(hours / every_h)):
        at_us = bedside.MIDNIGHT_US + round(place * every_h * bedside.HOUR_US)
        normal = {"body_temperature": 37.0, "spo2": 97.0, "heart_rate": 80.0, "systolic_bp": 118.0}
        case.observations += [
            (at_us, concept, bedside.Sent(value)) for concept, value in {**normal, **sent}.items()
        ]
    return case


def test_crs_that_lingers_is_told_though_no_value_changes() -> None:
    case = monitored(15 * 24, 2, body_temperature=38.6)
    assert "lingering" in assert_found(case, (), POLICIES[0])


def test_oxygen_that_nobody_charted_again_is_forgotten_though_it_is_attributed() -> None:
    case = monitored(30, 0.5, heart_rate=112.0)
    given_us = bedside.MIDNIGHT_US + bedside.HOUR_US
    case.observations.append((given_us, "oxygen_device", "nasal_cannula"))
    case.attributions.append(
        AttributionSpan(row_id=1, element="hypoxia", from_us=bedside.MIDNIGHT_US, until_us=None)
    )
    assert "hypoxia" in assert_found(case, (), POLICIES[0])


def test_the_schedule_asks_for_less_when_the_risk_is_over() -> None:
    case = monitored(12, 0.25)
    infused_us = bedside.MIDNIGHT_US + 6 * bedside.HOUR_US - RISK_DAYS * 24 * bedside.HOUR_US
    case.doses.append(
        Dose(row_id=1, product="axi-cel", therapy_class="car_t", infused_us=infused_us)
    )
    assert_found(case, (), POLICIES[0])


def with_own(case: bedside.Bedside, hours: float, **own: Any) -> bedside.Bedside:
    """The same, and what is this person's own is charted after some hours."""
    nothing = {"systolic_mmhg": None, "diastolic_mmhg": None, "mean_mmhg": None}
    home = {"home_oxygen_device": None, "home_oxygen_lpm": None, "spo2_scale": 1}
    effective_us = bedside.MIDNIGHT_US + round(hours * bedside.HOUR_US)
    case.baseline = BaselineRecord(row_id=1, effective_us=effective_us, **nothing | home | own)
    return case


def test_a_low_saturation_is_right_for_this_person_from_when_somebody_says_so() -> None:
    # So ill that the score is highest whatever the saturation counts.
    signs = {"body_temperature": 39.2, "heart_rate": 135.0, "systolic_bp": 88.0}
    case = with_own(monitored(4, 1 / 60, spo2=90.0, **signs), 2.01, spo2_scale=2)
    assert "hypoxia" in assert_found(case, (), POLICIES[0])


def test_one_pressure_far_below_the_own_is_told_though_it_was_low_before() -> None:
    case = with_own(monitored(4, 1 / 15, systolic_bp=86.0), 0, systolic_mmhg=105.0)
    sent = [place for place, one in enumerate(case.observations) if one[1] == "systolic_bp"]
    at_us, _, _ = case.observations[sent[40]]
    case.observations[sent[40]] = (at_us, "systolic_bp", bedside.Sent(83.0))
    assert "hypotension" in assert_found(case, (), POLICIES[0])


LABORATORY = {
    "ferritin": [400.0, 3000.0, 9000.0, 15000.0],
    "platelets": [200.0, 60.0, 40.0],
    "fibrinogen": [300.0, 140.0],
    "ast": [20.0, 400.0],
    "neutrophils": [3.0, 0.4],
    "ldh": [200.0, 900.0],
}


@settings(max_examples=examples(60))
@given(st.integers(0, 2**32 - 1).map(random.Random))
def test_a_criterion_of_the_iec_hs_watch_turns_where_it_is_asked(dice: random.Random) -> None:
    case = bedside.Bedside()
    hour_us = 60 * MINUTE_US
    case.doses.append(
        Dose(row_id=1, product="axi-cel", therapy_class="car_t", infused_us=bedside.MIDNIGHT_US)
    )
    for _ in range(dice.randint(5, 40)):
        concept = dice.choice(["body_temperature", *LABORATORY])
        at_us = bedside.MIDNIGHT_US + dice.randint(-48, 240) * hour_us
        value = dice.choice(LABORATORY.get(concept, [36.8, 38.0, 38.6]))
        case.observations.append((at_us, concept, value))
    case.observations.sort()
    at_us = bedside.MIDNIGHT_US + hour_us * np.arange(-50, 400)

    watches = iec_hs_watch(case.facts(), at_us=at_us)
    turning = iec_hs_watch(case.facts(), at_us=at_us, turns_only=True)

    def watched(one: IecHsWatch) -> tuple[object, ...]:
        return one.worth_a_look, [(each.id, each.truth) for each in one.criteria]

    places = np.searchsorted([one.at_us for one in turning], at_us, side="right") - 1
    assert [watched(turning[place]) for place in places] == list(map(watched, watches))


@settings(max_examples=examples(100))
@given(st.integers(0, 2**32 - 1).map(random.Random))
def test_a_neutropenic_fever_turns_where_it_is_asked(dice: random.Random) -> None:
    case = bedside.Bedside(treatments_charted=dice.random() < 0.8)
    step_us = dice.choice([5, 20, 60, 300]) * MINUTE_US
    for place in range(dice.randint(3, 60)):
        at_us = bedside.MIDNIGHT_US + place * step_us
        if dice.random() < 0.8:
            celsius = dice.choice([36.8, 38.0, 38.0, 38.1, 38.4])
            case.observations.append((at_us, "body_temperature", celsius))
        if dice.random() < 0.15:
            case.observations.append((at_us, "neutrophils", dice.choice([0.3, 0.4, 2.0])))
    for agent in ("cefepime", "meropenem"):
        begin_us = bedside.MIDNIGHT_US + dice.randint(-3, 60) * step_us
        case.treatments.append(
            bedside.TreatmentSpan(
                row_id=len(case.treatments) + 1,
                kind=ANTIMICROBIAL,
                agent=agent,
                indication=dice.choice([None, "prophylaxis"]),
                started_us=begin_us,
                ended_us=dice.choice([None, begin_us + 10 * step_us]),
            )
        )
    at_us = bedside.MIDNIGHT_US + dice.choice([7, 30, 60]) * MINUTE_US * np.arange(-3, 400)
    expected = dice.choice([None, None, True])
    asked = {"facts": case.facts(), "at_us": at_us, "anc_expected_low": expected}
    every = neutropenic_fever(**asked)
    turning = neutropenic_fever(**asked, turns_only=True)

    def state(one: NeutropenicFever) -> tuple[object, ...]:
        said = neutropenic_fever_condition(one, POLICIES[0], now_us=one.carried.at_us)
        return (
            (one.present, one.fever, one.fever_by, one.neutropenia, one.missing),
            (one.recheck_due_us, one.clock, one.due_us),
            (said.state, said.priority, said.severity, said.criteria),
            replace(one.carried, at_us=0, last_fever_us=None),
        )

    places = np.searchsorted([one.carried.at_us for one in turning], at_us, side="right") - 1
    assert [state(turning[place]) for place in places] == list(map(state, every))
    assert len(turning) < len(every)
