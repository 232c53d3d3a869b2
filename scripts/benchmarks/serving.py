"""A server in a process of its own, and how much processor time it has used."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.benchmarks.ports import free_port
from scripts.benchmarks.ward import FOLDER, WARD_CODE

ROOT = Path(__file__).parents[2]
START_WITHIN_S = 240
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")

Command = Callable[[int], list[str]]


class Server:
    """A running server; ``url`` is on the loopback address."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self._process = process
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def processor_s(self) -> float:
        """Seconds of processor time so far, all threads, user and system (Linux)."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii")
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND

    @property
    def is_running(self) -> bool:
        """Whether the process still lives."""
        return self._process.poll() is None


@contextmanager
def dashboard(store_url: str, **environment: str) -> Iterator[Server]:
    """Our own dashboard with the demo's sign-in, watching inside, on the benchmark's ward."""
    with _serving(
        lambda port: ["streamlit", "run", "dashboard/server.py", "--server.port", str(port)],
        "/healthz",
        {
            "STORMWATCH_DATABASE_URL": store_url,
            "STORMWATCH_DEMO": "1",
            "STORMWATCH_LIVING": "0",
            "STORMWATCH_WARD": WARD_CODE,
            **environment,
        },
    ) as server:
        yield server


@contextmanager
def naive_streamlit(store_url: str) -> Iterator[Server]:
    """The naive board: a Plotly figure a bed, as a plain Streamlit script."""
    script = "scripts/benchmarks/naive_board.py"
    with _serving(
        lambda port: ["streamlit", "run", script, "--server.port", str(port)],
        "/_stcore/health",
        {"STORMWATCH_DATABASE_URL": store_url},
    ) as server:
        yield server


@contextmanager
def dash_board(store_url: str) -> Iterator[Server]:
    """The same board in Dash."""
    with _serving(
        lambda port: ["scripts.benchmarks.dash_board", str(port)],
        "/_dash-layout",
        {"STORMWATCH_DATABASE_URL": store_url},
    ) as server:
        yield server


@contextmanager
def _serving(command: Command, path: str, environment: dict[str, str]) -> Iterator[Server]:
    port = free_port()
    FOLDER.mkdir(parents=True, exist_ok=True)
    log = FOLDER / f"server-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command(port)],
            cwd=ROOT,
            env={**os.environ, **environment, "PYTHONPATH": _python_path()},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Server(process, port)
    try:
        _wait_for(server.url + path, process, log)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.unlink(missing_ok=True)


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    give_up_at = time.monotonic() + START_WITHIN_S
    while process.poll() is None and time.monotonic() < give_up_at:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    message = f"The server did not start:\n{log.read_text(errors='replace')[-3000:]}"
    raise RuntimeError(message)


def _python_path() -> str:
    return os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
