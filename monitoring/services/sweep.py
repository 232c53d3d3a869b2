"""What only time changes for a patient: overdue, escalation, stale data, a silent feed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import census, versions
from monitoring.clinical.not_judged import not_judged_condition
from monitoring.clinical.results import Evaluation
from monitoring.clinical.watch_flags import stale_feed_condition
from monitoring.services.evaluate import judge, store_evaluations
from monitoring.services.instants import to_us
from monitoring.services.laboratory_watch import step_laboratory
from monitoring.services.liveness import Pulse
from monitoring.services.policies import policy_for
from monitoring.services.settle import snapshot_of, step_clock
from monitoring.services.threads import Change, EncounterThreads


def watched_encounters(store: Store) -> list[int]:
    """The encounters that lie in a bed now."""
    with store.read() as session:
        return census.open_encounter_ids(session)


def sweep(
    store: Store, *, encounter_id: int, pulses: Sequence[Pulse], now: datetime
) -> tuple[Change, ...]:
    """Judge a patient at ``now`` without any new fact; what the alerts said.

    A new evaluation is stored only where it says something else than the one before.
    """

    def work(session: Session) -> tuple[Change, ...]:
        encounter = census.encounter(session, encounter_id)
        versions.lock_ward(session, encounter.ward_id)
        policy = policy_for(session, encounter, now)
        judged = judge(
            session, encounter, from_at=now, to_at=now, policy=policy, extra_moments=[now]
        )
        evaluation = judged.evaluations[-1]
        threads = EncounterThreads(
            session,
            encounter_id=encounter_id,
            ward_id=encounter.ward_id,
            timing=policy.timing,
        )
        is_new = judged.before is None or _meaning(evaluation) != _meaning(judged.before.whole())
        if is_new:
            store_evaluations(
                session,
                encounter,
                [evaluation],
                facts=judged.facts,
                policy=policy,
                recorded_at=now,
                recorded_us={},
            )
        for condition in evaluation.conditions:
            threads.step(condition, now_us=to_us(now), snapshot=snapshot_of(condition, evaluation))
        step_clock(threads, judged, now=now, policy=policy)
        step_laboratory(session, threads, judged, encounter_id, now=now, policy=policy)
        for pulse in pulses:
            if pulse.encounter_id == encounter_id:
                silent = stale_feed_condition(
                    last_us=to_us(pulse.beat_at), is_silent=pulse.is_silent, now_us=to_us(now)
                )
                threads.step(silent, now_us=to_us(now), snapshot=snapshot_of(silent, evaluation))
        judged_again = not_judged_condition(is_failing=False)
        threads.step(
            judged_again, now_us=to_us(now), snapshot=snapshot_of(judged_again, evaluation)
        )
        threads.tick(now_us=to_us(now))
        changes = threads.flush()
        if changes or is_new:
            versions.advance(session, encounter.ward_id, now)
        return changes

    return store.write(work)


def _of_icans(evaluation: Evaluation) -> tuple[object, ...]:
    icans = evaluation.icans
    if icans is None:
        return ()
    held = tuple((one.id, one.truth) for one in icans.criteria)
    return (icans.grade, icans.status, icans.peak, icans.unknown, held)


def _meaning(evaluation: Evaluation) -> tuple[object, ...]:
    """What a reader would see change."""
    crs, news2 = evaluation.crs, evaluation.news2
    return (
        crs.grade,
        crs.status,
        crs.peak,
        crs.resolving,
        crs.fever_waived,
        evaluation.episode.is_open,
        evaluation.episode.number,
        news2.total,
        news2.complete,
        evaluation.confirmed,
        _of_icans(evaluation),
        tuple((c.problem, c.state, c.severity) for c in evaluation.conditions),
    )
