"""What would move a grade, the nearest single changes; worked out once for each state of a stay."""

from functools import lru_cache

from dashboard.loaders import store
from monitoring.clinical.results import Evaluation
from monitoring.services.patient import Mark, PatientPage
from monitoring.services.reasons import changes_of


def lines(page: PatientPage) -> list[str]:
    """A line a scale and a direction: "CRS grade 3 if a vasopressor is started or ..."."""
    if page.evaluation is None:
        return []
    known = _Known(page.evaluation)
    return list(_lines(page.head.encounter_id, page.mark, page.policy.id, known))


class _Known:
    """An evaluation beside its key: it belongs to the mark, and is not compared again."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation

    def __hash__(self) -> int:
        return hash(self.evaluation.at_us)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and other.evaluation.at_us == self.evaluation.at_us


@lru_cache(maxsize=128)
def _lines(encounter_id: int, _mark: Mark, _policy: str, known: _Known) -> tuple[str, ...]:
    found = changes_of(store(), encounter_id=encounter_id, evaluation=known.evaluation)
    return tuple(line for one in found.values() for line in one.lines(nearest=True))
