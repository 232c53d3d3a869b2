"""Which readings of a vital sign count as beyond a limit: debounce and hysteresis over columns.

Clinical reference 8.3. A charted value counts at once and clears at once. A value that a device
streams counts once it has lasted, and clears once it has been well for a while; until then what was
known before it stands. Everything is run lengths over whole columns, so that one patient's day and
a ward's month are the same few array operations.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.facts import ShortHistoryError
from monitoring.clinical.policy_types import StreamRule
from monitoring.clinical.timeline import US_PER_S, Series

# How far back a reading can keep a problem active. The rules are given 24 hours of history: what
# decides lies an hour inside, so that its run (``policy_limits.LONGEST_RUN_S``) is there whole and
# the answer is the same however much more history is at hand.
LATCH_US = 23 * 3600 * US_PER_S

# What the rules need of these is the newest value and the last one that decides a signal: of a
# stream the last minutes, as a rule.
NEEDED_SHORT = (
    "heart_rate",
    "respiratory_rate",
    "systolic_bp",
    "diastolic_bp",
    "mean_arterial_pressure",
    "spo2",
)

_Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """One vital sign against one limit.

    ``counts`` says of each reading whether it raises; ``last_raise`` and ``last_clear`` give, for
    each reading, the newest one up to it that raised or cleared, -1 where there was none.
    """

    counts: _Bools
    last_raise: NDArray[np.intp]
    last_clear: NDArray[np.intp]


def signal(series: Series, rule: StreamRule, *, beyond: _Bools, cleared: _Bools) -> Signal:
    """The signal of a series (without its missing last row) by its readings beyond and clear.

    No reading may be both.
    """
    taken_us = series.taken_us[:-1]
    streamed = series.streamed[:-1]
    if not streamed.any():
        raises, clears = beyond, cleared
    else:
        raises = raising(taken_us, beyond, cleared, streamed=streamed, rule=rule)
        clears = clearing(taken_us, cleared, streamed=streamed, rule=rule)
    return Signal(counts=raises, last_raise=newest(raises), last_clear=newest(clears))


def raising(
    taken_us: NDArray[np.int64],
    beyond: _Bools,
    cleared: _Bools,
    *,
    streamed: _Bools,
    rule: StreamRule,
) -> _Bools:
    """Which readings beyond the limit raise: ``counted`` by the rule for that."""
    return counted(
        taken_us,
        beyond,
        cleared if rule.raise_readings > 1 else ~beyond,
        streamed=streamed,
        readings=rule.raise_readings,
        lasts_s=rule.raise_s,
        gap_s=rule.gap_s,
    )


def clearing(
    taken_us: NDArray[np.int64], cleared: _Bools, *, streamed: _Bools, rule: StreamRule
) -> _Bools:
    """Which readings clear: ``counted`` by the rule for that."""
    return counted(
        taken_us,
        cleared,
        ~cleared,
        streamed=streamed,
        readings=rule.clear_readings,
        lasts_s=rule.clear_s,
        gap_s=rule.clear_gap_s,
    )


def severely(
    taken_us: NDArray[np.int64], deep: _Bools, *, streamed: _Bools, rule: StreamRule
) -> _Bools:
    """Which readings below a severe limit count: ``counted`` by the shorter run of those."""
    return counted(
        taken_us,
        deep,
        ~deep,
        streamed=streamed,
        readings=rule.severe_readings,
        lasts_s=rule.severe_s,
        gap_s=rule.gap_s,
    )


def counted(
    taken_us: NDArray[np.int64],
    holds: _Bools,
    breaks: _Bools,
    *,
    streamed: _Bools,
    readings: int,
    lasts_s: float,
    gap_s: float,
) -> _Bools:
    """Which of the readings that hold count: charted ones at once, streamed ones after their run.

    A run ends at a reading that ``breaks`` and at a silence longer than ``gap_s``.
    """
    places = np.flatnonzero(holds)
    counts = np.zeros(len(holds), dtype=np.bool_)
    if len(places) == 0:
        return counts
    times = taken_us[places]
    broken = np.cumsum(breaks)[places]
    begins = (np.diff(times) > round(gap_s * US_PER_S)) | (np.diff(broken) > 0)
    order = np.arange(len(places))
    first = np.zeros(len(places), dtype=np.intp)
    np.maximum.accumulate(order[1:] * begins, out=first[1:])
    lasted = times - times[first] >= round(lasts_s * US_PER_S)
    counts[places] = (lasted & (order - first + 1 >= readings)) | ~streamed[places]
    return counts


def newest(happens: _Bools) -> NDArray[np.intp]:
    """For each reading the newest one up to it at which something happens, -1 where none is."""
    return np.maximum.accumulate(np.where(happens, np.arange(len(happens)), -1))


class Signals:
    """The signals of one timeline, each worked out once however many moments ask for it.

    Of a series that was cut short they answer what the rest of it decides whatever was before, and
    raise ``ShortHistoryError`` for everything else.
    """

    def __init__(
        self,
        series: Mapping[str, Series],
        rules: Mapping[str, StreamRule],
        since_us: Mapping[str, int] = MappingProxyType({}),
        rows: Mapping[str, NDArray[np.intp]] = MappingProxyType({}),
    ) -> None:
        """``rules`` are the policy's streams by concept; ``since_us`` says which were cut short.

        ``rows`` has the newest reading of each series at each moment of the timeline, -1 for none.
        """
        self.rows = rows
        self._series = series
        self._rules = rules
        self._since_us = since_us
        self._known: dict[tuple[str, float, float, bool, bool], Signal] = {}
        self._severe: dict[tuple[str, float], _Bools] = {}

    def lasts(
        self,
        concept: str,
        row: int,
        at_us: int,
        *,
        limit: float,
        clear: float,
        rising: bool,
        above: bool = False,
    ) -> bool:
        """Whether the last decisive reading up to ``row`` raised, and that within ``LATCH_US``.

        ``rising`` raises from ``limit`` on, with ``above`` only beyond it, and clears below
        ``clear``; else it raises below ``limit`` and clears from ``clear`` on. ``clear`` is for
        charted values, a stream's own margin for what is streamed. No limit (NaN) is never reached.
        """
        if row < 0 or isnan(limit):
            return False
        found = self._signal(concept, limit, clear, rising=rising, above=above)
        raised, cleared = int(found.last_raise[row]), int(found.last_clear[row])
        is_recent = int(self._series[concept].taken_us[raised]) >= at_us - LATCH_US
        # What decides here does so whatever was before: it breaks the runs of its opposite, and a
        # longer history makes no run shorter. A later raise of a longer run matters to the latch.
        if concept in self._since_us and (
            raised == cleared or (raised > cleared and not is_recent)
        ):
            raise ShortHistoryError(concept)
        return raised > cleared and is_recent

    def lasting(
        self,
        concept: str,
        rows: NDArray[np.intp],
        at_us: NDArray[np.int64],
        *,
        limit: float,
        clear: float,
        rising: bool,
        above: bool = False,
    ) -> _Bools:
        """``lasts`` at many moments."""
        self._refuse_short(concept)
        found = self._signal(concept, limit, clear, rising=rising, above=above)
        raised = np.append(found.last_raise, -1).take(rows)
        cleared = np.append(found.last_clear, -1).take(rows)
        # The last of a series is missing, and was never raised.
        since_us = self._series[concept].taken_us.take(raised)
        return (raised > cleared) & (since_us >= at_us - LATCH_US)

    def severe(self, concept: str, rows: NDArray[np.intp], *, limit: float) -> _Bools:
        """``is_severe`` at many moments."""
        self._refuse_short(concept)
        return np.append(self._severe_of(concept, limit), np.False_).take(rows)

    def is_severe(self, concept: str, row: int, *, limit: float) -> bool:
        """Whether the reading at ``row`` lies below a severe limit, with the shorter run of one."""
        if row < 0:
            return False
        counts = bool(self._severe_of(concept, limit)[row])
        if not counts and concept in self._since_us:
            value = self._series[concept].value[: row + 1]
            if bool((value < limit).all()):
                raise ShortHistoryError(concept)
        return counts

    def streamed(self, concept: str, rows: NDArray[np.intp]) -> _Bools:
        """``is_streamed`` at many moments."""
        return self._series[concept].streamed.take(rows)

    def is_streamed(self, concept: str, row: int) -> bool:
        """Whether a device sent the reading by itself."""
        return row >= 0 and bool(self._series[concept].streamed[row])

    def _refuse_short(self, concept: str) -> None:
        if concept in self._since_us:
            raise ShortHistoryError(concept)

    def _severe_of(self, concept: str, limit: float) -> _Bools:
        if (concept, limit) not in self._severe:
            series, rule = self._series[concept], self._rules[concept]
            self._severe[concept, limit] = severely(
                series.taken_us[:-1],
                series.value[:-1] < limit,
                streamed=series.streamed[:-1],
                rule=rule,
            )
        return self._severe[concept, limit]

    def _signal(
        self, concept: str, limit: float, clear: float, *, rising: bool, above: bool
    ) -> Signal:
        key = (concept, limit, clear, rising, above)
        if key not in self._known:
            series, rule = self._series[concept], self._rules[concept]
            value, streamed = series.value[:-1], series.streamed[:-1]
            margin = -rule.clear_margin if rising else rule.clear_margin
            bound = np.where(streamed, limit + margin, clear)
            beyond = value > limit if above else value >= limit if rising else value < limit
            cleared = value < bound if rising else value >= bound
            self._known[key] = signal(series, rule, beyond=beyond, cleared=cleared)
        return self._known[key]
