"""An alert changes hands on a real store: offered, taken, written down, never without an owner."""

import pytest

from db.engine import Store
from db.queries import alerts as alert_rows
from monitoring.services import alerts
from monitoring.services.errors import RefusedError
from monitoring.services.record import record_set
from tests.stories import NURSE, PHYSICIAN, Bedside, add_team, bedside, clock, values_of


@pytest.fixture
def bed(store: Store) -> Bedside:
    """A patient with CRS grade 1, the team of two, and the alert in the nurse's hands."""
    one = bedside(store)
    add_team(store)
    one.well("06:00", temp_c=38.4)
    alerts.acknowledge(
        store, thread_public_id=thread(one), note=None, actor=NURSE, now=clock("06:05")
    )
    return one


def thread(bed: Bedside) -> str:
    return bed.thread("crs_grade").public_id


def offer(bed: Bedside, at: str, to: str = PHYSICIAN, actor: str = NURSE) -> None:
    alerts.offer(
        bed.store,
        thread_public_id=thread(bed),
        to=to,
        note="going to theatre",
        actor=actor,
        now=clock(at),
    )


def test_the_owner_stays_until_the_other_takes_it(bed: Bedside) -> None:
    offer(bed, "06:10")
    assert bed.thread("crs_grade").owner == NURSE

    alerts.take_over(bed.store, thread_public_id=thread(bed), actor=PHYSICIAN, now=clock("06:20"))

    row = bed.thread("crs_grade")
    assert (row.owner, row.acknowledgement) == (PHYSICIAN, "acknowledged")
    with bed.store.read() as session:
        kinds = [(e.kind, e.actor) for e in alert_rows.events(session, row.id)]
        taken = alert_rows.acknowledgements(session, row.id)
    assert kinds[-2:] == [("hand_over_offered", NURSE), ("handed_over", PHYSICIAN)]
    assert [one.by for one in taken] == [NURSE, PHYSICIAN]


def test_a_declined_offer_leaves_it_with_its_owner(bed: Bedside) -> None:
    offer(bed, "06:10")
    alerts.decline(
        bed.store, thread_public_id=thread(bed), note="busy", actor=PHYSICIAN, now=clock("06:11")
    )

    assert bed.thread("crs_grade").owner == NURSE
    with pytest.raises(RefusedError, match="not offered to you"):
        alerts.take_over(
            bed.store, thread_public_id=thread(bed), actor=PHYSICIAN, now=clock("06:12")
        )


def test_a_worse_grade_ends_the_offer_and_asks_for_an_owner_anew(bed: Bedside) -> None:
    offer(bed, "06:10")
    bed.well("07:00", temp_c=38.6, sbp=84, dbp=50)

    row = bed.thread("crs_grade")
    assert (row.owner, row.state["offered_to"]) == (None, None)
    with pytest.raises(RefusedError, match="not offered to you"):
        alerts.take_over(
            bed.store, thread_public_id=thread(bed), actor=PHYSICIAN, now=clock("07:01")
        )


@pytest.mark.parametrize(
    ("to", "actor", "message"),
    [
        ("nobody", NURSE, "Choose a member of the team"),
        (NURSE, NURSE, "Choose another person"),
        (NURSE, PHYSICIAN, "Only its owner"),
    ],
)
def test_an_offer_that_makes_no_sense_is_refused(
    bed: Bedside, to: str, actor: str, message: str
) -> None:
    with pytest.raises(RefusedError, match=message):
        offer(bed, "06:10", to=to, actor=actor)


def test_a_monitors_single_low_value_waits_and_a_charted_one_does_not(bed: Bedside) -> None:
    def send(at: str, spo2: float) -> None:
        record_set(
            bed.store,
            encounter_id=bed.encounter_id,
            values=values_of(spo2=spo2),
            taken_at=clock(at),
            source="monitor:bed-1",
            source_id=at,
            actor="monitor:bed-1",
            now=clock(at),
        )

    send("06:30", 90)
    assert "hypoxia" not in bed.open_problems()
    send("06:31", 90)
    assert "hypoxia" in bed.open_problems()
