"""Small files as a source would write them, and what comes of reading them."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitoring.feeds.csv_file import CsvFile
from monitoring.feeds.raw import RowReading
from monitoring.feeds.row_reader import ReadingChoices

BERLIN = ReadingChoices(zone=ZoneInfo("Europe/Berlin"))

MIMIC = "subject_id,time,vital,value\n"
PLAIN = "patient_id,taken_at,concept,value,unit\n"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write text or bytes to a file of a name."""

    def written(content: str | bytes, name: str = "file.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


@pytest.fixture
def read(write: Callable[..., Path]) -> Callable[..., list[RowReading]]:
    """Write a file and read every row of it."""

    def readings(
        content: str | bytes, name: str = "file.csv", choices: ReadingChoices = BERLIN
    ) -> list[RowReading]:
        return list(CsvFile(write(content, name), choices).readings())

    return readings
