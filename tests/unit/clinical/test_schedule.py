"""What is due when, and from when on it is overdue."""

from dataclasses import replace

import pytest

from monitoring.clinical.confirmation import CRS
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import Condition, ConditionState, ConfirmedGrade, Priority
from monitoring.clinical.schedule import (
    Due,
    ice_overdue_condition,
    kept,
    next_due,
    overdue_condition,
)
from monitoring.clinical.watch_flags import stale_feed_condition
from tests.spec import bedside

MINUTE_US = 60_000_000
POLICY = load_policy()
# Late CRS, quiet for a day at 26:00 and so resolved then; the risk window of CAR-T is over.
RESOLVED = "0 set, T 38.4; 1 give paracetamol; 2 set; 8 set; 14 set; 20 set; 26 set"


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
        # Grade 1 is hourly above 120 beats a minute, and from 39.5 C on.
        ("0 set, T 38.2, HR 120", "", 120, 150),
        ("0 set, T 38.2, HR 121", "", 60, 75),
        ("0 set, T 39.4", "", 120, 150),
        ("0 set, T 39.5", "", 60, 75),
        # Beyond the risk window only NEWS2 asks.
        ("0 set", "axi-cel 14 d before", 240, 300),
        ("0:01 set", "axi-cel 14 d before", 720, 900),
        ("0 set", "axi-cel 20 d before", 720, 900),
        ("0 set, HR 95", "axi-cel 20 d before", 360, 450),
        ("0 set", "axi-cel 20 d before, age 8", 240, 300),
        (RESOLVED, "axi-cel 20 d before", 240, 300),
        (f"{RESOLVED}; 49:59 set", "axi-cel 20 d before", 240, 300),
        (f"{RESOLVED}; 50 set", "axi-cel 20 d before", 720, 900),
        ("0 set, no T", "", 120, 150),
        ("0 set, T 38.2", "icu", 120, 150),
    ],
)
def test_the_strictest_row_wins(story: str, person: str, due: int, overdue: int) -> None:
    assert due_after(story, person) == (due, overdue)


def test_how_often_a_ward_looks_at_who_resolves_says_nothing_of_who_was_never_ill() -> None:
    often = load_policy({"frequencies": {"resolving": 60}})

    well, resolving = (
        bedside.judge(bedside.read(story), often)[-1]
        for story in ("0 set; 3 look", "0 set, T 38.5, give paracetamol; 1 set; 4 look")
    )

    # What counts twice the interval is still known of the one and no longer of the other.
    assert (well.crs.grade, well.crs.status.value) == (0, "graded")
    assert (resolving.crs.grade, resolving.crs.status.value) == (None, "unknown")


def test_the_risk_window_is_that_of_the_therapy_that_was_given() -> None:
    windows_s = {"car_t": 14 * 86400.0, "bispecific": 3 * 86400.0}
    local = replace(POLICY, schedule=replace(POLICY.schedule, risk_window_s=windows_s))

    reasons = []
    for therapy in ("axi-cel", "teclistamab", "pembrolizumab"):
        last = bedside.judge(bedside.read("0 set", f"{therapy} 5 d before"))[-1]
        reasons.append(next_due(last, last.at_us, local).reason)

    # Of a therapy without a window of its own the longest counts.
    usual = POLICY.schedule.states["risk_window"].label
    assert reasons == [usual, "NEWS2 0: every 12 h", usual]


def test_where_a_vasopressor_may_run_the_row_of_an_unknown_grade_holds_too() -> None:
    last = bedside.judge(bedside.read("0 set, T 38.2", "icu"))[-1]
    often = load_policy({"frequencies": {"unknown": 60}})

    due = next_due(last, last.at_us, often)

    assert (last.crs.grade, last.crs.status.value) == (1, "cannot_grade")
    assert due.reason == "CRS grade not known: every 60 min"


def test_a_higher_grade_that_a_clinician_confirmed_is_watched_as_that_grade() -> None:
    last = bedside.judge(bedside.read("0 set, T 38.2"))[-1]
    word = ConfirmedGrade(
        scale=CRS,
        grade=2,
        computed_then=1,
        stated_us=last.at_us,
        by="dr.okonkwo",
        row_id=1,
        rose=False,
        expired=False,
        shown=2,
    )

    due = next_due(replace(last, confirmed=(word,)), last.at_us, POLICY)

    assert (due.reason, due.priority) == ("CRS grade 2: every hour", Priority.MEDIUM)
    assert next_due(last, last.at_us, POLICY).priority is Priority.LOW


def test_whether_ice_is_overdue_is_not_known_where_it_was_not_judged() -> None:
    last = bedside.judge(bedside.read("0 set"))[-1]

    assert ice_overdue_condition(
        replace(last, icans=None), now_us=last.at_us, policy=POLICY
    ) == Condition(
        problem="ice_overdue",
        state=ConditionState.NO_DATA,
        priority=POLICY.priority["ice_overdue"],
        severity=0,
        label="No neurological assessment yet",
        action="Chart the neurological assessment.",
    )


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


def due_at(minute: int, interval_min: int = 60) -> Due:
    return Due(
        next_us=minute * MINUTE_US,
        interval_s=interval_min * 60.0,
        overdue_at_us=(minute + 15) * MINUTE_US,
        reason="every hour",
        priority=Priority.LOW,
    )


def asked(*rows: tuple[int, Due | None]) -> list[tuple[int, Due | None]]:
    return [(minute * MINUTE_US, due) for minute, due in rows]


@pytest.mark.parametrize(
    ("why", "rows", "until", "spells", "missed", "minutes"),
    [
        ("nothing was asked", [], 500, 0, 0, 0),
        ("in time", [(0, due_at(60)), (55, due_at(115))], 120, 0, 0, 0),
        ("within the grace", [(0, due_at(60)), (75, due_at(135))], 120, 0, 0, 0),
        ("ten minutes beyond it", [(0, due_at(60)), (85, due_at(145))], 120, 1, 1, 10),
        ("two hours beyond it", [(0, due_at(60)), (200, due_at(260))], 210, 1, 3, 125),
        ("not come yet", [(0, due_at(60))], 100, 1, 1, 25),
        (
            "one spell, though it was judged again meanwhile",
            [(0, due_at(60)), (80, due_at(60)), (90, due_at(60)), (95, due_at(155))],
            120,
            1,
            1,
            20,
        ),
        ("late after one in time", [(0, due_at(60)), (55, due_at(115))], 150, 1, 1, 20),
        ("asked for only later", [(0, None), (10, due_at(60))], 100, 1, 1, 25),
        ("no longer asked for", [(0, due_at(60)), (80, None)], 500, 1, 1, 5),
        ("a worse state asks at once", [(0, due_at(240)), (100, due_at(30))], 110, 1, 1, 10),
    ],
)
def test_how_a_schedule_was_kept(
    why: str,
    rows: list[tuple[int, Due | None]],
    until: int,
    spells: int,
    missed: int,
    minutes: float,
) -> None:
    how = kept(asked(*rows), until_us=until * MINUTE_US)

    assert (how.spells, how.missed, how.overdue_s / 60) == (spells, missed, minutes), why
