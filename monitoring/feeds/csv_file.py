"""Delimited text files through a mapping: rows in, raw observations and unusable input out."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from monitoring.feeds.header import DELIMITERS, match_header
from monitoring.feeds.mapping import FileMapping
from monitoring.feeds.mapping_file import packaged_mappings
from monitoring.feeds.problems import FeedError
from monitoring.feeds.raw import PatientSurvey, RowReading, Survey
from monitoring.feeds.row_reader import ReadingChoices, RowReader
from monitoring.feeds.source_clock import SourceTime
from monitoring.feeds.text_table import TextRow, numbered_lines, rows, split_header


class CsvFile:
    """One file with its mapping found; reading it twice gives the same rows."""

    def __init__(self, path: Path, choices: ReadingChoices) -> None:
        """Read the header; raises ``FeedError`` where the file cannot be imported at all."""
        mappings = packaged_mappings() if choices.mapping is None else (choices.mapping,)
        self._path = path
        self._header_line, first_line = _first_line(path)
        self._match = match_header(
            [(delimiter, split_header(first_line, delimiter)) for delimiter in DELIMITERS],
            mappings,
        )
        self.mapping: FileMapping = self._match.mapping
        self.source = f"csv:{self.mapping.id}"
        self.not_used: tuple[str, ...] = tuple(self._match.not_used)
        self._reader = RowReader(
            self._match,
            source=self.source,
            file_stem=path.name.removesuffix(".gz").rsplit(".", 1)[0],
            choices=choices,
        )

    def survey(self, progress: Callable[[int], None]) -> Survey:
        """Look at the whole file once: which patients end where, and when their last row is."""
        found = Survey()
        last: TextRow | None = None
        for row in self._rows():
            last = row
            found.rows += 1
            progress(1)
            identifier = self._reader.identifier(row)
            if identifier is None:
                continue
            patient = found.patients.setdefault(identifier, PatientSurvey())
            patient.last_line = row.line
            time = self._reader.time(row)
            if isinstance(time, SourceTime) and time.is_shifted:
                patient.last_shifted = max(patient.last_shifted or time.at, time.at)
        if last is not None and last.ends_file_open:
            found.notes.append(
                f"Line {last.line}, the last, has no line ending: see whether the file was cut off."
            )
        return found

    def readings(self) -> Iterator[RowReading]:
        """Every row, in the order of the file."""
        return map(self._reader.read, self._rows())

    def _rows(self) -> Iterator[TextRow]:
        return rows(self._path, self._match.delimiter, skip_lines=self._header_line)


def _first_line(path: Path) -> tuple[int, str]:
    """The header and its line number; blank lines and a spreadsheet's “sep=” line come before."""
    for number, line in numbered_lines(path):
        text = line.strip()
        if text and not text.casefold().startswith("sep="):
            return number, line
    message = f"{path.name} is empty. Choose the file that holds the observations."
    raise FeedError(message)


def files_below(paths: Sequence[Path]) -> list[Path]:
    """The files named, and the tables (.csv, .psv, .tsv, .txt, each also .gz) of folders named."""
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            message = f"There is no {path}. Check the spelling."
            raise FeedError(message)
        if not path.is_dir():
            found.append(path)
            continue
        tables = sorted(
            child
            for child in path.rglob("*")
            if child.is_file()
            and child.name.removesuffix(".gz").endswith((".csv", ".psv", ".tsv", ".txt"))
        )
        if not tables:
            message = f"The folder {path.name} holds no .csv, .psv, .tsv or .txt file."
            raise FeedError(message)
        found.extend(tables)
    return list(dict.fromkeys(found))
