"""An export opens in a spreadsheet without running a formula, and nothing is lost on the way."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.feeds.export_format import (
    COLUMNS,
    guarded,
    is_export,
    read_file,
    unguarded,
    write_file,
    write_table,
)
from monitoring.feeds.export_reading import read_export
from monitoring.feeds.problems import FeedError

FORMULAS = ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1", '=HYPERLINK("http://x")']


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_begins_like_a_formula_does_not_stay_one(text):
    assert guarded(text).startswith("'")
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["-162.2", "+5", "38.4", "a=b"])
def test_plain_numbers_and_plain_text_stay_as_they_are(text):
    assert guarded(text) == text


@given(st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_every_text_comes_back(text):
    stream = io.StringIO()
    write_table(stream, [{"record": "observation", "value_sent": text}])
    rows = list(csv.reader(io.StringIO(stream.getvalue(), newline="")))
    cell = rows[1][COLUMNS.index("value_sent")]
    assert unguarded(cell) == text


def test_an_export_is_known_by_its_header_and_readable_by_its_owner_alone(tmp_path):
    path = tmp_path / "out.csv"
    write_file(path, [{"record": "patient", "details": "{}"}])
    assert is_export(path)
    assert path.stat().st_mode & 0o077 == 0
    assert [row.record for row in read_file(path)] == ["patient", "end"]


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    with pytest.raises(FeedError, match="--out"):
        write_file(tmp_path / "missing" / "out.csv", [])

    def fails():
        yield {"record": "patient"}
        raise OSError(28, "No space left on device")

    with pytest.raises(FeedError, match="No space left"):
        write_file(tmp_path / "out.csv", fails())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("observation,short", "cut off"),
        ("nonsense" + "," * (len(COLUMNS) - 1), "cut off"),
        ("set" + "," * (len(COLUMNS) - 1), "before the patient"),
        ('patient,"open', "damaged"),
    ],
)
def test_a_damaged_export_is_refused_whole(tmp_path, line, words):
    path = tmp_path / "out.csv"
    path.write_text(",".join(COLUMNS) + "\n" + line + "\n")
    with pytest.raises(FeedError, match=words):
        read_export(path)
