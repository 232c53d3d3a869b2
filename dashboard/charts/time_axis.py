"""The one shared time axis: the ward's clock, or hours since the last infusion.

Positions on the axis are true time. Only labels are local, and each is worked out in the ward's own
zone, so the night on which the clocks change has an hour more or less between two labels and no
point is drawn out of order.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from dashboard.charts import encoding

_SECOND_US = 1_000_000
_HOUR_US = 3_600 * _SECOND_US
_MS_US = 1_000
_STEPS_MINUTES = (5, 15, 30, 60, 120, 180, 240, 360, 720, 1_440, 2_880, 5_760, 10_080)
_STEPS_HOURS = (1, 2, 3, 4, 6, 12, 24, 48, 96, 168)
_MOST_TICKS = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAxis:
    """A window of time and how it is labelled.

    ``infused_us`` None means clock time in ``zone``; else hours since that instant. ``from_us`` and
    ``to_us`` are the ends of the window, microseconds since the epoch, UTC.
    """

    from_us: int
    to_us: int
    zone: ZoneInfo
    infused_us: int | None = None

    @property
    def spans_clock_change(self) -> bool:
        """Whether the ward's clocks change inside the window."""
        return self._offset_us(self.from_us) != self._offset_us(self.to_us)

    def column(self, taken_us: NDArray[np.int64]) -> dict[str, Any]:
        """A whole column of instants, encoded."""
        origin_us, per_unit_us = self._scale()
        return encoding.instants(taken_us, origin_us=origin_us, per_unit_us=per_unit_us)

    def position(self, at_us: int) -> float:
        """One instant in the axis's own units."""
        origin_us, per_unit_us = self._scale()
        return (at_us - origin_us) / per_unit_us

    def clip(self, from_us: int, to_us: int) -> tuple[int, int] | None:
        """The part of a span that lies in the window, or None."""
        start, end = max(from_us, self.from_us), min(to_us, self.to_us)
        return (start, end) if start < end else None

    def label(self, at_us: int) -> str:
        """An instant in words: "Sun 22 Nov 10:42", with the zone's name if the clocks change."""
        if self.infused_us is not None:
            return f"{(at_us - self.infused_us) / _HOUR_US:+.1f} h"
        form = "%a %d %b %H:%M %Z" if self.spans_clock_change else "%a %d %b %H:%M"
        return self._local(at_us).strftime(form)

    def short_label(self, at_us: int) -> str:
        """An instant beside a value: the clock today, with its day on any other; or the hour."""
        if self.infused_us is not None:
            return self.label(at_us)
        local = self._local(at_us)
        same_day = local.date() == self._local(self.to_us).date()
        return local.strftime("%H:%M" if same_day else "%a %H:%M")

    def layout(self) -> dict[str, Any]:
        """The axis as plotly takes it, with its range and labels fixed."""
        ticks = self._hour_ticks() if self.infused_us is not None else self._clock_ticks()
        return {
            "type": "linear" if self.infused_us is not None else "date",
            # A little room at the end, so that the newest point is not cut in half.
            "range": [
                self.position(self.from_us),
                self.position(self.to_us + (self.to_us - self.from_us) // 80),
            ],
            "tickangle": 0,
            "tickmode": "array",
            "tickvals": [self.position(at) for at, _ in ticks],
            "ticktext": [words for _, words in ticks],
            "hoverformat": "+.1f" if self.infused_us is not None else "%a %d %b %H:%M",
        }

    def midnights(self) -> list[int]:
        """Each local midnight inside the window."""
        return [at for at in self._wall_times(1_440) if self._local(at).hour == 0]

    def _scale(self) -> tuple[int, float]:
        if self.infused_us is not None:
            return self.infused_us, float(_HOUR_US)
        # A date axis shows UTC: the ward's offset is added to every point alike.
        return -self._offset_us(self.to_us), float(_MS_US)

    def _local(self, at_us: int) -> datetime:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)).astimezone(
            self.zone
        )

    def _offset_us(self, at_us: int) -> int:
        offset = self._local(at_us).utcoffset() or timedelta()
        return int(offset.total_seconds()) * _SECOND_US

    def _hour_ticks(self) -> list[tuple[int, str]]:
        origin_us = self.infused_us or 0
        first_h, last_h = ((us - origin_us) / _HOUR_US for us in (self.from_us, self.to_us))
        step = next(
            (s for s in _STEPS_HOURS if (last_h - first_h) / s <= _MOST_TICKS), _STEPS_HOURS[-1]
        )
        start = int(np.ceil(first_h / step)) * step
        return [
            (origin_us + hour * _HOUR_US, f"{hour:+d} h" if hour else "infusion")
            for hour in range(start, int(np.floor(last_h)) + 1, step)
        ]

    def _clock_ticks(self) -> list[tuple[int, str]]:
        minutes = (self.to_us - self.from_us) / (60 * _SECOND_US)
        step = next((s for s in _STEPS_MINUTES if minutes / s <= _MOST_TICKS), _STEPS_MINUTES[-1])
        changes = self.spans_clock_change
        return [(at, self._tick_words(at, changes)) for at in self._wall_times(step)]

    def _tick_words(self, at_us: int, changes: bool) -> str:
        local = self._local(at_us)
        if local.hour == 0 and local.minute == 0:
            return local.strftime("<b>%a</b><br><b>%d %b</b>")
        return local.strftime("%H:%M<br>%Z" if changes else "%H:%M")

    def _wall_times(self, step_minutes: int) -> list[int]:
        """Instants in the window at which the ward's clock shows a multiple of the step.

        Steps of a day and more count from the window's first midnight.
        """
        day = self._local(self.from_us).date()
        last = self._local(self.to_us).date()
        found: set[int] = set()
        days = max(1, step_minutes // 1_440)
        while day <= last:
            for minute in range(0, 1_440, min(step_minutes, 1_440)):
                for fold in (0, 1):
                    at = datetime(
                        day.year, day.month, day.day, minute // 60, minute % 60, fold=fold,
                        tzinfo=self.zone,
                    ).astimezone(UTC)  # fmt: skip
                    at_us = round(at.timestamp()) * _SECOND_US
                    shown = self._local(at_us)
                    if (shown.hour, shown.minute) == (minute // 60, minute % 60):
                        found.add(at_us)
            day += timedelta(days=days)
        return sorted(at for at in found if self.from_us <= at <= self.to_us)
