"""``stormwatch watch``: the watcher as a program of its own."""

import logging
import signal
from threading import Event

from monitoring.cli.speaking import open_store, out
from monitoring.config import settings
from monitoring.watch import Watcher


def watch() -> None:
    """Watch what only the clock changes: overdue, escalation, data that grows old."""
    logging.basicConfig(level=settings().log_level)
    stopping = Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopping.set())
    with open_store() as store:
        out.print("Watching. Stop with Ctrl-C.")
        Watcher(store).run(stopping)
