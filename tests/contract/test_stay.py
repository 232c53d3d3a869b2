"""Beds, treatments, evaluations and alerts of one stay."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from db.engine import Store
from db.errors import AnonymousActorError, SupersededError
from db.queries import alerts, attributions, census, evaluations, therapies, treatments
from tests.contract.ward import NIGHT, Ward, a_thread, a_treatment, an_evaluation


def at(hours: float) -> datetime:
    return NIGHT + timedelta(hours=hours)


def lie_down(store: Store, ward: Ward, bed_id: int, encounter_id: int) -> None:
    store.write(
        lambda session: census.insert_stay(
            session,
            encounter_id=encounter_id,
            ward_id=ward.ward_id,
            bed_id=bed_id,
            from_at=at(1),
            recorded_at=at(1),
            recorded_by="clerk.brandt",
        )
    )


def second_encounter(store: Store, ward: Ward) -> int:
    return store.write(
        lambda session: census.insert_encounter(
            session,
            public_id="second",
            patient_id=ward.patient_id,
            ward_id=ward.ward_id,
            admitted_at=at(1),
            care_setting="icu",
            treatments_charted=False,
            time_shift_seconds=-3600,
        )
    )


def test_the_board_shows_every_bed_and_who_lies_in_it(store: Store, ward: Ward) -> None:
    with store.read() as session:
        first, second = census.bed_board(session, ward.ward_id)
        assert census.open_encounter_ids(session, ward.ward_id) == [ward.encounter_id]
    assert (first.label, first.encounter_id, first.given_name) == ("01", ward.encounter_id, "Inés")
    assert (second.label, second.encounter_id, second.family_name) == ("02", None, None)


def test_a_bed_holds_one_and_a_patient_lies_in_one(store: Store, ward: Ward) -> None:
    another = second_encounter(store, ward)
    with pytest.raises(IntegrityError):
        lie_down(store, ward, ward.bed_id, another)
    with store.read() as session:
        _, free = census.beds(session, ward.ward_id)
    with pytest.raises(IntegrityError):
        lie_down(store, ward, free.id, ward.encounter_id)

    store.write(
        lambda session: census.end_stay(session, encounter_id=ward.encounter_id, until_at=at(1))
    )
    lie_down(store, ward, free.id, ward.encounter_id)
    lie_down(store, ward, ward.bed_id, another)
    with store.read() as session:
        assert [
            (stay.bed_label, stay.until_at) for stay in census.stays(session, ward.encounter_id)
        ] == [("01", at(1)), ("02", None)]


def test_a_stay_ends_and_is_still_found(store: Store, ward: Ward) -> None:
    def leave(session) -> None:
        census.end_stay(session, encounter_id=ward.encounter_id, until_at=at(5))
        census.end_encounter(session, encounter_id=ward.encounter_id, discharged_at=at(5))

    store.write(leave)
    with store.read() as session:
        assert census.open_encounter(session, ward.patient_id) is None
        assert census.open_encounter_ids(session) == []
        found = census.encounter_by_public_id(session, "encounter-7B")
        assert found is not None
        assert found == census.encounter(session, ward.encounter_id)
        assert (found.discharged_at, found.age_years_stated) == (at(5), 61.0)
        assert census.patient(session, ward.patient_id).given_name == "Inés"
        assert census.encounter_by_public_id(session, "nobody") is None
        assert [one.code for one in census.wards(session)] == ["7B"]


def test_who_is_not_there_is_said_so(store: Store) -> None:
    with store.read() as session:
        with pytest.raises(LookupError, match="no encounter"):
            census.encounter(session, 4711)
        with pytest.raises(LookupError, match="no patient"):
            census.patient(session, 4711)
        with pytest.raises(LookupError, match="no such treatment"):
            treatments.by_id(session, 4711)
        assert census.patient_by_identifier(session, system="urn:test", identifier="x") is None
        assert census.ward_by_code(session, "x") is None


def test_a_running_treatment_is_ended_by_a_new_row(store: Store, ward: Ward) -> None:
    running_id = store.write(lambda session: treatments.insert(session, a_treatment(ward)))
    assert store.write(lambda session: treatments.insert(session, a_treatment(ward))) is None

    def end(session) -> int:
        return treatments.supersede(
            session,
            treatments.by_id(session, running_id),
            ended_at=at(3),
            status="completed",
            recorded_at=at(3),
            recorded_by="nurse.adeyemi",
            reason=None,
        )

    ended_id = store.write(end)
    with pytest.raises(SupersededError, match="Read it again"):
        store.write(end)
    with store.read() as session:
        (now,) = treatments.current(session, ward.encounter_id)
        (then,) = treatments.current(session, ward.encounter_id, as_known_at=at(2))
        assert len(treatments.all_versions(session, ward.encounter_id)) == 2
    assert (now.id, now.ended_at, now.dose_value) == (ended_id, at(3), 4.0)
    assert (then.id, then.ended_at) == (running_id, None)


def test_a_treatment_entered_in_error_is_gone(store: Store, ward: Ward) -> None:
    given = store.write(lambda session: treatments.insert(session, a_treatment(ward)))
    store.write(
        lambda session: treatments.supersede(
            session,
            treatments.by_id(session, given),
            ended_at=None,
            status="entered-in-error",
            recorded_at=at(1),
            recorded_by="nurse.adeyemi",
            reason="other patient",
        )
    )
    with store.read() as session:
        assert treatments.current(session, ward.encounter_id) == []
        assert len(treatments.current(session, ward.encounter_id, as_known_at=at(0.5))) == 1


def test_an_attribution_is_withdrawn_once(store: Store, ward: Ward) -> None:
    def say(until_at: datetime | None, supersedes_id: int | None, recorded_at: datetime) -> int:
        return store.write(
            lambda session: attributions.insert(
                session,
                attributions.NewAttribution(
                    encounter_id=ward.encounter_id,
                    element="fever",
                    other_cause="pneumonia",
                    note=None,
                    from_at=at(0),
                    until_at=until_at,
                    attributed_by="dr.okonkwo",
                    recorded_at=recorded_at,
                    supersedes_id=supersedes_id,
                ),
            )
        )

    first = say(None, None, at(0))
    say(at(2), first, at(2))
    with pytest.raises(SupersededError):
        say(at(3), first, at(3))
    with store.read() as session:
        assert [a.until_at for a in attributions.current(session, ward.encounter_id)] == [at(2)]
        assert [
            a.until_at for a in attributions.current(session, ward.encounter_id, as_known_at=at(1))
        ] == [None]


def test_doses_tell_their_product(store: Store, ward: Ward) -> None:
    def give(session) -> None:
        therapy_id = therapies.insert(
            session,
            encounter_id=ward.encounter_id,
            product="teclistamab",
            therapy_class="bispecific",
            recorded_at=at(0),
            recorded_by="dr.okonkwo",
        )
        for number, hours in enumerate((0, 48, 96)):
            therapies.insert_dose(
                session,
                therapy_id=therapy_id,
                encounter_id=ward.encounter_id,
                infused_at=at(hours),
                dose_text=f"step {number + 1}",
                recorded_at=at(hours),
                recorded_by="nurse.adeyemi",
            )

    store.write(give)
    with store.read() as session:
        assert [
            (dose.product, dose.dose_text)
            for dose in therapies.current(session, ward.encounter_id, as_known_at=at(50))
        ] == [("teclistamab", "step 1"), ("teclistamab", "step 2")]
        assert len(therapies.current(session, ward.encounter_id)) == 3
        assert len(therapies.therapies(session, ward.encounter_id)) == 1


def test_the_newest_word_on_a_moment_counts_and_the_older_stays(store: Store, ward: Ward) -> None:
    store.write(
        lambda session: evaluations.insert_many(
            session,
            [
                an_evaluation(ward, at=at(1), recorded_at=at(1), crs_grade=0),
                an_evaluation(ward, at=at(2), recorded_at=at(2), crs_grade=1),
                an_evaluation(ward, at=at(1), recorded_at=at(3), crs_grade=1),
                an_evaluation(ward, at=at(2), recorded_at=at(3), crs_grade=None),
            ],
        )
    )

    def grades(**known: datetime) -> list[int | None]:
        with store.read() as session:
            rows = evaluations.series(session, ward.encounter_id, at(0), at(5), **known)
        return [row.crs_grade for row in rows]

    assert grades() == [1, None]
    assert grades(as_known_at=at(2.5)) == [0, 1]
    assert grades(as_known_at=at(0)) == []
    with store.read() as session:
        (latest,) = evaluations.latest(session, [ward.encounter_id])
        (then,) = evaluations.latest(session, [ward.encounter_id], at=at(1.5), as_known_at=at(2))
        before = evaluations.before(session, ward.encounter_id, at(2))
        assert evaluations.before(session, ward.encounter_id, at(1)) is None
        assert evaluations.latest(session, []) == []
    assert (latest.at, latest.crs_grade) == (at(2), None)
    assert latest.document == {"crs": {"grade": None}, "share": 0.1, "rows": [1, 2]}
    assert (then.at, then.crs_grade) == (at(1), 0)
    assert before is not None
    assert (before.at, before.crs_grade) == (at(1), 1)


def test_a_problem_has_one_open_thread(store: Store, ward: Ward) -> None:
    first = store.write(lambda session: a_thread(session, ward))
    with pytest.raises(IntegrityError):
        store.write(lambda session: a_thread(session, ward, public_id="thread-2"))
    store.write(lambda session: a_thread(session, ward, public_id="t-3", problem="hypoxia"))
    store.write(lambda session: alerts.update_projection(session, thread_id=first, closed_at=at(1)))
    store.write(lambda session: a_thread(session, ward, public_id="thread-2"))
    with store.read() as session:
        still_open = alerts.open_threads(session, ward.encounter_id)
        assert [one.public_id for one in still_open] == ["t-3", "thread-2"]
        assert len(alerts.threads(session, ward.encounter_id)) == 3


def test_the_evidence_of_an_alert_is_frozen_when_it_is_raised(store: Store, ward: Ward) -> None:
    pending = store.write(lambda session: a_thread(session, ward, condition="pending"))

    def move(**projection) -> None:
        store.write(
            lambda session: alerts.update_projection(session, thread_id=pending, **projection)
        )

    move(condition="active", snapshot={"temperature": 38.9}, raised_at=at(1))
    with pytest.raises(IntegrityError):
        move(snapshot={"temperature": 37.0})
    move(condition="normal", owner="nurse.adeyemi")
    with store.read() as session:
        thread = alerts.thread_by_public_id(session, "thread-1")
    assert thread is not None
    assert thread.snapshot == {"temperature": 38.9}
    assert (thread.condition, thread.owner, thread.raised_at) == ("normal", "nurse.adeyemi", at(1))


def test_every_transition_has_an_author_and_a_place(store: Store, ward: Ward) -> None:
    thread_id = store.write(lambda session: a_thread(session, ward))

    def event(sequence: int, actor: str) -> alerts.NewAlertEvent:
        return alerts.NewAlertEvent(
            thread_id=thread_id,
            sequence=sequence,
            at=at(sequence),
            kind="raised",
            actor=actor,
            detail={"grade": 2},
        )

    store.write(
        lambda session: alerts.insert_events(session, [event(1, "stormwatch"), event(2, "nurse.a")])
    )
    with pytest.raises(IntegrityError):
        store.write(lambda session: alerts.insert_events(session, [event(2, "nurse.b")]))
    with pytest.raises(AnonymousActorError):
        store.write(lambda session: alerts.insert_events(session, [event(3, "")]))
    with store.read() as session:
        told = alerts.events(session, thread_id)
        (thread,) = alerts.open_threads(session, ward.encounter_id)
    assert [(one.sequence, one.actor, one.detail) for one in told] == [
        (1, "stormwatch", {"grade": 2}),
        (2, "nurse.a", {"grade": 2}),
    ]
    assert thread.event_count == 2
