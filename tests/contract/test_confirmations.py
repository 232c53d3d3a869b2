"""A clinician's word on a grade: appended, read in order, and known only from when it was said."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from db.engine import Store
from db.errors import AnonymousActorError
from db.queries import confirmations
from tests.contract.ward import NIGHT, Ward, a_confirmation


def test_words_on_a_grade_are_read_in_the_order_they_were_said(store: Store, ward: Ward) -> None:
    later = NIGHT + timedelta(hours=3)
    store.write(
        lambda s: confirmations.insert(s, a_confirmation(ward, at=later, submission="press 2"))
    )
    store.write(lambda s: confirmations.insert(s, a_confirmation(ward, computed_grade=None)))

    with store.read() as session:
        said = confirmations.current(session, ward.encounter_id)

    assert [(row.confirmed_at, row.computed_grade) for row in said] == [(NIGHT, None), (later, 1)]
    assert said[0].reason == "needed a bolus that nobody charted"


def test_what_was_said_later_was_not_known_before(store: Store, ward: Ward) -> None:
    later = NIGHT + timedelta(hours=3)
    store.write(lambda s: confirmations.insert(s, a_confirmation(ward, at=later)))

    with store.read() as session:
        before = confirmations.current(
            session, ward.encounter_id, as_known_at=later - timedelta(seconds=1)
        )
        then = confirmations.current(session, ward.encounter_id, as_known_at=later)

    assert (before, len(then)) == ([], 1)


def test_a_second_press_of_the_same_button_adds_nothing(store: Store, ward: Ward) -> None:
    first = store.write(lambda s: confirmations.insert(s, a_confirmation(ward)))
    second = store.write(lambda s: confirmations.insert(s, a_confirmation(ward, grade=3)))

    with store.read() as session:
        said = confirmations.current(session, ward.encounter_id)
    assert (first, second, [row.grade for row in said]) == (said[0].id, None, [2])


def test_a_grade_that_the_scale_does_not_have_is_refused(store: Store, ward: Ward) -> None:
    with pytest.raises(IntegrityError):
        store.write(lambda s: confirmations.insert(s, a_confirmation(ward, grade=6)))


def test_nobody_confirms_anonymously(store: Store, ward: Ward) -> None:
    nobody = a_confirmation(ward)
    object.__setattr__(nobody, "confirmed_by", " ")
    with pytest.raises(AnonymousActorError):
        store.write(lambda s: confirmations.insert(s, nobody))
