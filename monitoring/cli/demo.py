"""``stormwatch demo``: the sample ward on this machine, as soon as can be.

A visitor waits for this, so it loads nothing that it does not need.
"""

import os
import runpy
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

import monitoring
from db.engine import Store
from db.migrate import upgrade
from db.queries import census, users
from db.reach import reach
from db.revision import schema_revision
from monitoring.cli.stopping import stop
from monitoring.config import IMPORT_WARD_CODE, settings

_SQLITE = "sqlite:///"
_LOOPBACK = "127.0.0.1"


def demo(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on this machine.")] = 8501,
    speed: Annotated[float, typer.Option(min=1, max=600, help="How fast the ward lives on.")] = 1.0,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin a new sample ward.")] = False,
) -> None:
    """Show the living sample ward, invented patients only, on this machine alone."""
    root = Path(monitoring.__file__).resolve().parents[1]
    server = root / "dashboard" / "server.py"
    if not server.is_file() or not (root / ".streamlit" / "config.toml").is_file():
        stop("The dashboard is not beside the program. Run the demo from a copy of the project.")
    _refuse_taken(port)
    url = _absolute(settings().database_url)
    if fresh:
        _remove(url)
    store = reach(url)
    try:
        upgrade(url)
        _refuse_real(store)
    finally:
        store.close()
    os.environ["STORMWATCH_DATABASE_URL"] = url
    os.environ["STORMWATCH_DEMO"] = "1"
    os.environ["STORMWATCH_DEMO_SPEED"] = str(speed)
    typer.echo(f"The sample ward: http://{_LOOPBACK}:{port}   (demo data, invented patients)")
    sys.stdout.flush()
    os.chdir(root)
    # The dashboard starts beside this and goes on with the ward once it is loaded. A copy of this
    # process loads it, since a new one would first read again what is in memory here.
    if os.fork() == 0:
        _load()
        return
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(server)),
        *("--server.port", str(port), "--server.address", _LOOPBACK),
    ]
    os.execv(sys.executable, command)  # noqa: S606 (no shell is meant)


def _load() -> None:
    """What ``python -m sample_data load`` does; by name, as the arrows point away from it."""
    settings.cache_clear()
    sys.argv = ["sample_data", "load"]
    runpy.run_module("sample_data", run_name="__main__")


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOOPBACK, port))
        except OSError:
            stop(f"Port {port} is taken. Choose another one: --port {port % 65535 + 1}")


def _absolute(url: str) -> str:
    """The same store whichever folder the dashboard runs in."""
    if not url.startswith(_SQLITE) or url.startswith(f"{_SQLITE}/"):
        return url
    return f"{_SQLITE}{Path(url.removeprefix(_SQLITE)).resolve()}"


def _refuse_real(store: Store) -> None:
    """In the demo anybody may act as a nurse, so it never opens a store that a ward works with."""
    with store.read() as session:
        real_wards = [
            ward.code
            for ward in census.wards(session)
            if not ward.is_demo and ward.code != IMPORT_WARD_CODE
        ]
        real_users = [
            one for one in users.everyone(session) if not one.username.startswith("demo.")
        ]
    if real_wards or real_users:
        stop(
            "This store belongs to a ward that works with it. Give the demo one of its own: "
            "STORMWATCH_DATABASE_URL=sqlite:///var/demo.db stormwatch demo"
        )


def _remove(url: str) -> None:
    """Take the demo's file away, if nothing but the sample ward is in it."""
    if not url.startswith(_SQLITE):
        stop("--fresh takes an SQLite file away. Empty another store with its own tools.")
    path = Path(url.removeprefix(_SQLITE))
    if not path.exists():
        return
    store = reach(url)
    try:
        if schema_revision(store) is not None:
            _refuse_real(store)
            with store.read() as session:
                imported = census.ward_by_code(session, IMPORT_WARD_CODE)
                if imported is not None and census.open_encounter_ids(session, imported.id):
                    stop(
                        "--fresh would take imported patients away. Export them, then remove "
                        f"{path} yourself."
                    )
    finally:
        store.close()
    for part in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        part.unlink(missing_ok=True)
