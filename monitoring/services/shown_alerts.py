"""The open alerts of a patient as a board tells them, kept beside the summary.

Times are whole seconds since the Unix epoch, UTC (``*_s``).
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from monitoring.clinical.alert_order import place_of
from monitoring.clinical.alert_state import AlertState, ConditionAxis, VisibilityAxis
from monitoring.services.instants import SECOND_US


@dataclass(frozen=True, kw_only=True)
class ShownAlert:
    """An open alert: what, how urgent, since when it waits or stands, and whose."""

    id: str
    label: str
    priority: str
    condition: str
    since_s: int | None
    owner: str | None
    snoozed: bool
    # The role that was called last, while nobody has it.
    escalated_to: str | None = None
    # Empty in what was stored before it was told.
    problem: str = ""

    def to_document(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


def shown_alert(public_id: str, state: AlertState) -> ShownAlert | None:
    """An alert as a board tells it; None where it is not told: pending, or said by another one."""
    if state.condition is ConditionAxis.PENDING or state.visibility is VisibilityAxis.INHIBITED:
        return None
    since_us = state.waiting_since_us if state.owner is None else state.raised_us
    return ShownAlert(
        id=public_id,
        label=state.label,
        priority=state.priority.value,
        condition=state.condition.value,
        since_s=None if since_us is None else since_us // SECOND_US,
        owner=state.owner,
        snoozed=state.visibility is VisibilityAxis.SNOOZED,
        escalated_to=state.escalated_to if state.owner is None else None,
        problem=state.problem,
    )


def shown_alerts(threads: Iterable[tuple[str, AlertState]]) -> list[ShownAlert]:
    """The open alerts that a board tells, by public id and state, in the order of their listing."""
    ordered = sorted(threads, key=lambda thread: place_of(thread[1]))
    shown = (shown_alert(public_id, state) for public_id, state in ordered)
    return [alert for alert in shown if alert is not None]
