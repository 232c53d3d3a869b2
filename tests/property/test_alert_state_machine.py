"""No sequence of evaluations, responses and waiting loses an active alert that nobody took."""

from dataclasses import dataclass, replace

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.clinical import alert_answers, alerts, hand_over
from monitoring.clinical.alert_history import state_after
from monitoring.clinical.alert_state import (
    AcknowledgementAxis,
    AlertRefusedError,
    AlertState,
    AlertTiming,
    ConditionAxis,
    EscalationStep,
    Transition,
    TransitionKind,
    VisibilityAxis,
)
from monitoring.clinical.results import Condition, ConditionState, Priority
from tests.property.effort import examples

MINUTE_US = 60_000_000


@dataclass(frozen=True)
class Says:
    """The rules speak."""

    state: ConditionState
    severity: int
    priority: Priority
    criterion: str
    covered_by: str | None
    deadband: int


@dataclass(frozen=True)
class Waits:
    """Time passes."""

    minutes: int


@dataclass(frozen=True)
class Takes:
    """Somebody acknowledges."""


@dataclass(frozen=True)
class Offers:
    """The nurse asks the physician to take it over."""


@dataclass(frozen=True)
class TakesOver:
    """The physician takes what was offered."""


@dataclass(frozen=True)
class Declines:
    """The physician does not."""


@dataclass(frozen=True)
class Silences:
    """Somebody snoozes."""

    minutes: int


says = st.builds(
    Says,
    state=st.sampled_from(ConditionState),
    severity=st.integers(0, 4),
    priority=st.sampled_from(Priority),
    criterion=st.sampled_from(["a", "b", "c"]),
    covered_by=st.sampled_from([None, None, "crs_grade"]),
    deadband=st.sampled_from([0, 0, 1, 2, 3]),
)
steps = st.lists(
    st.one_of(
        says,
        st.builds(Waits, minutes=st.integers(0, 90)),
        st.builds(Takes),
        st.sampled_from([Offers(), TakesOver(), Declines()]),
        st.builds(Silences, minutes=st.integers(-5, 90)),
    ),
    max_size=40,
)
timings = st.builds(
    AlertTiming,
    debounce_s=st.sampled_from([0.0, 300.0]),
    repeat_after_s=st.sampled_from([None, 600.0]),
    acknowledgement_valid_s=st.sampled_from([None, 3600.0]),
    snooze_at_most_s=st.sampled_from([None, 3600.0]),
    escalation=st.sampled_from(
        [
            (),
            (EscalationStep(after_s=120, role="charge_nurse"),),
            (
                EscalationStep(after_s=120, role="charge_nurse"),
                EscalationStep(after_s=1800, role="physician"),
            ),
        ],
    ),
    latches_severity=st.booleans(),
)


def condition(said: Says) -> Condition:
    active = said.state is ConditionState.ACTIVE
    return Condition(
        problem="fever",
        state=said.state,
        priority=said.priority,
        severity=said.severity,
        label="Fever",
        criteria=(said.criterion,) if active else (),
        covered_by=said.covered_by,
        deadband_severity=said.deadband,
    )


Act = Says | Waits | Takes | Silences | Offers | TakesOver | Declines


@given(story=steps, timing=timings)
@settings(max_examples=examples(600))
def test_nothing_that_is_active_and_unowned_is_ever_lost(
    story: list[Act], timing: AlertTiming
) -> None:
    state: AlertState | None = None
    now_us = 0
    active_since_us: int | None = None
    events: list[Transition] = []
    for one in story:
        before = state
        changes: tuple[Transition, ...] = ()
        if before is None or before.closed:
            events = []
        match one:
            case Says():
                state, changes = alerts.step(before, condition(one), now_us=now_us, timing=timing)
                _check_step(before, state, one, changes, timing)
                if one.state is ConditionState.ACTIVE:
                    active_since_us = now_us if active_since_us is None else active_since_us
                elif one.state is ConditionState.NORMAL:
                    active_since_us = None
            case Waits():
                now_us += one.minutes * MINUTE_US
                if before is not None and not before.closed:
                    state, changes = alerts.tick(before, now_us=now_us, timing=timing)
                    assert not state.closed, "time alone closes nothing"
                    _check_time(state, now_us=now_us, timing=timing)
            case _ if before is None:
                continue
            case Takes():
                state, changes = _takes(before, now_us, timing)
            case Silences():
                state, changes = _silences(before, now_us, now_us + one.minutes * MINUTE_US, timing)
            case _:
                state, changes = _hands_over(before, one, now_us, timing)
        events += changes
        _check_invariants(state)
        if active_since_us is not None and now_us - active_since_us > timing.debounce_s * 1e6:
            assert state is not None
            assert not state.closed
        if state is not None:
            assert AlertState.from_document(orjson.loads(orjson.dumps(state))) == state
            _check_replay(state, events)


def _check_replay(state: AlertState, events: list[Transition]) -> None:
    """The events alone tell what the thread is, but for a label that follows the value."""
    if state.condition is ConditionAxis.PENDING or not events:
        return
    told = state_after(state.problem, events)
    assert told == replace(state, label=told.label)


def _check_time(state: AlertState, *, now_us: int, timing: AlertTiming) -> None:
    """Whatever is overdue at this moment has been said."""
    still_wrong = state.condition in (ConditionAxis.ACTIVE, ConditionAxis.NO_DATA)
    if state.acknowledgement is AcknowledgementAxis.ACKNOWLEDGED and still_wrong:
        ran_out = state.acknowledged_until_us is not None and now_us >= state.acknowledged_until_us
        assert not ran_out or state.visibility is VisibilityAxis.INHIBITED
    if state.visibility is VisibilityAxis.SNOOZED:
        assert now_us < state.snoozed_until_us
    waits = state.acknowledgement is AcknowledgementAxis.UNACKNOWLEDGED
    if waits and state.visibility is VisibilityAxis.SHOWN:
        due = [
            one for one in timing.escalation if now_us - state.waiting_since_us >= one.after_s * 1e6
        ]
        assert state.escalation_level >= len(due)
        assert state.escalated_to == (due[-1].role if due else state.escalated_to)
        if timing.repeat_after_s is not None and still_wrong:
            assert now_us - state.spoken_us < timing.repeat_after_s * 1e6


def _check_step(
    before: AlertState | None,
    after: AlertState | None,
    said: Says,
    changes: tuple[Transition, ...],
    timing: AlertTiming,
) -> None:
    kinds = [change.kind for change in changes]
    was_open = before is not None and not before.closed
    if said.state is ConditionState.NO_DATA:
        assert (after is not None and not after.closed) == was_open, "no data opens, closes nothing"
        assert TransitionKind.RAISED not in kinds
    was_active = was_open and before.condition is ConditionAxis.ACTIVE
    if was_active and said.state is ConditionState.ACTIVE and said.severity > before.severity:
        assert after.acknowledgement is AcknowledgementAxis.UNACKNOWLEDGED
        assert after.visibility is not VisibilityAxis.SNOOZED
        assert after.owner is None
        assert TransitionKind.WORSENED in kinds
    # Inside the limit and not clearly so: what was told up to there stands.
    stands = was_active and 0 < said.deadband <= before.severity
    if said.state is ConditionState.ACTIVE and was_active:
        assert after.severity >= min(before.severity, said.deadband), "not clearly better"
    if said.state is ConditionState.NORMAL and stands:
        assert after.condition is ConditionAxis.ACTIVE
        assert after.severity == max(said.severity, said.deadband)
    if TransitionKind.RECURRED in kinds and not timing.latches_severity:
        assert after.severity == said.severity, "it was clearly over in between"
    is_said = said.state is ConditionState.ACTIVE or (
        said.state is ConditionState.NO_DATA and was_open
    )
    if is_said and said.covered_by is None:
        assert after.visibility is not VisibilityAxis.INHIBITED, "nothing else says it now"
    if after is not None and after.visibility is VisibilityAxis.INHIBITED and not after.closed:
        assert said.covered_by is not None or was_open
    if after is not None and after.closed and was_open:
        assert said.state is ConditionState.NORMAL
        assert not stands
        assert (
            before.condition is ConditionAxis.PENDING
            or before.acknowledgement is AcknowledgementAxis.ACKNOWLEDGED
            or before.visibility is VisibilityAxis.INHIBITED
        )


def _check_invariants(state: AlertState | None) -> None:
    if state is None:
        return
    pending = state.condition is ConditionAxis.PENDING
    if not state.closed:
        assert (state.acknowledgement is AcknowledgementAxis.NONE) == pending
    assert (state.owner is not None) == (state.acknowledgement is AcknowledgementAxis.ACKNOWLEDGED)
    assert state.offered_to is None or state.owner is not None, "never without an owner in between"
    assert (state.inhibited_by is not None) == (state.visibility is VisibilityAxis.INHIBITED)
    if state.visibility is VisibilityAxis.SNOOZED:
        assert state.priority is not Priority.HIGH
        assert state.snoozed_until_us is not None


def _takes(
    state: AlertState, now_us: int, timing: AlertTiming
) -> tuple[AlertState, tuple[Transition, ...]]:
    if state.closed or state.condition is ConditionAxis.PENDING:
        with pytest.raises(AlertRefusedError):
            alert_answers.acknowledge(state, by="nurse", note=None, now_us=now_us, timing=timing)
        return state, ()
    after, changes = alert_answers.acknowledge(
        state, by="nurse", note=None, now_us=now_us, timing=timing
    )
    assert changes[0].kind is TransitionKind.ACKNOWLEDGED
    assert after.closed == (state.condition is ConditionAxis.NORMAL)
    return after, changes


def _silences(
    state: AlertState, now_us: int, until_us: int, timing: AlertTiming
) -> tuple[AlertState, tuple[Transition, ...]]:
    try:
        after, changes = alert_answers.snooze(
            state, by="nurse", reason="seen", until_us=until_us, now_us=now_us, timing=timing
        )
    except AlertRefusedError:
        return state, ()
    assert now_us < until_us <= now_us + 3600 * 1_000_000
    return after, changes


def _hands_over(
    state: AlertState, act: Act, now_us: int, timing: AlertTiming
) -> tuple[AlertState, tuple[Transition, ...]]:
    """An offer needs the owner, taking it needs the offer; in between the owner stays."""
    try:
        match act:
            case Offers():
                after, changes = hand_over.offer(
                    state, by="nurse", to="physician", note=None, now_us=now_us
                )
                assert after.owner == state.owner == "nurse"
            case TakesOver():
                after, changes = hand_over.take_over(
                    state, by="physician", now_us=now_us, timing=timing
                )
                assert state.offered_to == after.owner == "physician"
            case _:
                after, changes = hand_over.decline(state, by="physician", note=None, now_us=now_us)
                assert after.owner == state.owner is not None
    except AlertRefusedError:
        return state, ()
    assert (after.condition, after.priority) == (state.condition, state.priority)
    return after, changes
