"""Which points of a long series are drawn: all of a short one, and every extreme of a long one."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from tsdownsample import MinMaxDownsampler, MinMaxLTTBDownsampler

_MINUTE_US = 60 * 1_000_000

# A line breaks where a spacing is more than this many times what is usual around it; one missed
# set keeps its line, two do not. Below the floor nothing breaks.
GAP_FACTOR = 3.0
GAP_FLOOR_US = 20 * _MINUTE_US
_NEIGHBOURS = 4

# A share of the budget goes to plain minima and maxima, so that no bin loses its extremes to the
# look of the line.
_EXTREMES_SHARE = 0.6

_SHAPE = MinMaxLTTBDownsampler()
_EXTREMES = MinMaxDownsampler()


def breaks(taken_us: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions at which a new stretch of line begins, because nothing was measured before it.

    ``taken_us`` ascends. The usual spacing is the median of the four spacings before or that of
    the four after, whichever is longer: going from four-hourly to quarter-hourly sets is no gap.
    """
    spacing = np.diff(taken_us)
    if not len(spacing):
        return np.empty(0, np.int64)
    # What is usual is never below the smallest spacing, so most need no closer look.
    wide = max(GAP_FLOOR_US, GAP_FACTOR * float(spacing.min()))
    found = [
        i + 1
        for i in np.flatnonzero(spacing > wide)
        if spacing[i] > GAP_FACTOR * _usual(spacing, int(i))
    ]
    return np.asarray(found, dtype=np.int64)


def _usual(spacing: NDArray[np.int64], at: int) -> float:
    before = spacing[max(0, at - _NEIGHBOURS) : at]
    after = spacing[at + 1 : at + 1 + _NEIGHBOURS]
    # Two readings alone have no usual spacing: they are joined.
    return max((float(np.median(side)) for side in (before, after) if len(side)), default=np.inf)


def kept(
    taken_us: NDArray[np.int64], value: NDArray[np.float64], *, budget: int
) -> NDArray[np.int64]:
    """Positions of the points to draw, at most about ``budget`` and one for each stretch and end.

    Parameters: ``taken_us`` ascending; ``value`` without NaN. Returns ascending positions. Up to
    ``budget`` points nothing is left out. Beyond it, each stretch between gaps is thinned on its
    own and keeps its first and last point, its overall extremes and those of every bin.
    """
    count = len(taken_us)
    if count <= budget:
        return np.arange(count, dtype=np.int64)
    edges = [0, *breaks(taken_us).tolist(), count]
    parts = []
    for start, end in pairwise(edges):
        size = end - start
        share = max(8, budget * size // count)
        if size <= share:
            parts.append(np.arange(start, end, dtype=np.int64))
        else:
            parts.append(start + _thinned(taken_us[start:end], value[start:end], share))
    return np.concatenate(parts)


def _thinned(
    taken_us: NDArray[np.int64], value: NDArray[np.float64], share: int
) -> NDArray[np.int64]:
    extremes = max(4, int(share * _EXTREMES_SHARE)) // 2 * 2
    shape = max(3, share - extremes)
    positions = np.concatenate(
        (
            _SHAPE.downsample(taken_us, value, n_out=shape),
            _EXTREMES.downsample(taken_us, value, n_out=extremes),
            (0, int(np.argmin(value)), int(np.argmax(value)), len(value) - 1),
        )
    )
    return np.unique(positions).astype(np.int64)
