"""What is told of a whole episode: when it began and ended, how high, how long, what was hidden."""

from dataclasses import replace

from monitoring.clinical.episode_summary import EpisodeSummary, episode_summaries, episodes_of
from monitoring.clinical.episodes import Before
from monitoring.clinical.results import EpisodeState
from monitoring.clinical.stays import grade_stays
from tests.property.test_crs_episodes import POLICY, RULES, as_columns
from tests.spec import bedside
from tests.spec.bedside import HOUR_US, MIDNIGHT_US

HOUR_S = 3600.0


def told(
    story: str, prior: EpisodeState | None = None, before: Before | None = None
) -> tuple[EpisodeSummary, ...]:
    """The episodes of the second of three stays, and alike of it alone."""
    own = replace(as_columns(bedside.read(story)), prior=prior, before=before)
    other = as_columns(bedside.read("0 set, T 39, BP 80/50; 1 give paracetamol; 30 set"))

    (alone,) = [episode_summaries(grades, 0) for _, grades in grade_stays([own], RULES, POLICY)]
    (beside,) = [
        episode_summaries(grades, 1)
        for _, grades in grade_stays([other, own, other], RULES, POLICY)
    ]

    assert beside == alone
    return beside


def test_a_stay_alone_is_told_the_same() -> None:
    case = bedside.read(
        "0 set; 1 set, T 38.4; 3 set, T 38.6, BP 80/50; 4 set, give paracetamol; 9 set"
    )
    own = as_columns(case)
    ((_, grades),) = grade_stays([own], RULES, POLICY)

    alone = episodes_of(case.facts(), own.at_us, rules=RULES, policy=POLICY)

    assert alone == episode_summaries(grades, 0)
    assert alone[0].peak == 2
    assert episodes_of(case.facts(), own.at_us[:0], rules=RULES, policy=POLICY) == ()


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
    assert first.grade_s == {
        None: 0,
        0: 23 * HOUR_S,
        1: 3 * HOUR_S,
        2: HOUR_S,
        3: 0,
        4: 0,
    }
    assert not first.is_recurrence
    assert second.number == 2
    assert second.is_recurrence
    assert second.onset_us == MIDNIGHT_US + 29 * HOUR_US
    assert (second.current, second.peak, second.resolved_us) == (1, 1, None)
    assert second.waived_since_us is None


def test_fever_that_treatment_may_hide_is_counted_and_fever_that_is_seen_is_not() -> None:
    (episode,) = told(
        "0 set, T 38.4; 1 set, T 38.2, give paracetamol; 2 set, T 37.1; 5 set, T 38.3; 6 set"
    )

    assert episode.masked_fever_s == 3 * HOUR_S
    assert episode.resolved_us is None
    assert episode.current == 0


def test_a_grade_that_is_not_known_has_its_own_time() -> None:
    (episode,) = told("0 set, T 38.4; 1 set, give paracetamol; 2 set; 18 look; 20 look")

    assert episode.grade_s[None] == 2 * HOUR_S
    assert episode.current is None


def test_the_worst_grade_has_its_time_too() -> None:
    (episode,) = told("0 set, T 38.4, bipap; 3 set, T 38.4, nonrebreather mask 15; 5 set, T 38.4")

    assert episode.grade_s == {None: 0, 0: 0, 1: 0, 2: 0, 3: 2 * HOUR_S, 4: 3 * HOUR_S}
    assert (episode.current, episode.peak) == (1, 4)


def test_once_it_resolved_the_grade_is_0_though_the_fever_counted_until_then() -> None:
    (episode,) = told(f"0 set, T 38.3; {hourly(1, 25)}")

    assert episode.resolved_us == MIDNIGHT_US + 25 * HOUR_US
    assert episode.grade_s[1] == 25 * HOUR_S
    assert episode.current == 0
    assert episode.waived_since_us is None


def test_of_an_episode_in_which_no_grade_was_ever_known_no_peak_is_told() -> None:
    onset_us = MIDNIGHT_US - 3 * HOUR_US
    prior = EpisodeState(number=2, is_open=True, onset_us=onset_us)

    (episode,) = told("0 look; 2 look", prior, Before(grade=None))

    assert (episode.number, episode.onset_us) == (2, onset_us)
    assert (episode.peak, episode.current, episode.resolved_us) == (None, None, None)
    assert episode.grade_s[None] == 2 * HOUR_S


def test_a_waiver_is_told_before_any_temperature_has_followed_the_treatment() -> None:
    (episode,) = told("0 set, T 38.4; 1 give paracetamol")

    assert episode.waived_since_us == MIDNIGHT_US + HOUR_US
    assert episode.masked_fever_s == 0
