"""What was known stays: the store itself refuses to rewrite it, and a forged row shows."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db.doctor import examine
from db.engine import Store
from db.integrity import CHECKED_COLUMNS
from db.models import Base
from db.models.append_only import APPEND_ONLY, FROZEN_COLUMNS
from db.queries import (
    alerts,
    attributions,
    audit,
    baselines,
    confirmations,
    evaluations,
    observations,
    policies,
    quarantine,
    therapies,
    treatments,
)
from tests.contract.ward import (
    NIGHT,
    Ward,
    a_confirmation,
    a_set,
    a_thread,
    a_treatment,
    a_value,
    an_evaluation,
    behind_the_back,
    open_threads,
)


@pytest.fixture
def full(store: Store, ward: Ward) -> Store:
    """A store with a row in every table that keeps what was written."""

    def fill(session: Session) -> None:
        observations.insert_set(session, a_set(ward, "1"), [a_value(ward, "spo2", 93)])
        treatments.insert(session, a_treatment(ward))
        attributions.insert(
            session,
            attributions.NewAttribution(
                encounter_id=ward.encounter_id,
                element="fever",
                other_cause="pneumonia",
                note=None,
                from_at=NIGHT,
                until_at=None,
                attributed_by="dr.okonkwo",
                recorded_at=NIGHT,
                supersedes_id=None,
            ),
        )
        therapy_id = therapies.insert(
            session,
            encounter_id=ward.encounter_id,
            product="axi-cel",
            therapy_class="car_t",
            recorded_at=NIGHT,
            recorded_by="dr.okonkwo",
        )
        therapies.insert_dose(
            session,
            therapy_id=therapy_id,
            encounter_id=ward.encounter_id,
            infused_at=NIGHT,
            dose_text=None,
            recorded_at=NIGHT,
            recorded_by="dr.okonkwo",
        )
        baselines.insert(
            session,
            baselines.NewBaseline(
                encounter_id=ward.encounter_id,
                effective_from=NIGHT,
                systolic_mmhg=118.0,
                diastolic_mmhg=None,
                mean_mmhg=None,
                home_oxygen_device=None,
                home_oxygen_lpm=None,
                spo2_scale=1,
                set_by="dr.okonkwo",
                recorded_at=NIGHT,
            ),
        )
        evaluations.insert_many(session, [an_evaluation(ward)])
        confirmations.insert(session, a_confirmation(ward))
        thread_id = a_thread(session, ward)
        alerts.insert_events(
            session,
            [
                alerts.NewAlertEvent(
                    thread_id=thread_id,
                    sequence=1,
                    at=NIGHT,
                    kind="raised",
                    actor="stormwatch",
                    detail={},
                )
            ],
        )
        alerts.insert_acknowledgement(
            session, thread_id=thread_id, by="nurse.a", at=NIGHT, note=None, valid_until=None
        )
        alerts.insert_snooze(
            session, thread_id=thread_id, by="nurse.a", at=NIGHT, reason="x", until_at=NIGHT
        )
        policies.insert(
            session,
            policies.NewPolicy(
                kind="limits",
                version="1",
                ward_id=None,
                encounter_id=None,
                content={},
                author="dr.okonkwo",
                reason="first",
                effective_from=NIGHT,
                recorded_at=NIGHT,
            ),
        )
        quarantine.insert(
            session,
            quarantine.NewQuarantine(
                source="csv",
                source_id="1",
                received_at=NIGHT,
                reason_code="unit",
                reason="the unit is not known",
                raw="HR;80;parsec",
                value_id="what it was to be",
                place="file.csv, line 1 (value)",
            ),
        )
        audit.append(
            session,
            at=NIGHT,
            actor="nurse.a",
            action="observation.record",
            entity="observation_set",
            entity_id="1",
            detail={},
        )

    store.write(fill)
    return store


def refusal(store: Store, statement: str) -> str:
    with pytest.raises(IntegrityError) as refused:
        store.write(lambda session: session.execute(text(statement)))
    return str(refused.value.orig)


def test_a_fact_is_neither_changed_nor_deleted(full: Store) -> None:
    for table in sorted(APPEND_ONLY):
        stays = f"{table} keeps what was written"
        assert stays in refusal(full, f"UPDATE {table} SET id = id")
        assert stays in refusal(full, f"DELETE FROM {table}")


def test_what_moves_keeps_what_was_first_written(full: Store) -> None:
    for table, columns in FROZEN_COLUMNS.items():
        stays = f"{table} keeps what was written"
        assert stays in refusal(full, f"DELETE FROM {table}")
        for column in columns:
            assert stays in refusal(full, f'UPDATE {table} SET "{column}" = NULL')


@pytest.mark.postgres
def test_no_table_is_emptied_at_once(postgres_store: Store) -> None:
    for table in sorted({*APPEND_ONLY, *FROZEN_COLUMNS}):
        assert "keeps what was written" in refusal(postgres_store, f"TRUNCATE {table} CASCADE")


def test_no_table_is_forgotten() -> None:
    """Every table is either guarded here or one of those whose rows may change or go."""
    may_change = {
        *("ward", "bed", "patient", "app_user"),
        *("data_version", "heartbeat", "watcher_lease"),
        # A projection: nothing is known only there.
        "patient_summary",
    }
    assert set(Base.metadata.tables) == APPEND_ONLY | set(FROZEN_COLUMNS) | may_change


def test_the_end_of_a_snooze_can_be_moved(full: Store, ward: Ward) -> None:
    with full.read() as session:
        (thread,) = open_threads(session, ward.encounter_id)
        (snooze,) = alerts.snoozes(session, thread.id)
    later = NIGHT.replace(hour=3)
    full.write(lambda session: alerts.move_snooze_end(session, snooze.id, until_at=later))
    with full.read() as session:
        assert alerts.snoozes(session, thread.id) == [snooze._replace(until_at=later)]


def test_whole_rows_prove_themselves(full: Store) -> None:
    with full.read() as session:
        assert list(observations.verify_checksums(session)) == []


FORGERIES = {
    "value_num": "39.9",
    "value_code": "'room_air'",
    "value_sent": "'39.9'",
    "unit_sent": "'%'",
    "concept": "'heart_rate'",
    "category": "'laboratory'",
    "recorded_by": "'somebody.else'",
    "source": "'monitor'",
    "source_id": "'other'",
    "status": "'preliminary'",
    "method": "'ear'",
    "reason": "'none'",
    "taken_at_sent": "'02:00'",
    "queried": "NOT queried",
    "supersedes_id": "id",
}


def test_whatever_is_altered_in_a_value_shows(full: Store) -> None:
    moment = "1" if full.is_sqlite else "interval '1 microsecond'"
    times = {column: f"{column} + {moment}" for column in ("taken_at", "recorded_at")}
    for column, forged in (FORGERIES | times).items():
        with behind_the_back(full) as intruder:
            (before,) = intruder.execute(f"SELECT {column} FROM observation").fetchone()
            intruder.execute(f"UPDATE observation SET {column} = {forged}")
        with full.read() as session:
            assert list(observations.verify_checksums(session)) == [1], column
        with behind_the_back(full) as intruder:
            place = "?" if full.is_sqlite else "%s"
            intruder.execute(f"UPDATE observation SET {column} = {place}", (before,))
        with full.read() as session:
            assert list(observations.verify_checksums(session)) == [], column


def test_every_column_but_its_number_is_part_of_the_proof() -> None:
    tried = {*FORGERIES, "taken_at", "recorded_at"}
    # These cannot be forged without another row to point at; the encoding covers them alike.
    references = {"encounter_id", "ward_id", "set_id"}
    columns = set(Base.metadata.tables["observation"].columns.keys())
    assert columns - {"id", "checksum"} == tried | references == set(CHECKED_COLUMNS)


def test_the_doctor_names_the_altered_row_and_not_its_value(full: Store) -> None:
    with behind_the_back(full) as intruder:
        intruder.execute("UPDATE observation SET value_num = 66.6")
    (finding,) = [one for one in examine(full) if one.name == "observation checksums"]
    assert not finding.ok
    assert finding.detail == "rows 1 do not say what was recorded"
    assert "66.6" not in str(finding)
    assert "backup" in (finding.advice or "")
