"""A thread followed over a past: one step a run of equal conditions and not one a reading.

Between two changes of the condition only time moves a thread, and ``alerts.next_due_us`` says when.
A month of minutes is a few hundred steps then, and most of them were taken before
(``alert_moves``). What covers others is followed first: who takes it takes what it covers. The same
state machine as at the bedside, held to it step by step by a property test.
"""

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.alert_history import is_told
from monitoring.clinical.alert_moves import AnswerAfter, Move, Moves, Node, TimingOf
from monitoring.clinical.alert_state import AlertState, Transition, TransitionKind
from monitoring.clinical.alert_times import NO_TIMES
from monitoring.clinical.coverage import COVERS
from monitoring.clinical.results import Condition, Priority

# At a moment somebody took the alert of a problem (None: this one), for so long (None: for ever).
Taken = tuple[int, str | None, int | None]
# From a moment on (microseconds), until the next run, a problem's condition, by its number.
Run = tuple[int, int]


class Told(NamedTuple):
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


class Follower:
    """Follows threads under one policy; what it found out for one it knows for the next."""

    def __init__(self, timing: TimingOf, answer_after: AnswerAfter) -> None:
        """Somebody takes what spoke after ``answer_after``."""
        self._moves = Moves(timing, answer_after)

    def number(self, condition: Condition) -> int:
        """The number that stands for a condition in runs; labels make no difference."""
        return self._moves.number(condition)

    def runs(self, moments: Iterable[tuple[int, Condition]]) -> list[Run]:
        """The runs of one problem's conditions in the order of time."""
        found: list[Run] = []
        for at_us, condition in moments:
            number = self._moves.number(condition)
            if not found or found[-1][1] != number:
                found.append((at_us, number))
        return found

    def follow(
        self,
        problems: Iterable[Sequence[Run]],
        *,
        until_us: int,
        looks_us: NDArray[np.int64] | None = None,
    ) -> Iterator[list[Told]]:
        """What the threads of one patient say up to and without ``until_us``, problem by problem.

        ``problems`` are the runs of each. ``looks_us`` are the moments at which somebody looks
        (ascending, the begin of each run among them); None looks all the time.
        """
        named = [(self._moves.problem(runs[0][1]), runs) for runs in problems if runs]
        taken: list[Taken] = []
        for problem, runs in sorted(named, key=_covers_first):
            walk = self._followed(runs, until_us, looks_us, taken)
            if problem in COVERS:
                of_this = [(us, problem, valid_us) for us, valid_us in walk.taken]
                taken = sorted([*taken, *of_this], key=_time)
            yield walk.told

    def _followed(
        self,
        runs: Sequence[Run],
        until_us: int,
        looks_us: NDArray[np.int64] | None,
        taken: Sequence[Taken],
    ) -> "_Walk":
        walk = _Walk(self._moves, looks_us, taken)
        ends = chain((from_us for from_us, _ in runs[1:]), (until_us,))
        for (from_us, number), end_us in zip(runs, ends, strict=False):
            walk.run(number, from_us, min(end_us, until_us))
        return walk


def _covers_first(one: tuple[str, Sequence[Run]]) -> int:
    return COVERS.index(one[0]) if one[0] in COVERS else len(COVERS)


def _time(one: Taken) -> int:
    return one[0]


class _Walk:
    def __init__(
        self,
        moves: Moves,
        looks_us: NDArray[np.int64] | None,
        taken: Sequence[Taken],
    ) -> None:
        self._moves = moves
        self._looks_us = looks_us
        self._node: Node | None = None
        self._times = NO_TIMES
        self._threads = -1
        # Who comes, in the order of time: to this alert (no problem), or to one that may cover it.
        self._answers = list(taken)
        # When somebody took it, and for how long.
        self.taken: list[tuple[int, int | None]] = []
        self.told: list[Told] = []

    def run(self, number: int, from_us: int, end_us: int) -> None:
        at_us: int | None = from_us
        while at_us is not None and at_us < end_us:
            if self._answers and self._answers[0][0] <= at_us:
                self._answer(at_us)
            move = self._moves.step(self._node, number, self._times, at_us)
            if move is None:
                return
            if self._node is None:
                self._threads += 1
            self._take(move, at_us)
            at_us = self._next(at_us, end_us)

    def _next(self, now_us: int, end_us: int) -> int | None:
        """When to look again: something is due, or somebody comes."""
        if self._node is None:
            return None
        soonest = self._node.next_due_us(self._times)
        if self._answers and (soonest is None or self._answers[0][0] < soonest):
            soonest = self._answers[0][0]
        if soonest is None or soonest >= end_us:
            return None
        if self._looks_us is None:
            return max(soonest, now_us + 1)
        place = int(self._looks_us.searchsorted(max(soonest, now_us + 1)))
        return int(self._looks_us[place]) if place < len(self._looks_us) else end_us

    def _answer(self, until_us: int) -> None:
        """Those who come by now take the thread if nobody has it, or with its cover in any case."""
        while self._answers and self._answers[0][0] <= until_us:
            at_us, cover, valid_us = self._answers.pop(0)
            if self._node is None:
                continue
            if cover is None and self._node.asks:
                self._take_it(self._moves.taken(self._node), at_us)
            elif cover is not None and cover == self._node.covered_by:
                self._take_it(self._moves.taken(self._node, (cover, valid_us)), at_us)

    def _take_it(self, move: Move, at_us: int) -> None:
        self.taken.append((at_us, move.valid_us))
        self._take(move, at_us)

    def _take(self, move: Move, at_us: int) -> None:
        for said in move.told:
            self.told.append(
                Told(
                    self._threads,
                    said.problem,
                    said.kind,
                    at_us,
                    said.actor,
                    said.priority,
                    said.severity,
                    said.shown,
                )
            )
            if said.answer_us is not None:
                insort(self._answers, (at_us + said.answer_us, None, None), key=_time)
        if not move.keeps_times:
            self._times = move.times_after(self._times, at_us)
        self._node = move.after
