"""What turned is kept; every other moment repeats it and is itself all the same."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from monitoring.clinical.evaluate import evaluate
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import EpisodeState, Evaluation, GradeStatus
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.turns import Turns
from tests.spec import bedside

STORY = "0 set, T 38.4; 1 set, T 38.4; 2 set, T 38.4; 3 set, T 36.8; 4 set, T 36.8"


def told(*, turns_only: bool) -> Turns:
    case = bedside.read(STORY)
    case.doses.append(
        bedside.Dose(
            row_id=1,
            product="axi-cel",
            therapy_class="car_t",
            infused_us=bedside.MIDNIGHT_US + bedside.HOUR_US,
        )
    )
    return Turns.of(judged(case, case.moments_us, turns_only=turns_only))


def judged(
    case: bedside.Bedside,
    moments_us: list[int],
    *,
    turns_only: bool,
    before: Evaluation | None = None,
) -> Sequence[Evaluation]:
    """The moments of a stay, going on from what was judged before them."""
    return evaluate(
        case.facts(),
        at_us=np.array(moments_us, dtype=np.int64),
        prior=EpisodeState() if before is None else before.episode,
        previous=None if before is None else before.crs,
        rulebook=load_rulebook(),
        policy=load_policy(),
        turns_only=turns_only,
    )


def test_a_moment_between_turns_has_its_own_time_episode_and_hours() -> None:
    kept, every = told(turns_only=True), told(turns_only=False)

    assert len(kept) == len(every) == 5
    assert kept.places.tolist() == [0, 1, 3]
    for one, other in zip(kept, every, strict=True):
        assert (one.at_us, one.episode, one.hours_since_dose, one.crs.grade) == (
            other.at_us,
            other.episode,
            other.hours_since_dose,
            other.crs.grade,
        )
    # At four it is quiet as since three: that is the episode's and not the evidence's.
    assert kept[4].episode != kept[3].episode
    assert kept[4].conditions is kept[3].conditions
    assert kept[2] == replace(kept[1], at_us=kept[2].at_us, hours_since_dose=1.0)


def test_it_is_read_as_any_sequence() -> None:
    kept = told(turns_only=True)

    assert kept[-1] == kept[4]
    assert kept[1:4] == [kept[1], kept[2], kept[3]]
    assert [one.at_us for one in kept] == kept.at_us.tolist()
    assert Turns.of(kept) is kept


def test_a_stay_that_goes_on_asks_for_values_as_often_as_the_grade_before() -> None:
    case = bedside.read("0 set, T 38.5; 4:01 look")
    first, then = case.moments_us
    (before,) = judged(case, [first], turns_only=False)

    (kept,) = judged(case, [then], turns_only=True, before=before)
    (every,) = judged(case, [then], turns_only=False, before=before)

    # Of grade 1 a blood pressure counts for four hours, where nothing was known for eight.
    assert (kept.crs.status, kept.crs.missing) == (
        GradeStatus.AT_LEAST,
        ("systolic_bp", "oxygen_device"),
    )
    assert (kept.crs, kept.episode) == (every.crs, every.episode)
