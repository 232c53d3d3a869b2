"""A file that is written whole or not at all, for what leaves the store."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from monitoring.feeds.problems import FeedError


def write_whole(path: Path, write: Callable[[TextIO], int]) -> int:
    """Let ``write`` fill a file that only its owner can read, or leave none; what it returned.

    Raises ``FeedError`` where the folder cannot be written to.
    """
    unfinished: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        unfinished = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            count = write(stream)
            stream.flush()
            os.fsync(handle)
        unfinished.replace(path)
    except OSError as error:
        why = error.strerror or type(error).__name__
        message = f"{path} cannot be written: {why}. Choose another place with --out."
        raise FeedError(message) from error
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)
    return count
