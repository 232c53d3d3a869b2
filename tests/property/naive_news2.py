"""NEWS2 once more, in the plainest way: the chart as a chain of questions, one set at a time."""

from decimal import ROUND_HALF_UP, Decimal


def half_up(value: float, decimals: int) -> float:
    """A value at the chart's precision; the half goes up."""
    # repr gives the number that was charted, not its binary neighbour.
    step = Decimal(1).scaleb(-decimals)
    return float(Decimal(repr(value)).quantize(step, rounding=ROUND_HALF_UP))


def respiration(rr: float) -> int:
    rr = half_up(rr, 0)
    if rr <= 8:
        return 3
    if rr <= 11:
        return 1
    if rr <= 20:
        return 0
    if rr <= 24:
        return 2
    return 3


def saturation(spo2: float, scale: int, oxygen: bool | None) -> int | None:
    spo2 = half_up(spo2, 0)
    if scale == 1:
        if spo2 <= 91:
            return 3
        if spo2 <= 93:
            return 2
        if spo2 <= 95:
            return 1
        return 0
    if spo2 <= 83:
        return 3
    if spo2 <= 85:
        return 2
    if spo2 <= 87:
        return 1
    if spo2 <= 92:
        return 0
    if oxygen is None:
        return None
    if not oxygen:
        return 0
    if spo2 <= 94:
        return 1
    if spo2 <= 96:
        return 2
    return 3


def pressure(sbp: float) -> int:
    sbp = half_up(sbp, 0)
    if sbp <= 90:
        return 3
    if sbp <= 100:
        return 2
    if sbp <= 110:
        return 1
    if sbp <= 219:
        return 0
    return 3


def pulse(hr: float) -> int:
    hr = half_up(hr, 0)
    if hr <= 40:
        return 3
    if hr <= 50:
        return 1
    if hr <= 90:
        return 0
    if hr <= 110:
        return 1
    if hr <= 130:
        return 2
    return 3


def temperature(temp_c: float) -> int:
    temp_c = half_up(temp_c, 1)
    if temp_c <= 35.0:
        return 3
    if temp_c <= 36.0:
        return 1
    if temp_c <= 38.0:
        return 0
    if temp_c <= 39.0:
        return 1
    return 2


def score(
    rr: float | None,
    spo2: float | None,
    scale: int,
    oxygen: bool | None,
    sbp: float | None,
    hr: float | None,
    acvpu: str | None,
    temp_c: float | None,
) -> tuple[int | None, int, bool]:
    """Total (None when incomplete), the sum of what is known, and whether any parameter is 3."""
    points = [
        None if rr is None else respiration(rr),
        None if spo2 is None else saturation(spo2, scale, oxygen),
        None if oxygen is None else 2 * oxygen,
        None if sbp is None else pressure(sbp),
        None if hr is None else pulse(hr),
        None if acvpu is None else 0 if acvpu == "A" else 3,
        None if temp_c is None else temperature(temp_c),
    ]
    known = [p for p in points if p is not None]
    total = sum(known) if len(known) == len(points) else None
    return total, sum(known), 3 in known
