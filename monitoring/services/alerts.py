"""What a person does with an alert: take it, hand it over, or silence it for a while."""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import alerts as alert_rows
from db.queries import audit, census, users, versions
from monitoring.clinical.alert_state import AlertRefusedError
from monitoring.services.errors import RefusedError
from monitoring.services.instants import to_us
from monitoring.services.policies import policy_for
from monitoring.services.threads import Change, EncounterThreads


def acknowledge(
    store: Store,
    *,
    thread_public_id: str,
    note: str | None,
    actor: str,
    now: datetime,
    seen_at: datetime | None = None,
) -> tuple[Change, ...]:
    """A named person takes an alert, and with it what it covers.

    With ``seen_at`` only what had spoken by then: a page shows nothing that came later. Taking one
    that the same person owns already, with nothing unowned under it, changes nothing: a second
    press is harmless. Raises ``RefusedError`` where the alert is closed.
    """

    def act(threads: EncounterThreads, problem: str) -> None:
        state = threads.state_of(problem)
        is_own = state is not None and state.owner == actor
        if is_own and not note and all(one.owner for one in threads.covered_by(problem)):
            return
        threads.acknowledge(
            problem, by=actor, note=note, now_us=to_us(now), seen_us=_us_or_none(seen_at)
        )

    return _act(store, thread_public_id, "alert.acknowledge", actor=actor, now=now, act=act)


def offer(
    store: Store, *, thread_public_id: str, to: str, note: str | None, actor: str, now: datetime
) -> tuple[Change, ...]:
    """The owner asks another member of the team to take an alert, and owns it until then.

    Raises ``RefusedError`` for who does not own it, and for a person who cannot sign in.
    """

    def act(threads: EncounterThreads, problem: str) -> None:
        threads.offer(problem, by=actor, to=to, note=note, now_us=to_us(now))

    def check(session: Session) -> None:
        member = users.by_username(session, to)
        if member is None or not member.active:
            message = "Nobody of the team signs in by this name. Choose a member of the team."
            raise RefusedError(message)

    return _act(store, thread_public_id, "alert.offer", actor=actor, now=now, act=act, check=check)


def take_over(
    store: Store,
    *,
    thread_public_id: str,
    actor: str,
    now: datetime,
    seen_at: datetime | None = None,
) -> tuple[Change, ...]:
    """Take an alert that was offered, and with it what it covers; ``seen_at`` as above.

    Raises ``RefusedError`` where it is not offered to the actor.
    """

    def act(threads: EncounterThreads, problem: str) -> None:
        threads.take_over(problem, by=actor, now_us=to_us(now), seen_us=_us_or_none(seen_at))

    return _act(store, thread_public_id, "alert.take_over", actor=actor, now=now, act=act)


def decline(
    store: Store, *, thread_public_id: str, note: str | None, actor: str, now: datetime
) -> tuple[Change, ...]:
    """Decline what was offered, or take back what one offered; the owner stays the same."""

    def act(threads: EncounterThreads, problem: str) -> None:
        threads.decline(problem, by=actor, note=note, now_us=to_us(now))

    return _act(store, thread_public_id, "alert.decline", actor=actor, now=now, act=act)


def snooze(
    store: Store,
    *,
    thread_public_id: str,
    reason: str,
    until_at: datetime,
    actor: str,
    now: datetime,
) -> tuple[Change, ...]:
    """A named person silences an alert until a time or until worse; never one of high priority."""
    if not reason.strip():
        message = "Say why the alert is snoozed."
        raise RefusedError(message)

    def act(threads: EncounterThreads, problem: str) -> None:
        threads.snooze(
            problem, by=actor, reason=reason, until_us=to_us(until_at), now_us=to_us(now)
        )

    return _act(store, thread_public_id, "alert.snooze", actor=actor, now=now, act=act)


def _act(
    store: Store,
    thread_public_id: str,
    action: str,
    *,
    actor: str,
    now: datetime,
    act: Callable[[EncounterThreads, str], None],
    check: Callable[[Session], None] | None = None,
) -> tuple[Change, ...]:
    def work(session: Session) -> tuple[Change, ...]:
        thread = alert_rows.thread_by_public_id(session, thread_public_id)
        if thread is None:
            message = "This alert is not known here. Reload the board and try again."
            raise RefusedError(message)
        if check is not None:
            check(session)
        encounter = census.encounter(session, thread.encounter_id)
        versions.lock_ward(session, encounter.ward_id)
        threads = EncounterThreads(
            session,
            encounter_id=encounter.id,
            ward_id=encounter.ward_id,
            timing=policy_for(session, encounter, now).timing,
        )
        if threads.public_id_of(thread.problem) != thread_public_id:
            message = "This alert is closed already. Look at the patient page for what is open."
            raise RefusedError(message)
        try:
            act(threads, thread.problem)
        except AlertRefusedError as refusal:
            raise RefusedError(str(refusal)) from refusal
        changes = threads.flush()
        if changes:
            audit.append(
                session,
                at=now,
                actor=actor,
                action=action,
                entity="alert_thread",
                entity_id=thread_public_id,
                detail={
                    "encounter": encounter.public_id,
                    "problem": thread.problem,
                    "taken_with_it": _taken_with(changes),
                },
            )
            versions.advance(session, encounter.ward_id, now)
        return changes

    return store.write(work)


def _us_or_none(moment: datetime | None) -> int | None:
    return None if moment is None else to_us(moment)


def _taken_with(changes: Iterable[Change]) -> list[str]:
    """The problems whose alerts were taken through another one."""
    return [one.problem for one in changes if "through" in one.transition.detail]
