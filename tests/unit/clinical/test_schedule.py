"""What is due when, and from when on it is overdue."""

import pytest

from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import Priority
from monitoring.clinical.schedule import next_due, overdue_condition
from monitoring.clinical.watch_flags import stale_feed_condition
from tests.spec import bedside

MINUTE_US = 60_000_000
POLICY = load_policy()


def due_after(story: str, person: str = "") -> tuple[int, int]:
    """Minutes from the last moment to due, and to overdue."""
    last = bedside.judge(bedside.read(story, person))[-1]
    due = next_due(last, last.at_us, POLICY)
    return (due.next_us - last.at_us) // MINUTE_US, (due.overdue_at_us - last.at_us) // MINUTE_US


@pytest.mark.parametrize(
    ("story", "person", "due", "overdue"),
    [
        ("0 set", "", 240, 300),
        ("0 set, T 38.2", "", 120, 150),
        # A quarter of an hour is less than 15 min, which is the least.
        ("0 set, T 38.2, nasal cannula 2", "", 60, 75),
        ("0 set, T 38.2, start norepinephrine", "", 30, 45),
        # Beyond the risk window only NEWS2 asks.
        ("0 set", "axi-cel 20 d before", 720, 900),
        ("0 set, HR 95", "axi-cel 20 d before", 360, 450),
        ("0 set", "axi-cel 20 d before, age 8", 240, 300),
        ("0 set, no T", "", 120, 150),
        ("0 set, T 38.2", "icu", 120, 150),
    ],
)
def test_the_strictest_row_wins(story: str, person: str, due: int, overdue: int) -> None:
    assert due_after(story, person) == (due, overdue)


def test_an_hourly_patient_is_overdue_after_the_quarter_and_not_before() -> None:
    last = bedside.judge(bedside.read("0 set, T 38.4, nasal cannula 2"))[-1]
    due = next_due(last, last.at_us, POLICY)
    quarter_past = last.at_us + 75 * MINUTE_US

    in_time = overdue_condition(due, now_us=quarter_past, policy=POLICY)
    late = overdue_condition(due, now_us=quarter_past + 1, policy=POLICY)

    assert (in_time.state, in_time.severity) == ("normal", 0)
    assert (late.state, late.priority) == ("active", Priority.MEDIUM)
    assert late.label == "Observations overdue by 15 min"


def test_a_quiet_patient_is_overdue_with_low_priority() -> None:
    last = bedside.judge(bedside.read("0 set"))[-1]
    due = next_due(last, last.at_us, POLICY)

    late = overdue_condition(due, now_us=due.overdue_at_us + MINUTE_US, policy=POLICY)

    assert late.priority is Priority.LOW


def test_without_any_set_one_is_due_now() -> None:
    last = bedside.judge(bedside.read("0 look"))[-1]

    due = next_due(last, None, POLICY)

    assert due.next_us == last.at_us


def test_a_silent_feed_is_a_technical_problem() -> None:
    silent = stale_feed_condition(last_us=0, is_silent=True, now_us=43 * MINUTE_US)
    alive = stale_feed_condition(last_us=0, is_silent=False, now_us=43 * MINUTE_US)

    assert (silent.state, silent.priority) == ("active", Priority.TECHNICAL)
    assert silent.label == "No data from the monitor for 43 min"
    assert alive.state == "normal"
