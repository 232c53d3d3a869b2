"""A criterion's truth as a column of small integers, and back to the word a reader sees."""

import numpy as np

from monitoring.clinical.results import Truth

NO = np.int8(0)
YES = np.int8(1)
UNKNOWN = np.int8(2)
HELD = np.int8(3)
COUNT = 4

WORDS = (Truth.NO, Truth.YES, Truth.UNKNOWN, Truth.HELD)
