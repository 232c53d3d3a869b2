"""A thread followed over a past: one step a run of equal conditions and not one a reading.

Between two changes of the condition only time moves a thread, and ``alerts.next_due_us`` says when.
A month of minutes is a few dozen steps then. The same state machine as at the bedside, held to it
step by step by a property test.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical import alerts
from monitoring.clinical.alert_history import is_told
from monitoring.clinical.alert_state import (
    SPEAKING,
    AcknowledgementAxis,
    AlertState,
    AlertTiming,
    Transition,
    TransitionKind,
)
from monitoring.clinical.results import Condition, ConditionState, Priority

# Somebody comes when an alert begins, worsens or asks again; those who were called are others.
ANSWERED = SPEAKING - {TransitionKind.ESCALATED, TransitionKind.REPEATED}
# Who takes an alert in a past that is played again.
ASSUMED = "assumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A problem's condition from a moment on, until the next run."""

    from_us: int
    condition: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One transition of one thread of a problem, counted from 0, and what it was then.

    ``shown`` is False where another alert covered it, or somebody had snoozed it, at that moment,
    and where it came back to who owns it.
    """

    thread: int
    problem: str
    kind: TransitionKind
    at_us: int
    actor: str
    priority: Priority
    severity: int
    shown: bool


def told_of(change: Transition, after: AlertState, *, thread: int) -> Told:
    """A transition with the state after everything that happened to its thread at that moment."""
    return Told(
        thread=thread,
        problem=after.problem,
        kind=change.kind,
        at_us=change.at_us,
        actor=change.actor,
        priority=after.priority,
        severity=after.severity,
        shown=is_told(change, after),
    )


TimingOf = Callable[[str, Priority], AlertTiming]
# Microseconds until somebody takes an alert of a priority; one that is absent waits for ever.
AnswerAfter = Mapping[Priority, int]


def runs(moments: Sequence[tuple[int, Condition]]) -> list[Run]:
    """The runs of one problem's conditions in the order of time; labels make no difference."""
    found: list[Run] = []
    last: tuple[object, ...] | None = None
    for at_us, condition in moments:
        meaning = (
            condition.state,
            condition.severity,
            condition.priority,
            condition.criteria,
            condition.covered_by,
        )
        if meaning != last:
            found.append(Run(from_us=at_us, condition=condition))
            last = meaning
    return found


def follow(
    told: Sequence[Run],
    *,
    until_us: int,
    timing: TimingOf,
    answer_after: AnswerAfter,
    looks_us: NDArray[np.int64] | None = None,
) -> list[Told]:
    """What the threads of one problem say over its runs, up to and without ``until_us``.

    ``looks_us`` are the moments at which somebody looks (ascending, the begin of each run among
    them); None looks all the time. Somebody takes what spoke after ``answer_after``.
    """
    walk = _Walk(timing, answer_after, looks_us)
    ends = chain((run.from_us for run in told[1:]), (until_us,))
    for run, end_us in zip(told, ends, strict=False):
        if run.from_us < until_us:
            walk.run(run, min(end_us, until_us))
    return walk.told


class _Walk:
    def __init__(
        self, timing: TimingOf, answer_after: AnswerAfter, looks_us: NDArray[np.int64] | None
    ) -> None:
        self._timing = timing
        self._answer_after = answer_after
        self._looks_us = looks_us
        self._state: AlertState | None = None
        self._threads = -1
        self._answers: list[int] = []
        self.told: list[Told] = []

    def run(self, run: Run, end_us: int) -> None:
        at_us: int | None = run.from_us
        while at_us is not None and at_us < end_us:
            self._answer(at_us)
            self._step(run.condition, at_us)
            at_us = self._next(at_us, end_us)

    def _next(self, now_us: int, end_us: int) -> int | None:
        """When to look again: something is due, or somebody comes."""
        if self._state is None:
            return None
        soonest = alerts.next_due_us(self._state, timing=self._timing_of(self._state))
        if self._answers:
            answer_us = min(self._answers)
            soonest = answer_us if soonest is None else min(soonest, answer_us)
        if soonest is None or soonest >= end_us:
            return None
        if self._looks_us is None:
            return max(soonest, now_us + 1)
        place = int(self._looks_us.searchsorted(max(soonest, now_us + 1)))
        return int(self._looks_us[place]) if place < len(self._looks_us) else end_us

    def _answer(self, until_us: int) -> None:
        """Those who come by now take the thread, if nobody has it."""
        if not self._answers:
            return
        due = sorted(one for one in self._answers if one <= until_us)
        self._answers = [one for one in self._answers if one > until_us]
        for at_us in due:
            state = self._state
            if state is None or state.acknowledgement is not AcknowledgementAxis.UNACKNOWLEDGED:
                continue
            timing = self._timing_of(state)
            after, changes = alerts.acknowledge(
                state, by=ASSUMED, note=None, now_us=at_us, timing=timing
            )
            self._take(after, changes)

    def _step(self, condition: Condition, at_us: int) -> None:
        state = self._state
        if state is None and condition.state is not ConditionState.ACTIVE:
            return
        timing = self._timing(
            condition.problem, condition.priority if state is None else state.priority
        )
        if state is None:
            self._threads += 1
        after, changes = alerts.step(state, condition, now_us=at_us, timing=timing)
        if after is not None:
            self._take(after, changes)

    def _take(self, after: AlertState, changes: tuple[Transition, ...]) -> None:
        for change in changes:
            self.told.append(told_of(change, after, thread=self._threads))
            delay_us = self._answer_after.get(after.priority)
            if delay_us is not None and change.kind in ANSWERED:
                self._answers.append(change.at_us + delay_us)
        self._state = None if after.closed else after

    def _timing_of(self, state: AlertState) -> AlertTiming:
        return self._timing(state.problem, state.priority)
