"""``python -m sample_data load | live | samples``: the sample ward from the command line."""

import argparse
import gc
import logging
import signal
import sys
import time
from pathlib import Path
from threading import Event

from db.engine import create_store
from monitoring.config import settings
from sample_data.living import clock, live_on
from sample_data.load import DEFAULT_SEED, load_in_turn
from sample_data.samples import write_samples


def _show(done: int, total: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        sys.stderr.write(f"\rSample ward: {done} of {total} stays{end}")
        sys.stderr.flush()


def _load(seed: int) -> None:
    # Everything a load makes lives until it ends: looking for garbage meanwhile finds none.
    gc.disable()
    store = create_store(settings().database_url)
    try:
        load_in_turn(store, seed=seed, now=clock, wait=time.sleep, progress=_show)
    finally:
        store.close()


def _live(seed: int, speed: float) -> None:
    stop = Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    store = create_store(settings().database_url)
    try:
        live_on(store, stop, speed=speed, seed=seed)
    finally:
        store.close()


def main() -> None:
    """Read the command line and do one thing."""
    logging.basicConfig(level=settings().log_level)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    parser = argparse.ArgumentParser(prog="python -m sample_data", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    load = commands.add_parser("load", help="load the ward, or catch a stored one up to now")
    live = commands.add_parser("live", help="load the ward and let it live on until stopped")
    samples = commands.add_parser("samples", help="write the small committed samples again")
    for command in (load, live):
        command.add_argument("--seed", type=int, default=DEFAULT_SEED)
    live.add_argument("--speed", type=float, default=settings().demo_speed)
    samples.add_argument("--to", type=Path, default=Path(__file__).parent / "samples")
    chosen = parser.parse_args()
    if chosen.command == "load":
        _load(chosen.seed)
    elif chosen.command == "live":
        _live(chosen.seed, chosen.speed)
    else:
        write_samples(chosen.to)


if __name__ == "__main__":
    main()
