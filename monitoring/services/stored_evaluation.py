"""An evaluation as the store keeps it, taken apart only as far as somebody asks."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from db.queries import evaluations
from monitoring.clinical.results import (
    ConfirmedGrade,
    CrsGrade,
    EpisodeState,
    Evaluation,
    GradeStatus,
    Truth,
    read_criterion,
    read_icans,
)
from monitoring.services.failures import without_data

_log = logging.getLogger(__name__)

_MET = (Truth.YES.value, Truth.HELD.value)


class StoredEvaluation:
    """What the next evaluation goes on from; most of a document is evidence that it does not need.

    ``crs`` is the suggested grade with the criteria that were met, which may be held from now on,
    and without notes; ``whole`` has all.
    """

    __slots__ = ("_document", "at_us", "confirmed", "crs", "episode", "icans")

    def __init__(self, document: Mapping[str, Any]) -> None:
        crs, episode = document["crs"], document["episode"]
        self._document = document
        self.at_us: int = document["at_us"]
        self.episode = EpisodeState(**{**episode, "held": tuple(episode["held"])})
        self.icans = read_icans(document.get("icans"))
        self.confirmed = tuple(ConfirmedGrade(**one) for one in document.get("confirmed", ()))
        self.crs = CrsGrade(
            **{
                **crs,
                "status": GradeStatus(crs["status"]),
                "criteria": tuple(
                    read_criterion(one) for one in crs["criteria"] if one["truth"] in _MET
                ),
                "missing": tuple(crs["missing"]),
                "notes": (),
            }
        )

    def whole(self) -> Evaluation:
        """The evaluation with all its evidence."""
        return Evaluation.from_document(dict(self._document))


def stored_before(session: Session, encounter_id: int, at: datetime) -> StoredEvaluation | None:
    """The newest stored evaluation of a moment strictly before ``at``."""
    row = evaluations.before(session, encounter_id, at)
    return None if row is None else StoredEvaluation(row.document)


def readable(row: evaluations.EvaluationRow | None) -> Evaluation | None:
    """What was judged; None before anything was, and where it cannot be read."""
    if row is None:
        return None
    try:
        return Evaluation.from_document(row.document)
    except (KeyError, TypeError, ValueError) as failure:
        _log.error("Evaluation %d cannot be read: %s", row.id, without_data(failure))
        return None
