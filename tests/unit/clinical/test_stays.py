"""The handbook's stories told side by side: no stay hears anything of its neighbour's.

docs/adr/0021. Every story is judged alone, moment by moment, and again as one of many stays.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from monitoring.clinical.episode_walk import walk
from monitoring.clinical.episodes import Before, Moment, moments_of
from monitoring.clinical.facts import AttributionSpan
from monitoring.clinical.results import EpisodeState
from monitoring.clinical.stays import Stay, grade_stays
from monitoring.clinical.timeline import Charted, build
from tests.property.test_crs_episodes import POLICY, RULES, as_columns, laid_out
from tests.spec import bedside, tables
from tests.spec.bedside import HOUR_US, MIDNIGHT_US, Bedside

ROWS = [row.cells for chapter in tables.chapters() for row in tables.rows(chapter)]
STORIES = [(row["story"], row.get("person", "")) for row in ROWS if "story" in row]
# Neighbours from different chapters, a dozen at a time.
BLOCKS = [STORIES[begin :: len(STORIES) // 12 + 1] for begin in range(len(STORIES) // 12 + 1)]


def alone(case: Bedside) -> list[Moment]:
    return walk(*laid_out(case), RULES, POLICY, prior=EpisodeState(), before=None)


def plain(moments: list[Moment]) -> list[Moment]:
    """Without the rows behind them, which nobody asks of many stays."""
    return [replace(one, fever_row=None) for one in moments]


def beside(stays: list[Stay]) -> Iterator[tuple[int, list[Moment]]]:
    for places, grades in grade_stays(stays, RULES, POLICY):
        for own, place in enumerate(places):
            yield place, moments_of(grades, own, RULES)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block[0][0][:40])
def test_stories_told_side_by_side_are_as_each_alone(block: list[tuple[str, str]]) -> None:
    cases = [bedside.read(*one) for one in block]

    found = dict(beside([as_columns(case) for case in cases]))

    assert len(found) == len(cases)
    for place, case in enumerate(cases):
        assert found[place] == plain(alone(case)), block[place]


def often(case: Bedside, *, until_h: int, step_min: int = 20) -> Bedside:
    """The same with many looks, most of which bring nothing new."""
    begin_us = case.moments_us[0]
    looks = range(begin_us, begin_us + until_h * HOUR_US, step_min * HOUR_US // 60)
    return replace(case, moments_us=sorted({*looks, *case.moments_us}))


@pytest.mark.parametrize(
    "story",
    [
        "0 set, T 38.5; 30 set",
        "0 set, T 38.5, BP 84/60, nasal cannula 2; 1 give tocilizumab; 40 set",
        "0 set, T 38.5, nasal cannula 2, reason comfort; 20 look",
        "0 set, T 38.5; 1 bolus; 2 attribute fever; 3 withdraw fever; 20 set, T 38.4",
        "0 set, T 38.5, start norepinephrine; 3 stop norepinephrine; 9 set, T 38.2",
        "0 set, T 38.5, high flow nasal cannula 40; 4 T 37; 5 SBP 80; 6 set, no device",
    ],
)
def test_many_looks_for_one_value_are_as_walked(story: str) -> None:
    case = often(bedside.read(story), until_h=60)
    other = often(bedside.read("0 set, T 39, nasal cannula 4"), until_h=10)

    found = dict(beside([as_columns(other), as_columns(case), as_columns(other)]))

    assert found[1] == plain(alone(case))
    assert found[0] == found[2] == plain(alone(other))


def test_what_runs_on_after_a_stay_and_what_is_known_of_it_ends_with_it() -> None:
    """Norepinephrine, a cause of hypotension and a low usual pressure of the first only."""
    first = bedside.read(
        "0 set, T 38.5, start norepinephrine, attribute hypotension", "baseline 85"
    )
    second = bedside.read("0 set, T 38.5, BP 84/60")

    for stays in ([first, second, first], [second, first, second]):
        found = dict(beside([as_columns(one) for one in stays]))
        for place, case in enumerate(stays):
            assert found[place] == plain(alone(case))


def test_what_comes_after_the_last_moment_of_a_stay_is_not_seen() -> None:
    case = bedside.read("0 set, T 38.5; 2 set")
    later_us = MIDNIGHT_US + 5 * HOUR_US
    facts = case.facts()
    known = build(facts, np.array(case.moments_us, dtype=np.int64)).series
    charted = {
        concept: Charted(one.taken_us[:-1], one.value[:-1])
        for concept, one in known.items()
        if len(one)
    }
    charted["body_temperature"] = Charted(
        np.append(charted["body_temperature"].taken_us, later_us),
        np.append(charted["body_temperature"].value, 40.0),
    )
    word = AttributionSpan(row_id=1, element="fever", from_us=later_us, until_us=None)
    stay = Stay(
        facts=replace(facts, attributions=(word,)),
        at_us=np.array(case.moments_us, dtype=np.int64),
        charted=charted,
    )

    found = dict(beside([stay, as_columns(case)]))

    assert found[0] == found[1] == plain(alone(case))


def test_a_stay_goes_on_from_what_stood_before_it_and_its_neighbour_does_not() -> None:
    case = bedside.read("0 set, BP 84/60; 4 set, BP 84/60")
    prior = EpisodeState(
        number=2,
        is_open=True,
        onset_us=MIDNIGHT_US - 30 * HOUR_US,
        peak=3,
        held=("one_vasopressor",),
    )
    own = replace(as_columns(case), prior=prior, before=Before(grade=3))

    found = dict(beside([as_columns(case), own, as_columns(case)]))

    assert found[0] == found[2] == plain(alone(case))
    assert found[1] == plain(
        walk(*laid_out(case), RULES, POLICY, prior=prior, before=Before(grade=3))
    )
    assert found[1][0].episode.number == 2
    assert found[1][0].episode.peak == 3
