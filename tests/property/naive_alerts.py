"""Alerts of the past the plain way: every look is a step, and a stream is judged value by value.

For the tests and the benchmark only; nothing of it is shared with the fast way.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from math import isnan

from monitoring.clinical import alert_answers, alerts
from monitoring.clinical.alert_moves import ANSWERED, ASSUMED
from monitoring.clinical.alert_runs import Told, told_of
from monitoring.clinical.alert_state import (
    AcknowledgementAxis,
    AlertState,
    AlertTiming,
    TransitionKind,
    VisibilityAxis,
)
from monitoring.clinical.policy_types import Policy, StreamRule
from monitoring.clinical.results import Condition, Priority

SECOND_US = 1_000_000
# What a value says, in the order of the fast way's codes.
WORDS = ("normal", "leaving", "leaving near", "beyond", "near", "severe", "no_data")
# The vital signs that a monitor streams, and the problem that each tells of.
PROBLEMS = {
    "body_temperature": "fever",
    "spo2": "hypoxia",
    "heart_rate": "tachycardia",
    "systolic_bp": "hypotension",
}


def step_by_step(
    looked: Iterable[tuple[int, Iterable[Condition]]],
    timing: Callable[[str, Priority], AlertTiming],
    answer_after: Mapping[Priority, int],
) -> dict[str, list[Told]]:
    """The bedside's way: at every look, first those who came, then the rules' word on each problem.

    Who takes an alert takes what it covers at that moment; what is covered is listed nowhere.
    """
    ward = _Threads(timing, answer_after)
    for now_us, conditions in looked:
        ward.those_who_came(now_us)
        for condition in conditions:
            ward.step(condition, now_us)
    return ward.told


class _Threads:
    def __init__(
        self,
        timing: Callable[[str, Priority], AlertTiming],
        answer_after: Mapping[Priority, int],
    ) -> None:
        self.timing, self.answer_after = timing, answer_after
        self.told: dict[str, list[Told]] = {}
        self.open: dict[str, AlertState] = {}
        self.begun: Counter[str] = Counter()
        self.coming: list[tuple[int, str]] = []

    def those_who_came(self, now_us: int) -> None:
        for at_us, problem in sorted(one for one in self.coming if one[0] <= now_us):
            self.coming.remove((at_us, problem))
            state = self.open.get(problem)
            if (
                state is not None
                and state.acknowledgement is AcknowledgementAxis.UNACKNOWLEDGED
                and state.visibility is not VisibilityAxis.INHIBITED
            ):
                self.take(problem, at_us)

    def take(self, problem: str, at_us: int, through: alert_answers.Through | None = None) -> None:
        state = self.open[problem]
        after, changes = alert_answers.acknowledge(
            state,
            by=ASSUMED,
            note=None,
            now_us=at_us,
            timing=self.timing(problem, state.priority),
            through=through,
        )
        self.note(after, changes)
        cover = alert_answers.Through(problem, after.acknowledged_until_us)
        for other in [one.problem for one in self.open.values() if one.inhibited_by == problem]:
            self.take(other, at_us, through=cover)

    def step(self, condition: Condition, now_us: int) -> None:
        before = self.open.get(condition.problem)
        priority = condition.priority if before is None else before.priority
        timing = self.timing(condition.problem, priority)
        after, changes = alerts.step(before, condition, now_us=now_us, timing=timing)
        if before is None and after is not None:
            self.begun[condition.problem] += 1
        if after is not None:
            self.note(after, changes)

    def note(self, after: AlertState, changes: tuple[alerts.Transition, ...]) -> None:
        problem, is_shown = after.problem, after.visibility is VisibilityAxis.SHOWN
        thread = self.begun[problem] - 1
        for change in changes:
            shown = is_shown and (
                change.kind is not TransitionKind.UNCOVERED or change.detail["owner"] is None
            )
            told = told_of(change, after, thread=thread)._replace(shown=shown)
            self.told.setdefault(problem, []).append(told)
            if shown and change.kind in ANSWERED and after.priority in self.answer_after:
                self.coming.append((change.at_us + self.answer_after[after.priority], problem))
        if after.closed:
            del self.open[problem]
        else:
            self.open[problem] = after


class NaiveStream:
    """One streamed vital sign, judged value by value as the reference reads (8.3)."""

    def __init__(
        self,
        rule: StreamRule,
        *,
        beyond: Callable[[float], bool],
        cleared: Callable[[float], bool],
        severe: Callable[[float], bool],
        near: Callable[[float], bool],
        severe_lasts: bool,
        fresh_s: float,
    ) -> None:
        self.rule, self.beyond, self.cleared = rule, beyond, cleared
        self.severe, self.near = severe, near
        self.severe_lasts, self.fresh_us = severe_lasts, round(fresh_s * SECOND_US)
        self.raising: list[int] = []
        self.deep: list[int] = []
        self.clearing: list[int] = []
        self.is_on = False
        self.raised_us = 0
        self.newest_us: int | None = None
        self.word = "normal"

    def look(self, now_us: int, value: float) -> str:
        """What the sign says at a look; a NaN is a look at which nothing came."""
        if not isnan(value):
            self.newest_us = now_us
            self.word = self._read(now_us, value)
        if self.newest_us is None or now_us - self.newest_us > self.fresh_us:
            return "no_data"
        if (
            self.word in ("leaving", "leaving near", "beyond", "near")
            and now_us - self.raised_us > 23 * 3600 * SECOND_US
        ):
            return "normal"
        return self.word

    def _read(self, now_us: int, value: float) -> str:
        rule = self.rule
        if self.beyond(value):
            self.raising = self._longer(self.raising, now_us, rule.gap_s)
            if len(self.raising) >= rule.raise_readings and self._lasts(
                self.raising, now_us, rule.raise_s
            ):
                self.is_on, self.raised_us = True, now_us
        elif rule.raise_readings == 1 or self.cleared(value):
            self.raising = []
        gap_s = rule.clear_gap_s
        self.clearing = self._longer(self.clearing, now_us, gap_s) if self.cleared(value) else []
        if (
            self.clearing
            and len(self.clearing) >= rule.clear_readings
            and self._lasts(self.clearing, now_us, rule.clear_s)
        ):
            self.is_on = False
        self.deep = self._longer(self.deep, now_us, rule.gap_s) if self.severe(value) else []
        if self.severe_lasts:
            is_deep = (
                bool(self.deep)
                and len(self.deep) >= rule.severe_readings
                and self._lasts(self.deep, now_us, rule.severe_s)
            )
        else:
            is_deep = self.is_on and self.severe(value)
        if is_deep:
            return "severe"
        if not self.is_on:
            return "normal"
        if not self.beyond(value):
            return "leaving near" if self.near(value) else "leaving"
        return "near" if self.near(value) else "beyond"

    @staticmethod
    def _longer(run: list[int], now_us: int, gap_s: float) -> list[int]:
        if run and now_us - run[-1] > round(gap_s * SECOND_US):
            return [now_us]
        return [*run, now_us] if len(run) < 5 else [*run[:1], *run[-3:], now_us]

    @staticmethod
    def _lasts(run: list[int], now_us: int, seconds: float) -> bool:
        return now_us - run[0] >= round(seconds * SECOND_US)


def vital_stream(concept: str, policy: Policy, *, fever_c: float, fresh_s: float) -> NaiveStream:
    """A vital sign with the limits as the policy's file says them, written out once more."""
    rule, low, pressure = policy.streams[concept], policy.hypoxia, policy.hypotension
    heart = policy.tachycardia.heart_rate_above
    beyond, cleared, severe, near = {
        "body_temperature": (
            lambda v: v >= fever_c,
            lambda v: v < fever_c - rule.clear_margin,
            lambda v: v >= policy.fever.high_c,
            lambda v: v > policy.fever.high_c - policy.fever.hysteresis_c - 0.001,
        ),
        "spo2": (
            lambda v: v < low.spo2_percent,
            lambda v: v >= low.spo2_percent + rule.clear_margin,
            lambda v: v < low.severe_percent,
            lambda _: False,
        ),
        "heart_rate": (
            lambda v: v > heart,
            lambda v: v < heart - rule.clear_margin,
            lambda _: False,
            lambda _: False,
        ),
        "systolic_bp": (
            lambda v: v < pressure.systolic_mmhg,
            lambda v: v >= pressure.systolic_mmhg + rule.clear_margin,
            lambda v: v < pressure.severe_systolic_mmhg,
            lambda v: v < pressure.severe_systolic_mmhg + pressure.systolic_hysteresis_mmhg,
        ),
    }[concept]
    return NaiveStream(
        rule,
        beyond=beyond,
        cleared=cleared,
        severe=severe,
        near=near,
        severe_lasts=concept in ("spo2", "systolic_bp"),
        fresh_s=fresh_s,
    )
