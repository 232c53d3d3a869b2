"""Episodes found by columns are those of walking, story by story and from any half of one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from monitoring.clinical.criteria import criteria_columns
from monitoring.clinical.episode_walk import walk
from monitoring.clinical.episodes import Axis, Before, follow, follow_stays, moments_of
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import EpisodeState, GradeStatus
from monitoring.clinical.stays import grade_stays
from monitoring.clinical.timeline import build
from tests.property.test_crs_episodes import POLICY, RULES, as_columns, followed, laid_out
from tests.spec import bedside, tables
from tests.spec.bedside import HOUR_US, MIDNIGHT_US, Bedside

ROWS = tables.rows(Path(__file__).parent / "tables" / "evaluate.md")
STORIES = [
    *((row.cells["story"], row.cells["person"]) for row in ROWS),
    # Quiet for a day but for the moment at which it would be over.
    ("0 set, T 38.5; 1 set; 9 set; 17 set; 25 set, nasal cannula 2; 26 set", ""),
    # The fever is a day old when it is treated, and the temperature older than the treatment.
    ("0 set, T 38.4; 24:30 set, nasal cannula 2; 25 give paracetamol", ""),
    # What runs on covers a fever of the last moment too.
    ("0 start paracetamol; 2 set; 3 set, T 38.5", ""),
]


@pytest.mark.parametrize(("story", "person"), STORIES)
def test_columns_say_what_walking_says_also_from_the_half_on(story: str, person: str) -> None:
    case = bedside.read(story, person)

    walked = walk(*laid_out(case), RULES, POLICY, prior=EpisodeState(), before=None)

    assert followed(case, EpisodeState(), None) == walked
    half = len(walked) // 2
    if half:
        prior, before = walked[half - 1].episode, Before(grade=walked[half - 1].grade)
        rest = replace(case, moments_us=case.moments_us[half:])
        assert followed(rest, prior, before) == walked[half:]
        assert walk(*laid_out(rest), RULES, POLICY, prior=prior, before=before) == walked[half:]


@pytest.mark.parametrize("looks", [1, 32, 33])
def test_however_often_one_looks_a_stay_goes_on_from_the_grade_before(looks: int) -> None:
    case = bedside.read("0 set, T 38.5")
    (first,) = walk(*laid_out(case), RULES, POLICY, prior=EpisodeState(), before=None)
    since_us = MIDNIGHT_US + 4 * HOUR_US + 1
    case.moments_us = [since_us + place for place in range(looks)]

    found = follow(
        *laid_out(case), RULES, POLICY, prior=first.episode, before=Before(grade=first.grade)
    )

    # Of grade 1 a blood pressure counts for four hours, where nothing was known for eight.
    assert [(one.grade, one.status) for one in found] == [(1, GradeStatus.AT_LEAST)] * looks


def test_an_episode_that_opens_at_a_quiet_moment_is_quiet_from_the_next_one_on() -> None:
    """Nobody looked when the fever was charted; at the first look after it, it had gone."""
    case = bedside.read(
        "0 set; 0:30 T 38.5; 1 set; 2 set; 9 set; 17 set; 25 set; 25:30 set; 26 set"
    )
    del case.moments_us[1]

    walked = walk(*laid_out(case), RULES, POLICY, prior=EpisodeState(), before=None)

    assert [one.episode.is_open for one in walked] == [False, *[True] * 6, False]
    assert [one.episode.quiet_since_us for one in walked[:3]] == [
        None,
        None,
        MIDNIGHT_US + 2 * HOUR_US,
    ]
    assert followed(case, EpisodeState(), None) == walked


OPEN = EpisodeState(number=1, is_open=True, onset_us=MIDNIGHT_US - 30 * HOUR_US, peak=2)


def quiet(since_h: float, last_h: float) -> EpisodeState:
    return replace(
        OPEN,
        quiet_since_us=MIDNIGHT_US + round(since_h * HOUR_US),
        last_quiet_us=MIDNIGHT_US + round(last_h * HOUR_US),
    )


@pytest.mark.parametrize(
    ("story", "prior", "told"),
    [
        # Quiet for a day to the minute is over, a minute less is not.
        ("0 set", quiet(-24, -4), (1, False)),
        ("0 set", quiet(-23.99, -4), (1, True)),
        # Eight hours between two looks are no gap, a minute more is one.
        ("0 set", quiet(-24, -8), (1, False)),
        ("0 set", quiet(-24, -8.02), (1, True)),
        ("0 set; 2 set", quiet(-22, -4), (1, False)),
        ("0 set; 1 set, nasal cannula 2; 2 set", quiet(-22, -4), (1, True)),
        # A fever before the resolution opens nothing again, one after it does.
        ("-3 T 38.5; 0 set", replace(OPEN, is_open=False, resolved_us=MIDNIGHT_US), (1, False)),
        (
            "-3 T 38.5; 0 set",
            replace(OPEN, is_open=False, resolved_us=MIDNIGHT_US - 3 * HOUR_US),
            (1, False),
        ),
        (
            "-3 T 38.5; 0 set",
            replace(OPEN, is_open=False, resolved_us=MIDNIGHT_US - 4 * HOUR_US),
            (2, True),
        ),
        # A fever of a day ago to the minute still counts, an older one does not.
        ("-24 T 38.5; 0 set", EpisodeState(), (1, True)),
        ("-24.01 T 38.5; 0 set", EpisodeState(), (0, False)),
    ],
)
def test_what_stood_before_the_first_moment_is_gone_on_from(
    story: str, prior: EpisodeState, told: tuple[int, bool]
) -> None:
    """Alone and as the second of three stays."""
    case = bedside.read(story)
    case.moments_us = [us for us in case.moments_us if us >= MIDNIGHT_US]
    before = Before(grade=0)

    walked = walk(*laid_out(case), RULES, POLICY, prior=prior, before=before)

    assert (walked[-1].episode.number, walked[-1].episode.is_open) == told
    assert followed(case, prior, before) == walked
    own = replace(as_columns(case), prior=prior, before=before)
    other = as_columns(bedside.read("0 set, T 39; 1 give paracetamol; 30 set"))
    ((_, grades),) = grade_stays([other, own, other], RULES, POLICY)
    assert moments_of(grades, 1, RULES) == [replace(one, fever_row=None) for one in walked]


def test_many_looks_are_as_walked() -> None:
    """Three looks an hour, which are laid out by columns where a few are walked."""
    case: Bedside = bedside.read("0 set, T 38.5, nasal cannula 2; 1 give paracetamol; 30 set")
    looks_us = range(case.moments_us[0], case.moments_us[-1], HOUR_US // 3)
    case.moments_us = sorted({*looks_us, *case.moments_us})

    walked = walk(*laid_out(case), RULES, POLICY, prior=EpisodeState(), before=None)

    assert followed(case, EpisodeState(), None) == walked


@pytest.mark.parametrize(
    ("story", "is_open", "grade"),
    [
        # Resolving is asked for every hour here: a value counts two hours, not eight.
        ("0 set, T 38.5; 1 give paracetamol; 2 set; 4 look", False, 0),
        ("0 set, T 38.5; 1 give paracetamol; 2 set; 4:01 look", False, None),
        ("0 set; 8 look", False, 0),
        ("-3 set; 0 look", False, 0),
        ("-2 set; 0 look", True, 0),
        ("-2.01 set; 0 look", True, None),
    ],
)
def test_how_long_a_value_counts_depends_on_whether_an_episode_is_open(
    story: str, is_open: bool, grade: int | None
) -> None:
    policy = load_policy({"frequencies": {"resolving": 60}})
    case = bedside.read(story)
    case.moments_us = [us for us in case.moments_us if us >= MIDNIGHT_US]
    prior = replace(OPEN, is_open=is_open, number=int(is_open))
    timeline = build(case.facts(), np.array(case.moments_us, dtype=np.int64))
    columns = criteria_columns(timeline, RULES, policy)

    walked = walk(timeline, columns, RULES, policy, prior=prior, before=Before(grade=0))

    assert walked[-1].grade == grade
    axis = Axis(np.array([0, len(timeline.at_us)]), np.zeros(1, dtype=np.int64))
    judged = follow_stays(
        timeline, columns, axis, RULES, policy, priors=[prior], befores=[Before(grade=0)]
    )
    assert moments_of(judged, 0, RULES) == walked
