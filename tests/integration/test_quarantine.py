"""What an import had to refuse is put right when the same source sends the value again."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from db.engine import Store
from db.models import Quarantine
from db.queries import audit, exchange
from monitoring.services import quarantined
from monitoring.services.errors import RefusedError
from tests.contract.ward import behind_the_back
from tests.integration.importing import ACTOR, MIMIC, NOON, Desk


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    """A desk at a fresh store, once on each engine."""
    return Desk(store=store, folder=tmp_path)


def resolutions(desk: Desk) -> list[tuple[str, str | None, float | None]]:
    """Of each row in quarantine: why, by whom it was resolved, by which value."""
    with desk.store.read() as session:
        values = {
            row.id: row.value_num for row in exchange.observations_of(session, desk.stay("7").id)
        }
        return [
            (row.reason_code, row.resolved_by, values.get(row.resolved_observation_id))
            for row in session.execute(select(Quarantine.__table__).order_by("id"))
        ]


def test_what_was_refused_is_resolved_by_the_same_value_when_it_comes_usable(desk):
    bad = MIMIC + "7,2150-01-01 10:00:00,HR,800\n7,2150-01-01 10:00:00,RR,160\n"
    desk.take_text(bad)
    summary = desk.take_text(MIMIC + "7,2150-01-01 10:00:00,HR,80\n")

    assert (summary.accepted, summary.resolved) == (1, 1)
    (heart, breath) = resolutions(desk)
    assert heart == ("not_possible", ACTOR, 80.0)
    assert breath[1:] == (None, None)
    assert [(row.raw, row.place) for row in desk.quarantined()] == [
        ("7,2150-01-01 10:00:00,RR,160", "file.csv, line 3 (RR)")
    ]
    with desk.store.read() as session:
        assert audit.verify(session).ok

    again = desk.take_text(bad)
    assert (again.values_quarantined, again.resolved) == (2, 0), "the value stands; nothing new"
    assert len(desk.quarantined()) == 1


def test_a_conflict_waits_until_the_source_gives_the_stored_value_again(desk):
    desk.take_text(MIMIC + "7,2150-01-01 10:00:00,HR,80\n")
    desk.take_text(MIMIC + "7,2150-01-01 10:00:00,HR,120\n")
    both = desk.take_text(MIMIC + "7,2150-01-01 10:00:00,HR,80\n7,2150-01-01 10:00:00,HR,120\n")
    assert (both.resolved, len(desk.quarantined())) == (0, 1)

    right = desk.take_text(MIMIC + "7,2150-01-01 10:00:00,HR,80\n")
    assert (right.known, right.resolved, len(desk.quarantined())) == (1, 1, 0)


def test_of_one_file_the_last_word_counts(desk):
    wrong, right = "7,2150-01-01 10:00:00,HR,800\n", "7,2150-01-01 10:00:00,HR,80\n"
    summary = desk.take_text(MIMIC + wrong + right)
    assert (summary.accepted, summary.values_quarantined, summary.resolved) == (1, 1, 1)
    assert desk.quarantined() == []


def test_another_patient_s_value_resolves_nothing(desk):
    desk.take_text(MIMIC + "7,2150-01-01 10:00:00,HR,800\n")
    summary = desk.take_text(MIMIC + "8,2150-01-01 10:00:00,HR,80\n")
    assert (summary.resolved, len(desk.quarantined())) == (0, 1)


def test_what_cannot_be_put_right_is_closed_by_a_named_person_for_a_reason(desk):
    desk.take_text(MIMIC + "7,2150-01-01 10:00:00,HR,800\n7,2150-01-01 10:00:00,RR,160\n")
    first, second = desk.quarantined()

    def close(number: int, reason: str) -> None:
        quarantined.resolve(desk.store, number, reason=reason, actor="admin.a", now=NOON)

    for number, reason, told in (
        (first.id, " ", "Say why"),
        (first.id + 99, "gone", "Nothing in quarantine has number"),
    ):
        with pytest.raises(RefusedError, match=told):
            close(number, reason)
    close(first.id, "the monitor was on nobody")
    with pytest.raises(RefusedError, match="resolved already"):
        close(first.id, "again")

    assert quarantined.waiting(desk.store, at_most=5).shown == [second]
    kept = quarantined.one(desk.store, first.id)
    assert (kept.raw, kept.resolved_by, kept.resolved_observation_id) == (
        first.raw, "admin.a", None,
    )  # fmt: skip
    assert [row.id for row in quarantined.listed(desk.store, with_resolved=True)] == [
        first.id, second.id,
    ]  # fmt: skip
    with desk.store.read() as session:
        assert audit.verify(session).ok


def test_much_that_waits_comes_in_pages_and_by_reason_and_all_is_counted(desk):
    rows = "".join(f"7,2150-01-01 {hour:02}:00:00,HR,800\n" for hour in range(12))
    desk.take_text(MIMIC + rows)
    desk.take_text(MIMIC + "7,2150-01-01 10:00:00,XYZ,16\n")
    everything = quarantined.listed(desk.store, with_resolved=False)
    by_reason = {"not_possible": 12, "unknown_name": 1}

    def page(number: int, reason_code: str | None = None) -> quarantined.Waiting:
        found = quarantined.waiting(desk.store, at_most=5, page=number, reason_code=reason_code)
        assert found.by_reason == by_reason
        return found

    pages = [page(0), page(1), page(2)]
    assert [row for one in pages for row in one.shown] == everything, "each once, the oldest first"
    assert {one.count for one in pages} == {13}
    assert page(7) == page(2), "beyond the last page is the last"

    of_one = page(0, "unknown_name")
    assert (of_one.count, [row.reason_code for row in of_one.shown]) == (1, ["unknown_name"])
    assert (page(0, "empty").count, page(3, "empty").shown) == (0, [])
    assert quarantined.waiting_count(desk.store) == 13


def test_one_patient_who_cannot_be_judged_keeps_no_other_s_values_out(desk):
    first = "7,2150-01-01 10:00:00,HR,80\n8,2150-01-01 10:00:00,HR,90\n"
    later = (
        "7,2150-01-01 11:00:00,HR,81\n7,2150-01-01 11:00:00,RR,16\n8,2150-01-01 11:00:00,HR,91\n"
    )
    desk.take_text(MIMIC + first)
    broken = desk.stay("7").id
    with behind_the_back(desk.store) as intruder:
        cursor = intruder.cursor()
        cursor.execute(
            f"SELECT id, CAST(document AS TEXT) FROM evaluation WHERE encounter_id = {broken}"
        )
        said = cursor.fetchall()
        cursor.execute(f"UPDATE evaluation SET document = '{{}}' WHERE encounter_id = {broken}")

    summary = desk.take_text(MIMIC + later, now=NOON + timedelta(hours=2))
    assert (summary.accepted, summary.quarantined["not_judged"].values) == (1, 2)
    assert summary.values == 3, "every value is counted"
    assert len(desk.rows("8")) == 2
    assert len(desk.rows("7")) == 1, "nothing is stored without its grade"
    assert [(row.reason_code, row.raw) for row in desk.quarantined()] == [
        ("not_judged", "7,2150-01-01 11:00:00,HR,81"),
        ("not_judged", "7,2150-01-01 11:00:00,RR,16"),
    ]

    with behind_the_back(desk.store) as mender:
        for row_id, text in said:
            quoted = text.replace("'", "''")
            mender.execute(f"UPDATE evaluation SET document = '{quoted}' WHERE id = {row_id}")
    again = desk.take_text(MIMIC + later, now=NOON + timedelta(hours=2))
    assert (again.accepted, again.known, again.resolved) == (2, 1, 2)
    assert desk.quarantined() == []
    assert len(desk.rows("7")) == 3
