"""The alert threads of one encounter, stepped inside one transaction and written once."""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from db.queries import alerts as alert_rows
from db.queries import summaries
from monitoring.clinical import alert_answers, alerts, hand_over
from monitoring.clinical.alert_state import (
    SPEAKING,
    AlertState,
    AlertTiming,
    Transition,
    TransitionKind,
)
from monitoring.clinical.results import Condition, ConditionState, Priority
from monitoring.services.instants import from_us
from monitoring.services.shown_alerts import shown_alerts

Snapshot = Callable[[], Mapping[str, Any]]
TimingOf = Callable[[str, Priority], AlertTiming]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One transition of one thread, as the caller tells it to the person at the screen."""

    thread_public_id: str
    problem: str
    label: str
    priority: Priority
    transition: Transition


def told(changes: Iterable[Change]) -> list[Change]:
    """The changes that speak.

    A sign that another alert covers was silenced as it spoke, and one that somebody owns comes back
    from its cover in silence.
    """
    changes = list(changes)
    is_covered = {
        change.thread_public_id: change.transition.kind is TransitionKind.INHIBITED
        for change in changes
        if change.transition.kind in (TransitionKind.INHIBITED, TransitionKind.UNCOVERED)
    }
    return [
        change
        for change in changes
        if change.transition.kind in SPEAKING
        and not is_covered.get(change.thread_public_id)
        and change.transition.detail.get("owner") is None
    ]


@dataclass(slots=True)
class _Thread:
    public_id: str
    state: AlertState
    # What is to be frozen with it; None where the store keeps it already.
    snapshot: Mapping[str, Any] | None = None
    row_id: int | None = None
    written: int = 0
    dirty: bool = False
    closed_us: int | None = None
    events: list[Transition] = field(default_factory=list)

    @property
    def is_worth_keeping(self) -> bool:
        """A debounced condition that never came to be raised leaves no thread behind."""
        return self.row_id is not None or self.state.condition != "pending" or not self.state.closed


class EncounterThreads:
    """Steps every open thread of an encounter; ``flush`` writes what changed.

    Threads closed within the same transaction are written too: nothing that spoke is lost.
    """

    def __init__(
        self,
        session: Session,
        *,
        encounter_id: int,
        ward_id: int,
        timing: TimingOf,
    ) -> None:
        self._session = session
        self._encounter_id = encounter_id
        self._ward_id = ward_id
        self._timing = timing
        self._threads = [
            _Thread(
                public_id=row.public_id,
                state=AlertState.from_document(row.state),
                row_id=row.id,
                written=row.event_count,
            )
            for row in alert_rows.open_threads(session, encounter_id)
        ]
        self._open = {thread.state.problem: thread for thread in self._threads}
        self._changes: list[Change] = []

    def state_of(self, problem: str) -> AlertState | None:
        """The open thread's state, or None where the problem has none."""
        thread = self._open.get(problem)
        return None if thread is None else thread.state

    def public_id_of(self, problem: str) -> str | None:
        """The open thread's public identifier, or None where the problem has none."""
        thread = self._open.get(problem)
        return None if thread is None else thread.public_id

    def step(self, condition: Condition, *, now_us: int, snapshot: Snapshot) -> tuple[Change, ...]:
        """Let the rules' word on one problem move its thread; what changed.

        ``snapshot`` is asked for what was true only when the thread begins.
        """
        thread = self._open.get(condition.problem)
        if thread is None and condition.state is not ConditionState.ACTIVE:
            return ()  # most of what is asked about at a look: no thread begins with it
        # Times follow the highest priority the thread has had, not a value that eased.
        priority = condition.priority if thread is None else thread.state.priority
        timing = self._timing(condition.problem, priority)
        state, transitions = alerts.step(
            None if thread is None else thread.state, condition, now_us=now_us, timing=timing
        )
        if state is None:
            return ()
        if thread is None:
            thread = _Thread(public_id=uuid4().hex, state=state, snapshot=snapshot())
            self._threads.append(thread)
        elif any(t.kind is TransitionKind.RAISED for t in transitions):
            thread.snapshot = snapshot()
        return self._take(thread, state, transitions)

    def tick(self, *, now_us: int) -> None:
        """Let time alone move every open thread."""
        for thread in list(self._open.values()):
            state, transitions = alerts.tick(
                thread.state, now_us=now_us, timing=self._timing_of(thread)
            )
            self._take(thread, state, transitions)

    def acknowledge(
        self, problem: str, *, by: str, note: str | None, now_us: int, seen_us: int | None = None
    ) -> None:
        """A named person takes the open thread of a problem, and with it what it covers.

        With ``seen_us`` only what had spoken by then: who took it saw nothing that came later.
        """
        thread = self._open[problem]
        state, transitions = alert_answers.acknowledge(
            thread.state, by=by, note=note, now_us=now_us, timing=self._timing_of(thread)
        )
        self._take(thread, state, transitions)
        self._take_covered(thread, {by}, now_us=now_us, seen_us=seen_us)

    def offer(self, problem: str, *, by: str, to: str, note: str | None, now_us: int) -> None:
        """The owner of the open thread of a problem asks another person to take it."""
        thread = self._open[problem]
        self._take(thread, *hand_over.offer(thread.state, by=by, to=to, note=note, now_us=now_us))

    def take_over(self, problem: str, *, by: str, now_us: int, seen_us: int | None = None) -> None:
        """Who was asked takes the open thread of a problem, and with it what it covers.

        ``seen_us`` as in ``acknowledge``.
        """
        thread = self._open[problem]
        giver = thread.state.owner
        timing = self._timing_of(thread)
        self._take(thread, *hand_over.take_over(thread.state, by=by, now_us=now_us, timing=timing))
        self._take_covered(thread, {by, giver}, now_us=now_us, seen_us=seen_us)

    def decline(self, problem: str, *, by: str, note: str | None, now_us: int) -> None:
        """Who was asked declines, or the owner takes the offer back."""
        thread = self._open[problem]
        self._take(thread, *hand_over.decline(thread.state, by=by, note=note, now_us=now_us))

    def snooze(self, problem: str, *, by: str, reason: str, until_us: int, now_us: int) -> None:
        """A named person silences the open thread of a problem until a time or until worse."""
        thread = self._open[problem]
        state, transitions = alert_answers.snooze(
            thread.state,
            by=by,
            reason=reason,
            until_us=until_us,
            now_us=now_us,
            timing=self._timing_of(thread),
        )
        self._take(thread, state, transitions)

    def flush(self) -> tuple[Change, ...]:
        """Write threads and events; the changes since the last flush, oldest first."""
        moved = any(thread.dirty for thread in self._threads)
        events: list[alert_rows.NewAlertEvent] = []
        for thread in self._threads:
            if not thread.dirty or not thread.is_worth_keeping:
                continue
            row_id = self._write(thread)
            events += _rows_of(thread, row_id)
            self._write_responses(thread, row_id)
            thread.written += len(thread.events)
            thread.events.clear()
            thread.dirty = False
        alert_rows.insert_events(self._session, events)
        if moved:
            self._show()
        changes, self._changes = tuple(self._changes), []
        return changes

    def _write(self, thread: _Thread) -> int:
        """Write what a thread shows now; its row."""
        frozen: dict[str, Any] = {} if thread.snapshot is None else {"snapshot": thread.snapshot}
        thread.snapshot = None
        if thread.row_id is None:
            thread.row_id = alert_rows.insert_thread(
                self._session,
                encounter_id=self._encounter_id,
                ward_id=self._ward_id,
                public_id=thread.public_id,
                **frozen,
                **_projection(thread),
            )
        else:
            alert_rows.update_projection(
                self._session, thread_id=thread.row_id, **frozen, **_projection(thread)
            )
        return thread.row_id

    def _show(self) -> None:
        """Let the boards show what is open now."""
        summaries.put_alerts(
            self._session,
            encounter_id=self._encounter_id,
            ward_id=self._ward_id,
            alerts=shown_alerts(
                (thread.public_id, thread.state)
                for thread in self._threads
                if not thread.state.closed
            ),
        )

    def _write_responses(self, thread: _Thread, row_id: int) -> None:
        for event in thread.events:
            if event.kind in (TransitionKind.ACKNOWLEDGED, TransitionKind.HANDED_OVER):
                until_us = event.detail["valid_until_us"]
                alert_rows.insert_acknowledgement(
                    self._session,
                    thread_id=row_id,
                    by=event.actor,
                    at=from_us(event.at_us),
                    note=event.detail.get("note"),
                    valid_until=None if until_us is None else from_us(until_us),
                )
            elif event.kind is TransitionKind.SNOOZED:
                alert_rows.insert_snooze(
                    self._session,
                    thread_id=row_id,
                    by=event.actor,
                    at=from_us(event.at_us),
                    reason=event.detail["reason"],
                    until_at=from_us(event.detail["until_us"]),
                )

    def covered_by(self, problem: str) -> list[AlertState]:
        """What the alert of a problem says for others, and what those say for others in turn."""
        below = [one.state for one in self._below(problem)]
        return [*below, *(state for one in below for state in self.covered_by(one.problem))]

    def _below(self, problem: str) -> list[_Thread]:
        return [one for one in self._open.values() if one.state.inhibited_by == problem]

    def _take_covered(
        self, cover: _Thread, owners: AbstractSet[str | None], *, now_us: int, seen_us: int | None
    ) -> None:
        """Take what a taken alert covers, where it is nobody's or was one of the ``owners``'.

        What another person still owns, or was asked to take over, stays as it is.
        """
        by, problem = cover.state.owner, cover.state.problem
        assert by is not None, "the cover was taken"
        through = alert_answers.Through(problem, cover.state.acknowledged_until_us)
        for thread in self._below(problem):
            state = thread.state
            until_us = state.acknowledged_until_us
            # Under a cover nobody is asked again when an acknowledgement is over.
            is_over = until_us is not None and until_us <= now_us
            is_free = is_over or state.owner is None or state.owner in owners
            was_seen = seen_us is None or state.spoken_us is None or state.spoken_us <= seen_us
            if not is_free or state.offered_to is not None or not was_seen:
                continue
            after, transitions = alert_answers.acknowledge(
                state,
                by=by,
                note=None,
                now_us=now_us,
                timing=self._timing_of(thread),
                through=through,
            )
            self._take(thread, after, transitions)
            self._take_covered(thread, owners, now_us=now_us, seen_us=seen_us)

    def _timing_of(self, thread: _Thread) -> AlertTiming:
        return self._timing(thread.state.problem, thread.state.priority)

    def _take(
        self, thread: _Thread, state: AlertState, transitions: tuple[Transition, ...]
    ) -> tuple[Change, ...]:
        thread.dirty = thread.dirty or bool(transitions) or state != thread.state
        thread.state = state
        if state.closed:
            thread.closed_us = transitions[-1].at_us
            self._open.pop(state.problem, None)
        else:
            self._open[state.problem] = thread
        thread.events.extend(transitions)
        changes = tuple(
            Change(
                thread_public_id=thread.public_id,
                problem=state.problem,
                label=state.label,
                priority=state.priority,
                transition=transition,
            )
            for transition in transitions
        )
        self._changes.extend(changes)
        return changes


def _rows_of(thread: _Thread, row_id: int) -> list[alert_rows.NewAlertEvent]:
    """The transitions of a thread that are not written yet."""
    return [
        alert_rows.NewAlertEvent(
            thread_id=row_id,
            sequence=thread.written + number,
            at=from_us(event.at_us),
            kind=event.kind.value,
            actor=event.actor,
            detail=event.detail,
        )
        for number, event in enumerate(thread.events, start=1)
    ]


def _projection(thread: _Thread) -> dict[str, Any]:
    state = thread.state
    since_us = state.pending_since_us if state.raised_us is None else state.raised_us
    return {
        "problem": state.problem,
        "priority": state.priority.value,
        "condition": state.condition.value,
        "acknowledgement": state.acknowledgement.value,
        "visibility": state.visibility.value,
        "raised_at": None if since_us is None else from_us(since_us),
        "closed_at": None if thread.closed_us is None else from_us(thread.closed_us),
        "owner": state.owner,
        "state": state,
    }
