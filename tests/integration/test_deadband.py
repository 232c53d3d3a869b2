"""A sign or a score that swings around a limit is one alert, told once (clinical reference 8.3)."""

import pytest

from db.engine import Store
from monitoring.clinical.alert_state import TransitionKind
from monitoring.services import alerts
from monitoring.services.change import Recorded
from tests.stories import NURSE, Bedside, bedside, clock

NEWS = {TransitionKind.RAISED, TransitionKind.WORSENED, TransitionKind.RECURRED}
# NEWS2 of 5, 4 and 3: respiratory rate 2, heart rate 2 or 1, SpO2 1 or 0.
FIVE, FOUR, THREE = (
    {"rr": 22, "hr": 112, "spo2": 95},
    {"rr": 22, "hr": 112},
    {"rr": 22, "hr": 95},
)


def news_of(problem: str, recorded: Recorded) -> list[str]:
    return [
        change.transition.kind.value
        for change in recorded.changes
        if change.problem == problem and change.transition.kind in NEWS
    ]


def taken(patient: Bedside, problem: str, at: str) -> str:
    thread = patient.thread(problem).public_id
    alerts.acknowledge(
        patient.store, thread_public_id=thread, note=None, actor=NURSE, now=clock(at)
    )
    return thread


def test_a_news2_that_swings_between_5_and_4_is_one_alert_until_it_is_3(store: Store) -> None:
    patient = bedside(store)
    assert news_of("news2", patient.well("08:00", **FOUR)) == []
    assert news_of("news2", patient.well("09:00", **FIVE)) == ["raised"]
    first = taken(patient, "news2", "09:05")
    for at, values in (("10:00", FOUR), ("11:00", FIVE), ("12:00", FOUR)):
        assert news_of("news2", patient.well(at, **values)) == []
    thread = patient.thread("news2")
    assert (thread.public_id, thread.owner) == (first, NURSE)
    assert thread.state["label"] == "NEWS2 4, not clearly below 5"

    patient.well("13:00", **THREE)
    assert "news2" not in patient.open_problems()
    assert news_of("news2", patient.well("14:00", **FOUR)) == []
    assert news_of("news2", patient.well("15:00", **FIVE)) == ["raised"]


@pytest.mark.parametrize(
    ("problem", "severe", "near", "clear"),
    [
        ("hypotension", {"sbp": 79}, {"sbp": 84}, {"sbp": 85}),
        ("hypoxia", {"spo2": 90}, {"spo2": 93}, {"spo2": 94}),
    ],
)
def test_a_sign_is_told_again_only_once_it_was_clearly_better(
    store: Store,
    problem: str,
    severe: dict[str, float],
    near: dict[str, float],
    clear: dict[str, float],
) -> None:
    patient = bedside(store)
    assert news_of(problem, patient.well("08:00", **severe)) == ["raised"]
    taken(patient, problem, "08:05")
    for at, values in (("09:00", near), ("10:00", severe)):
        assert news_of(problem, patient.well(at, **values)) == []
    patient.well("11:00", **clear)
    assert news_of(problem, patient.well("12:00", **severe)) in (["worsened"], ["raised"])


def test_a_news2_of_8_after_one_of_4_is_told_again(store: Store) -> None:
    patient = bedside(store)
    eight = {"rr": 25, "hr": 112, "spo2": 93, "sbp": 105}
    assert news_of("news2", patient.well("08:00", **eight)) == ["raised"]
    taken(patient, "news2", "08:05")
    assert news_of("news2", patient.well("09:00", **FOUR)) == []
    assert news_of("news2", patient.well("10:00", **eight)) == ["worsened"]


@pytest.mark.parametrize("beside", [{}, {"spo2": 86}, {"spo2": 93}])
def test_a_device_of_a_higher_class_is_told_whatever_spo2_is_not_clearly_out_of(
    store: Store, beside: dict[str, float]
) -> None:
    # Without a temperature no grade tells of it.
    patient = bedside(store)
    high = {"device": "high_flow_nasal_cannula", "flow_lpm": 40, **beside}
    low = {"device": "nasal_cannula", "flow_lpm": 3, **beside}
    assert news_of("hypoxia", patient.chart("08:00", **high)) == ["raised"]
    taken(patient, "hypoxia", "08:05")
    assert news_of("hypoxia", patient.chart("09:00", **low)) == []
    assert news_of("hypoxia", patient.chart("10:00", **high)) == ["worsened"]
