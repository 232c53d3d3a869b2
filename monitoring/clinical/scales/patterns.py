"""Records that say the same, found once: what depends on the findings alone is worded once each."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_BITS_AT_ONCE = 62
_BITS = {"?": 1, "b": 3, "B": 8}
_MOST_BITS = 8


def same_findings(
    columns: Sequence[NDArray[np.bool_] | NDArray[np.int8] | NDArray[np.uint8]],
) -> tuple[list[int], NDArray[np.intp]]:
    """A first place of each combination of the columns, and the combination of each record.

    Columns are of length n: truths, grades (int8, from -1 to 6) or any uint8.
    """
    n = len(columns[0])
    pattern_of = np.zeros(n, dtype=np.intp)
    firsts = pattern_of
    key = np.zeros(n, dtype=np.int64)
    used = 0
    for place, column in enumerate(columns):
        # No column has more values than its bits tell apart, so that no two combinations meet.
        bits = _BITS[column.dtype.char]
        key = (key << bits) + column
        used += bits
        if used + _MOST_BITS > _BITS_AT_ONCE or place == len(columns) - 1:
            found, words = np.unique(key, return_inverse=True)
            both = pattern_of * len(found) + words
            _, firsts, pattern_of = np.unique(both, return_index=True, return_inverse=True)
            key, used = np.zeros(n, dtype=np.int64), 0
    return firsts.tolist(), pattern_of
