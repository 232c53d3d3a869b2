"""Some concepts of a whole stay, as the rules look at them: laboratory values go back for weeks."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from db.models.base import table
from db.models.observation import Observation
from db.queries.observations import FACT, FactRow
from db.queries.rows import instant, standing

_observation = table(Observation)


def facts_of(
    session: Session, encounter_id: int, concepts: Iterable[str], *, to_at: datetime
) -> list[FactRow]:
    """Every standing value of some concepts up to a moment, oldest first, however long ago."""
    rows = session.execute(
        _FACTS_OF, {"encounter": encounter_id, "concepts": list(concepts), "to": to_at}
    )
    return list(map(FactRow._make, rows))


_FACTS_OF = (
    select(*FACT)
    .where(
        _observation.c.encounter_id == bindparam("encounter"),
        _observation.c.concept.in_(bindparam("concepts", expanding=True)),
        _observation.c.taken_at <= instant("to"),
        standing(_observation, as_known=False),
    )
    .order_by(_observation.c.taken_at, _observation.c.id)
)
