"""How a stay went: whether observations and ICE came when due, and where graders differed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from db.queries import evaluations, patient_course
from db.queries.census import EncounterRow
from monitoring.clinical import schedule
from monitoring.clinical.confirmation import CRS, ICANS
from monitoring.clinical.disagreement import Disagreements, counted, stretches
from monitoring.clinical.policy import Policy
from monitoring.clinical.results import Evaluation
from monitoring.clinical.schedule import Due, Kept
from monitoring.services.charted_sets import CORE_VITALS, set_taken_us
from monitoring.services.evaluate import load_facts
from monitoring.services.instants import to_us
from monitoring.services.policies import policy_for


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBack:
    """A stretch of a stay: how both schedules were kept, and how graders stood to the rules."""

    observations: Kept
    ice: Kept
    disagreements: Disagreements


def look_back(
    session: Session, encounter: EncounterRow, *, from_at: datetime, to_at: datetime
) -> LookBack:
    """What became of a stay from ``from_at`` to ``to_at``, by the policy in force at its end."""
    rows = evaluations.series(session, encounter.id, from_at, to_at)
    judged = [Evaluation.from_document(row.document) for row in rows]
    policy = policy_for(session, encounter, to_at)
    until_us = to_us(to_at)
    facts = load_facts(session, encounter, from_at=from_at, to_at=to_at)
    ice = [(one.at_us, schedule.next_ice_due(one, policy)) for one in judged]
    found = [
        stretch
        for scale, grades in (
            (CRS, [(one.at_us, one.crs.grade) for one in judged]),
            (ICANS, [(one.at_us, one.icans.grade) for one in judged if one.icans is not None]),
        )
        for stretch in stretches(facts.statements, scale, grades, until_us=until_us)
    ]
    return LookBack(
        observations=schedule.kept(
            _sets_asked(session, encounter, judged, policy, from_at=from_at, to_at=to_at),
            until_us=until_us,
        ),
        ice=schedule.kept(ice, until_us=until_us),
        disagreements=counted(
            [one for one in facts.statements if to_us(from_at) <= one.stated_us <= until_us], found
        ),
    )


def _sets_asked(
    session: Session,
    encounter: EncounterRow,
    judged: Sequence[Evaluation],
    policy: Policy,
    *,
    from_at: datetime,
    to_at: datetime,
) -> list[tuple[int, Due | None]]:
    """When the next set was due, as it stood at each judged moment."""
    taken = [
        (row.taken_us, row.concept)
        for row in patient_course.course(
            session, encounter.id, from_at=from_at, to_at=to_at, concepts=CORE_VITALS
        )
    ]
    newest: dict[str, int] = {}
    asked: list[tuple[int, Due | None]] = []
    place = 0
    for one in judged:
        while place < len(taken) and taken[place][0] <= one.at_us:
            newest[taken[place][1]] = taken[place][0]
            place += 1
        last_us = set_taken_us(newest)
        # Before the first set of the stretch nobody knows here since when one was due.
        due = None if last_us is None else schedule.next_due(one, last_us, policy)
        asked.append((one.at_us, due))
    return asked
