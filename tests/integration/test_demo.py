"""The demo as a visitor starts it: one command, and a while later the whole sample ward."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from db.engine import create_store
from db.queries import board
from db.revision import head_revision, schema_revision
from sample_data.plan import ward_plan

PROJECT = Path(__file__).parents[2]
WITHIN_S = 240


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.read() == b"alive")
    except OSError:
        return False


def patients_with_a_state(url: str) -> int:
    store = create_store(url)
    try:
        if schema_revision(store) != head_revision():
            return 0
        with store.read() as session:
            connection = session.connection()
            ward = board.ward_by_code(connection, ward_plan().code)
            if ward is None:
                return 0
            return len(board.summaries_since(connection, ward.id, after_version=0))
    finally:
        store.close()


def wait_until(holds, what: str, process: "subprocess.Popen[bytes]") -> None:
    give_up_at = time.monotonic() + WITHIN_S
    while not holds():
        assert process.poll() is None, f"the demo ended before {what}"
        assert time.monotonic() < give_up_at, f"no {what} within {WITHIN_S} s"
        time.sleep(0.2)


def test_one_command_shows_the_whole_sample_ward(tmp_path: Path) -> None:
    url, port = f"sqlite:///{tmp_path / 'demo.db'}", free_port()
    command = [sys.executable, "-c", "from monitoring.cli import main; main()"]
    process = subprocess.Popen(
        [*command, "demo", "--port", str(port)],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "STORMWATCH_DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until(lambda: answers(port), "answer", process)
        occupied = len(ward_plan().occupied)
        wait_until(lambda: patients_with_a_state(url) >= occupied, "whole ward", process)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)
