"""A physician's word on a grade, from the press to the alert, on a real store."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from db.engine import Store
from db.queries import audit, confirmations
from monitoring.clinical.confirmation import CRS
from monitoring.services import access, members
from monitoring.services.access import Member, Role
from monitoring.services.change import Recorded
from monitoring.services.confirm import confirm_grade
from monitoring.services.course import course
from monitoring.services.errors import RefusedError
from monitoring.services.sweep import sweep
from tests.stories import MIDNIGHT, PHYSICIAN, Bedside, bedside, clock

NURSE = "nurse.amara"


@pytest.fixture
def febrile(store: Store) -> Bedside:
    """A patient with fever and low pressure: CRS grade 2 is suggested."""
    patient = bedside(store)
    for name, role in ((PHYSICIAN, Role.PHYSICIAN), (NURSE, Role.NURSE)):
        person = Member(username=name, display_name=name, role=role)
        members.add_member(store, person, actor="admin", now=MIDNIGHT)
    patient.well("10:00", temp_c=38.6, sbp=84, dbp=50)
    return patient


def confirm(
    patient: Bedside, at: str, grade: int, *, reason: str | None = None, **changed: str
) -> Recorded:
    return confirm_grade(
        patient.store,
        encounter_id=patient.encounter_id,
        scale=changed.get("scale", CRS),
        grade=grade,
        reason=reason,
        submission=changed.get("submission", f"press at {at}"),
        actor=changed.get("actor", PHYSICIAN),
        now=clock(at),
    )


def test_a_confirmed_grade_stays_until_a_physician_says_less(febrile: Bedside) -> None:
    confirm(febrile, "10:05", 2)

    febrile.well("12:00", temp_c=38.2)
    after = febrile.latest()

    word = after.word_on(CRS)
    assert word is not None
    assert (after.crs.grade, word.shown, word.by) == (1, 2, PHYSICIAN)
    assert febrile.thread("crs_grade").state["severity"] == 2

    confirm(febrile, "12:10", 1)
    lowered = febrile.latest().word_on(CRS)
    assert lowered is not None
    assert lowered.shown == 1


def test_the_course_tells_the_word_from_when_it_was_given_beside_what_was_computed(
    febrile: Bedside,
) -> None:
    confirm(febrile, "10:05", 2)
    febrile.well("12:00", temp_c=38.2)

    def points(since: str) -> list[tuple[int | None, int | None]]:
        found = course(
            febrile.store,
            encounter_id=febrile.encounter_id,
            from_at=clock(since),
            to_at=clock("13:00"),
        )
        return [(one.grade, one.confirmed) for one in found.grades]

    assert points("09:00")[-3:] == [(2, None), (2, 2), (1, 2)]
    assert points("11:00") == [(2, 2), (1, 2)], "the word stood as the window began"


def test_what_was_computed_is_kept_beside_the_word_and_in_the_audit(febrile: Bedside) -> None:
    confirm(febrile, "10:05", 3, reason="norepinephrine was running in the theatre")

    with febrile.store.read() as session:
        (row,) = confirmations.current(session, febrile.encounter_id)
        entry = session.execute(text("SELECT actor, action, detail FROM audit_event")).all()[-1]
        assert audit.verify(session).ok
    assert (row.grade, row.computed_grade, row.computed_status) == (3, 2, "graded")
    assert row.valid_until - row.confirmed_at == timedelta(hours=24)
    assert (entry.action, entry.actor) == ("grade.confirm", PHYSICIAN)
    assert "norepinephrine was running" in str(entry.detail)


def test_a_higher_computed_grade_shows_at_once_and_is_alerted(febrile: Bedside) -> None:
    confirm(febrile, "10:05", 1, reason="the cuff was too small")
    rested = febrile.latest().word_on(CRS)
    assert rested is not None
    assert rested.shown == 1

    recorded = febrile.give("10:30", "vasopressor", "norepinephrine", running=True)

    rose = febrile.latest().word_on(CRS)
    assert rose is not None
    assert (rose.shown, rose.rose) == (3, True)
    assert any(change.problem == "crs_grade" for change in recorded.changes)


def test_a_word_below_the_computed_grade_runs_out_by_the_clock_alone(febrile: Bedside) -> None:
    confirm(febrile, "10:05", 1, reason="the cuff was too small")
    febrile.well("33:00", temp_c=38.6, sbp=84, dbp=50)

    sweep(febrile.store, encounter_id=febrile.encounter_id, pulses=(), now=clock("34:06"))

    word = febrile.latest().word_on(CRS)
    assert word is not None
    assert (word.expired, word.shown) == (True, 2)


def test_the_same_press_twice_is_one_word(febrile: Bedside) -> None:
    first = confirm(febrile, "10:05", 2, submission="one press")
    second = confirm(febrile, "10:06", 2, submission="one press")

    assert (first.stored, second.stored) == (True, False)


@pytest.mark.parametrize(
    ("grade", "changed", "says"),
    [
        (2, {"actor": NURSE}, "Only a physician"),
        (2, {"actor": "nobody.known"}, "Only a physician"),
        (1, {}, "Say why"),
        (5, {}, "Say why"),
        (6, {}, "0 to 5"),
        (2, {"scale": "news2"}, "CRS and the ICANS"),
    ],
)
def test_what_is_refused_changes_nothing(
    febrile: Bedside, grade: int, changed: dict[str, str], says: str
) -> None:
    with pytest.raises(RefusedError, match=says):
        confirm(febrile, "10:05", grade, **changed)

    assert febrile.latest().confirmed == ()


def test_death_is_only_ever_a_statement(febrile: Bedside) -> None:
    confirm(febrile, "10:05", 5, reason="died of refractory CRS at 10:02")

    evaluation = febrile.latest()
    word = evaluation.word_on(CRS)
    assert word is not None
    assert (evaluation.crs.grade, word.shown) == (2, 5)


def test_the_people_of_the_demo_can_confirm(store: Store) -> None:
    access.ensure_demo_members(store, actor="demo", now=MIDNIGHT)
    patient = bedside(store)
    patient.well("10:00", temp_c=38.6)

    assert confirm(patient, "10:05", 1, actor="demo.physician").stored
