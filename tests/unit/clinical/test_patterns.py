"""Records that say the same are worded once: no two that differ may ever be taken for one."""

import random

import numpy as np
import pytest

from monitoring.clinical.scales.patterns import same_findings


def check(columns: list[np.ndarray]) -> None:
    firsts, pattern_of = same_findings(columns)

    records = list(zip(*(column.tolist() for column in columns), strict=True))
    assert len(pattern_of) == len(records)
    assert len(firsts) == len(set(records))
    for record, pattern in zip(records, pattern_of.tolist(), strict=True):
        assert records[firsts[pattern]] == record
        assert firsts[pattern] == records.index(record), "the first that said so"


def drawn(kinds: str, n: int, seed: int) -> list[np.ndarray]:
    """Columns of truths (?), grades (b) and bytes (B), with their ends and mostly the same."""
    dice = random.Random(seed)
    values = {"?": (False, True), "b": (-1, 0, 6), "B": (0, 1, 255)}
    columns = []
    for kind in kinds:
        common = dice.choice(values[kind])
        said = [dice.choice((*values[kind], common, common, common)) for _ in range(n)]
        columns.append(np.array(said, dtype=np.dtype(kind)))
    return columns


@pytest.mark.parametrize(
    "kinds",
    ["?", "b", "B", "?b", "Bb", "bB", "?B?", "?" * 70, "b" * 30, "B" * 20, "?bB" * 12, "B?b" * 5],
)
@pytest.mark.parametrize("n", [0, 1, 2, 200])
def test_records_share_a_pattern_where_every_finding_is_the_same(kinds: str, n: int) -> None:
    check(drawn(kinds, n, seed=len(kinds) + n))


@pytest.mark.parametrize("width", [1, 7, 8, 9, 16, 40])
def test_one_finding_among_many_tells_two_records_apart(width: int) -> None:
    for place in range(width):
        columns = [np.zeros(2, dtype=np.uint8) for _ in range(width)]
        columns[place][1] = 255
        check(columns)
