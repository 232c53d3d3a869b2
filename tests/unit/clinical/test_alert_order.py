"""Whoever reads only the first alert of a tile reads the one that matters most."""

from typing import Any

from monitoring.clinical.alert_order import place
from monitoring.clinical.results import Priority

HOUR_US = 3_600_000_000


def listed(*alerts: dict[str, Any]) -> list[str]:
    """The problems in the order of a tile, each alert told by what differs from a plain one."""
    plain = {
        "priority": Priority.MEDIUM,
        "condition": "active",
        "severity": 1,
        "is_taken": False,
        "since_us": 10 * HOUR_US,
    }
    places = [place(**{**plain, **alert}) for alert in alerts]
    return [one.problem for one in sorted(places)]


def test_a_grade_that_has_just_risen_stands_before_an_ice_overdue_for_hours() -> None:
    overdue = {"problem": "ice_overdue", "severity": 2, "since_us": 6 * HOUR_US}
    grade = {"problem": "crs_grade", "severity": 2, "since_us": 12 * HOUR_US}
    assert listed(overdue, grade) == ["crs_grade", "ice_overdue"]


def test_work_that_is_due_stands_last_however_new() -> None:
    due = [{"problem": name, "since_us": 12 * HOUR_US} for name in ("overdue", "stale_feed")]
    assert listed(*due, {"problem": "fever"}) == ["fever", "overdue", "stale_feed"]


def test_the_higher_grade_stands_first_and_a_grade_before_its_signs() -> None:
    assert listed(
        {"problem": "hypotension", "severity": 2, "since_us": 12 * HOUR_US},
        {"problem": "icans_grade", "severity": 1, "since_us": 11 * HOUR_US},
        {"problem": "crs_grade", "severity": 2},
    ) == ["crs_grade", "icans_grade", "hypotension"]


def test_of_two_signs_the_newest_stands_first() -> None:
    old, new = {"problem": "fever"}, {"problem": "hypoxia", "since_us": 11 * HOUR_US}
    assert listed(old, new) == ["hypoxia", "fever"]
    never = {"problem": "tachycardia", "since_us": None}
    assert listed(never, old) == ["fever", "tachycardia"]


def test_priority_comes_before_all_of_it_and_an_owner_before_priority() -> None:
    assert listed(
        {"problem": "crs_grade", "severity": 4, "priority": Priority.HIGH, "is_taken": True},
        {"problem": "crs_grade", "severity": 2},
        {"problem": "ice_overdue", "priority": Priority.HIGH},
        {"problem": "fever", "priority": Priority.LOW, "since_us": 20 * HOUR_US},
        {"problem": "stale_feed", "priority": Priority.TECHNICAL},
    ) == ["ice_overdue", "crs_grade", "fever", "stale_feed", "crs_grade"]


def test_what_is_over_stands_behind_what_still_is_or_is_not_known_to_be_over() -> None:
    assert listed(
        {"problem": "crs_grade", "severity": 3, "condition": "normal"},
        {"problem": "overdue"},
        {"problem": "hypoxia", "condition": "no_data"},
    ) == ["hypoxia", "overdue", "crs_grade"]
