"""Real files go in once, whole, and the patient is on the board with a grade."""

import csv
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from db.engine import Store
from db.queries import census
from monitoring.services.errors import RefusedError
from tests.integration.importing import ACTOR, MIMIC, NOON, PLAIN, Desk


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    """A desk at a fresh store, once on each engine."""
    return Desk(store=store, folder=tmp_path)


@pytest.fixture
def small_desk(sqlite_store: Store, tmp_path: Path) -> Desk:
    """A desk at a fresh SQLite store, for what does not depend on the engine."""
    return Desk(store=sqlite_store, folder=tmp_path)


def counted_naively(path: Path) -> int:
    """A second reader that knows nothing of mappings: values that the file says were measured."""
    delimiter = "|" if path.suffix == ".psv" else ","
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=delimiter))
    if "vital" in rows[0]:
        return len(rows)
    measured = {
        *("HR", "O2Sat", "Temp", "SBP", "MAP", "DBP", "Resp", "FiO2", "AST", "Creatinine"),
        *("Lactate", "Potassium", "Bilirubin_total", "Hgb", "WBC", "Fibrinogen", "Platelets"),
        *("Phosphate", "PTT"),
        *("Temperature", "BP_sys", "BP_dia", "RR", "SpO2"),
    }
    return sum(row[name] not in {"NaN", ""} for row in rows for name in measured & row.keys())


def test_a_mimic_patient_goes_in_once_and_is_graded(desk, shared_data):
    path = shared_data / "crossformat_mimic4_odbl" / "10001217.csv"
    first = desk.take(path)
    assert (first.accepted, first.values_quarantined, first.patients_new) == (271, 0, 1)
    assert first.values == counted_naively(path)
    before = desk.rows("10001217")

    again = desk.take(path, now=NOON + timedelta(days=3))

    assert (again.accepted, again.known, again.patients_known) == (0, 271, 1)
    assert desk.rows("10001217") == before
    evaluation = desk.evaluation("10001217")
    assert evaluation.crs.peak == 1  # 100.8 F once
    assert evaluation.news2.missing


def test_fahrenheit_comes_out_as_celsius_beside_what_was_sent(small_desk, shared_data):
    small_desk.take(shared_data / "crossformat_mimic4_odbl" / "10007928.csv")
    temperatures = [row for row in small_desk.rows("10007928") if row.concept == "body_temperature"]
    highest = max(temperatures, key=lambda row: row.value_num or 0.0)
    assert (highest.value_sent, highest.unit_sent) == ("103.0", "[degF]")
    assert highest.value_num == (103 - 32) * 5 / 9


def test_the_last_row_is_at_the_minute_of_the_import_and_keeps_its_time_as_sent(
    small_desk, shared_data
):
    small_desk.take(shared_data / "crossformat_mimic4_odbl" / "10001217.csv")
    last = max(small_desk.rows("10001217"), key=lambda row: row.taken_at)
    assert last.taken_at == NOON.replace(second=0)
    assert last.taken_at_sent == "2157-12-20 14:00:00"
    stay = small_desk.stay("10001217")
    assert (stay.care_setting, stay.treatments_charted) == ("icu", False)
    assert stay.time_shift_seconds is not None


def test_every_psv_goes_in_whole(small_desk, shared_data):
    folder = shared_data / "challenge2019_ccby"
    paths = sorted(folder.glob("*.psv"))
    assert len(paths) >= 20
    for path in paths[:6]:
        summary = small_desk.take(path)
        assert summary.values == counted_naively(path)
        assert summary.accepted + summary.values_quarantined == summary.values
        assert "SepsisLabel" in summary.not_used
        stay = small_desk.stay(path.stem)
        assert stay.age_years_stated is not None
        assert (stay.care_setting, stay.treatments_charted) == ("icu", False)
    with small_desk.store.read() as session:
        board = census.bed_board(session, small_desk.ward().ward_id)
    assert len([bed for bed in board if bed.encounter_id is not None]) == 6


def test_inhaled_oxygen_as_a_share_becomes_per_cent(small_desk):
    small_desk.take_text("HR|FiO2|ICULOS\n60|0.5|1\n61|1|2\n62|40|3\n", name="p1.psv")
    rows = [row for row in small_desk.rows("p1") if row.concept == "inhaled_oxygen"]
    assert [(row.value_num, row.queried) for row in rows] == [
        (50.0, False),
        (100.0, False),
        (40.0, True),
    ]


def test_a_synthetic_cohort_has_its_infusion_at_hour_0(small_desk, shared_data):
    path = shared_data / "crs_synth_apache2" / "vitals_JULIET12.csv"
    lines = path.read_text().splitlines(keepends=True)
    three = [line for line in lines if line.startswith(("patient_id", "JUL-0000", "JUL-0002"))]
    summary = small_desk.take_text("".join(three))
    assert (summary.patients_new, summary.values_quarantined) == (2, 0)
    assert summary.accepted == 6 * (len(three) - 1)
    rows = small_desk.rows("JUL-0000")
    infused_at = max(row.taken_at for row in rows) - timedelta(hours=672)
    evaluation = small_desk.evaluation("JUL-0000")
    assert evaluation.hours_since_dose is not None
    newest = max(row.taken_at for row in rows)
    assert newest - timedelta(hours=evaluation.hours_since_dose) == infused_at
    assert small_desk.stay("JUL-0000").care_setting == "ward"


def test_a_grown_file_adds_its_new_rows_at_the_stored_shift(desk):
    early = "".join(f"7,2150-01-01 {hour:02}:00:00,HR,{80 + hour}\n" for hour in range(4))
    late = "".join(f"7,2150-01-01 {hour:02}:00:00,HR,{80 + hour}\n" for hour in range(4, 8))
    desk.take_text(MIMIC + early)
    shift = desk.stay("7").time_shift_seconds

    summary = desk.take_text(MIMIC + early + late, now=NOON + timedelta(hours=6))

    assert (summary.known, summary.accepted, summary.later) == (4, 4, 0)
    assert desk.stay("7").time_shift_seconds == shift
    times = sorted(row.taken_at for row in desk.rows("7"))
    assert {after - before for before, after in pairwise(times)} == {timedelta(hours=1)}


def test_rows_that_lie_ahead_by_the_shift_are_stored_and_told(small_desk):
    small_desk.take_text(MIMIC + "7,2150-01-01 10:00:00,HR,80\n")
    summary = small_desk.take_text(MIMIC + "7,2150-01-01 14:00:00,HR,120\n")
    assert (summary.accepted, summary.later) == (1, 1)
    # They are not judged before their time has come.
    assert small_desk.evaluation("7").at_us <= NOON.timestamp() * 1_000_000


def test_a_new_value_of_a_known_moment_joins_its_set(desk):
    desk.take_text(MIMIC + "7,2150-01-01 10:00:00,HR,80\n")
    desk.take_text(MIMIC + "7,2150-01-01 10:00:00,RR,16\n")
    rows = desk.rows("7")
    assert len(rows) == 2
    assert len({row.set_id for row in rows}) == 1


def test_a_value_said_differently_the_next_time_is_a_conflict_and_the_first_one_stands(desk):
    desk.take_text(MIMIC + "7,2150-01-01 10:00:00,HR,80\n")
    summary = desk.take_text(MIMIC + "7,2150-01-01 10:00:00,HR,120\n")
    assert (summary.accepted, summary.values_quarantined) == (0, 1)
    assert [row.reason_code for row in desk.quarantined()] == ["conflict"]
    assert [row.value_num for row in desk.rows("7")] == [80.0]


def test_what_cannot_be_used_is_kept_once_however_often_it_comes(desk):
    text = MIMIC + "7,2150-01-01 10:00:00,HR,80\n7,2150-01-01 10:00:00,Mood,good\n7,x,HR,8\x000\n"
    first = desk.take_text(text)
    desk.take_text(text)
    waiting = desk.quarantined()
    assert sorted(row.reason_code for row in waiting) == ["not_text", "unknown_name"]
    assert first.values == first.accepted + 2
    assert first.quarantined["unknown_name"].examples == [(3, "name")]


def test_a_patient_without_one_usable_value_is_not_admitted(small_desk):
    summary = small_desk.take_text(MIMIC + "7,2150-01-01 10:00:00,HR,8000\n")
    assert (summary.patients_new, summary.values_quarantined) == (0, 1)
    with small_desk.store.read() as session:
        assert census.open_encounter_ids(session) == []


def test_real_dates_are_kept_and_the_future_is_refused(small_desk):
    summary = small_desk.take_text(
        PLAIN
        + "7,2026-11-20 11:00,heart_rate,80,/min\n"
        + "7,2026-11-20 14:00,heart_rate,82,/min\n"
        + "7,2026-10-25 02:30,heart_rate,84,/min\n"
    )
    assert summary.accepted == 1
    assert set(summary.quarantined) == {"time_in_future", "time_ambiguous"}
    (row,) = small_desk.rows("7")
    assert row.taken_at == NOON.replace(hour=10, minute=0, second=0)
    assert small_desk.stay("7").time_shift_seconds is None


def test_moved_and_real_dates_of_one_patient_are_not_mixed(small_desk):
    small_desk.take_text(MIMIC + "7,2150-01-01 10:00:00,HR,80\n")
    summary = small_desk.take_text(MIMIC + "7,2026-11-01 10:00:00,HR,80\n")
    assert set(summary.quarantined) == {"clock_mixed"}


def test_rows_after_a_discharge_wait_for_an_admission(small_desk):
    from monitoring.services import census as census_service

    small_desk.take_text(PLAIN + "7,2026-11-20 11:00,heart_rate,80,\n")
    stay = small_desk.stay("7")
    census_service.discharge(small_desk.store, encounter_id=stay.id, at=NOON, actor=ACTOR, now=NOON)
    later = NOON + timedelta(hours=3)
    summary = small_desk.take_text(PLAIN + "7,2026-11-20 15:00,heart_rate,80,\n", now=later)
    assert set(summary.quarantined) == {"after_discharge"}


def test_patients_mixed_row_by_row_are_told_apart(small_desk):
    text = MIMIC + "".join(
        f"{patient},2150-01-01 {hour:02}:00:00,HR,{80 + patient}\n"
        for hour in range(6)
        for patient in (1, 2, 3)
    )
    summary = small_desk.take_text(text)
    assert (summary.patients_new, summary.accepted) == (3, 18)
    assert {row.value_num for row in small_desk.rows("2")} == {82.0}


def test_a_full_ward_takes_nobody_and_says_so(small_desk):
    from monitoring.services import census as census_service

    census_service.ensure_ward(
        small_desk.store,
        code="7B",
        name="Ward 7B",
        time_zone="Europe/Berlin",
        beds=["1"],
        is_demo=False,
        actor=ACTOR,
        now=NOON,
    )
    ward = small_desk.ward(code="7B")
    path = small_desk.folder / "two.csv"
    path.write_text(MIMIC + "1,2150-01-01 10:00:00,HR,80\n2,2150-01-01 10:00:00,HR,80\n")
    with pytest.raises(RefusedError, match="no free bed"):
        small_desk.take(path, ward=ward)
    with pytest.raises(RefusedError, match="Known are: 7B"):
        small_desk.ward(code="9Z")


def test_the_improbable_goes_in_marked(small_desk):
    small_desk.take_text(MIMIC + "7,2150-01-01 10:00:00,HR,210\n")
    (row,) = small_desk.rows("7")
    assert row.queried
