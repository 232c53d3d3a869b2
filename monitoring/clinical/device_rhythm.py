"""How long a device may be silent before somebody has to look at it: by its own rhythm.

A probe sends every second or minute, a cuff every quarter of an hour; one time for both would call
between two measurements of the cuff, or late for the probe. Local policy: the clinical reference
(8.2) says only that "device off" is a technical alarm.
"""

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.policy_types import WatchLimits
from monitoring.clinical.timeline import US_PER_S, Series

# Readings, counted from the newest, that the rhythm is read from.
COUNTED = 4
_BY_CUFF = "systolic_bp"


def off_after_us(concept: str, sent_us: NDArray[np.int64], watch: WatchLimits) -> NDArray[np.int64]:
    """For each reading that a device sent, after how much silence (microseconds) it is off.

    ``sent_us`` ascends. That is so many of its usual intervals as policy says, and at least the
    policy's time. Usual is the middle of the last three, of two the shorter: neither a pause
    nor a measurement that was repeated at once is a rhythm. A pressure of which fewer than
    ``COUNTED`` readings are known may be of a cuff, which has a longer time then.
    """
    after_us = np.full(len(sent_us), round(watch.device_off_after_s * US_PER_S), dtype=np.int64)
    if concept == _BY_CUFF:
        after_us[: COUNTED - 1] = round(watch.cuff_off_after_s * US_PER_S)
    if len(sent_us) < 2:
        return after_us
    last = np.diff(sent_us)
    before = np.append(last[:1], last[:-1])
    third = np.minimum(last, before)
    third[2:] = last[:-2]
    usual_us = np.median(np.stack((last, before, third)), axis=0)
    after_us[1:] = np.maximum(after_us[1:], watch.device_off_intervals * usual_us)
    return after_us


def off_after_by_row(concept: str, series: Series, watch: WatchLimits) -> NDArray[np.int64]:
    """``off_after_us`` of each row that a device sent, 0 of every other and of the missing one."""
    found = np.zeros(len(series.taken_us), dtype=np.int64)
    found[series.streamed] = off_after_us(concept, series.taken_us[series.streamed], watch)
    return found
