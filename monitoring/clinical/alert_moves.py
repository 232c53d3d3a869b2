"""What becomes of a thread, worked out once and taken again whenever the same is asked.

The state machine (``alerts``) asks of a time only whether it is due. A thread's state without its
times, the condition, and which times are due therefore say all that a step does. Such a move is
found by a real step of a thread with times that tell each other apart (``alert_times``), and is
looked up from then on. A past is followed over moves (``alert_runs``); the state machine itself
stays the only one that knows the rules (docs/adr/0021).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from monitoring.clinical import alert_answers, alerts
from monitoring.clinical.alert_history import is_told
from monitoring.clinical.alert_state import (
    SPEAKING,
    AcknowledgementAxis,
    AlertState,
    AlertTiming,
    Transition,
    TransitionKind,
    VisibilityAxis,
)
from monitoring.clinical.alert_times import (
    KEPT,
    NO_TIMES,
    NOT_DUE,
    NOW_US,
    Times,
    Waits,
    due,
    overdue,
    times_since,
    times_tried,
    waits,
    with_times,
    without_times,
)
from monitoring.clinical.results import Condition, ConditionState, Priority

TimingOf = Callable[[str, Priority], AlertTiming]
# Microseconds until somebody takes an alert of a priority; one that is absent waits for ever.
AnswerAfter = Mapping[Priority, int]

# Somebody comes when an alert begins, worsens or asks again and is shown; those who were called
# are others.
ANSWERED = SPEAKING - {TransitionKind.ESCALATED, TransitionKind.REPEATED}
# Who takes an alert in a past that is played again.
ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Said:
    """One transition of a move; somebody comes ``answer_us`` after it, None is never."""

    problem: str
    kind: TransitionKind
    actor: str
    priority: Priority
    severity: int
    shown: bool
    answer_us: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """What a step does: where it leads (None where no thread is open after), and what it tells.

    ``times`` says of each time of the new state how long after the step it lies, or ``KEPT``.
    """

    after: "Node | None"
    times: tuple[int, ...]
    keeps_times: bool
    told: tuple[Said, ...]
    # Of taking it: how long it is taken for; None is for ever.
    valid_us: int | None = None

    def times_after(self, before: Times, now_us: int) -> Times:
        """The times of the new state."""
        return [
            old if new == KEPT else now_us + new
            for old, new in zip(before, self.times, strict=True)
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A state whose times are taken out: 0 stands for any.

    ``waits`` is what a step may ask about, ``due`` what counts while the condition stays as it is
    (``alert_times``). Somebody who comes takes what ``asks`` for it, and who takes the alert of
    ``covered_by`` takes this one with it. ``taken`` is what that does, by the alert that is taken.
    """

    state: AlertState
    asks: bool
    covered_by: str | None
    waits: Waits
    due: Waits
    moves: dict[int, Move] = field(default_factory=dict)
    taken: dict[tuple[str, int | None] | None, Move] = field(default_factory=dict)

    def next_due_us(self, times: Times) -> int | None:
        """When time alone changes something; None is never."""
        soonest: int | None = None
        for place, after_us in self.due:
            due_us = times[place] + after_us
            if soonest is None or due_us < soonest:
                soonest = due_us
        return soonest


class Moves:
    """The moves of every thread under one policy, found as they are needed."""

    def __init__(self, timing: TimingOf, answer_after: AnswerAfter) -> None:
        """``answer_after`` are microseconds until somebody takes an alert of a priority."""
        self._timing, self._answer_after = timing, answer_after
        self._nodes: dict[AlertState, Node] = {}
        self._begins: dict[int, Move | None] = {}
        self._numbers: dict[tuple[object, ...], int] = {}
        self._conditions: list[Condition] = []

    def number(self, condition: Condition) -> int:
        """The number of what a condition means to its thread: all of it but its words."""
        meaning = (
            condition.problem,
            condition.state,
            condition.severity,
            condition.priority,
            condition.criteria,
            condition.covered_by,
            condition.deadband_severity,
        )
        number = self._numbers.get(meaning)
        if number is None:
            number = self._numbers[meaning] = len(self._conditions)
            self._conditions.append(replace(condition, label=""))
        return number

    def step(self, node: Node | None, number: int, times: Times, now_us: int) -> Move | None:
        """What a look at the condition does; None where no thread is open and none begins."""
        if node is None:
            if number not in self._begins:
                self._begins[number] = self._begun(self._conditions[number])
            return self._begins[number]
        late = overdue(node.waits, times, now_us)
        key = number << len(node.waits) | late
        move = node.moves.get(key)
        if move is None:
            tried = times_tried(node.waits, late)
            move = node.moves[key] = self._stepped(node, number, tried)
        return move

    def taken(self, node: Node, through: tuple[str, int | None] | None = None) -> Move:
        """What happens when somebody takes it, or the alert of a problem that covers it.

        ``through`` is that problem and for how long its alert is taken (None: for ever).
        """
        move = node.taken.get(through)
        if move is None:
            times = NOT_DUE
            cover = None
            if through is not None:
                problem, valid_us = through
                until_us = None if valid_us is None else NOW_US + valid_us
                cover = alert_answers.Through(problem, until_us)
            after, changes = alert_answers.acknowledge(
                with_times(node.state, times),
                by=ASSUMED,
                note=None,
                now_us=NOW_US,
                timing=self._timing_of(node.state),
                through=cover,
            )
            ends_us = after.acknowledged_until_us
            move = node.taken[through] = replace(
                self._move(after, changes, times),
                valid_us=None if ends_us is None else ends_us - NOW_US,
            )
        return move

    def problem(self, number: int) -> str:
        """The problem of a condition, by its number."""
        return self._conditions[number].problem

    def _begun(self, condition: Condition) -> Move | None:
        if condition.state is not ConditionState.ACTIVE:
            return None
        timing = self._timing(condition.problem, condition.priority)
        after, changes = alerts.step(None, condition, now_us=NOW_US, timing=timing)
        return self._move(after, changes, NO_TIMES)

    def _stepped(self, node: Node, number: int, times: Times) -> Move:
        after, changes = alerts.step(
            with_times(node.state, times),
            self._conditions[number],
            now_us=NOW_US,
            timing=self._timing_of(node.state),
        )
        return self._move(after, changes, times)

    def _move(self, after: AlertState | None, changes: Sequence[Transition], before: Times) -> Move:
        # What is open, or begins, has a state after.
        assert after is not None
        times = times_since(after, before, NOW_US)
        return Move(
            after=None if after.closed else self._node(after),
            times=times,
            keeps_times=all(one == KEPT for one in times),
            told=tuple(
                Said(
                    problem=after.problem,
                    kind=change.kind,
                    actor=change.actor,
                    priority=after.priority,
                    severity=after.severity,
                    shown=is_told(change, after),
                    answer_us=self._answer_after.get(after.priority)
                    if change.kind in ANSWERED and is_told(change, after)
                    else None,
                )
                for change in changes
            ),
        )

    def _node(self, state: AlertState) -> Node:
        bare = without_times(state)
        node = self._nodes.get(bare)
        if node is None:
            timing = self._timing_of(bare)
            node = self._nodes[bare] = Node(
                state=bare,
                asks=bare.acknowledgement is AcknowledgementAxis.UNACKNOWLEDGED
                and bare.visibility is not VisibilityAxis.INHIBITED,
                covered_by=bare.inhibited_by,
                waits=waits(bare, timing),
                due=due(bare, timing),
            )
        return node

    def _timing_of(self, state: AlertState) -> AlertTiming:
        return self._timing(state.problem, state.priority)
