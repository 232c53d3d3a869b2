"""Alerts as JSON Lines, one thread a line with all its events: to be read, never to be taken in."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TextIO

from monitoring.feeds.export_format import spelled


def write_alerts(stream: TextIO, threads: Iterable[Mapping[str, Any]]) -> int:
    """Write one line a thread, times in UTC; how many."""
    count = 0
    for thread in threads:
        line = json.dumps(thread, ensure_ascii=False, sort_keys=True, default=_instant)
        stream.write(f"{line}\n")
        count += 1
    return count


def _instant(value: object) -> str | None:
    if isinstance(value, datetime):
        return spelled(value)
    message = f"{type(value).__name__} has no place in a line."
    raise TypeError(message)
