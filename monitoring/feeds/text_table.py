"""The rows of a delimited text file as it lies on the disk, streamed, with their raw text.

Nothing is repaired. A row that cannot be split is handed on whole with its problem; a file that is
no table at all is an error that says what it is.
"""

import csv
import gzip
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from monitoring.feeds.problems import FeedError

# A longer line is no row of a table; reading on would only fill the memory.
_LONGEST_LINE = 1_000_000
# A quoted cell may run over some lines; more of them mean a quotation mark that is never closed.
_MOST_JOINED_LINES = 20

_GZIP = b"\x1f\x8b"
_OTHER_KINDS = {
    b"PK\x03\x04": "a zip archive or a spreadsheet; unpack it, or save the sheet as CSV",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet; save the sheet as CSV",
    b"SQLite": "a database; export a table as CSV",
    b"%PDF": "a PDF document; ask for the data as CSV",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRow:
    """One row: the number of its first line, its text, its cells, and what is wrong with it."""

    line: int
    raw: str
    cells: tuple[str, ...] = ()
    problem: str | None = None
    ends_file_open: bool = False


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Line number and text with its line ending; gzip and byte order marks are understood.

    Raises ``FeedError`` where the file cannot be opened, is no text, or breaks off.
    """
    try:
        with path.open("rb") as binary:
            start = binary.read(8)
        for magic, kind in _OTHER_KINDS.items():
            if start.startswith(magic):
                message = f"{path.name} is {kind}."
                raise FeedError(message)
        with _open_text(path, start) as text:
            number = 0
            while line := text.readline(_LONGEST_LINE):
                number += 1
                if len(line) == _LONGEST_LINE and not line.endswith(("\n", "\r")):
                    message = f"{path.name}, line {number}, is too long for a row of a table."
                    raise FeedError(message)
                yield number, line
    except (EOFError, gzip.BadGzipFile) as error:
        message = f"{path.name} is damaged or cut off: it cannot be unpacked. Copy it again."
        raise FeedError(message) from error
    except OSError as error:
        why = error.strerror or type(error).__name__
        message = f"{path.name} cannot be read: {why}. Check the path and the permissions."
        raise FeedError(message) from error
    except UnicodeDecodeError as error:
        message = f"{path.name} is no UTF-8 or UTF-16 text. Save it as UTF-8."
        raise FeedError(message) from error


def _open_text(path: Path, start: bytes) -> IO[str]:
    binary: IO[bytes]
    if start.startswith(_GZIP):
        binary = cast(IO[bytes], gzip.open(path, "rb"))  # noqa: SIM115 (the text around it closes it)
        peeked = binary.read(4)
        binary.seek(0)
    else:
        binary = path.open("rb")
        peeked = start
    is_utf16 = peeked[:2] in {b"\xff\xfe", b"\xfe\xff"}
    # Bytes that are no UTF-8 are carried along and make their own row unusable, not the file.
    return io.TextIOWrapper(
        binary,
        encoding="utf-16" if is_utf16 else "utf-8-sig",
        errors="strict" if is_utf16 else "surrogateescape",
        newline="",
    )


def rows(path: Path, delimiter: str, *, skip_lines: int = 0) -> Iterator[TextRow]:
    """The rows after the first ``skip_lines`` lines; blank lines are no rows."""
    lines = numbered_lines(path)
    waiting: deque[tuple[int, str]] = deque()
    for number, line in _with_waiting(lines, waiting):
        if number <= skip_lines:
            continue
        text = line.rstrip("\r\n")
        if not text.strip():
            continue
        ends_open = text == line
        if '"' not in text:
            yield _row(number, text, tuple(text.split(delimiter)), ends_open)
            continue
        joined = text
        while joined.count('"') % 2 and len(waiting) < _MOST_JOINED_LINES:
            following = next(lines, None)
            if following is None:
                break
            waiting.append(following)
            joined += "\n" + following[1].rstrip("\r\n")
        if joined.count('"') % 2:
            # The lines after it may be sound: only this one is given up.
            yield TextRow(line=number, raw=visible(text), problem="open_quote")
            continue
        waiting.clear()
        try:
            cells = next(csv.reader([joined], delimiter=delimiter, strict=True))
        except (csv.Error, StopIteration):
            yield TextRow(line=number, raw=visible(joined), problem="bad_quotes")
            continue
        yield _row(number, joined, tuple(cells), ends_open)


def _with_waiting(
    lines: Iterator[tuple[int, str]], waiting: deque[tuple[int, str]]
) -> Iterator[tuple[int, str]]:
    while True:
        following = waiting.popleft() if waiting else next(lines, None)
        if following is None:
            return
        yield following


def _row(number: int, text: str, cells: tuple[str, ...], ends_open: bool) -> TextRow:
    problem = None
    if not text.isprintable() and any(_is_foreign(character) for character in text):
        problem = "not_text"
    return TextRow(
        line=number, raw=visible(text), cells=cells, problem=problem, ends_file_open=ends_open
    )


def _is_foreign(character: str) -> bool:
    return "\udc80" <= character <= "\udcff" or (character < " " and character not in "\t\n\r")


def visible(text: str) -> str:
    """Text that any store can keep: what is no character is written as its escape."""
    if text.isprintable():
        return text
    return "".join(
        f"\\x{ord(c) - 0xDC00:02x}"
        if "\udc80" <= c <= "\udcff"
        else f"\\x{ord(c):02x}"
        if _is_foreign(c)
        else c
        for c in text
    )


def split_header(line: str, delimiter: str) -> tuple[str, ...]:
    """A header's columns without quotation marks and blanks around them."""
    try:
        cells = next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter), [])
    except csv.Error:
        cells = [line]
    return tuple(visible(cell.strip()) for cell in cells)
