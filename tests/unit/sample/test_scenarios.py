"""Stories are checked when they are read; two clocks agree."""

import tomllib
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import pytest

from monitoring.services.treat import KINDS
from sample_data.clock import StoryClock
from sample_data.scenario import read_scenario, scenarios

MORNING = datetime(2026, 11, 22, 9, 41, tzinfo=UTC)


def document() -> dict[str, Any]:
    """The story of a fever, to be spoilt."""
    text = (files("sample_data") / "scenarios" / "fever_alone.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def test_every_story_says_what_it_shows_and_what_must_come_of_it() -> None:
    for story in scenarios().values():
        assert story.title
        assert story.shows.endswith(".")
        assert 0 <= story.expect.current <= 4
        assert not set(story.expect.alerts) & set(story.expect.never)
        assert set(story.expect.open_now) <= set(story.expect.alerts)
        assert {given.kind for given in story.treatments} <= set(KINDS)
        assert story.discharge_h - story.now_h > 20, "a story goes on after it is loaded"


def test_a_story_reads_as_it_is_written() -> None:
    story = read_scenario("fever", document())
    assert story.person.systolic_mmhg == (120, 134)
    assert story.treatments[0].agent == "acetaminophen"
    assert story.expect.alerts == ("fever", "crs_grade")


def spoil_curve(story: dict[str, Any]) -> None:
    story["course"]["inflammation"] = [[60, 0.8], [52, 0.0]]


def spoil_word(story: dict[str, Any]) -> None:
    story["course"]["inflamation"] = [[60, 0.8]]


def spoil_device(story: dict[str, Any]) -> None:
    story["oxygen"] = [{"h": 60, "device": "oxygen tent"}]


def spoil_level(story: dict[str, Any]) -> None:
    story["consciousness"] = [{"h": 60, "code": "X"}]


def spoil_hours(story: dict[str, Any]) -> None:
    story["now_h"] = story["discharge_h"] + 1


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (spoil_curve, "hours of a curve must increase"),
        (spoil_word, "unknown curve inflamation"),
        (spoil_device, "device oxygen tent"),
        (spoil_level, "consciousness X"),
        (spoil_hours, "now_h must lie between"),
    ],
)
def test_a_story_that_cannot_be_is_refused_by_name(spoil: Any, said: str) -> None:
    story = document()
    spoil(story)
    with pytest.raises(ValueError, match=said):
        read_scenario("fever", story)


def test_a_misspelt_field_is_refused() -> None:
    story = document()
    story["treatment"][0]["agnet"] = "acetaminophen"
    with pytest.raises(TypeError, match="agnet"):
        read_scenario("fever", story)


def test_a_fast_story_comes_sooner_on_the_wall() -> None:
    clock = StoryClock(story=MORNING + timedelta(hours=5), wall=MORNING, speed=60)
    event = clock.story + timedelta(hours=3)
    assert clock.wall_at(event) == MORNING + timedelta(minutes=3)
    assert clock.story_at(clock.wall_at(event)) == event
