"""A column that says the same of every moment."""

import numpy as np
import pytest

from monitoring.clinical.everywhere import everywhere, is_everywhere


def test_one_value_stands_at_every_moment_and_cannot_be_changed_at_one() -> None:
    column = everywhere(np.full(1, 7), 3)

    assert column.tolist() == [7, 7, 7]
    assert is_everywhere(column)
    assert not is_everywhere(np.full(3, 7))
    with pytest.raises(ValueError, match="read-only"):
        column[1] = 8
