"""The ward board as a service: what a tile says, and that memory and store never differ."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from db.engine import Store
from db.queries.census import ward_by_code
from monitoring.services import alerts, census
from monitoring.services.board import Boards, WardBoard
from monitoring.services.correct import amend_value, strike_out
from monitoring.services.errors import RefusedError
from monitoring.services.intake_ward import intake_ward
from monitoring.services.sweep import sweep
from monitoring.services.tiles import Tile
from tests.stories import NURSE, WELL, Bedside, bedside, clock, result

WARD = "T"


@pytest.fixture
def alvarez(store: Store) -> Bedside:
    return bedside(store)


@pytest.fixture
def board(store: Store, alvarez: Bedside) -> WardBoard:
    return WardBoard(store, WARD)


def taken(board: WardBoard, at: str) -> Tile:
    """The one occupied tile."""
    (tile,) = [t for t in board.payload(now=clock(at)).tiles if t.encounter is not None]
    return tile


def reading(board: WardBoard, at: str, part: str) -> dict[str, Any]:
    """One part of the occupied tile's state."""
    summary = taken(board, at).summary
    assert summary is not None
    found: dict[str, Any] = summary.read()[part]
    return found


def as_rebuilt(store: Store, board: WardBoard, at: str) -> None:
    """What memory says is what a process that starts now would say."""
    anew = WardBoard(store, WARD)
    assert board.payload(now=clock(at)) == anew.payload(now=clock(at))


def test_before_anything_is_charted_everything_is_missing_and_nothing_is_zero(
    board: WardBoard, alvarez: Bedside
) -> None:
    tile = taken(board, "01:00")
    assert tile.encounter == alvarez.public_id
    assert tile.summary is not None
    state = tile.summary.read()
    shown = {name for name, part in state.items() if part is not None}
    assert shown == {"crs", "icans", "news2", "next_set", "next_ice"}
    assert (state["icans"]["grade"], state["icans"]["why"]) == (None, "not assessed")
    assert state["crs"]["grade"] != 0 or state["crs"]["status"] != "graded"
    assert state["news2"]["total"] is None
    assert tile.alerts == ()


def test_a_set_is_on_the_tile_with_the_time_it_was_taken(
    board: WardBoard, alvarez: Bedside
) -> None:
    alvarez.chart("06:00", **{**WELL, "temp_c": 38.4, "flow_lpm": 2, "device": "nasal_cannula"})
    summary = taken(board, "06:01").summary
    assert summary is not None
    state = summary.read()
    taken_s = clock("06:00").timestamp()
    assert state["temperature"] == {"value": 38.4, "taken_s": taken_s}
    assert state["pressure"] == {
        "systolic": 122.0,
        "diastolic": 74.0,
        "mean": 90.0,
        "taken_s": taken_s,
    }
    assert state["oxygen"] == {"device": "nasal_cannula", "flow_lpm": 2.0, "taken_s": taken_s}
    assert state["crs"]["grade"] == alvarez.latest().crs.grade
    assert state["next_set"]["due_s"] == taken_s + state["next_set"]["interval_s"]


def test_a_mean_measured_before_the_pressure_is_not_shown_beside_it(
    board: WardBoard, alvarez: Bedside
) -> None:
    before = {"systolic_bp": 118.0, "diastolic_bp": 70.0, "mean_arterial_pressure": 88.0}
    result(alvarez, clock("06:00"), **before)
    assert reading(board, "06:01", "pressure")["mean"] == 88.0

    alvarez.chart("06:03", sbp=95, dbp=45)

    assert reading(board, "06:04", "pressure")["mean"] == 61.7
    assert "Hypotension: SBP 95, MAP 62" in [one.label for one in alvarez.latest().conditions]


def test_the_same_object_serves_every_viewer_until_the_ward_changes(
    board: WardBoard, alvarez: Bedside
) -> None:
    alvarez.well("06:00")
    first = board.payload(now=clock("06:01"))
    assert board.payload(now=clock("06:02")) is first
    alvarez.well("07:00")
    assert board.payload(now=clock("07:01")) is not first


def test_memory_and_store_never_differ(store: Store, board: WardBoard, alvarez: Bedside) -> None:
    """A day on the ward, looked at after every step."""
    alvarez.well("06:00")
    as_rebuilt(store, board, "06:01")
    alvarez.well("10:00", temp_c=38.6)
    as_rebuilt(store, board, "10:01")
    alvarez.chart("10:30", sbp=84, dbp=50)
    as_rebuilt(store, board, "10:31")
    # A value that was measured before the newest one arrives late.
    alvarez.chart("09:00", temp_c=39.9, known="11:00")
    as_rebuilt(store, board, "11:01")
    alvarez.give("11:10", "antipyretic", "acetaminophen")
    as_rebuilt(store, board, "11:11")
    alvarez.well("14:00", device="nasal_cannula", flow_lpm=2, spo2=90)
    as_rebuilt(store, board, "14:01")


def test_an_amended_and_a_struck_out_value_leave_the_tile(
    store: Store, board: WardBoard, alvarez: Bedside
) -> None:
    alvarez.well("06:00", temp_c=36.9)
    alvarez.well("10:00", temp_c=39.4, hr=141)
    wrong, others = alvarez.value_row("body_temperature"), alvarez.value_row("heart_rate")
    assert reading(board, "10:01", "temperature")["value"] == 39.4
    amend_value(
        store,
        observation_id=wrong.id,
        value=37.4,
        code=None,
        value_sent="37.4",
        unit_sent="Cel",
        reason="read wrongly",
        actor=NURSE,
        now=clock("10:05"),
    )
    strike_out(
        store,
        observation_id=others.id,
        reason="other patient",
        actor=NURSE,
        now=clock("10:06"),
    )
    assert reading(board, "10:07", "temperature")["value"] == 37.4
    assert reading(board, "10:07", "heart_rate")["taken_s"] == clock("06:00").timestamp()
    assert 394 not in reading(board, "10:07", "sparkline")["tenths"]
    as_rebuilt(store, board, "10:07")


def test_an_alert_is_there_until_it_is_over_and_carries_its_owner(
    store: Store, board: WardBoard, alvarez: Bedside
) -> None:
    alvarez.well("06:00", temp_c=38.6)
    (first, *_) = taken(board, "06:01").alerts
    assert first["owner"] is None
    assert first["since_s"] == clock("06:00").timestamp()
    alerts.acknowledge(
        store, thread_public_id=first["id"], note=None, actor=NURSE, now=clock("06:02")
    )
    owned = {alert["id"]: alert["owner"] for alert in taken(board, "06:03").alerts}
    assert owned[first["id"]] == NURSE


def test_a_patient_who_leaves_leaves_an_empty_bed(
    store: Store, board: WardBoard, alvarez: Bedside
) -> None:
    alvarez.well("06:00")
    bed = taken(board, "06:01").bed
    census.discharge(
        store, encounter_id=alvarez.encounter_id, at=clock("07:00"), actor=NURSE, now=clock("07:00")
    )
    payload = board.payload(now=clock("07:01"))
    (empty,) = [tile for tile in payload.tiles if tile.bed == bed]
    assert empty == Tile(bed=empty.bed, position=empty.position)
    assert board.bed_of(alvarez.encounter_id) is None


def test_a_ward_that_is_not_there_is_refused_with_advice(store: Store) -> None:
    board = WardBoard(store, "NOWHERE")
    assert board.version() == 0
    with pytest.raises(RefusedError, match="load the sample ward"):
        board.payload(now=datetime.now(UTC))


def test_a_board_tells_of_its_own_ward_and_of_the_house_alone(
    store: Store, board: WardBoard, alvarez: Bedside
) -> None:
    other = intake_ward(
        store, code=None, time_zone="Europe/Berlin", actor=NURSE, now=clock("20:00")
    )
    assert board.version() > 0
    with store.read() as session:
        own = ward_by_code(session, WARD)
    assert own is not None
    assert board.concerns(own.id)
    assert board.concerns(None), "the watcher watches every ward"
    assert not board.concerns(other.ward_id)
    assert [ward.code for ward in Boards(store).wards()] == ["IMPORT", WARD]


def test_a_long_history_keeps_its_extremes_on_a_short_line(
    board: WardBoard, alvarez: Bedside
) -> None:
    for step in range(100):
        minutes = 120 + 13 * step
        at = f"{minutes // 60}:{minutes % 60:02d}"
        alvarez.chart(at, temp_c=40.3 if step == 61 else 35.4 if step == 17 else 37.0)
    line = reading(board, "23:50", "sparkline")
    assert len(line["tenths"]) <= 42
    assert (max(line["tenths"]), min(line["tenths"])) == (403, 354)
    assert sum(line["minutes"]) == 99 * 13


def test_a_read_that_failed_half_way_loses_nothing(
    store: Store, board: WardBoard, alvarez: Bedside, monkeypatch: pytest.MonkeyPatch
) -> None:
    alvarez.well("06:00")
    taken(board, "06:01")
    alvarez.well("07:00", temp_c=38.9)
    with monkeypatch.context() as broken:
        broken.setattr("db.queries.board.summaries_since", None)
        with pytest.raises(TypeError):
            board.payload(now=clock("07:01"))
    as_rebuilt(store, board, "07:02")


def test_who_was_judged_before_states_were_kept_is_shown_all_the_same(
    store: Store, board: WardBoard, alvarez: Bedside
) -> None:
    alvarez.well("06:00", temp_c=38.6)
    kept = taken(board, "06:01")
    assert kept.alerts
    # As the migration leaves a store in which alerts were open already.
    store.write(
        lambda session: session.execute(
            text("UPDATE patient_summary SET document = NULL, alerts = NULL, at = NULL")
        )
    )
    anew = taken(WardBoard(store, WARD), "06:01")
    assert anew.summary is not None
    assert kept.summary is not None
    assert anew.summary.read() == kept.summary.read()
    assert anew.alerts == kept.alerts


def test_the_first_alert_of_a_tile_is_the_worst_and_newest_and_not_the_oldest(
    store: Store, board: WardBoard, alvarez: Bedside
) -> None:
    """An ICE that nobody charted waits for hours; then the blood pressure falls."""
    alvarez.well("06:00", temp_c=38.4)
    sweep(store, encounter_id=alvarez.encounter_id, pulses=(), now=clock("09:00"))
    alvarez.well("09:05", temp_c=38.6, sbp=84, dbp=44)

    told = [alert["label"] for alert in taken(board, "09:06").alerts]

    assert told == [
        "CRS grade 2 suggested (ASTCT)",
        "ICE overdue by 9 h 5 min",
        "Observations overdue by 60 min",
    ]
    as_rebuilt(store, board, "09:06")
