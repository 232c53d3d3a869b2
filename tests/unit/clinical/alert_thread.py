"""One patient's alert by the minute, and what is said of it, for the stories about alerts."""

from dataclasses import replace
from typing import Any

from monitoring.clinical import alert_answers, alerts
from monitoring.clinical.alert_history import state_after
from monitoring.clinical.alert_state import (
    AlertState,
    AlertTiming,
    ConditionAxis,
    EscalationStep,
    Transition,
    TransitionKind,
)
from monitoring.clinical.results import Condition, ConditionState, Priority

MINUTE_US = 60_000_000
LOW, MEDIUM, HIGH = Priority.LOW, Priority.MEDIUM, Priority.HIGH
# Nobody came: the charge nurse after 15 minutes, the physician after 30; again every 45.
TIMING = AlertTiming(
    debounce_s=0,
    repeat_after_s=45 * 60,
    acknowledgement_valid_s=60 * 60,
    snooze_at_most_s=60 * 60,
    escalation=(
        EscalationStep(after_s=15 * 60, role="charge_nurse"),
        EscalationStep(after_s=30 * 60, role="physician"),
    ),
)
STREAMED = replace(TIMING, debounce_s=5 * 60)


def grade(
    severity: int,
    priority: Priority = MEDIUM,
    *,
    criteria: tuple[str, ...] = ("fever",),
    covered_by: str | None = None,
) -> Condition:
    return Condition(
        problem="crs_grade",
        state=ConditionState.ACTIVE,
        priority=priority,
        severity=severity,
        label=f"CRS grade {severity}",
        criteria=criteria,
        covered_by=covered_by,
    )


def gone(state: ConditionState = ConditionState.NORMAL, covered_by: str | None = None) -> Condition:
    return Condition(
        problem="crs_grade",
        state=state,
        priority=MEDIUM,
        severity=0,
        label="No CRS",
        covered_by=covered_by,
    )


NORMAL, NO_DATA = gone(), gone(ConditionState.NO_DATA)


class Thread:
    """One patient's alert by the minute; what its events tell is compared after each of them."""

    def __init__(self, timing: AlertTiming = TIMING) -> None:
        self.timing = timing
        self.state: AlertState | None = None
        self.events: list[Transition] = []

    def says(self, minute: float, condition: Condition) -> list[Transition]:
        if self.state is None or self.state.closed:
            self.events = []
        return self._after(
            alerts.step(self.state, condition, now_us=us(minute), timing=self.timing)
        )

    def waits(self, minute: float) -> list[Transition]:
        return self._after(alerts.tick(self.now, now_us=us(minute), timing=self.timing))

    def takes(
        self,
        minute: float,
        by: str = "nurse",
        note: str | None = None,
        through: str | None = None,
        cover_until: float | None = None,
    ) -> list[Transition]:
        return self._after(
            alert_answers.acknowledge(
                self.now,
                by=by,
                note=note,
                now_us=us(minute),
                timing=self.timing,
                through=None
                if through is None
                else alert_answers.Through(
                    through, None if cover_until is None else us(cover_until)
                ),
            )
        )

    def snoozes(self, minute: float, until: float, by: str = "nurse") -> list[Transition]:
        return self._after(
            alert_answers.snooze(
                self.now,
                by=by,
                reason="physician is here",
                until_us=us(until),
                now_us=us(minute),
                timing=self.timing,
            )
        )

    @property
    def now(self) -> AlertState:
        assert self.state is not None
        return self.state

    def next_due(self) -> float | None:
        due_us = alerts.next_due_us(self.now, timing=self.timing)
        return None if due_us is None else due_us / MINUTE_US

    def _after(self, step: alerts.Step) -> list[Transition]:
        self.state, changes = step
        self.events += changes
        if self.state is not None and self.state.condition is not ConditionAxis.PENDING:
            told = state_after("crs_grade", self.events)
            assert told is not None
            assert replace(told, label="") == replace(self.state, label="")
        return list(changes)


def us(minute: float) -> int:
    return round(minute * MINUTE_US)


def event(kind: TransitionKind, minute: float, actor: str = "stormwatch", **detail: Any) -> object:
    return Transition(kind=kind, at_us=us(minute), actor=actor, detail=detail)


def raised(minute: float = 0, severity: int = 2, priority: Priority = MEDIUM) -> Thread:
    thread = Thread()
    thread.says(minute, grade(severity, priority))
    return thread
