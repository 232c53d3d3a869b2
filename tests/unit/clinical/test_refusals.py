"""Every place of every rule file, spoiled: what the author who slipped is told (ADR 2).

``golden/refusals.txt`` holds the answers; ``python -m tests.unit.clinical.spoiling`` writes it.
"""

import pytest

from monitoring.clinical.rule_file import read_packaged
from tests.unit.clinical import spoiling

GOLDEN = spoiling.golden()
# Few at a time, so that a reader that slips is found soon.
BLOCKS = [
    (file, begin, slips[begin : begin + 40])
    for file in spoiling.READERS
    for slips in [spoiling.slips(file)]
    for begin in range(0, len(slips), 40)
]


@pytest.mark.parametrize(
    ("file", "begin", "slips"), BLOCKS, ids=[f"{file}-{begin}" for file, begin, _ in BLOCKS]
)
def test_a_spoiled_place_is_refused_in_the_same_words(
    file: str, begin: int, slips: list[spoiling.Slip]
) -> None:
    assert [slip.line() for slip in slips] == GOLDEN[file][begin : begin + len(slips)]


@pytest.mark.parametrize("file", spoiling.READERS)
def test_no_slip_is_held_that_the_file_has_no_place_for(file: str) -> None:
    assert len(GOLDEN[file]) == len(spoiling.slips(file))


@pytest.mark.parametrize("file", spoiling.READERS)
def test_the_file_is_read_as_it_is(file: str) -> None:
    spoiling.READERS[file](read_packaged(file))
