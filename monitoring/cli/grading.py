"""``stormwatch grade``: records in, grades with their reasons out, one line of JSON each."""

import gc
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import orjson
import typer

from monitoring.cli.stopping import stop
from monitoring.clinical.scales import registry
from monitoring.clinical.scales.answer import Scale
from monitoring.clinical.scales.fields import Field, FieldKind, RecordError
from monitoring.clinical.scales.reading import in_words

_LINES_AT_ONCE = 8192
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def grade(
    scale: Annotated[str, typer.Option(help="The scale, such as astct-crs.")],
    file: Annotated[
        Path | None, typer.Argument(help="JSON Lines, a record a line; - or nothing: the input.")
    ] = None,
    fields: Annotated[
        bool, typer.Option("--fields", help="Show what the scale asks for, and grade nothing.")
    ] = False,
) -> None:
    """Grade records: reads JSON Lines, writes a grade or a total with its reasons a line."""
    try:
        asked = registry.scale(scale)
    except registry.UnknownScaleError as error:
        stop(str(error))
    if fields:
        for line in _described(asked):
            typer.echo(line)
        return
    # Answers make no cycles, and looking for some among millions takes a third of the time.
    gc.disable()
    out = sys.stdout.buffer
    all_good = True
    with _opened(file) as lines:
        for written, errors in _graded(asked, lines):
            out.write(written)
            for one in errors:
                typer.echo(one, err=True)
            all_good = all_good and not errors
    out.flush()
    if not all_good:
        raise typer.Exit(2)


@contextmanager
def _opened(file: Path | None) -> Iterator[BinaryIO]:
    if file is None or str(file) == "-":
        # Python has none where the input was closed before it started.
        if sys.stdin is None:
            stop("The input is closed. Name a file, or give the records to the input.")
        with nullcontext(sys.stdin.buffer) as lines:
            yield lines
        return
    try:
        lines = file.open("rb")
    except OSError as error:
        stop(f"{file.name} cannot be read ({error.strerror}). Check the name and the permission.")
    with lines:
        yield lines


def _graded(scale: Scale, lines: BinaryIO) -> Iterator[tuple[bytes, list[str]]]:
    """Some lines at a time: what is written for them, and what was wrong."""
    done = 0
    while chunk := list(islice(lines, _LINES_AT_ONCE)):
        if done == 0:
            chunk[0] = chunk[0].removeprefix(_BYTE_ORDER_MARK)
        records: list[dict[str, Any]] = []
        numbers: list[int] = []
        unreadable: dict[int, str] = {}
        for number, line in enumerate(chunk, done + 1):
            if not line.strip():
                continue
            try:
                record = _record(line)
            except ValueError as error:
                unreadable[len(records)] = str(error)
                record = {}
            records.append(record)
            numbers.append(number)
        done += len(chunk)
        yield _documents(scale, scale.of_each(records), numbers, unreadable)


def _record(line: bytes) -> dict[str, Any]:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ValueError(_why_not_json(line, error)) from None
    if not isinstance(record, dict):
        message = "This is not an object. Write one object of fields and values a line."
        raise ValueError(message)
    # A key takes a colon each: only where there are more may one be there twice.
    if line.count(b":") > len(record):
        try:
            json.loads(line, object_pairs_hook=_refuse_twice)
        except RecursionError:
            message = "Values stand too deep in one another. Write one object of fields and values."
            raise ValueError(message) from None
    return record


def _why_not_json(line: bytes, error: orjson.JSONDecodeError) -> str:
    """NaN, Infinity and a number beyond any are named by their field, as a wrong value is."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return "This is not UTF-8 text. Save the records as UTF-8."
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        record = None
    if isinstance(record, dict):
        for name, value in record.items():
            if isinstance(value, float) and not isfinite(value):
                return f"{name} takes a number, and this is none. Write null where it is unknown."
    return f"This is not JSON ({error.msg}). Write one object a line."


def _refuse_twice(pairs: list[tuple[str, Any]]) -> None:
    """Of two values under one key nobody knows which is meant."""
    counted = Counter(key for key, _ in pairs)
    twice = [key for key, count in counted.items() if count > 1]
    if twice:
        message = f"{', '.join(twice)} stands more than once in the line. Keep one of them."
        raise ValueError(message)


def _documents(
    scale: Scale,
    answers: Iterable[Any],
    numbers: Iterable[int],
    unreadable: dict[int, str],
) -> tuple[bytes, list[str]]:
    errors = []
    written = []
    for place, (answer, number) in enumerate(zip(answers, numbers, strict=True)):
        message = unreadable.get(place)
        if message is None and isinstance(answer, RecordError):
            message = str(answer)
        if message is None:
            written.append(
                orjson.dumps(scale.to_document(answer), option=orjson.OPT_APPEND_NEWLINE)
            )
            continue
        errors.append(f"Line {number}: {message}")
        written.append(orjson.dumps({"line": number, "error": message}) + b"\n")
    return b"".join(written), errors


def _described(scale: Scale) -> Iterator[str]:
    yield f"{scale.id}: {scale.title} ({scale.version}). {scale.source}."
    yield "A field that is absent or null is unknown."
    for field in scale.fields:
        yield ""
        yield f"{field.name}: {field.label}"
        yield f"  {_kind(field)}"
        for choice in field.choices:
            others = [other for other, own in field.synonyms.items() if own == choice]
            yield f"  {choice}{' = ' if others else ''}{', '.join(others)}"


def _kind(field: Field) -> str:
    if field.kind is not FieldKind.NUMBER:
        return {
            FieldKind.TRUTH: "true or false",
            FieldKind.CHOICE: "one of",
            FieldKind.CHOICES: "a list of any of; [] is none",
        }[field.kind]
    unit = f" in {field.unit}" if field.unit else ""
    kind = "whole number" if field.whole else "number"
    return f"{kind}{unit} {in_words(field)}".rstrip()
