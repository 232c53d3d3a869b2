"""The handbook's stories told side by side: no stay hears anything of its neighbour's.

docs/adr/0021. Every story is judged alone, moment by moment, and again as one of many stays.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from monitoring.clinical import stays
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


def beside(told: list[Stay]) -> Iterator[tuple[int, list[Moment]]]:
    for places, grades in grade_stays(told, RULES, POLICY):
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
def test_many_looks_for_one_value_are_as_walked(
    story: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = often(bedside.read(story), until_h=60)
    other = often(bedside.read("0 set, T 39, nasal cannula 4"), until_h=10)

    for together in (stays._SLICE, 1):
        # A slice is looked at in one go; many looks fill several.
        monkeypatch.setattr(stays, "_SLICE", together)
        found = dict(beside([as_columns(other), as_columns(case), as_columns(other)]))

        assert found[1] == plain(alone(case))
        assert found[0] == found[2] == plain(alone(other))


@pytest.mark.parametrize("how_many", [1, 2, 3])
def test_stays_that_are_looked_at_one_by_one_are_as_alone(
    how_many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stays, "_SLICE", 1)
    stories = (
        "0 set, T 38.5, BP 84/60; 1 set, T 38.2; 30 set",
        "0 set; 9 set, T 38.5, nasal cannula 2; 10 give tocilizumab; 11 set; 30 set; 60 set",
        "0 set, T 38.5, start norepinephrine; 3 stop norepinephrine; 9 set, T 38.2",
    )
    cases = [bedside.read(story) for story in stories[:how_many]]

    found = dict(beside([as_columns(case) for case in cases]))

    assert [found[place] for place in range(how_many)] == [plain(alone(case)) for case in cases]


def test_stays_are_judged_together_where_silence_means_the_same_and_not_too_many_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = ["", "icu", "age 5", "", "treatments not charted", "age 5", ""]
    told = [as_columns(bedside.read("0 set, T 38.5; 2 set", person)) for person in people]

    def groups() -> list[tuple[int, ...]]:
        return sorted(places for places, _ in grade_stays(told, RULES, POLICY))

    assert groups() == [(0, 3, 6), (1,), (2, 5), (4,)]
    monkeypatch.setattr(stays, "_TOGETHER", 3)
    assert groups() == [(0, 3), (1,), (2, 5), (4,), (6,)]


def test_a_reason_for_oxygen_excuses_what_a_stay_has_itself_been_given() -> None:
    """Of a device charted at every moment too: the one of the stay before is somebody else's."""
    first = bedside.read("0 set, T 38.5, nasal cannula 2; 1 set, T 38.5, nasal cannula 2")
    own = "set, T 38.5, nasal cannula 2"
    for story in (
        f"0 {own}, reason comfort; 1 {own}; 2 {own}",
        f"0 {own}; 1 {own}, reason comfort; 2 {own}",
        f"0 {own}; 1 {own}; 2 {own}, reason comfort",
        f"0 set, T 38.5; 1 {own}, reason comfort; 2 {own}",
        # Charted more than half an hour before the device, it is no reason for it.
        f"0 {own}; 1 {own}; 2 {own}; before",
    ):
        second = bedside.read(story.removesuffix("; before"))
        if "before" in story:
            before_us = MIDNIGHT_US - 2 * HOUR_US // 3
            second.observations.insert(0, (before_us, "oxygen_indication", "comfort"))
        found = dict(beside([at_every_moment(first), at_every_moment(second)]))

        assert found[0] == plain(alone(first))
        assert found[1] == plain(alone(second)), story


def at_every_moment(case: Bedside) -> Stay:
    """The same, the times of a column that has a value a moment being those of the moments."""
    stay = as_columns(case)
    return replace(
        stay,
        charted={
            concept: replace(one, taken_us=stay.at_us)
            if np.array_equal(one.taken_us, stay.at_us)
            else one
            for concept, one in stay.charted.items()
        },
    )


def test_stays_lie_further_apart_than_all_windows_together() -> None:
    fresh, windows = POLICY.freshness, POLICY.grading
    longest_s = max(
        one.interval_s
        for state, one in POLICY.schedule.states.items()
        if not state.startswith("news2")
    )
    together_s = (
        # How old a value may be, and how long a gap.
        2 * fresh.expected_intervals * longest_s
        + fresh.oxygen_support_s_at_least
        + fresh.oxygen_flow_s_at_most
        + fresh.oxygen_indication_s_at_most
        + fresh.set_window_s
        + windows.fever_lookback_s
        + windows.resolution_s
        + windows.fluids_for_hypotension_s
        + windows.vasopressor_push_s
        + windows.weaning_overlap_s
    )
    assert stays._apart_us(POLICY) >= together_s * 1_000_000


def test_a_vasopressor_of_last_week_says_that_they_are_charted_in_this_stay_too() -> None:
    """Clinical reference C23: in intensive care silence is known only once one was charted."""
    told = bedside.read(
        "0 start norepinephrine; 1 stop norepinephrine; 300 set, T 38.5; 301 set, T 38.5", "icu"
    )
    later = replace(told, moments_us=told.moments_us[2:])
    never = bedside.read("0 set, T 38.5; 1 set, T 38.5", "icu")

    found = dict(beside([as_columns(never), as_columns(later), as_columns(never)]))

    assert found[0] == found[2] == plain(alone(never))
    assert found[1] == plain(alone(later))
    assert [one.status.value for one in found[1]] == ["graded"] * 2
    assert found[0][0].status.value == "cannot_grade"


def test_a_usual_pressure_learnt_after_a_stay_is_nobody_elses() -> None:
    told = bedside.read("0 set, T 38.5, BP 86/52", "baseline 118/70")
    assert told.baseline is not None
    # At a time at which the next stay lies on the axis of them all.
    later = replace(told.baseline, effective_us=MIDNIGHT_US + 3 * stays._apart_us(POLICY) // 2)
    late = replace(told, baseline=later)

    found = dict(beside([as_columns(told), as_columns(late), as_columns(told)]))

    assert found[0] == found[2] == plain(alone(told))
    assert found[1] == plain(alone(late))


def test_what_runs_on_after_a_stay_and_what_is_known_of_it_ends_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Norepinephrine, a cause of hypotension and a low usual pressure of the first only."""
    first = bedside.read(
        "0 set, T 38.5, start norepinephrine, attribute hypotension", "baseline 85"
    )
    second = bedside.read("0 set, T 38.5, BP 84/60")

    for order, together in (
        ([first, second, first], stays._SLICE),
        ([second, first, second], stays._SLICE),
        ([second, first, second], 1),
    ):
        monkeypatch.setattr(stays, "_SLICE", together)
        found = dict(beside([as_columns(one) for one in order]))
        for place, case in enumerate(order):
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
