"""Whoever reads only the first alert of a tile reads the one that matters most."""

from typing import Any

from monitoring.clinical.alert_order import place, place_of
from monitoring.clinical.results import Priority
from tests.unit.clinical.alert_thread import HIGH, LOW, NORMAL, Thread, grade, raised

HOUR_US = 3_600_000_000


def listed(*alerts: dict[str, Any]) -> list[str]:
    """The problems in the order of a tile, each alert told by what differs from a plain one."""
    plain = {
        "priority": Priority.MEDIUM,
        "condition": "active",
        "severity": 1,
        "owner": None,
        "is_snoozed": False,
        "raised_us": 10 * HOUR_US,
        "waiting_since_us": 10 * HOUR_US,
    }
    places = [place(**{**plain, **alert}) for alert in alerts]
    return [one.problem for one in sorted(places)]


def at(hour: int) -> dict[str, int]:
    """Raised at an hour, and nobody came."""
    return {"raised_us": hour * HOUR_US, "waiting_since_us": hour * HOUR_US}


def threads_listed(**threads: Thread) -> list[str]:
    """The names of threads in the order of a tile; the threads are all of one problem."""
    return sorted(threads, key=lambda name: place_of(threads[name].now))


def test_a_grade_that_has_just_risen_stands_before_an_ice_overdue_for_hours() -> None:
    overdue = {"problem": "ice_overdue", "severity": 2, **at(6)}
    risen = {"problem": "crs_grade", "severity": 2, **at(12)}
    assert listed(overdue, risen) == ["crs_grade", "ice_overdue"]


def test_work_that_is_due_stands_last_however_new() -> None:
    due = [{"problem": name, **at(12)} for name in ("overdue", "device_off")]
    assert listed(*due, {"problem": "fever"}) == ["fever", "device_off", "overdue"]


def test_a_silent_monitor_stands_before_one_of_its_devices_however_new() -> None:
    device, monitor = {"problem": "device_off", **at(12)}, {"problem": "stale_feed", **at(11)}
    assert listed(device, monitor) == ["stale_feed", "device_off"]


def test_the_higher_grade_stands_first_and_a_grade_before_its_signs() -> None:
    assert listed(
        {"problem": "hypotension", "severity": 2, **at(12)},
        {"problem": "icans_grade", "severity": 1, **at(11)},
        {"problem": "crs_grade", "severity": 2},
    ) == ["crs_grade", "icans_grade", "hypotension"]


def test_of_two_signs_the_newest_stands_first() -> None:
    old, new = {"problem": "fever"}, {"problem": "hypoxia", **at(11)}
    assert listed(old, new) == ["hypoxia", "fever"]
    never = {"problem": "tachycardia", "raised_us": None, "waiting_since_us": None}
    assert listed(never, old) == ["fever", "tachycardia"]


def test_priority_comes_before_all_of_it_and_an_owner_before_priority() -> None:
    assert listed(
        {"problem": "crs_grade", "severity": 4, "priority": Priority.HIGH, "owner": "nurse"},
        {"problem": "crs_grade", "severity": 2},
        {"problem": "ice_overdue", "priority": Priority.HIGH},
        {"problem": "fever", "priority": Priority.LOW, **at(20)},
        {"problem": "stale_feed", "priority": Priority.TECHNICAL},
    ) == ["ice_overdue", "crs_grade", "fever", "stale_feed", "crs_grade"]


def test_what_is_over_stands_behind_what_still_is_or_is_not_known_to_be_over() -> None:
    assert listed(
        {"problem": "crs_grade", "severity": 3, "condition": "normal"},
        {"problem": "overdue"},
        {"problem": "hypoxia", "condition": "no_data"},
    ) == ["hypoxia", "overdue", "crs_grade"]


def test_a_thread_that_somebody_took_or_snoozed_stands_behind_one_that_waits() -> None:
    taken, snoozed, waiting = raised(30), raised(20), raised(10)
    taken.takes(31)
    snoozed.snoozes(31, until=60)
    # Of those that wait for nobody the one raised last is first, whoever has it.
    assert threads_listed(snoozed=snoozed, taken=taken, waiting=waiting) == [
        "waiting",
        "taken",
        "snoozed",
    ]


def test_a_thread_that_asks_again_is_news_since_then_and_an_owned_one_since_it_was_raised() -> None:
    asks_again, newer = raised(0), raised(50)
    asks_again.takes(1)
    asks_again.says(61, grade(2))
    assert threads_listed(newer=newer, asks_again=asks_again) == ["asks_again", "newer"]

    newer.takes(62)
    asks_again.takes(63)
    assert threads_listed(asks_again=asks_again, newer=newer) == ["newer", "asks_again"]


def test_threads_are_listed_by_priority_by_what_still_is_so_and_by_grade() -> None:
    over = raised(50, severity=4, priority=HIGH)
    over.says(51, NORMAL)
    threads = {
        "low": raised(40, severity=4, priority=LOW),
        "over": over,
        "grade 3": raised(30, severity=3, priority=HIGH),
        "grade 4": raised(20, severity=4, priority=HIGH),
    }
    assert threads_listed(**threads) == ["grade 4", "grade 3", "over", "low"]
