"""A file that is written whole or not at all, for what leaves the store."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from monitoring.feeds.problems import FeedError


def write_whole(path: Path, write: Callable[[TextIO], int]) -> int:
    """Let ``write`` fill a file that only its owner can read, or leave none; what it returned.

    A device or a pipe is written into and stays what it is; of a link the file behind it is
    replaced. Raises ``FeedError`` where it cannot be written.
    """
    try:
        if path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8", newline="") as stream:
                return write(stream)
        return _replace(path.resolve(), write)
    except OSError as error:
        why = error.strerror or type(error).__name__
        message = f"{path} cannot be written: {why}. Choose another place with --out."
        raise FeedError(message) from error


def _replace(path: Path, write: Callable[[TextIO], int]) -> int:
    unfinished: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        unfinished = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            count = write(stream)
            stream.flush()
            os.fsync(handle)
        unfinished.replace(path)
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)
    return count
