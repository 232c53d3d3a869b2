"""A physician confirms a grade, or sets another one with the reason for it.

The word is appended beside what the rules said at that moment; from then on the grade that is shown
follows ``monitoring.clinical.confirmation``. Clinical reference, 9 (items 2 and 5).
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import confirmations, users
from db.queries.census import EncounterRow
from monitoring.clinical.confirmation import CRS, DEATH, SCALES
from monitoring.clinical.results import Evaluation
from monitoring.services.access import Role
from monitoring.services.change import Changed, Recorded, change_facts
from monitoring.services.errors import RefusedError
from monitoring.services.evaluate import judge
from monitoring.services.policies import policy_for


def confirm_grade(
    store: Store,
    *,
    encounter_id: int,
    scale: str,
    grade: int,
    reason: str | None,
    submission: str,
    actor: str,
    now: datetime,
) -> Recorded:
    """Record a physician's word on a grade; the same submission twice is stored once.

    A grade other than the computed one needs a ``reason``, and so does grade 5 (death), which is
    never computed. Raises ``RefusedError`` for anybody but a physician, for a scale or grade that
    does not exist, and where the reason is missing.
    """
    if scale not in SCALES:
        message = "Only the CRS and the ICANS grade can be confirmed."
        raise RefusedError(message)
    if not 0 <= grade <= DEATH:
        message = "The grade is a whole number from 0 to 5. Choose one of them."
        raise RefusedError(message)
    words = (reason or "").strip() or None

    def change(session: Session, encounter: EncounterRow) -> Changed | None:
        _refuse_others(session, actor)
        policy = policy_for(session, encounter, now)
        judged = judge(
            session, encounter, from_at=now, to_at=now, policy=policy, extra_moments=[now]
        )
        computed, status = _computed(judged.evaluations[-1], scale)
        if words is None and (grade != computed or grade == DEATH):
            message = "This is not the computed grade. Say why; the reason stays beside it."
            raise RefusedError(message)
        row_id = confirmations.insert(
            session,
            confirmations.NewConfirmation(
                encounter_id=encounter.id,
                scale=scale,
                grade=grade,
                computed_grade=computed,
                computed_status=status,
                rulebook=judged.evaluations[-1].rulebook,
                reason=words,
                confirmed_by=actor,
                confirmed_at=now,
                recorded_at=now,
                valid_until=now + timedelta(seconds=policy.confirmation_valid_s),
                submission=submission,
            ),
        )
        if row_id is None:
            return None
        return Changed(
            entity="grade_confirmation",
            entity_id=str(row_id),
            moments=[now],
            detail={"scale": scale, "grade": grade, "computed": computed, "reason": words},
        )

    return change_facts(
        store,
        encounter_id=encounter_id,
        action="grade.confirm",
        actor=actor,
        now=now,
        change=change,
    )


def _refuse_others(session: Session, actor: str) -> None:
    person = users.by_username(session, actor)
    if person is None or not person.active or person.role != Role.PHYSICIAN.value:
        message = "Only a physician confirms a grade. Ask the physician on duty."
        raise RefusedError(message)


def _computed(evaluation: Evaluation, scale: str) -> tuple[int | None, str]:
    if scale == CRS:
        return evaluation.crs.grade, evaluation.crs.status.value
    if evaluation.icans is None:
        return None, "unknown"
    return evaluation.icans.grade, evaluation.icans.status.value
