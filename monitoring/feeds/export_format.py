"""Stormwatch's own file: everything known of a patient's stay as one CSV table, and back again.

One row a fact, corrected and struck-out values among them. Observations use the flat columns; the
person, the stay, therapies, treatments and the rest carry their fields as JSON in ``details``.

A spreadsheet must not take a text for a formula, and nothing may be lost on the way: a text that
begins like a formula, an empty text (apart from no text at all) and a text that begins with an
apostrophe get an apostrophe in front, and reading takes exactly one away.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn, TextIO

from monitoring.feeds.problems import FeedError
from monitoring.feeds.text_table import numbered_lines
from monitoring.feeds.whole_file import write_whole

FORMAT = 1


class Record(StrEnum):
    """What a row of the file is about."""

    PATIENT = "patient"
    ENCOUNTER = "encounter"
    THERAPY = "therapy"
    DOSE = "dose"
    BASELINE = "baseline"
    TREATMENT = "treatment"
    ATTRIBUTION = "attribution"
    # What a clinician said of a grade: confirmed, or overridden with a reason.
    CONFIRMATION = "confirmation"
    SET = "set"
    OBSERVATION = "observation"
    # The last row, with the count of those before it: a file that was cut off shows.
    END = "end"


COLUMNS = (
    "record",
    "encounter",
    "source",
    "source_id",
    "set_source_id",
    "concept",
    "loinc",
    "value_sent",
    "unit_sent",
    "value",
    "unit",
    "code",
    "taken_at",
    "taken_at_sent",
    "recorded_at",
    "recorded_by",
    "status",
    "method",
    "queried",
    "supersedes",
    "reason",
    "details",
)

# A formula begins with one of these (also in their wide form); a plain number may have a sign.
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRow:
    """One row as read: its line, what it is about, and its cells without the empty ones."""

    line: int
    record: Record
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """A cell that must be there; raises ``FeedError`` that names line and column."""
        if column not in self.cells:
            self.refuse(column, "is empty")
        return self.cells[column]

    def instant(self, column: str) -> datetime:
        """A time with its offset."""
        try:
            found = datetime.fromisoformat(self.text(column))
        except ValueError:
            self.refuse(column, "is no time")
        if found.tzinfo is None:
            self.refuse(column, "lacks its offset")
        return found.astimezone(UTC)

    def details(self) -> dict[str, Any]:
        """The fields of a fact that is no observation, times as instants."""
        try:
            found = json.loads(self.text("details"))
            return {name: _thawed(name, value) for name, value in found.items()}
        except (ValueError, AttributeError, TypeError):
            self.refuse("details", "cannot be read")

    def refuse(self, column: str, what: str) -> NoReturn:
        """Raise the error that a cell is wrong."""
        message = (
            f"Line {self.line}, column {column}, {what}. The file is not as Stormwatch wrote it; "
            "export it again. Nothing was stored."
        )
        raise FeedError(message)


def spelled(value: object) -> str | None:
    """A value as the file spells it; None stays None."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value)
    return str(value)


def details_of(fields: Mapping[str, object]) -> str:
    """Fields of a fact as JSON, times spelled as in the columns."""
    plain = {
        name: spelled(value) if isinstance(value, date) else value for name, value in fields.items()
    }
    return json.dumps(plain, ensure_ascii=False, sort_keys=True)


def guarded(text: str | None) -> str:
    """A cell that no spreadsheet takes for a formula; None becomes an empty cell."""
    if text is None:
        return ""
    begins_badly = text.startswith(_FORMULA_STARTS) and not _PLAIN_NUMBER.fullmatch(text)
    return f"'{text}" if begins_badly or not text or text.startswith("'") else text


def unguarded(cell: str) -> str | None:
    """What ``guarded`` was given."""
    if not cell:
        return None
    return cell[1:] if cell.startswith("'") else cell


def write_table(stream: TextIO, rows: Iterable[Mapping[str, str | None]]) -> int:
    """Write the header, the rows and the end; how many rows between the two."""
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    count = 0
    for row in rows:
        writer.writerow([guarded(row.get(column)) for column in COLUMNS])
        count += 1
    end = {"record": Record.END.value, "details": details_of({"rows": count})}
    writer.writerow([guarded(end.get(column)) for column in COLUMNS])
    return count


def write_file(path: Path, rows: Iterable[Mapping[str, str | None]]) -> int:
    """Write a whole file that only its owner can read, or nothing at all; how many rows.

    Raises ``FeedError`` where the folder cannot be written to.
    """
    return write_whole(path, lambda stream: write_table(stream, rows))


def is_export(path: Path) -> bool:
    """Whether a file begins with the header of an export."""
    for _, line in numbered_lines(path):
        return tuple(line.rstrip("\r\n").split(",")) == COLUMNS
    return False


def read_file(path: Path) -> Iterator[ExportRow]:
    """The rows of an export; raises ``FeedError`` at the first that is not as it was written."""
    lines = numbered_lines(path)
    next(lines, None)
    position = 1

    def texts() -> Iterator[str]:
        nonlocal position
        for number, line in lines:
            position = number
            yield line

    try:
        for cells in csv.reader(texts(), strict=True):
            yield _row(position, cells)
    except csv.Error as error:
        message = f"Line {position} is damaged. Export the file again. Nothing was stored."
        raise FeedError(message) from error


def _row(line: int, cells: list[str]) -> ExportRow:
    if len(cells) != len(COLUMNS) or cells[0] not in set(Record):
        message = (
            f"Line {line} is no row of an export: it may be cut off. Export the file again. "
            "Nothing was stored."
        )
        raise FeedError(message)
    found = {
        column: text
        for column, cell in zip(COLUMNS, cells, strict=True)
        if (text := unguarded(cell)) is not None
    }
    return ExportRow(line=line, record=Record(cells[0]), cells=found)


def _thawed(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "birth_date":
        return date.fromisoformat(value)
    if name.endswith("_at") or name in {"effective_from", "valid_until"}:
        return datetime.fromisoformat(value)
    return value
