"""Every place of every rule file, spoiled: what the author who slipped is told (ADR 2).

``golden/refusals.txt`` holds the answers; ``python -m tests.unit.clinical.spoiling`` writes it.
"""

import pytest

from monitoring.clinical.rule_file import read_packaged
from tests.unit.clinical import spoiling


@pytest.mark.parametrize("file", spoiling.READERS)
def test_a_spoiled_place_is_refused_in_the_same_words(file: str) -> None:
    assert spoiling.page(file) == spoiling.golden()[file]


@pytest.mark.parametrize("file", spoiling.READERS)
def test_the_file_is_read_as_it_is(file: str) -> None:
    spoiling.READERS[file](read_packaged(file))
