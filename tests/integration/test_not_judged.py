"""One patient cannot be judged: everybody hears of it, and the others go on being watched."""

import logging
from datetime import timedelta

import pytest
from starlette.requests import Request

from dashboard.health import health_routes, readiness
from db.engine import Store
from monitoring.clinical.not_judged import NOT_JUDGED
from monitoring.services import liveness
from monitoring.services.alerts import acknowledge
from monitoring.services.board import Boards
from monitoring.services.census import discharge
from monitoring.services.not_judged import not_judged_now
from monitoring.services.patient import open_page
from monitoring.watch import Watcher
from tests.contract.ward import behind_the_back
from tests.own_loop import awaited
from tests.stories import NURSE, bedside, clock


class Ward:
    """Two patients with fever, and a watcher whose clock the test moves."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.broken = bedside(store, bed="1", identifier="A")
        self.well = bedside(store, bed="2", identifier="B")
        self.broken.well("06:00", temp_c=38.6, device="nasal_cannula", flow_lpm=2, spo2=94)
        self.well.well("06:00", key="of the other patient")
        self._at = clock("06:00")
        self._watcher = Watcher(store, now=lambda: self._at)

    def watch(self, at: str) -> None:
        """One turn of the watcher."""
        self._at = clock(at)
        self._watcher.turn()

    def has_pulse(self, at: str) -> bool:
        """Whether the boards hear that somebody watches."""
        pulses = liveness.pulses(self.store, now=clock(at))
        return any(one.kind == liveness.WATCHER and not one.is_silent for one in pulses)

    def damage(self, table: str, column: str) -> list[tuple[int, str]]:
        """Make what is stored of one patient unreadable; what it said before, by row."""
        with behind_the_back(self.store) as intruder:
            cursor = intruder.cursor()
            cursor.execute(
                f"SELECT id, CAST({column} AS TEXT) FROM {table} "
                f"WHERE encounter_id = {self.broken.encounter_id}"
            )
            rows = cursor.fetchall()
            cursor.execute(
                f"UPDATE {table} SET {column} = '{{}}' "
                f"WHERE encounter_id = {self.broken.encounter_id}"
            )
        return [(row[0], row[1]) for row in rows]

    def repair(self, table: str, column: str, rows: list[tuple[int, str]]) -> None:
        """Put back what it said."""
        with behind_the_back(self.store) as intruder:
            cursor = intruder.cursor()
            for row_id, text in rows:
                quoted = text.replace("'", "''")
                cursor.execute(f"UPDATE {table} SET {column} = '{quoted}' WHERE id = {row_id}")


@pytest.fixture
def ward(store: Store) -> Ward:
    return Ward(store)


def test_who_cannot_be_judged_is_told_and_everybody_else_is_watched(ward: Ward) -> None:
    ward.damage("evaluation", "document")
    ward.watch("11:01")

    thread = ward.broken.thread(NOT_JUDGED)
    assert (thread.priority, thread.condition, thread.owner) == ("technical", "active", None)
    assert thread.state["label"].startswith("Not judged: the grade here may be old.")
    assert NOT_JUDGED not in ward.well.open_problems()
    assert "overdue" in ward.well.open_problems(), "the others are watched"
    assert ward.has_pulse("11:01"), "and the ward is told that somebody watches"


def test_it_ends_by_itself_and_stays_listed_until_somebody_takes_it(ward: Ward) -> None:
    said = ward.damage("evaluation", "document")
    ward.watch("06:01")
    ward.watch("06:02")
    ward.repair("evaluation", "document", said)
    ward.watch("06:03")

    thread = ward.broken.thread(NOT_JUDGED)
    assert (thread.condition, thread.acknowledgement) == ("normal", "unacknowledged")
    assert not_judged_now(ward.store) == []
    acknowledge(
        ward.store, thread_public_id=thread.public_id, note=None, actor=NURSE, now=clock("06:04")
    )
    assert NOT_JUDGED not in ward.broken.open_problems()


def test_what_waits_for_an_owner_is_escalated_all_the_same(ward: Ward) -> None:
    assert ward.broken.thread("crs_grade").owner is None
    ward.damage("evaluation", "document")
    ward.watch("06:04")
    assert ward.broken.thread("crs_grade").state["escalated_to"] is None
    ward.watch("06:06")
    assert ward.broken.thread("crs_grade").state["escalated_to"] == "charge_nurse"
    ward.watch("06:20")
    assert ward.broken.thread(NOT_JUDGED).state["escalated_to"] == "charge_nurse"


def test_the_tile_names_it_and_the_page_holds_its_grade_for_old(ward: Ward) -> None:
    board = Boards(ward.store).ward("T")
    before = board.payload(now=clock("06:00"))
    said = ward.damage("evaluation", "document")
    ward.watch("06:01")
    after = board.payload(now=clock("06:01"))
    assert after.version > before.version
    (told,) = [one for one in after.tiles[0].alerts if one["problem"] == NOT_JUDGED]
    assert (told["condition"], told["priority"]) == ("active", "technical")

    unreadable = open_page(ward.store, public_id=ward.broken.public_id, now=clock("06:01"))
    assert unreadable is not None
    assert (unreadable.not_judged, unreadable.evaluation) == (True, None)
    ward.repair("evaluation", "document", said)
    old = open_page(ward.store, public_id=ward.broken.public_id, now=clock("06:01"))
    assert old is not None
    assert old.evaluation is not None
    assert (old.not_judged, old.evaluation.crs.grade) == (True, 2)
    ward.watch("06:02")
    judged = open_page(ward.store, public_id=ward.broken.public_id, now=clock("06:02"))
    assert judged is not None
    assert not judged.not_judged


def test_the_log_and_doctor_name_the_row_and_no_patient(
    ward: Ward, caplog: pytest.LogCaptureFixture
) -> None:
    ward.damage("evaluation", "document")
    with caplog.at_level(logging.INFO):
        ward.watch("06:01")
        ward.watch("06:02")
    (line,) = [
        record.getMessage() for record in caplog.records if record.name == "monitoring.watch"
    ]
    assert line.startswith(f"Encounter {ward.broken.encounter_id} could not be judged (KeyError <")
    assert "Okafor" not in caplog.text

    (found,) = not_judged_now(ward.store)
    assert (found.encounter_id, found.since) == (ward.broken.encounter_id, clock("06:01"))
    assert found.failure.startswith("KeyError <")
    ready = readiness(ward.store, now=clock("06:02") + timedelta(seconds=1))
    assert ready["judged"] == "1 patient is not judged. Run 'stormwatch doctor'."
    assert (ready["store"], ready["watcher"]) == ("ok", "ok")


def test_the_process_is_alive_and_says_who_is_not_judged_without_failing(ward: Ward) -> None:
    healthz, _ = health_routes(lambda: ward.store)
    asked = Request({"type": "http"})
    assert awaited(healthz.endpoint(asked)).body == b"alive"
    ward.damage("evaluation", "document")
    ward.watch("06:01")
    answer = awaited(healthz.endpoint(asked))
    assert answer.status_code == 200
    assert answer.body == b"alive\n1 patient is not judged. Run 'stormwatch doctor'."


def test_where_it_cannot_be_told_the_pulse_stops(ward: Ward) -> None:
    """A patient whose alerts cannot be read either: the ward must not believe he is watched."""
    said = ward.damage("alert_thread", "state")
    ward.watch("06:01")
    assert not ward.has_pulse("06:01")
    assert "overdue" not in ward.well.open_problems()
    ward.repair("alert_thread", "state", said)
    ward.watch("06:02")
    assert ward.has_pulse("06:02")


def test_a_set_that_cannot_be_judged_is_refused_whole(ward: Ward) -> None:
    said = ward.damage("evaluation", "document")
    with pytest.raises(KeyError):
        ward.broken.chart("06:10", key="one press", temp_c=39.9)
    ward.repair("evaluation", "document", said)
    assert ward.broken.value_row("body_temperature").value_num == 38.6
    assert ward.broken.chart("06:10", key="one press", temp_c=39.9).stored


def test_who_went_home_is_no_longer_counted(ward: Ward) -> None:
    ward.damage("evaluation", "document")
    ward.watch("06:01")
    at = clock("07:00")
    discharge(ward.store, encounter_id=ward.broken.encounter_id, at=at, actor=NURSE, now=at)
    assert not_judged_now(ward.store) == []
