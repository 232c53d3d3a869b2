"""What the rules say of every row of the handbook, word for word (``told.py``)."""

import pytest

from tests.spec import tables, told

ROWS = {name: row for chapter in tables.chapters() for name, row in told.rows(chapter).items()}
# Few at a time, so that a part that moved is seen soon.
BLOCKS = [list(ROWS)[begin : begin + 4] for begin in range(0, len(ROWS), 4)]
READ_WORDS = frozenset(told.WORDS.read_text(encoding="utf-8").splitlines())
READ_LINES = told.PARTS.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("names", BLOCKS, ids=lambda names: names[0].partition(":")[0])
def test_every_part_of_every_row_is_as_it_was_read(names: list[str]) -> None:
    parts = told.of({name: ROWS[name] for name in names})

    assert told.words(parts) - READ_WORDS == set()
    first = list(ROWS).index(names[0])
    assert told.lines(parts) == READ_LINES[first : first + len(names)]


def test_no_row_is_held_that_the_handbook_has_not() -> None:
    assert len(READ_LINES) == len(ROWS)
