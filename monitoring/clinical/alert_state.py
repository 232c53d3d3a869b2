"""The state of an alert thread: three axes kept apart, and what its changes are called.

After ISA-18.2 and IEC 60601-1-8. The numbers come from local policy (clinical reference, section
8.3); who may do what with a thread is in ``monitoring.clinical.alert_answers``.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from monitoring.clinical.results import Priority

SYSTEM = "stormwatch"


class ConditionAxis(StrEnum):
    """The condition axis of a thread."""

    NORMAL = "normal"
    PENDING = "pending"
    ACTIVE = "active"
    NO_DATA = "no_data"


class AcknowledgementAxis(StrEnum):
    """The acknowledgement axis of a thread."""

    NONE = "none"
    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"


class VisibilityAxis(StrEnum):
    """The visibility axis of a thread."""

    SHOWN = "shown"
    SNOOZED = "snoozed"
    INHIBITED = "inhibited"


class TransitionKind(StrEnum):
    """Why a thread changed; each becomes an immutable event."""

    PENDING = "pending"
    DROPPED = "dropped"
    RAISED = "raised"
    WORSENED = "worsened"
    RECURRED = "recurred"
    REPEATED = "repeated"
    EASED = "eased"
    DATA_LOST = "data_lost"
    DATA_BACK = "data_back"
    RETURNED_TO_NORMAL = "returned_to_normal"
    ESCALATED = "escalated"
    ACKNOWLEDGED = "acknowledged"
    ACKNOWLEDGEMENT_RAN_OUT = "acknowledgement_ran_out"
    HAND_OVER_OFFERED = "hand_over_offered"
    HAND_OVER_DECLINED = "hand_over_declined"
    HANDED_OVER = "handed_over"
    SNOOZED = "snoozed"
    SNOOZE_RAN_OUT = "snooze_ran_out"
    INHIBITED = "inhibited"
    UNCOVERED = "uncovered"
    CLOSED = "closed"


SPEAKING = frozenset(
    {
        TransitionKind.RAISED,
        TransitionKind.WORSENED,
        TransitionKind.RECURRED,
        TransitionKind.REPEATED,
        TransitionKind.ESCALATED,
        TransitionKind.ACKNOWLEDGEMENT_RAN_OUT,
        TransitionKind.SNOOZE_RAN_OUT,
        TransitionKind.UNCOVERED,
    }
)


@dataclass(frozen=True, kw_only=True)
class EscalationStep:
    """Who is called when nobody took the alert ``after_s`` seconds after it last spoke."""

    after_s: float
    role: str


@dataclass(frozen=True, kw_only=True)
class AlertTiming:
    """The times that local policy gives a problem at a priority; None means never.

    With ``latches_severity`` a severity that was told once in a thread is no news when it is
    reached again.
    """

    debounce_s: float
    repeat_after_s: float | None
    acknowledgement_valid_s: float | None
    snooze_at_most_s: float | None
    escalation: tuple[EscalationStep, ...]
    latches_severity: bool = False


@dataclass(frozen=True, kw_only=True)
class AlertState:
    """A thread's whole state.

    ``priority`` and ``criteria`` are latched: the highest, and all that were met, since it was
    raised. ``severity`` is the current one, so that every later rise is a rise, and the highest
    where local policy tells a level only once.
    ``trigger_priority`` is the priority when it last spoke: escalation follows it and not the
    current value, so that a patient who looks better for a moment is not lost. It counts from
    ``waiting_since_us``, when the thread last became unowned; ``escalated_to`` is the role that was
    called last. ``offered_to`` is who was asked to take the alert over: until that person takes it,
    the owner answers for it.
    """

    problem: str
    priority: Priority
    trigger_priority: Priority
    severity: int
    criteria: tuple[str, ...]
    label: str
    condition: ConditionAxis
    acknowledgement: AcknowledgementAxis
    visibility: VisibilityAxis
    pending_since_us: int | None
    raised_us: int | None
    waiting_since_us: int | None
    spoken_us: int | None
    escalation_level: int
    owner: str | None
    acknowledged_until_us: int | None
    snoozed_until_us: int | None
    inhibited_by: str | None
    closed: bool
    # Documents that were stored before there was a hand-over do not carry these.
    escalated_to: str | None = None
    offered_to: str | None = None

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Self:
        """The state again from its JSON; raises on a document of another shape."""
        return cls(
            **{
                **document,
                "priority": Priority(document["priority"]),
                "trigger_priority": Priority(document["trigger_priority"]),
                "criteria": tuple(document["criteria"]),
                "condition": ConditionAxis(document["condition"]),
                "acknowledgement": AcknowledgementAxis(document["acknowledgement"]),
                "visibility": VisibilityAxis(document["visibility"]),
            }
        )


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One change of a thread, at ``at_us``, by a person or by the system."""

    kind: TransitionKind
    at_us: int
    actor: str
    detail: dict[str, Any]


def by_system(kind: TransitionKind, at_us: int, **detail: Any) -> Transition:
    """A change that nobody made: the rules' word, or time."""
    return Transition(kind=kind, at_us=at_us, actor=SYSTEM, detail=detail)


class AlertRefusedError(ValueError):
    """What was asked of an alert is not allowed; the message says what to do instead."""
