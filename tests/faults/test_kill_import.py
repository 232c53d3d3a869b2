"""An import that is killed loses nothing: run again, it ends where an unbroken one ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from db.engine import Store, create_store
from db.migrate import upgrade
from db.queries import census, evaluations
from tests.integration.importing import Desk

PROJECT = Path(__file__).parents[2]
PATIENCE_S = 600
PATIENTS = [f"K-{number}" for number in range(6)]


def cohort(path: Path) -> Path:
    """Six invented patients with a fever in the middle of three days."""
    rows = "".join(
        f"{patient},{hour},{38.6 if 30 < hour < 40 else 36.9},88,118,70,16,97\n"
        for patient in PATIENTS
        for hour in range(0, 72, 2)
    )
    path.write_text("patient_id,time_hours,Temperature,HR,BP_sys,BP_dia,RR,SpO2\n" + rows)
    return path


def importing(folder: Path, file: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", "from monitoring.cli import main; main()", "import", str(file)],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(PROJECT),
            "STORMWATCH_DATABASE_URL": "sqlite:///ward.db",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.fault
def test_killed_at_any_patient_and_run_again_it_holds_everything(tmp_path, is_long):
    file = cohort(tmp_path / "cohort.csv")
    assert importing(tmp_path, file).wait(timeout=PATIENCE_S) == 0
    whole = create_store(f"sqlite:///{tmp_path / 'ward.db'}")
    wanted = {patient: len(Desk(whole, tmp_path).rows(patient)) for patient in PATIENTS}
    whole.close()

    for stored_before_kill in range(1, 6) if is_long else (2,):
        folder, store = killed_in_the_middle(tmp_path, file, stored_before_kill)

        assert importing(folder, file).wait(timeout=PATIENCE_S) == 0

        desk = Desk(store, folder)
        assert {patient: len(desk.rows(patient)) for patient in PATIENTS} == wanted
        with store.read() as session:
            stays = [desk.stay(patient).id for patient in PATIENTS]
            judged = {row.encounter_id: row.at for row in evaluations.latest(session, stays)}
        for patient, stay in zip(PATIENTS, stays, strict=True):
            assert judged[stay] == max(row.taken_at for row in desk.rows(patient))
            assert desk.evaluation(patient).crs.peak == 1
        store.close()


def killed_in_the_middle(tmp_path: Path, file: Path, stored_before_kill: int) -> tuple[Path, Store]:
    """An import that was killed and left patients out.

    On a busy machine one may be over before the kill comes; then it is begun again elsewhere.
    """
    for attempt in range(20):
        folder = tmp_path / f"killed-{stored_before_kill}-{attempt}"
        url = f"sqlite:///{folder / 'ward.db'}"
        upgrade(url)
        store = create_store(url)
        process = importing(folder, file)
        while process.poll() is None and admitted(store) < stored_before_kill:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if admitted(store) < len(PATIENTS):
            return folder, store
        store.close()
    pytest.fail("every import was over before it was killed")


def admitted(store: Store) -> int:
    """How many patients are in a bed by now."""
    with store.read() as session:
        return len(census.open_encounter_ids(session))
