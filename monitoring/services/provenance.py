"""Who recorded the rows behind a grade, and when: an evaluation names rows, this names people."""

from db.engine import Store
from db.queries import patient as rows
from db.queries.patient import Provenance
from monitoring.clinical.results import Evaluation

__all__ = ["Provenance", "provenance"]


def provenance(store: Store, evaluation: Evaluation) -> dict[tuple[str, int], Provenance]:
    """Who recorded each row behind an evaluation, and when, by table and row id."""
    wanted: dict[str, set[int]] = {}
    icans = () if evaluation.icans is None else evaluation.icans.criteria
    for criterion in (*evaluation.crs.criteria, *icans):
        for one in criterion.inputs:
            wanted.setdefault(one.table, set()).add(one.row_id)
    for part in evaluation.news2.parts:
        if part.evidence is not None:
            wanted.setdefault(part.evidence.table, set()).add(part.evidence.row_id)
    with store.read() as session:
        return {
            (table, found.id): found
            for table, ids in wanted.items()
            for found in rows.provenance(session, table, ids)
        }
