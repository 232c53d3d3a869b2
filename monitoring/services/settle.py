"""After the facts changed: judge again from there, move the alerts, and say what came of it.

Everything here runs inside the transaction that changed the facts, so that no committed observation
is without its grade and its alert.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from db.queries import evaluations
from db.queries.census import EncounterRow
from monitoring.clinical.by_the_clock import clock_conditions
from monitoring.clinical.policy import Policy
from monitoring.clinical.policy_course import PolicyCourse
from monitoring.clinical.results import Condition, ConditionState, Evaluation
from monitoring.clinical.symptom_triggers import all_asked
from monitoring.services.charted_sets import last_set_us
from monitoring.services.evaluate import Judged, judge, store_evaluations
from monitoring.services.instants import SECOND_US, to_us
from monitoring.services.stored_evaluation import StoredEvaluation
from monitoring.services.threads import Change, EncounterThreads, Snapshot, told


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Who took an alert, and when; used to replay a past in which somebody did."""

    by: str
    note: str | None
    at_us: int


Responder = Callable[[Change], Response | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What came of a change: the evaluation before it, the newest one now, and alert changes."""

    before: StoredEvaluation | None
    evaluation: Evaluation | None
    changes: tuple[Change, ...]


def settle(
    session: Session,
    encounter: EncounterRow,
    *,
    from_at: datetime,
    now: datetime,
    policies: PolicyCourse,
    new_moments: Sequence[datetime] = (),
    recorded_us: Mapping[int, int] | None = None,
    responder: Responder | None = None,
) -> Settled:
    """Judge every moment from ``from_at`` again and let the alerts speak.

    ``new_moments`` are the times of the facts that are new; a problem that was active at one of
    them speaks even when later values are known already. ``recorded_us`` gives, for a moment, when
    it became known (default ``now``): what became known long after it was true changes the record
    and not the alerts, save the newest state. ``responder`` replays who took an alert in the past.

    A moment is judged by the policy in force at it; how alerts speak now goes by the newest one.
    """
    known = recorded_us or {}
    policy = policies.newest
    # What the clock alone made us say from there on has to be said again too.
    said = evaluations.moments(session, encounter.id, from_at=from_at)
    judged = judge(
        session,
        encounter,
        from_at=from_at,
        to_at=max([now, *new_moments, *said]),
        policy=policies,
        extra_moments=said,
    )
    if not judged.evaluations:
        standing = None if judged.before is None else judged.before.whole()
        return Settled(before=judged.before, evaluation=standing, changes=())
    stood_us = None if judged.before is None else judged.before.at_us
    stepped_until_us = max(map(to_us, said), default=stood_us)
    store_evaluations(
        session,
        encounter,
        judged.evaluations,
        facts=judged.facts,
        policy=policy,
        recorded_at=now,
        recorded_us=known,
    )
    threads = EncounterThreads(
        session, encounter_id=encounter.id, ward_id=encounter.ward_id, timing=policy.timing
    )
    steps = _Steps(
        threads=threads,
        policy=policy,
        now_us=to_us(now),
        known=known,
        new_us=frozenset(map(to_us, new_moments)),
        responder=responder,
    )
    steps.run(judged.evaluations, stepped_until_us)
    last = judged.evaluations[-1]
    step_clock(threads, judged, now=now, policy=policy)
    return Settled(before=judged.before, evaluation=last, changes=threads.flush())


def step_clock(threads: EncounterThreads, judged: Judged, *, now: datetime, policy: Policy) -> None:
    """Let what only the clock says move its alerts: what is overdue, what a symptom asked for."""
    evaluation = judged.evaluations[-1]
    for condition in clock_conditions(
        evaluation,
        last_set_us=last_set_us(judged.facts),
        asked=all_asked(judged.facts.observations),
        now_us=to_us(now),
        policy=policy,
    ):
        threads.step(condition, now_us=to_us(now), snapshot=snapshot_of(condition, evaluation))


def snapshot_of(condition: Condition, evaluation: Evaluation) -> Snapshot:
    """What was true when an alert was raised, to be frozen with it."""

    def snapshot() -> dict[str, Any]:
        return {
            "at_us": evaluation.at_us,
            "rulebook": evaluation.rulebook,
            "policy": evaluation.policy,
            "label": condition.label,
            "action": condition.action,
            "criteria": list(condition.criteria),
            "severity": condition.severity,
            "evidence": condition.evidence,
            "crs_grade": evaluation.crs.grade,
            "crs_status": evaluation.crs.status.value,
            "news2_total": evaluation.news2.total,
        }

    return snapshot


@dataclass(slots=True, kw_only=True)
class _Steps:
    threads: EncounterThreads
    policy: Policy
    now_us: int
    known: Mapping[int, int]
    new_us: frozenset[int]
    responder: Responder | None

    def run(self, judged: Sequence[Evaluation], stepped_until_us: int | None) -> None:
        waiting: list[tuple[str, Response]] = []
        late_us = round(self.policy.late_alert_window_s * SECOND_US)
        for evaluation in judged:
            known_us = self.known.get(evaluation.at_us, self.now_us)
            self._respond(waiting, known_us)
            is_news = stepped_until_us is None or evaluation.at_us > stepped_until_us
            is_recent = known_us - evaluation.at_us <= late_us
            is_last = evaluation is judged[-1]
            for condition in evaluation.conditions:
                if is_last or (is_news and is_recent):
                    self._step(condition, evaluation, known_us, waiting)
                elif is_recent and evaluation.at_us in self.new_us and self._would_raise(condition):
                    # A late value showed a problem that nobody was told of at its time.
                    self._step(condition, evaluation, known_us, waiting)
        self._respond(waiting, self.now_us)

    def _would_raise(self, condition: Condition) -> bool:
        active = condition.state is ConditionState.ACTIVE
        return active and self.threads.state_of(condition.problem) is None

    def _step(
        self,
        condition: Condition,
        evaluation: Evaluation,
        known_us: int,
        waiting: list[tuple[str, Response]],
    ) -> None:
        changes = self.threads.step(
            condition, now_us=known_us, snapshot=snapshot_of(condition, evaluation)
        )
        if self.responder is None:
            return
        for change in told(changes):
            response = self.responder(change)
            if response is not None:
                waiting.append((condition.problem, response))

    def _respond(self, waiting: list[tuple[str, Response]], until_us: int) -> None:
        for problem, response in sorted(waiting, key=lambda one: one[1].at_us):
            if response.at_us > until_us:
                continue
            waiting.remove((problem, response))
            state = self.threads.state_of(problem)
            # What another alert covers is listed nowhere: it is taken with that one.
            if state is not None and state.owner is None and state.inhibited_by is None:
                self.threads.acknowledge(
                    problem, by=response.by, note=response.note, now_us=response.at_us
                )
