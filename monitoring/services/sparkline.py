"""The temperature of the last 24 hours as a tile draws it: few small numbers.

A board sends thirty of them to every viewer, so the points are those that can be seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import sub

# A tile's sparkline is about this many pixels wide; more points would not be seen.
SPARKLINE_POINTS = 40


@dataclass(frozen=True, kw_only=True)
class Sparkline:
    """Temperatures of the last 24 h in tenths of a degree Celsius; the first was at ``from_s``.

    ``minutes`` are those since the point before: small numbers, as every viewer is sent them.
    """

    from_s: int
    minutes: tuple[int, ...]
    tenths: tuple[int, ...]


def sparkline(at_minute: Sequence[int], tenths: Sequence[int]) -> Sparkline | None:
    """The temperature line from minutes since the epoch (ascending) and tenths of a degree Celsius.

    Of many points the highest and lowest of each stretch are kept.
    """
    if not tenths:
        return None
    if len(tenths) > SPARKLINE_POINTS:
        kept = _kept_of(tenths)
        at_minute = [at_minute[place] for place in kept]
        tenths = [tenths[place] for place in kept]
    return Sparkline(
        from_s=60 * at_minute[0],
        minutes=(0, *map(sub, at_minute[1:], at_minute)),
        tenths=tuple(tenths),
    )


def _kept_of(tenths: Sequence[int]) -> Sequence[int]:
    """The places of the points drawn: the first, the last, and the extremes of every stretch."""
    count = len(tenths)
    stretches = SPARKLINE_POINTS // 2
    kept = {0, count - 1}
    for number in range(stretches):
        part = range(number * count // stretches, (number + 1) * count // stretches)
        kept.add(max(part, key=tenths.__getitem__))
        kept.add(min(part, key=tenths.__getitem__))
    return sorted(kept)
