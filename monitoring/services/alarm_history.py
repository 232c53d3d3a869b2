"""What a stay's alerts really said, from their immutable events, as the burden reads it."""

from collections.abc import Iterator
from itertools import count, groupby

from sqlalchemy.orm import Session

from db.queries import alerts as alert_rows
from monitoring.clinical.alert_history import state_after
from monitoring.clinical.alert_runs import Told, told_of
from monitoring.clinical.alert_state import AlertState, Transition, TransitionKind
from monitoring.services.instants import to_us


def told_in(session: Session, encounter_id: int) -> Iterator[Told]:
    """Every transition of a stay's threads, by thread and time; with who really took each."""
    numbers: dict[str, count[int]] = {}
    for thread in alert_rows.threads(session, encounter_id):
        number = next(numbers.setdefault(thread.problem, count()))
        events = [
            Transition(
                kind=TransitionKind(row.kind),
                at_us=to_us(row.at),
                actor=row.actor,
                detail=row.detail,
            )
            for row in alert_rows.events(session, thread.id)
        ]
        state: AlertState | None = None
        for _, moment in groupby(events, key=lambda event: event.at_us):
            together = list(moment)
            state = state_after(thread.problem, together, before=state)
            if state is not None:
                yield from (told_of(event, state, thread=number) for event in together)
