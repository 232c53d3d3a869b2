"""Stays judged by columns are the same as walking, going on, and judging anew from a change."""

import random
from dataclasses import replace

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitoring.clinical.criteria import CriteriaColumns, criteria_columns
from monitoring.clinical.episode_walk import walk
from monitoring.clinical.episodes import Axis, Before, Moment, follow_stays, moments_of
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import EpisodeState
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.stays import Stay as StayColumns
from monitoring.clinical.stays import grade_stays
from monitoring.clinical.timeline import Charted, Timeline, build
from tests.property.effort import examples
from tests.property.test_crs_grading import (
    SPARSE_STAYS,
    STAYS,
    Stay,
    sparse_stay_of,
    stay_of,
    told,
)
from tests.spec.bedside import HOUR_US, MIDNIGHT_US, Bedside

RULES = load_rulebook().crs
POLICY = load_policy()
CASES = st.one_of(STAYS.map(told), SPARSE_STAYS)


def laid_out(case: Bedside) -> tuple[Timeline, CriteriaColumns]:
    timeline = build(case.facts(), np.array(case.moments_us, dtype=np.int64))
    return timeline, criteria_columns(timeline, RULES, POLICY)


def followed(case: Bedside, prior: EpisodeState, before: Before | None) -> list[Moment]:
    """By columns, however short the stay."""
    timeline, columns = laid_out(case)
    axis = Axis(np.array([0, len(timeline.at_us)]), np.zeros(1, dtype=np.int64))
    grades = follow_stays(timeline, columns, axis, RULES, POLICY, priors=[prior], befores=[before])
    return moments_of(grades, 0, RULES)


@settings(max_examples=examples(300))
@given(CASES)
def test_the_pass_over_a_stay_is_the_same_as_walking_it(case: Bedside) -> None:
    walked = walk(*laid_out(case), RULES, POLICY, prior=EpisodeState(), before=None)

    assert followed(case, EpisodeState(), None) == walked


@settings(max_examples=examples(100))
@given(CASES, st.integers(0, 2**32))
def test_going_on_from_any_moment_is_the_same_as_walking_on(case: Bedside, seed: int) -> None:
    """Also from a state in which no stay of ours would be."""
    dice = random.Random(seed)
    first_us = case.moments_us[0]

    def some_us() -> int | None:
        return dice.choice([None, first_us - dice.randint(1, 40) * HOUR_US])

    is_open = dice.random() < 0.6
    quiet_us = some_us() if is_open else None
    prior = EpisodeState(
        number=dice.randint(1, 3),
        is_open=is_open,
        onset_us=first_us - dice.randint(1, 60) * HOUR_US,
        peak=dice.choice([None, 0, 1, 4]),
        quiet_since_us=quiet_us,
        last_quiet_us=None if quiet_us is None else dice.randint(quiet_us, first_us),
        resolved_us=None if is_open else some_us(),
        held=tuple(c.id for c in RULES.criteria if dice.random() < 0.3),
    )
    before = dice.choice([None, *(Before(grade=grade) for grade in (None, 0, 1, 2, 3, 4))])

    walked = walk(*laid_out(case), RULES, POLICY, prior=prior, before=before)

    assert followed(case, prior, before) == walked


def as_columns(case: Bedside) -> StayColumns:
    timeline, _ = laid_out(case)
    charted = {
        concept: Charted(one.taken_us[:-1], one.value[:-1])
        for concept, one in timeline.series.items()
        if len(one)
    }
    return StayColumns(facts=case.facts(), at_us=timeline.at_us, charted=charted)


def beside(dice: random.Random, case: Bedside) -> Bedside:
    """The same stay of somebody else at another time."""
    return replace(
        case,
        age_years=dice.choice([None, 52.0, 52.0, 9.0, 0.5]),
        moments_us=[us for us in case.moments_us if dice.random() < 0.9] or case.moments_us,
    )


@settings(max_examples=examples(80))
@given(st.lists(CASES, min_size=2, max_size=8), st.integers(0, 2**32))
def test_many_stays_at_once_are_the_same_as_each_alone(cases: list[Bedside], seed: int) -> None:
    dice = random.Random(seed)
    cases = [beside(dice, case) for case in cases]
    stays = [as_columns(case) for case in cases]

    found = {
        place: [replace(one, fever_row=None) for one in moments_of(grades, own, RULES)]
        for places, grades in grade_stays(stays, RULES, POLICY)
        for own, place in enumerate(places)
    }

    assert found == {
        place: [replace(one, fever_row=None) for one in followed(case, EpisodeState(), None)]
        for place, case in enumerate(cases)
    }


def looked_at_often(dice: random.Random, case: Bedside) -> Bedside:
    """The same stay with many looks for one value, so that most moments bring nothing new."""
    times_us = [us for us, _, _ in case.observations] + case.moments_us
    step_us = dice.choice([7, 20, 60]) * HOUR_US // 60
    looks_us = range(min(times_us), max(times_us) + dice.choice([1, 30]) * HOUR_US, step_us)
    away_us = dice.choice(looks_us)
    kept_us = [us for us in looks_us if not 0 < us - away_us < dice.choice([0, 0, 20]) * HOUR_US]
    return replace(case, moments_us=sorted({*kept_us[:1500], *case.moments_us}))


@settings(max_examples=examples(60))
@given(st.lists(CASES, min_size=1, max_size=3), st.integers(0, 2**32))
def test_stays_with_many_looks_for_one_value_are_the_same_as_walked(
    cases: list[Bedside], seed: int
) -> None:
    dice = random.Random(seed)
    cases = [looked_at_often(dice, case) for case in cases]

    for places, grades in grade_stays([as_columns(case) for case in cases], RULES, POLICY):
        for own, place in enumerate(places):
            walked = walk(*laid_out(cases[place]), RULES, POLICY, prior=EpisodeState(), before=None)
            found = moments_of(grades, own, RULES)
            assert found == [replace(one, fever_row=None) for one in walked]


# The first flow of a stay is no rise from the last one of the stay laid before it.
@example([told(stay_of(0)), sparse_stay_of(303)])
@settings(max_examples=examples(60))
@given(st.lists(CASES, min_size=2, max_size=4))
def test_many_stays_go_on_at_once_from_their_halves(cases: list[Bedside]) -> None:
    stays, rests = [], []
    for case in cases:
        half = len(case.moments_us) // 2
        stay = as_columns(case)
        first = followed(
            replace(case, moments_us=case.moments_us[: half or 1]), EpisodeState(), None
        )
        rest = case.moments_us[half or 1 :] or case.moments_us[-1:]
        before = Before(grade=first[-1].grade)
        stays.append(replace(stay, at_us=np.array(rest), prior=first[-1].episode, before=before))
        rests.append(followed(replace(case, moments_us=rest), first[-1].episode, before))

    for places, grades in grade_stays(stays, RULES, POLICY):
        for own, place in enumerate(places):
            found = moments_of(grades, own, RULES)
            assert [replace(one, fever_row=None) for one in found] == [
                replace(one, fever_row=None) for one in rests[place]
            ]


@settings(max_examples=examples(60))
@given(STAYS, st.integers(0, 2**32))
def test_a_late_or_amended_value_judged_from_its_own_time_on_is_the_same_as_all_anew(
    stay: Stay, seed: int
) -> None:
    case, dice = told(stay), random.Random(seed)
    earlier = followed(case, EpisodeState(), None)
    value = dice.choice([36.8, 37.9, 38.0, 39.2])
    late = MIDNIGHT_US + dice.randint(0, len(stay.hours) * 60) * 60_000_000
    observations = [*case.observations]
    if observations and dice.random() < 0.5:
        changed = dice.randrange(len(observations))
        late, concept, _ = observations[changed]
        observations[changed] = (late, "body_temperature", value)
        if concept != "body_temperature":
            observations[changed] = (late, "systolic_bp", 2 * value)
    else:
        observations.append((late, "body_temperature", value))
    now = replace(case, observations=observations)
    now.moments_us = sorted({*case.moments_us, late})
    place = now.moments_us.index(late)
    settled = earlier[: sum(us < late for us in case.moments_us)]
    rest = replace(now, moments_us=now.moments_us[place:])
    prior = settled[-1].episode if settled else EpisodeState()
    before = Before(grade=settled[-1].grade) if settled else None

    assert settled + followed(rest, prior, before) == followed(now, EpisodeState(), None)
