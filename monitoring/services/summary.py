"""What a list shows of an evaluation beyond its grade and score, kept beside the whole document.

A board of thirty beds reads thirty of these at every change; the documents are forty times longer.
"""

from dataclasses import asdict, dataclass
from typing import Any, Self

from monitoring.clinical import schedule
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.results import Evaluation, Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The part of an evaluation that a tile shows.

    ``held`` marks a grade that rests on a criterion that was met when last known and has not been
    observed since. ``interval_s`` is how often a set is due, ``grace_s`` how late it may be.
    """

    direction: str
    held: bool
    resolving: bool
    news2_applicable: bool
    interval_s: float
    grace_s: float

    def to_document(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Self:
        """The summary again from its JSON."""
        return cls(**document)


def summary_of(evaluation: Evaluation, policy: Policy) -> Summary:
    """The summary of an evaluation under the policy that holds when it is stored."""
    crs = evaluation.crs
    due = schedule.next_due(evaluation, None, policy)
    return Summary(
        direction=crs.direction,
        held=any(
            criterion.truth is Truth.HELD and criterion.grade == crs.grade
            for criterion in crs.criteria
        ),
        resolving=crs.resolving,
        news2_applicable=evaluation.news2.applicable,
        interval_s=due.interval_s,
        grace_s=(due.overdue_at_us - due.next_us) / 1_000_000,
    )
