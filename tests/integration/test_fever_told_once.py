"""A fever that swings around its higher limit calls once, and to get better says nothing."""

from db.engine import Store
from monitoring.clinical.alert_state import TransitionKind
from monitoring.services import alerts
from monitoring.services.change import Recorded
from tests.stories import NURSE, Bedside, bedside, clock

NEWS = {TransitionKind.RAISED, TransitionKind.WORSENED, TransitionKind.RECURRED}


def news_of_fever(recorded: Recorded) -> list[str]:
    """What a set says of a fever that nobody had been told of yet."""
    return [
        change.transition.kind.value
        for change in recorded.changes
        if change.problem == "fever" and change.transition.kind in NEWS
    ]


def taken(patient: Bedside, at: str) -> None:
    alerts.acknowledge(
        patient.store,
        thread_public_id=patient.thread("fever").public_id,
        note=None,
        actor=NURSE,
        now=clock(at),
    )


def test_a_fever_around_its_higher_limit_is_told_once(store: Store) -> None:
    patient = bedside(store)
    patient.well("08:00")
    patient.well("09:00", temp_c=38.4)
    assert news_of_fever(patient.well("10:00", temp_c=39.6)) == ["worsened"]
    taken(patient, "10:05")
    for at, temp_c in (("10:30", 39.2), ("11:00", 39.7), ("11:30", 38.9), ("12:00", 39.9)):
        assert news_of_fever(patient.well(at, temp_c=temp_c)) == []


def test_a_high_fever_that_falls_to_an_ordinary_one_brings_nothing_new(store: Store) -> None:
    patient = bedside(store)
    patient.well("08:00")
    assert news_of_fever(patient.well("09:00", temp_c=39.8)) == ["raised"]
    taken(patient, "09:05")
    assert news_of_fever(patient.well("10:00", temp_c=38.6)) == []


def test_the_next_fever_is_told_again(store: Store) -> None:
    patient = bedside(store)
    patient.well("09:00", temp_c=39.8)
    taken(patient, "09:05")
    patient.well("12:00", temp_c=36.9)
    assert news_of_fever(patient.well("18:00", temp_c=39.8)) == ["raised"]
