"""What could not be used, for the people who have to do something about it.

No value is ever dropped, clipped or guessed (architecture 2): what was refused waits here with its
reason until its source sends it right, or until a named person has dealt with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import audit, quarantine
from db.queries.quarantine import QuarantineRow
from monitoring.services.access import Role
from monitoring.services.errors import RefusedError

# Who sees and closes it on a page: those who can have an import put right (product.md, Admin).
ROLES = frozenset({Role.CHARGE_NURSE, Role.ADMIN})

PUT_RIGHT = (
    "Have the source put it right and import again. A value of a known patient, moment and name is "
    "then resolved by itself; close the rest"
)
WHAT_NEXT = (
    f'{PUT_RIGHT} with its number and a reason: stormwatch quarantine resolve NUMBER --reason "..."'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How much waits, in all and for each reason, and one page of it.

    ``count`` is of the reason that was asked for, else of all. ``shown`` begins after the first
    ``skipped``, which is less than asked for where there is no such page any more.
    """

    count: int
    by_reason: Mapping[str, int]
    skipped: int
    shown: Sequence[QuarantineRow]


def waiting(
    store: Store, *, at_most: int, page: int = 0, reason_code: str | None = None
) -> Waiting:
    """A page of what nobody has dealt with yet, the oldest first; pages count from 0.

    Where others have closed so much meanwhile that there is no such page, it is the last one.
    """
    with store.read() as session:
        by_reason = quarantine.waiting_by_reason(session)
        count = sum(by_reason.values()) if reason_code is None else by_reason.get(reason_code, 0)
        last_page = max(0, count - 1) // at_most
        skipped = min(page, last_page) * at_most
        return Waiting(
            count=count,
            by_reason=by_reason,
            skipped=skipped,
            shown=quarantine.waiting(
                session, reason_code=reason_code, skip=skipped, at_most=at_most
            ),
        )


def waiting_count(store: Store) -> int:
    """How many pieces of input wait."""
    with store.read() as session:
        return quarantine.waiting_count(session)


def listed(store: Store, *, with_resolved: bool) -> list[QuarantineRow]:
    """What waits, or all that was ever kept, the oldest first."""
    with store.read() as session:
        return quarantine.everything(session) if with_resolved else quarantine.waiting(session)


def one(store: Store, quarantine_id: int) -> QuarantineRow:
    """One piece of input as it came; raises ``RefusedError`` where there is none."""
    with store.read() as session:
        return _found(session, quarantine_id)


def resolve(store: Store, quarantine_id: int, *, reason: str, actor: str, now: datetime) -> None:
    """A named person closes what cannot be put right; it stays as it came.

    Raises ``RefusedError`` where it is not there, is closed already, or no reason is given.
    """
    if not reason.strip():
        message = "Say why it is closed: a later reader has to understand it."
        raise RefusedError(message)

    def work(session: Session) -> None:
        row = _found(session, quarantine_id)
        if row.resolved_at is not None:
            message = f"Number {quarantine_id} is resolved already. See: stormwatch quarantine show"
            raise RefusedError(message)
        quarantine.resolve(session, quarantine_id, by=actor, at=now)
        audit.append(
            session,
            at=now,
            actor=actor,
            action="quarantine.resolve",
            entity="quarantine",
            entity_id=str(quarantine_id),
            detail={"resolved": [quarantine_id], "reason": reason.strip()},
        )

    store.write(work)


def _found(session: Session, quarantine_id: int) -> QuarantineRow:
    row = quarantine.by_id(session, quarantine_id)
    if row is None:
        message = (
            f"Nothing in quarantine has number {quarantine_id}. See: stormwatch quarantine list"
        )
        raise RefusedError(message)
    return row
