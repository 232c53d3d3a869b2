"""Patients whom a sweep could not judge: said on their tile, their page and by ``doctor``.

What is written here rests on as little as can be, since something of this patient has just failed:
no facts, no evaluation, and local limits only where they can be read.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import alerts, census, versions
from db.queries.census import EncounterRow
from monitoring.clinical.alert_state import ConditionAxis
from monitoring.clinical.not_judged import NOT_JUDGED, not_judged_condition
from monitoring.clinical.policy import load_policy
from monitoring.clinical.rule_file import RuleFileError
from monitoring.services.failures import without_data
from monitoring.services.instants import to_us
from monitoring.services.policies import policy_for
from monitoring.services.threads import EncounterThreads, TimingOf


@dataclass(frozen=True, slots=True, kw_only=True)
class NotJudged:
    """A stay that cannot be judged now: its row id, since when, and what failed."""

    encounter_id: int
    since: datetime
    failure: str


def tell_not_judged(
    store: Store, *, encounter_id: int, failure: BaseException, now: datetime
) -> None:
    """Raise the technical alert of a patient whose evaluation failed at ``now``.

    Who waits for an owner of another alert goes on being escalated. A later sweep that succeeds
    ends the condition by itself.
    """

    def work(session: Session) -> None:
        encounter = census.encounter(session, encounter_id)
        versions.lock_ward(session, encounter.ward_id)
        threads = EncounterThreads(
            session,
            encounter_id=encounter_id,
            ward_id=encounter.ward_id,
            timing=_timing(session, encounter, now),
        )
        condition = not_judged_condition(is_failing=True)
        threads.step(
            condition,
            now_us=to_us(now),
            snapshot=lambda: {
                "at_us": to_us(now),
                "label": condition.label,
                "action": condition.action,
                "criteria": list(condition.criteria),
                "severity": condition.severity,
                "failure": without_data(failure),
            },
        )
        threads.tick(now_us=to_us(now))
        if threads.flush():
            versions.advance(session, encounter.ward_id, now)

    store.write(work)


def not_judged_now(store: Store) -> list[NotJudged]:
    """The stays whose newest sweep failed, oldest first."""
    with store.read() as session:
        lying = census.open_encounter_ids(session)
        return [
            NotJudged(
                encounter_id=row.encounter_id,
                since=row.raised_at,
                failure=str(row.snapshot.get("failure", "not told")),
            )
            for row in alerts.open_of_problem(session, NOT_JUDGED, lying)
            if row.condition == ConditionAxis.ACTIVE
        ]


def in_words(found: list[NotJudged]) -> str:
    """How many patients are not judged and what to do, without saying who they are."""
    who = "1 patient is" if len(found) == 1 else f"{len(found)} patients are"
    return f"{who} not judged. Run 'stormwatch doctor'."


def _timing(session: Session, encounter: EncounterRow, now: datetime) -> TimingOf:
    """Whom the patient's own limits call and when; the packaged ones where these are at fault."""
    try:
        return policy_for(session, encounter, now).timing
    except RuleFileError:
        return load_policy().timing
