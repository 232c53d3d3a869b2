"""A file that leaves the store is whole or not there, and nothing else is put in its place."""

import os
import stat
import threading
from pathlib import Path
from typing import TextIO

import pytest

from monitoring.feeds.problems import FeedError
from monitoring.feeds.whole_file import write_whole


def two_rows(stream: TextIO) -> int:
    stream.write("patient,value\n7,38.4\n")
    return 2


def cut_off(stream: TextIO) -> int:
    stream.write("patient,va")
    raise OSError(28, "No space left on device")


def test_a_file_is_its_owners_alone_and_replaces_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "seven.csv"
    path.write_text("older")

    assert write_whole(path, two_rows) == 2

    assert path.read_text() == "patient,value\n7,38.4\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_of_a_file_that_could_not_be_finished_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "seven.csv"
    path.write_text("older")

    with pytest.raises(FeedError, match="No space left on device"):
        write_whole(path, cut_off)

    assert path.read_text() == "older"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_and_the_file_behind_it_is_replaced(tmp_path: Path) -> None:
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    target.write_text("older")
    link.symlink_to(target)

    write_whole(link, two_rows)

    assert link.is_symlink()
    assert target.read_text() == "patient,value\n7,38.4\n"


def test_a_pipe_is_written_into_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()

    write_whole(pipe, two_rows)

    reader.join(timeout=10)
    assert read == ["patient,value\n7,38.4\n"]
    assert pipe.is_fifo()


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="Is a directory"):
        write_whole(tmp_path, two_rows)
    assert list(tmp_path.iterdir()) == []
