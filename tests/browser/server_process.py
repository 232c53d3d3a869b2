"""A real dashboard server in a process of its own, to be stopped, killed and started again."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.benchmarks.ports import free_port

ROOT = Path(__file__).parents[2]
# The patience of a busy machine; a server that ends while it starts is told at once.
START_WITHIN_S = 240.0


class ServerProcess:
    """``streamlit run dashboard/server.py`` on a port of its own, with the demo's sign-in."""

    def __init__(self, store_url: str, log: Path, **settings: str) -> None:
        self.store_url = store_url
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = log
        self._environment = {
            **os.environ,
            "STORMWATCH_DATABASE_URL": store_url,
            "STORMWATCH_DEMO": "1",
            "STORMWATCH_LIVING": "0",
            "PYTHONPATH": str(ROOT),
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "streamlit", "run", "dashboard/server.py"),
                    *("--server.port", str(self.port)),
                ],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        give_up_at = time.monotonic() + START_WITHIN_S
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError(f"The server did not start:\n{self.log()}")
            time.sleep(0.1)

    def answers(self) -> bool:
        """Whether the process answers at all."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def log(self) -> str:
        """What the server wrote."""
        return self._log.read_text(errors="replace")

    def hang(self) -> None:
        """Stop the process in its tracks, sockets open."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let a hung process go on."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """Kill it without a goodbye."""
        self._signal(signal.SIGKILL)
        assert self._process is not None
        self._process.wait(timeout=10)

    def stop(self) -> None:
        """End it in good order, and hard when it does not."""
        if self._process is None or self._process.poll() is not None:
            return
        self.go_on()
        self._process.terminate()
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.kill()

    def _signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)


@contextmanager
def running(store_url: str, log: Path, **settings: str) -> Iterator[ServerProcess]:
    """A server on a store, started and in the end stopped."""
    process = ServerProcess(store_url, log, **settings)
    process.start()
    try:
        yield process
    finally:
        process.stop()
