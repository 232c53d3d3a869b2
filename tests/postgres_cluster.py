"""A PostgreSQL server of the tests' own: in a temporary folder, on a free loopback port."""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from scripts.benchmarks.ports import free_port

# The server must not outlive the tests, however they end. The shell below holds the read end of a
# pipe whose write end is ours: when we are gone, even by SIGKILL, it reads the end and cleans up.
_SUPERVISOR = """
trap '' INT HUP
"$0" -D "$1/data" >"$1/log" 2>&1 &
server=$!
cat >/dev/null
kill -INT "$server"
wait "$server"
rm -rf "$1"
"""

# Enough for many short tests; durability is another suite's matter.
_SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
fsync = off
full_page_writes = off
max_connections = 200
shared_buffers = 64MB
"""


def find_binaries() -> Path | None:
    """The folder of ``initdb`` and ``postgres``: on PATH, else Debian's newest, or None."""
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).parent
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4])
    )
    return found[-1].parent if found else None


@contextmanager
def running(binaries: Path) -> Iterator[str]:
    """A fresh server for the length of the block; yields the URL of its ``postgres`` database."""
    as_user = _unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix="stormwatch-postgres-"))
    password = secrets.token_hex(8)
    secret = folder / "password"
    secret.write_text(password)
    if as_user:
        shutil.chown(folder, as_user["user"])
        shutil.chown(secret, as_user["user"])
    port = free_port()
    subprocess.run(
        [
            binaries / "initdb",
            *("-D", folder / "data", "-U", "stormwatch", "--pwfile", secret),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"),
        ],
        check=True,
        capture_output=True,
        cwd=folder,
        **as_user,
    )
    with (folder / "data" / "postgresql.conf").open("a") as configuration:
        configuration.write(_SETTINGS.format(port=port))
    supervisor = subprocess.Popen(
        ["/bin/sh", "-c", _SUPERVISOR, str(binaries / "postgres"), str(folder)],
        stdin=subprocess.PIPE,
        cwd="/",
        start_new_session=True,
        **as_user,
    )
    try:
        url = f"postgresql://stormwatch:{password}@127.0.0.1:{port}/postgres"
        _wait_until_ready(url, supervisor, folder / "log")
        yield url
    finally:
        supervisor.communicate()
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root; then it runs as its own user, or as nobody."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in known else "nobody"
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def _wait_until_ready(url: str, supervisor: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 240  # on however busy a machine
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            told = log.read_text() if log.exists() else ""
            if "database system is shut down" in told or supervisor.poll() is not None:
                message = f"The test PostgreSQL did not start:\n{told}"
                raise RuntimeError(message) from None
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
