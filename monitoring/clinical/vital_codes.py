"""What a streamed vital sign says at each look of a stay: debounce and hysteresis over columns.

The limits and run lengths are array operations over a patient's whole column
(``monitoring.clinical.signals``). The rules are those of the bedside's flags for an adult on SpO2
scale 1 without a baseline; clinical reference 8.2 and 8.3.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.concepts import CONCEPTS
from monitoring.clinical.criteria import FEVER_EPSILON_C
from monitoring.clinical.policy_types import Policy, StreamRule
from monitoring.clinical.results import Condition, ConditionState, Priority
from monitoring.clinical.signals import LATCH_US, clearing, newest, raising, severely
from monitoring.clinical.timeline import NEVER_US

# A code a look; ``conditions`` says what it means for a problem. LEAVING is inside the limit again
# and not clearly gone, SEVERE beyond the second limit; NEAR and LEAVING_NEAR are not clearly inside
# that one.
NORMAL, LEAVING, LEAVING_NEAR, BEYOND, NEAR, SEVERE, NO_DATA = range(7)

PROBLEM_OF = {
    "body_temperature": "fever",
    "spo2": "hypoxia",
    "heart_rate": "tachycardia",
    "systolic_bp": "hypotension",
}
_EPSILON = 1e-6
_SEVERE_GRADE = 3
# What the codes between say: severity, that of the deadband, the key of the priority, the criteria.
_MEANINGS: Mapping[str, tuple[tuple[int, int, str, tuple[str, ...]], ...]] = {
    "fever": (
        (1, 1, "fever", ()),
        (1, 1, "fever", ()),
        (1, 1, "fever", ("temperature",)),
        (1, 2, "fever", ("temperature",)),
        (2, 2, "fever_high", ("temperature", "temperature_high")),
    ),
    "hypoxia": (
        (1, 2, "hypoxia", ()),
        (1, 2, "hypoxia", ()),
        (2, 2, "hypoxia", ("spo2_limit",)),
        (2, 2, "hypoxia", ("spo2_limit",)),
        (4, 4, "hypoxia_severe", ("spo2_limit", "spo2_severe")),
    ),
    "tachycardia": ((1, 0, "tachycardia", ("heart_rate",)),) * 5,
    "hypotension": (
        (1, 1, "hypotension", ()),
        (1, 2, "hypotension", ()),
        (1, 1, "hypotension", ("absolute_limit",)),
        (1, 2, "hypotension", ("absolute_limit",)),
        (2, 2, "hypotension_severe", ("absolute_limit", "severe_limit")),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalLimit:
    """One vital sign's limits: beyond is at or above ``limit`` where ``rising``, else below it.

    ``severe`` is the second limit, ``severe_clear`` where it is clearly over; NaN: there is none.
    """

    limit: float
    clear: float
    severe: float
    severe_clear: float
    rising: bool


def vital_limits(policy: Policy, *, fever_c: float) -> Mapping[str, VitalLimit]:
    """The limits of streamed vital signs by concept; ``fever_c`` is the rulebook's."""
    streams, systolic = policy.streams, policy.hypotension.systolic_mmhg
    spo2, heart = policy.hypoxia.spo2_percent, policy.tachycardia.heart_rate_above
    fever = fever_c - FEVER_EPSILON_C
    return {
        "body_temperature": VitalLimit(
            limit=fever,
            clear=fever - streams["body_temperature"].clear_margin,
            severe=policy.fever.high_c,
            severe_clear=policy.fever.high_clear_c - FEVER_EPSILON_C,
            rising=True,
        ),
        "spo2": VitalLimit(
            limit=spo2 - _EPSILON,
            clear=spo2 - _EPSILON + streams["spo2"].clear_margin,
            severe=policy.hypoxia.severe_percent - _EPSILON,
            # What it is not clearly out of says nothing of a new device.
            severe_clear=np.nan,
            rising=False,
        ),
        "heart_rate": VitalLimit(
            limit=float(np.nextafter(heart, np.inf)),
            clear=heart - streams["heart_rate"].clear_margin,
            severe=np.nan,
            severe_clear=np.nan,
            rising=True,
        ),
        "systolic_bp": VitalLimit(
            limit=systolic,
            clear=systolic + streams["systolic_bp"].clear_margin,
            severe=policy.hypotension.severe_systolic_mmhg,
            severe_clear=policy.hypotension.severe_clear_mmhg,
            rising=False,
        ),
    }


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """What a device sent of one vital sign: its readings, and the newest of them at each look.

    ``newest`` is -1 before the first, ``age_us`` beyond any limit then.
    """

    taken_us: NDArray[np.int64]
    value: NDArray[np.float64]
    newest: NDArray[np.intp]
    age_us: NDArray[np.int64]


def stream_of(
    concept: str, looks_us: NDArray[np.int64], value: NDArray[np.floating] | None
) -> Stream:
    """A column with one value a look, NaN where nothing came; what is impossible never came."""
    if value is None:
        value = np.full(len(looks_us), np.nan)
    # NaN lies in no range.
    low, high = CONCEPTS[concept].possible or (-np.inf, np.inf)
    came = (value >= low) & (value <= high)
    # A limit must not be rounded to what 32 bits can hold.
    taken_us, values = looks_us[came], value[came].astype(np.float64)
    newest = np.cumsum(came) - 1
    newest_us = np.append(taken_us, NEVER_US).take(newest)
    return Stream(taken_us, values, newest, looks_us - newest_us)


def vital_codes(
    stream: Stream,
    limit: VitalLimit,
    rule: StreamRule,
    *,
    fresh_us: NDArray[np.int64] | int,
) -> NDArray[np.int8]:
    """What a streamed vital sign says at each look: the code, int8 (n,).

    The newest value stands until it is older than ``fresh_us``, one for all looks or one each.
    """
    own = _reading_codes(stream.taken_us, stream.value, limit, rule)
    if own is None:
        codes = np.full(len(stream.newest), NORMAL, dtype=np.int8)
    else:
        codes = np.append(own.codes, np.int8(NO_DATA)).take(stream.newest)
        lasting = np.flatnonzero((codes >= LEAVING) & (codes <= NEAR))
        newest, age_us = stream.newest[lasting], stream.age_us[lasting]
        raised_us = stream.taken_us[newest] - own.raised_us[newest] + age_us
        # What lasted long ago is forgotten.
        codes[lasting[raised_us > LATCH_US]] = NORMAL
    codes[stream.age_us > fresh_us] = NO_DATA
    return codes


@dataclass(frozen=True, slots=True, eq=False)
class _Readings:
    """Codes a reading, and when each state that lasts was last raised."""

    codes: NDArray[np.int8]
    raised_us: NDArray[np.int64]


def _reading_codes(
    taken_us: NDArray[np.int64],
    values: NDArray[np.floating],
    limit: VitalLimit,
    rule: StreamRule,
) -> _Readings | None:
    """The codes of the readings, or None where none was ever beyond a limit for long enough."""
    beyond = values >= limit.limit if limit.rising else values < limit.limit
    if not beyond.any():
        return None
    streamed = np.ones(len(values), dtype=np.bool_)
    cleared = values < limit.clear if limit.rising else values >= limit.clear
    raises = raising(taken_us, beyond, cleared, streamed=streamed, rule=rule)
    severe = np.zeros(len(values), dtype=np.bool_)
    if not limit.rising:
        severe = severely(taken_us, values < limit.severe, streamed=streamed, rule=rule)
    if not raises.any() and not severe.any():
        return None
    last_raise = newest(raises)
    lasts = last_raise > newest(clearing(taken_us, cleared, streamed=streamed, rule=rule))
    if limit.rising:
        severe = lasts & (values >= limit.severe)
    codes = np.where(lasts, np.where(beyond, BEYOND, LEAVING), NORMAL).astype(np.int8)
    near = values >= limit.severe_clear if limit.rising else values < limit.severe_clear
    codes[(codes == BEYOND) & near] = NEAR
    codes[(codes == LEAVING) & near] = LEAVING_NEAR
    codes[severe] = SEVERE
    return _Readings(codes, np.where(lasts, taken_us[last_raise], NEVER_US))


def conditions(problem: str, policy: Policy) -> tuple[Condition, ...]:
    """What each code means for a problem, by its number."""
    usual = policy.priority[_MEANINGS[problem][0][2]]

    def quiet(state: ConditionState) -> Condition:
        return _condition(problem, state, usual, (0, 0), problem, ())

    active = tuple(
        _condition(
            problem, ConditionState.ACTIVE, policy.priority[key], (here, near), problem, criteria
        )
        for here, near, key, criteria in _MEANINGS[problem]
    )
    return (quiet(ConditionState.NORMAL), *active, quiet(ConditionState.NO_DATA))


def hypoxia_conditions(level: int, policy: Policy) -> tuple[Condition, ...]:
    """What each code of SpO2 means beside oxygen of a class: 0 for none, 1 for unknown."""
    by_sign = conditions("hypoxia", policy)
    if level == 0:
        return by_sign
    if level == 1:
        # Nobody knows that there is no hypoxia.
        return (by_sign[NO_DATA], *by_sign[1:])

    def on_oxygen(sign: Condition) -> Condition:
        severity = max(sign.severity, level)
        return _condition(
            "hypoxia",
            ConditionState.ACTIVE,
            policy.priority["hypoxia_severe" if severity >= _SEVERE_GRADE else "hypoxia"],
            (severity, max(severity, sign.deadband_severity)),
            sign.label,
            (*sign.criteria, "new_oxygen"),
        )

    return tuple(on_oxygen(sign) for sign in by_sign)


def _condition(
    problem: str,
    state: ConditionState,
    priority: Priority,
    severities: tuple[int, int],
    label: str,
    criteria: tuple[str, ...],
) -> Condition:
    severity, deadband_severity = severities
    return Condition(
        problem=problem,
        state=state,
        priority=priority,
        severity=severity,
        label=label,
        criteria=criteria,
        deadband_severity=deadband_severity,
    )
