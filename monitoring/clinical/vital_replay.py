"""A month of streamed vital signs under a policy: columns to condition codes, to runs, to alerts.

The limits, the debounce and the hysteresis are array operations over a patient's whole column
(``monitoring.clinical.signals``); the state machine is stepped once a run of equal codes and once
for what time alone does (``monitoring.clinical.alert_runs``). The rules are those of the bedside's
flags for an adult on SpO2 scale 1 without a baseline; clinical reference 8.2 and 8.3.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.alert_runs import AnswerAfter, Run, Told, follow
from monitoring.clinical.criteria import FEVER_EPSILON_C
from monitoring.clinical.policy_types import Policy, StreamRule
from monitoring.clinical.results import Condition, ConditionState, Priority
from monitoring.clinical.signals import LATCH_US, counted
from monitoring.clinical.timeline import NEVER_US, US_PER_S

# A code a look; ``conditions`` says what it means for a problem. LEAVING is inside the limit again
# and not clearly gone, SEVERE beyond the second limit.
NORMAL, LEAVING, BEYOND, SEVERE, NO_DATA = range(5)

PROBLEM_OF = {
    "body_temperature": "fever",
    "spo2": "hypoxia",
    "heart_rate": "tachycardia",
    "systolic_bp": "hypotension",
}
_EPSILON = 1e-6
_SEVERE_GRADE = 3
# What the codes LEAVING, BEYOND and SEVERE say: severity, the key of the priority, the criteria.
_MEANINGS: Mapping[str, tuple[tuple[int, str, tuple[str, ...]], ...]] = {
    "fever": (
        (1, "fever", ()),
        (1, "fever", ("temperature",)),
        (2, "fever_high", ("temperature_high",)),
    ),
    "hypoxia": (
        (1, "hypoxia", ()),
        (2, "hypoxia", ("spo2_limit",)),
        (4, "hypoxia_severe", ("spo2_limit", "spo2_severe")),
    ),
    "tachycardia": (
        (1, "tachycardia", ("heart_rate",)),
        (1, "tachycardia", ("heart_rate",)),
        (1, "tachycardia", ("heart_rate",)),
    ),
    "hypotension": (
        (1, "hypotension", ()),
        (1, "hypotension", ("absolute_limit",)),
        (2, "hypotension_severe", ("absolute_limit", "severe_limit")),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalLimit:
    """One vital sign's limits: beyond is at or above ``limit`` where ``rising``, else below it.

    ``severe`` is NaN where there is no second limit.
    """

    limit: float
    clear: float
    severe: float
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
            rising=True,
        ),
        "spo2": VitalLimit(
            limit=spo2 - _EPSILON,
            clear=spo2 - _EPSILON + streams["spo2"].clear_margin,
            severe=policy.hypoxia.severe_percent - _EPSILON,
            rising=False,
        ),
        "heart_rate": VitalLimit(
            limit=float(np.nextafter(heart, np.inf)),
            clear=heart - streams["heart_rate"].clear_margin,
            severe=np.nan,
            rising=True,
        ),
        "systolic_bp": VitalLimit(
            limit=systolic,
            clear=systolic + streams["systolic_bp"].clear_margin,
            severe=policy.hypotension.severe_systolic_mmhg,
            rising=False,
        ),
    }


def vital_codes(
    looks_us: NDArray[np.int64],
    value: NDArray[np.floating],
    limit: VitalLimit,
    rule: StreamRule,
    *,
    fresh_us: NDArray[np.int64] | int,
) -> NDArray[np.int8]:
    """What a streamed vital sign says at each look: the code, int8 (n,).

    ``value`` is NaN where nothing came at that look; then the newest value stands until it is older
    than ``fresh_us``, one for all looks or one each. Times ascend, in microseconds.
    """
    came = ~np.isnan(value)
    codes = np.full(len(value), NORMAL, dtype=np.int8)
    rows = np.flatnonzero(came)
    if len(rows):
        # A limit must not be rounded to what 32 bits can hold.
        taken_us, values = looks_us[rows], value[rows].astype(np.float64)
        own = _reading_codes(taken_us, values, limit, rule)
        if own is not None or len(rows) < len(value):
            place = np.cumsum(came) - 1
            if own is not None:
                codes = _at_looks(looks_us, taken_us, own, place)
            newest_us = np.where(place < 0, NEVER_US, taken_us[place])
            codes[looks_us - newest_us > fresh_us] = NO_DATA
        return codes
    codes[:] = NO_DATA
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
    raises = counted(
        taken_us,
        beyond,
        cleared if rule.raise_readings > 1 else ~beyond,
        streamed=streamed,
        readings=rule.raise_readings,
        lasts_s=rule.raise_s,
        gap_s=rule.gap_s,
    )
    severe = np.zeros(len(values), dtype=np.bool_)
    if not limit.rising and not np.isnan(limit.severe):
        deep = values < limit.severe
        severe = counted(
            taken_us,
            deep,
            ~deep,
            streamed=streamed,
            readings=rule.severe_readings,
            lasts_s=rule.severe_s,
            gap_s=rule.gap_s,
        )
    if not raises.any() and not severe.any():
        return None
    clears = counted(
        taken_us,
        cleared,
        ~cleared,
        streamed=streamed,
        readings=rule.clear_readings,
        lasts_s=rule.clear_s,
        gap_s=rule.gap_s,
    )
    order = np.arange(len(values))
    last_raise = np.maximum.accumulate(np.where(raises, order, -1))
    last_clear = np.maximum.accumulate(np.where(clears, order, -1))
    lasts = last_raise > last_clear
    if limit.rising:
        severe = lasts & (values >= limit.severe)
    codes = np.where(lasts, np.where(beyond, BEYOND, LEAVING), NORMAL).astype(np.int8)
    codes[severe] = SEVERE
    return _Readings(codes, np.where(lasts, taken_us[last_raise], NEVER_US))


def _at_looks(
    looks_us: NDArray[np.int64],
    taken_us: NDArray[np.int64],
    own: _Readings,
    place: NDArray[np.intp],
) -> NDArray[np.int8]:
    """The codes of the newest readings at each look; what lasted long ago is forgotten."""
    codes = np.where(place < 0, np.int8(NO_DATA), own.codes[place])
    forgotten = (codes == LEAVING) | (codes == BEYOND)
    forgotten &= own.raised_us[place] < looks_us - LATCH_US
    codes[forgotten] = NORMAL
    return codes


def conditions(problem: str, policy: Policy) -> tuple[Condition, ...]:
    """What each code means for a problem, by its number."""
    name = problem.replace("_", " ")
    usual = policy.priority[_MEANINGS[problem][0][1]]

    def quiet(state: ConditionState) -> Condition:
        return _condition(problem, state, usual, 0, name, ())

    active = tuple(
        _condition(problem, ConditionState.ACTIVE, policy.priority[key], severity, name, criteria)
        for severity, key, criteria in _MEANINGS[problem]
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
            severity,
            sign.label,
            (*sign.criteria, "new_oxygen"),
        )

    return tuple(on_oxygen(sign) for sign in by_sign)


def _condition(
    problem: str,
    state: ConditionState,
    priority: Priority,
    severity: int,
    label: str,
    criteria: tuple[str, ...],
) -> Condition:
    return Condition(
        problem=problem,
        state=state,
        priority=priority,
        severity=severity,
        label=label,
        criteria=criteria,
    )


class VitalReplay:
    """Plays patients' streamed vital signs under one policy."""

    def __init__(self, policy: Policy, *, fever_c: float, answer_after: AnswerAfter) -> None:
        """``answer_after`` as in ``alert_runs.follow``."""
        self._policy = policy
        self._answer_after = answer_after
        self._limits = vital_limits(policy, fever_c=fever_c)
        self._conditions = {
            concept: conditions(problem, policy) for concept, problem in PROBLEM_OF.items()
        }
        # Codes that mean the same make one run.
        self._same = {
            concept: np.array([meaning.index(one) for one in meaning], dtype=np.int8)
            for concept, meaning in self._conditions.items()
        }

    def play(
        self,
        looks_us: NDArray[np.int64],
        vitals: Mapping[str, NDArray[np.floating]],
        *,
        fresh_s: float,
    ) -> Iterator[Told]:
        """What the alerts of one patient say; ``vitals`` by concept, one value a look, NaN missing.

        Raises ``KeyError`` for a concept that no rule watches.
        """
        until_us = int(looks_us[-1]) + 1 if len(looks_us) else 0
        for concept, value in vitals.items():
            codes = vital_codes(
                looks_us,
                value,
                self._limits[concept],
                self._policy.streams[concept],
                fresh_us=round(fresh_s * US_PER_S),
            )
            yield from follow(
                self._runs(looks_us, self._same[concept][codes], self._conditions[concept]),
                until_us=until_us,
                timing=self._policy.timing,
                answer_after=self._answer_after,
                looks_us=looks_us,
            )

    @staticmethod
    def _runs(
        looks_us: NDArray[np.int64], codes: NDArray[np.int8], meaning: tuple[Condition, ...]
    ) -> list[Run]:
        begins = np.flatnonzero(np.diff(codes, prepend=np.int8(-1)))
        return [
            Run(from_us=at_us, condition=meaning[code])
            for at_us, code in zip(looks_us[begins].tolist(), codes[begins].tolist(), strict=True)
        ]
