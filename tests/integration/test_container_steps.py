"""What the container runs, run here: its command, its health check, and who it answers."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.benchmarks.ports import free_port

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = (ROOT / "compose.yaml").read_text()


def commands() -> tuple[list[str], list[str]]:
    """The Dockerfile's health check and its command, each a JSON list after CMD."""
    check, command = re.findall(r"^\s*CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    return json.loads(check), json.loads(command)


def compose_hosts(ward_host: str) -> str:
    (hosts,) = re.findall(r"STREAMLIT_SERVER_ALLOWED_HOSTS: (.+)$", COMPOSE, re.MULTILINE)
    return re.sub(r"\$\{STORMWATCH_HOST:-localhost\}", ward_host, hosts)


@pytest.fixture
def dashboard_port(tmp_path: Path) -> Iterator[int]:
    """The image's command under compose's settings, on a store that ``stormwatch init`` made."""
    port = free_port()
    environment = {
        **os.environ,
        "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
        "STORMWATCH_DATABASE_URL": f"sqlite:///{tmp_path}/stormwatch.db",
        "STREAMLIT_SERVER_ADDRESS": "0.0.0.0",
        "STREAMLIT_SERVER_PORT": str(port),
        "STREAMLIT_SERVER_ALLOWED_HOSTS": compose_hosts("ward.example.org"),
    }
    subprocess.run(["stormwatch", "init"], cwd=ROOT, env=environment, check=True)
    server = subprocess.Popen(commands()[1], cwd=ROOT, env=environment)
    yield port
    server.terminate()
    server.wait(60)


def asked(port: int, path: str, host: str) -> int:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            status: int = answer.status
            return status
    except urllib.error.HTTPError as refusal:
        return refusal.code


def test_the_image_becomes_healthy_and_answers_the_ward_alone(dashboard_port: int) -> None:
    check = [word.replace("8501", str(dashboard_port)) for word in commands()[0]]
    assert check[0] == "python", "the health check uses what the image has"
    deadline = time.monotonic() + 240
    while subprocess.run([sys.executable, *check[1:]], check=False, capture_output=True).returncode:
        assert time.monotonic() < deadline, "never healthy"
        time.sleep(0.5)

    assert asked(dashboard_port, "/healthz", "ward.example.org") == 200
    assert asked(dashboard_port, "/healthz", "elsewhere.example.org") == 400
    assert asked(dashboard_port, "/", "ward.example.org") != 200, "nobody is let in unasked"


def test_the_image_runs_as_nobody_special_and_copies_what_exists() -> None:
    assert re.search(r"^USER stormwatch$", DOCKERFILE, re.MULTILINE)
    for copied in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for name in copied.split():
            assert (ROOT / name).exists(), name


def test_compose_runs_commands_that_exist() -> None:
    for words in re.findall(r"command: \[stormwatch, (\w+)\]", COMPOSE):
        asked_for_help = [PROGRAMS / "stormwatch", words, "--help"]
        done = subprocess.run(asked_for_help, capture_output=True, check=False)
        assert done.returncode == 0, words
