"""Alarm burden and timeliness on small histories whose figures anybody can count."""

import pandas as pd
import pytest

from monitoring.clinical import burden
from monitoring.clinical.alert_runs import Told
from monitoring.clinical.alert_state import SPEAKING, TransitionKind
from monitoring.clinical.results import Priority

MINUTE_US = 60_000_000


def told(
    kind: str,
    minute: float,
    *,
    encounter: int = 1,
    thread: int = 0,
    problem: str = "crs_grade",
    priority: str = "medium",
    severity: int = 2,
    shown: bool = True,
) -> tuple[int, Told]:
    return encounter, Told(
        thread=thread,
        problem=problem,
        kind=TransitionKind(kind),
        at_us=round(minute * MINUTE_US),
        actor="stormwatch",
        priority=Priority(priority),
        severity=severity,
        shown=shown,
    )


def followed(*at: tuple[int, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [(encounter, round(minute * MINUTE_US)) for encounter, minute in at],
        columns=["encounter", "at_us"],
    )


def grades(*rows: tuple[int, float, float | None]) -> pd.DataFrame:
    return pd.DataFrame(
        [(encounter, round(minute * MINUTE_US), grade) for encounter, minute, grade in rows],
        columns=["encounter", "at_us", "grade"],
    )


@pytest.mark.parametrize("kind", sorted(kind.value for kind in TransitionKind))
def test_what_speaks_either_interrupts_or_reminds_and_nothing_else_does(kind: str) -> None:
    events = burden.frame([told(kind, 0)])
    interrupts = bool(burden.interruptive(events)[0])
    reminds = bool(burden.reminding(events)[0])

    assert interrupts + reminds == (TransitionKind(kind) in SPEAKING)
    assert not (interrupts and reminds)


@pytest.mark.parametrize(
    ("change", "interrupts"),
    [
        ({}, True),
        ({"priority": "high"}, True),
        ({"priority": "low"}, False),
        ({"priority": "technical"}, False),
        ({"shown": False}, False),
    ],
)
def test_only_what_is_urgent_and_shown_interrupts(
    change: dict[str, object], interrupts: bool
) -> None:
    events = burden.frame([told("raised", 0, **change)])  # type: ignore[arg-type]
    assert bool(burden.interruptive(events)[0]) is interrupts


def test_what_is_told_of_one_patient_at_one_instant_interrupts_once() -> None:
    events = burden.frame(
        [
            told("worsened", 5),
            told("raised", 5, problem="news2", priority="high"),
            told("raised", 5, encounter=2),
            told("worsened", 6, problem="news2", priority="high"),
        ]
    )

    found = burden.burden(events, patient_days=1.0, followed=followed())

    assert (found.alerts, found.interruptive) == (2, 3)


def test_the_figures_of_one_day() -> None:
    events = burden.frame(
        [
            told("raised", 0),
            told("acknowledged", 4),
            told("worsened", 100, severity=3, priority="high"),
            told("escalated", 102, severity=3, priority="high"),
            told("acknowledged", 110, severity=3, priority="high"),
            told("raised", 30, problem="fever", priority="low"),
            told("repeated", 60, problem="hypoxia"),
        ]
    )

    found = burden.burden(events, patient_days=2.0, followed=followed((1, 40), (2, 101)))

    assert (found.alerts, found.alerts_per_patient_day) == (2, 1.0)
    assert (found.interruptive, found.interruptive_per_patient_day) == (3, 1.5)
    assert (found.reminders, found.ignored_repeats) == (1, 1)
    # The treatment at 40 min follows the first; what another patient got follows nothing.
    assert found.acted_share == pytest.approx(1 / 3)
    assert found.minutes_to_acknowledge_median == pytest.approx(7)


def test_what_was_charted_with_the_alert_is_no_answer_to_it() -> None:
    events = burden.frame([told("raised", 10)])
    assert burden.burden(events, patient_days=1, followed=followed((1, 10))).acted_share == 0
    assert burden.burden(events, patient_days=1, followed=followed((1, 71))).acted_share == 0
    assert burden.burden(events, patient_days=1, followed=followed((1, 70))).acted_share == 1


def test_nothing_charted_is_not_nothing_wrong() -> None:
    found = burden.burden(burden.frame([]), patient_days=0, followed=followed())

    assert found.alerts_per_patient_day is None
    assert found.acted_share is None
    assert found.minutes_to_acknowledge_median is None


def test_a_rise_is_above_the_last_known_grade_and_a_missing_one_hides_none() -> None:
    rises = burden.grade_rises(
        grades((1, 0, 0), (1, 10, 1), (1, 20, None), (1, 30, 2), (1, 40, 2), (2, 5, 3), (2, 9, 1))
    )

    assert [tuple(row) for row in rises[["encounter", "grade"]].to_numpy()] == [
        (1, 1),
        (1, 2),
        (2, 3),
    ]


def test_a_rise_told_late_or_at_a_lower_grade_is_not_caught() -> None:
    rises = burden.grade_rises(grades((1, 0, 1), (1, 60, 2), (1, 120, 3)))
    events = burden.frame(
        [
            told("raised", 0, severity=1, priority="low"),
            told("worsened", 61, severity=2),
            told("worsened", 120, severity=2),
        ]
    )

    found = burden.timeliness(events, rises)
    assert (found.rises, found.caught) == (3, 1)
    assert burden.timeliness(events, rises, within_minutes=1).caught == 2


def test_the_lead_is_the_earliest_interruption_of_the_hours_before() -> None:
    rises = burden.grade_rises(grades((1, 200, 2)))
    events = burden.frame(
        [
            told("raised", 20, problem="fever", priority="low"),
            told("raised", 80, problem="hypoxia"),
            told("raised", 150, problem="news2"),
            told("raised", 10, encounter=2, problem="news2"),
        ]
    )

    found = burden.timeliness(events, rises)
    assert found.lead_minutes_median == 120
    assert found.led_share == 1
    assert burden.timeliness(events, rises, look_back_minutes=60).lead_minutes_median == 50


def test_two_policies_differ_by_what_interrupts_under_one_alone() -> None:
    one = burden.frame([told("raised", 0), told("worsened", 9)])
    other = burden.frame([told("raised", 0), told("raised", 5, problem="hypoxia")])

    assert burden.appearing(one, other)["at_us"].tolist() == [9 * MINUTE_US]
    assert burden.appearing(other, one)["problem"].tolist() == ["hypoxia"]


def test_an_interruption_that_was_not_shown_appears_under_no_policy() -> None:
    one = burden.frame([told("raised", 9), told("raised", 3, encounter=2), told("raised", 3)])

    found = burden.appearing(one, burden.frame([told("raised", 9, shown=False)]))

    assert list(found.columns) == ["encounter", "problem", "at_us", "kind", "priority"]
    assert found.index.tolist() == [0, 1, 2]
    assert list(zip(found["encounter"], found["at_us"], strict=True)) == [
        (1, 3 * MINUTE_US),
        (2, 3 * MINUTE_US),
        (1, 9 * MINUTE_US),
    ]


def test_the_same_interruption_of_another_urgency_is_the_same_one() -> None:
    mild = burden.frame([told("raised", 9), told("worsened", 9, severity=3)])
    urgent = burden.frame([told("raised", 9, priority="high")])

    assert burden.appearing(urgent, mild).empty
    assert burden.appearing(mild, urgent).empty
    alone = burden.appearing(mild, burden.frame([]))
    assert alone[["kind", "priority"]].to_numpy().tolist() == [["raised", "medium"]]


def test_every_figure_has_its_place_in_the_document() -> None:
    found = burden.burden(
        burden.frame([told("raised", 0), told("acknowledged", 5), told("repeated", 30)]),
        patient_days=0.5,
        followed=followed((1, 20)),
    )

    assert found.to_document() == {
        "patient_days": 0.5,
        "alerts": 1,
        "alerts_per_patient_day": 2.0,
        "interruptive": 1,
        "interruptive_per_patient_day": 2.0,
        "reminders": 1,
        "reminders_per_patient_day": 2.0,
        "ignored_repeats": 1,
        "acted_share": 1.0,
        "minutes_to_acknowledge_median": 5.0,
        "minutes_to_acknowledge_p90": 5.0,
    }
    rises = burden.grade_rises(grades((1, 0, 2)))
    timely = burden.timeliness(burden.frame([told("raised", 0)]), rises)
    assert timely.to_document() == {
        "rises": 1,
        "caught": 1,
        "lead_minutes_median": None,
        "led_share": 0.0,
    }


def test_waiting_counts_from_when_the_alert_last_looked_for_an_owner() -> None:
    events = burden.frame(
        [
            told("raised", 0),
            told("acknowledged", 10),
            told("acknowledged", 40),
            told("acknowledgement_ran_out", 100),
            told("acknowledged", 130),
            told("raised", 5, encounter=2),
            told("acknowledged", 25, encounter=2),
            told("raised", 8, thread=1),
            told("acknowledged", 48, thread=1),
            told("raised", 9, problem="fever"),
        ]
    )

    found = burden.burden(events, patient_days=1, followed=followed())

    # 10, 30, 20 and 40 min; who takes over what is taken did not let it wait.
    assert found.minutes_to_acknowledge_median == pytest.approx(25)
    assert found.minutes_to_acknowledge_p90 == pytest.approx(37)


def test_what_another_alert_covers_asks_nobody_and_is_not_waited_for() -> None:
    events = burden.frame(
        [
            # Covered from the beginning and taken with its cover, then noted once more.
            told("raised", 0, shown=False),
            told("acknowledged", 50, shown=False),
            told("uncovered", 60, shown=False),
            told("acknowledged", 90),
            # Covered while it waited, then uncovered before anybody took the cover.
            told("raised", 0, problem="news2"),
            told("inhibited", 2, problem="news2", shown=False),
            told("uncovered", 40, problem="news2"),
            told("acknowledged", 47, problem="news2"),
        ]
    )

    found = burden.burden(events, patient_days=1, followed=followed())

    assert found.minutes_to_acknowledge_median == found.minutes_to_acknowledge_p90 == 7


def test_each_interruption_asks_for_an_answer_of_its_own_patient_in_any_order() -> None:
    events = burden.frame(
        [
            told("raised", 100, encounter=2),
            told("raised", 0),
            told("worsened", 50),
        ]
    )

    found = burden.burden(
        events, patient_days=1, followed=followed((2, 130), (1, 30), (1, 200)), within_minutes=40
    )

    assert found.acted_share == pytest.approx(2 / 3)


def test_where_nothing_followed_nothing_was_acted_on() -> None:
    found = burden.burden(burden.frame([told("raised", 0)]), patient_days=1, followed=followed())

    assert found.acted_share == 0


def test_a_rise_is_told_by_the_grade_s_own_thread_and_led_by_no_alert_of_its_moment() -> None:
    rises = burden.grade_rises(grades((1, 10, 2), (2, 10, 2)))
    events = burden.frame(
        [
            told("raised", 10, problem="fever"),
            told("recurred", 10, encounter=2),
            told("raised", 9, encounter=2, severity=1),
        ]
    )

    found = burden.timeliness(events, rises)

    assert (found.rises, found.caught) == (2, 1)
    assert (found.lead_minutes_median, found.led_share) == (1, 0.5)
    assert burden.timeliness(events, rises, problem="fever").caught == 1
    assert burden.timeliness(events, rises, look_back_minutes=1).led_share == 0.5
    assert burden.timeliness(events, rises, look_back_minutes=0.5).led_share == 0


def test_the_rises_are_rows_of_the_grades_counted_anew() -> None:
    known = grades((1, 0, 1), (1, 10, 0), (1, 20, None), (1, 30, 2)).assign(note=None)

    rises = burden.grade_rises(known)

    assert rises.columns.tolist() == ["encounter", "at_us", "grade", "note"]
    assert rises.index.tolist() == [0, 1]
    assert rises["grade"].tolist() == [1, 2]
