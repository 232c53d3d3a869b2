"""What is told of a whole episode: when it began and ended, how high, how long, what was hidden."""

import numpy as np

from monitoring.clinical.criteria import criteria_columns
from monitoring.clinical.episode_summary import EpisodeSummary, episode_summaries
from monitoring.clinical.episodes import Axis, follow_stays
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import EpisodeState
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.timeline import build
from tests.spec import bedside
from tests.spec.bedside import HOUR_US, MIDNIGHT_US

HOUR_S = 3600.0


def told(story: str) -> tuple[EpisodeSummary, ...]:
    case, rules, policy = bedside.read(story), load_rulebook().crs, load_policy()
    timeline = build(case.facts(), np.array(case.moments_us, dtype=np.int64))
    grades = follow_stays(
        timeline,
        criteria_columns(timeline, rules, policy),
        Axis(np.array([0, len(case.moments_us)]), np.zeros(1, dtype=np.int64)),
        rules,
        policy,
        priors=(EpisodeState(),),
        befores=(None,),
    )
    return episode_summaries(grades, 0)


def hourly(first: int, last: int) -> str:
    return "; ".join(f"{hour} set" for hour in range(first, last + 1))


def test_a_stay_without_fever_has_no_episode() -> None:
    assert told(hourly(0, 5)) == ()


def test_an_episode_is_told_from_onset_to_resolution_and_a_new_fever_is_a_recurrence() -> None:
    story = (
        "0 set; 1 set, T 38.4; 3 set, T 38.6, BP 80/50; 4 set, give paracetamol; "
        f"{hourly(5, 28)}; 29 set, T 39.0"
    )

    first, second = told(story)

    assert first.number == 1
    assert first.onset_us == MIDNIGHT_US + HOUR_US
    assert first.peak == 2
    assert first.waived_since_us == MIDNIGHT_US + 4 * HOUR_US
    assert first.resolved_us == MIDNIGHT_US + 28 * HOUR_US
    assert first.current == 0
    # From 1 to 3, and from 4 to 5: a reading taken with the treatment says nothing of its effect.
    assert first.grade_s[1] == 3 * HOUR_S
    assert first.grade_s[2] == HOUR_S
    assert sum(first.grade_s.values()) == 27 * HOUR_S
    assert not first.is_recurrence
    assert second.number == 2
    assert second.is_recurrence
    assert second.onset_us == MIDNIGHT_US + 29 * HOUR_US
    assert (second.current, second.peak, second.resolved_us) == (1, 1, None)
    assert second.waived_since_us is None


def test_fever_that_treatment_may_hide_is_counted_and_fever_that_is_seen_is_not() -> None:
    (episode,) = told(
        "0 set, T 38.4; 1 set, T 38.2, give paracetamol; 2 set, T 37.1; 4 set, T 38.3; 5 set"
    )

    assert episode.masked_fever_s == 2 * HOUR_S
    assert episode.resolved_us is None
    assert episode.current == 0


def test_a_grade_that_is_not_known_has_its_own_time() -> None:
    (episode,) = told("0 set, T 38.4; 1 set, give paracetamol; 2 set; 18 look; 20 look")

    assert episode.grade_s[None] == 2 * HOUR_S
    assert episode.current is None
