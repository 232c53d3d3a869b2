"""How the invented team answers its alerts: who takes one, how soon, and what they write."""

import heapq
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from db.engine import Store
from db.queries import alerts as alert_rows
from monitoring.clinical.alert_state import SPEAKING, TransitionKind, VisibilityAxis
from monitoring.clinical.results import Priority
from monitoring.services import alerts
from monitoring.services.errors import RefusedError
from monitoring.services.instants import from_us, to_us
from monitoring.services.settle import Responder, Response
from monitoring.services.threads import Change
from sample_data.plan import nurse_on_duty, ward_plan
from sample_data.stay import PatientKey

log = logging.getLogger(__name__)

# What makes an alert wait for an owner (again).
_ANSWERED = SPEAKING - {TransitionKind.ESCALATED, TransitionKind.REPEATED}
# Minutes until somebody takes an alert, by its priority.
_MINUTES = {
    Priority.HIGH: (1.0, 4.0),
    Priority.MEDIUM: (2.0, 12.0),
    Priority.LOW: (8.0, 40.0),
    Priority.TECHNICAL: (5.0, 20.0),
}
_NOTES = {
    "fever": ("Blood cultures taken, doctor informed.", "Paracetamol as prescribed, will recheck."),
    "hypotension": ("Doctor at the bed, bolus prepared.", "Legs up, bolus running."),
    "hypoxia": ("Oxygen adjusted, doctor informed.", "Sat up, oxygen started."),
    "crs_grade": ("Doctor informed, plan reviewed.", "Reviewed at the bed with the doctor."),
    "news2": ("Reviewed with the doctor.", "Observations stepped up."),
}
_OTHER_NOTES = ("Seen.", "On my way.")
# The newest alerts of a story that leaves them unowned.
_UNOWNED_WITHIN = timedelta(minutes=90)


def responder(key: PatientKey, *, now: datetime, leaves_unowned: bool) -> Responder:
    """Who took which alert of a patient when, the same for the same patient every time.

    With ``leaves_unowned`` nobody has yet come to what was raised in the last hour and a half.
    """
    random = np.random.default_rng([key.seed, key.bed, key.generation, 2])
    physicians = ward_plan().usernames("physician")

    def respond(change: Change) -> Response | None:
        transition = change.transition
        if transition.kind not in _ANSWERED:
            return None
        low, high = _MINUTES[change.priority]
        delay = timedelta(minutes=float(random.uniform(low, high)))
        at = from_us(transition.at_us) + delay
        notes = _NOTES.get(change.problem, _OTHER_NOTES)
        note = notes[int(random.integers(len(notes)))]
        by_physician = change.priority is Priority.HIGH and random.random() < 0.3
        if leaves_unowned and transition.at_us > to_us(now - _UNOWNED_WITHIN):
            return None
        by = physicians[key.bed % len(physicians)] if by_physician else nurse_on_duty(key.bed, at)
        return Response(by=by, note=note, at_us=to_us(at))

    return respond


@dataclass(order=True, slots=True)
class _Answer:
    at: datetime
    thread_public_id: str = field(compare=False)
    response: Response = field(compare=False)


class Answers:
    """Answers that the team will give when their time comes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[_Answer] = []

    def add(self, change: Change, response: Response, *, at: datetime) -> None:
        """Remember to take an alert at a time."""
        heapq.heappush(self._waiting, _Answer(at, change.thread_public_id, response))

    def forget(self, *, until: datetime) -> None:
        """Drop what was due by a time, since it was given already."""
        self._waiting = [answer for answer in self._waiting if answer.at > until]
        heapq.heapify(self._waiting)

    def give(self, *, until: datetime) -> None:
        """Take what is due, at its time; what closed or has an owner by then is left alone."""
        while self._waiting and self._waiting[0].at <= until:
            answer = heapq.heappop(self._waiting)
            with self._store.read() as session:
                thread = alert_rows.thread_by_public_id(session, answer.thread_public_id)
            if thread is None or thread.closed_at is not None or thread.owner is not None:
                continue
            if thread.visibility == VisibilityAxis.INHIBITED:
                continue  # listed nowhere: it is taken with the alert that covers it
            try:
                alerts.acknowledge(
                    self._store,
                    thread_public_id=answer.thread_public_id,
                    note=answer.response.note,
                    actor=answer.response.by,
                    now=answer.at,
                )
            except RefusedError:
                log.info("An alert closed just before the sample ward's team took it.")
