"""Who takes an alert takes what it says for others, on a real store and in a past played again."""

import pytest
from sqlalchemy import select

from db.engine import Store
from db.models import AuditEvent
from db.queries import alerts as alert_rows
from monitoring.services import alerts, replay
from monitoring.services.change import Recorded
from monitoring.services.instants import from_us
from monitoring.services.patient import open_page
from monitoring.services.sweep import sweep
from monitoring.services.threads import told
from tests.stories import NURSE, PHYSICIAN, Bedside, add_team, bedside, clock

# NEWS2 of 8 beside a grade 2, and what makes it grade 3.
ILL = {"temp_c": 38.9, "sbp": 84, "dbp": 50, "hr": 125, "rr": 22}


@pytest.fixture
def bed(store: Store) -> Bedside:
    """Grade 3 on a vasopressor over a NEWS2 of 8 that somebody was called for, not yet taken."""
    one = bedside(store)
    add_team(store)
    one.well("06:00", **ILL)
    one.give("06:30", "vasopressor", "norepinephrine")
    one.well("06:40", **ILL)
    assert one.latest().crs.grade == 3
    assert (one.thread("news2").visibility, one.thread("news2").owner) == ("inhibited", None)
    return one


def take(
    bed: Bedside,
    at: str,
    problem: str = "crs_grade",
    *,
    by: str = NURSE,
    note: str | None = None,
) -> None:
    alerts.acknowledge(
        bed.store,
        thread_public_id=bed.thread(problem).public_id,
        note=note,
        actor=by,
        now=clock(at),
    )


def ease(bed: Bedside) -> Recorded:
    """Back to grade 2, which is less urgent than a NEWS2 of 8."""
    recorded = bed.well("09:00", **ILL)
    assert bed.latest().crs.grade == 2
    assert bed.thread("news2").visibility == "shown"
    return recorded


def spoken(recorded: Recorded) -> list[str]:
    return [change.problem for change in told(recorded.changes)]


def test_what_a_taken_grade_covered_comes_back_with_its_owner_and_calls_nobody(
    bed: Bedside,
) -> None:
    take(bed, "06:42")
    assert bed.thread("news2").owner == NURSE
    with bed.store.read() as session:
        news2, grade = bed.thread("news2"), bed.thread("crs_grade")
        (row,) = alert_rows.acknowledgements(session, news2.id)
        events = alert_rows.events(session, news2.id)
        of_grade = alert_rows.events(session, grade.id)
    assert row.by == NURSE
    assert events[-1].detail["through"] == "crs_grade"
    assert "through" not in of_grade[-1].detail

    assert "news2" not in spoken(ease(bed))
    assert bed.thread("news2").owner == NURSE


def test_what_a_grade_that_nobody_took_covered_calls_when_the_grade_eases(bed: Bedside) -> None:
    assert "news2" in spoken(ease(bed))
    assert bed.thread("news2").owner is None


def test_what_is_new_since_the_grade_was_taken_calls_when_it_eases(store: Store) -> None:
    bed = bedside(store)
    bed.well("06:00", temp_c=38.9, sbp=84, dbp=50)
    bed.give("06:30", "vasopressor", "norepinephrine")
    bed.well("06:40", temp_c=38.9, sbp=84, dbp=50)
    take(bed, "06:42")
    bed.well("06:50", **ILL)
    assert (bed.thread("news2").visibility, bed.thread("news2").owner) == ("inhibited", None)

    assert "news2" in spoken(ease(bed))


def test_who_takes_a_grade_over_takes_what_it_covers(bed: Bedside) -> None:
    take(bed, "06:42")
    thread = bed.thread("crs_grade").public_id
    alerts.offer(
        bed.store,
        thread_public_id=thread,
        to=PHYSICIAN,
        note=None,
        actor=NURSE,
        now=clock("06:50"),
    )
    assert bed.thread("news2").owner == NURSE

    alerts.take_over(bed.store, thread_public_id=thread, actor=PHYSICIAN, now=clock("06:55"))

    assert bed.thread("news2").owner == PHYSICIAN


def test_what_came_after_the_page_was_drawn_is_not_taken_with_it(bed: Bedside) -> None:
    """The page of 06:30 says nothing of the NEWS2 that the grade covers since 06:40."""
    page_us = bed.thread("news2").state["spoken_us"] - 1
    alerts.acknowledge(
        bed.store,
        thread_public_id=bed.thread("crs_grade").public_id,
        note=None,
        actor=NURSE,
        now=clock("06:42"),
        seen_at=from_us(page_us),
    )
    assert bed.thread("crs_grade").owner == NURSE
    assert bed.thread("news2").owner is None

    # The next page says that it is not taken yet; a second press takes it.
    take(bed, "06:45")
    assert bed.thread("news2").owner == NURSE


def test_what_another_person_owns_stays_as_it_is_while_it_counts(bed: Bedside) -> None:
    take(bed, "06:41", "news2", by=PHYSICIAN)
    take(bed, "06:42")
    assert bed.thread("news2").owner == PHYSICIAN

    # Four hours later it is over, and under a cover nobody is asked again.
    take(bed, "10:40", note="seen")
    assert bed.thread("news2").owner == PHYSICIAN
    take(bed, "10:41", note="seen again")
    assert bed.thread("news2").owner == NURSE


def test_what_somebody_was_asked_to_take_over_stays_as_it_is(bed: Bedside) -> None:
    take(bed, "06:42", "news2")
    alerts.offer(
        bed.store,
        thread_public_id=bed.thread("news2").public_id,
        to=PHYSICIAN,
        note=None,
        actor=NURSE,
        now=clock("06:43"),
    )
    take(bed, "06:44")
    assert bed.thread("news2").state["offered_to"] == PHYSICIAN


def test_the_audit_names_what_was_taken_with_an_alert(bed: Bedside) -> None:
    take(bed, "06:42")
    with bed.store.read() as session:
        asked = select(AuditEvent.detail).where(AuditEvent.action == "alert.acknowledge")
        (detail,) = session.scalars(asked)
    assert detail["problem"] == "crs_grade"
    assert set(detail["taken_with_it"]) == {"fever", "hypotension", "news2"}


def test_a_chain_of_covers_is_taken_whole(store: Store) -> None:
    """ICANS covers the new confusion, and that the ICE that it asks for and nobody charted."""
    bed = bedside(store)
    bed.score("06:00", "ice_total", 10)
    bed.well("14:00", acvpu="V")
    for at in ("14:16", "14:22"):
        sweep(store, encounter_id=bed.encounter_id, pulses=(), now=clock(at))
    assert bed.thread("new_confusion").state["inhibited_by"] == "icans_grade"
    assert bed.thread("ice_overdue").state["inhibited_by"] == "new_confusion"
    page = open_page(store, public_id=bed.public_id, now=clock("14:23"))
    said = [one.problem for one in page.covered["icans_grade"]]
    assert set(said) == {"new_confusion", "ice_overdue"}

    take(bed, "14:25", "icans_grade")

    assert [bed.thread(problem).owner for problem in said] == [NURSE, NURSE]


def test_a_past_played_again_takes_what_is_covered_with_its_cover(store: Store) -> None:
    bed = bedside(store)
    bed.give("05:30", "vasopressor", "norepinephrine")
    bed.well("06:00", **ILL)
    assert bed.thread("news2").visibility == "inhibited"
    take(bed, "06:02")
    assert "news2" not in spoken(ease(bed))

    played = replay.play(
        bed.store,
        ward_id=bed.ward_id,
        from_at=clock("00:00"),
        to_at=clock("10:00"),
        now=clock("10:00"),
    )

    def at(problem: str, kind: str) -> list[tuple[int, bool]]:
        events = played.events[
            (played.events["problem"] == problem) & (played.events["kind"] == kind)
        ]
        return list(zip(events["at_us"].tolist(), events["shown"].tolist(), strict=True))

    ((taken_us, _),) = at("crs_grade", "acknowledged")
    assert at("news2", "acknowledged") == [(taken_us, False)]
    ((_, is_told),) = at("news2", "uncovered")
    assert not is_told
