"""A column that says the same of every moment, at the cost of one value."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def everywhere(value: NDArray[Any], n: int) -> NDArray[Any]:
    """The one value of an array as a column of n, not to be written to.

    As ``np.broadcast_to``, which takes many times as long for the few moments of a bedside.
    """
    column: NDArray[Any] = np.ndarray((n,), value.dtype, value, 0, (0,))
    column.flags.writeable = False
    return column


def is_everywhere(column: NDArray[Any]) -> bool:
    """Whether a column was made so."""
    return column.strides == (0,)
