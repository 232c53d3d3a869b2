"""For how long the temperature has been above CTCAE's limit of fever grade 3, from a timeline.

CTCAE v5.0 splits fever above 40.0 C by whether it lasted more than 24 h; clinical reference 3.3.
"""

import numpy as np

from monitoring.clinical.ctcae import load_ctcae
from monitoring.clinical.timeline import US_PER_S, Timeline

_EPSILON_C = 1e-6
_HOUR_US = 3600 * US_PER_S


def hours_above(timeline: Timeline, place: int, *, limit_s: float) -> float | None:
    """Hours above the limit without a break, from the first reading above it to the newest.

    0.0 where the newest reading is not above it. None where it is above and nobody knows for how
    long: readings further apart than ``limit_s`` do not say what was between them, and a newest
    reading that is older says nothing of now. A reading that a clinician attributed to another
    cause counts all the same: the term asks for no cause.
    """
    series = timeline.series["body_temperature"]
    newest = int(timeline.rows["body_temperature"][place])
    if newest < 0 or timeline.age_s("body_temperature")[place] > limit_s:
        return None
    above = series.value[: newest + 1] > load_ctcae().fever.grade_3_above_c + _EPSILON_C
    if not above[-1]:
        return 0.0
    below = np.flatnonzero(~above)
    first = int(below[-1]) + 1 if len(below) else 0
    taken_us = series.taken_us[first : newest + 1]
    gaps = np.flatnonzero(np.diff(taken_us) > limit_s * US_PER_S)
    since = int(gaps[-1]) + 1 if len(gaps) else 0
    hours = float(taken_us[-1] - taken_us[since]) / _HOUR_US
    known = since == 0 or hours > load_ctcae().fever.grade_4_after_hours
    return hours if known else None
