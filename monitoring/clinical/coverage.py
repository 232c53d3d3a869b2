"""Which problem says what another one says already, so that a ward hears of it once.

A fever that is part of CRS grade 1 is no second alert. Local policy (clinical reference 8.3,
"deduplicate"): a sign is covered by the grade that was suggested because of it, and by "hypotension
without fever", as long as the sign itself is not more urgent than what covers it.
"""

from collections.abc import Mapping
from dataclasses import replace

from monitoring.clinical.results import Condition, ConditionState
from monitoring.clinical.rulebook_types import Rulebook

_SIGNS = frozenset({"fever", "hypotension", "hypoxia"})
_COVERING = ("crs_grade", "hypotension_without_fever", "possible_masked_crs")


def covered(conditions: tuple[Condition, ...], rulebook: Rulebook) -> tuple[Condition, ...]:
    """The conditions, with ``covered_by`` set on each sign that a problem above it includes."""
    domain_of = {criterion.id: criterion.domain for criterion in rulebook.crs.criteria}
    above = {
        one.problem: one
        for one in conditions
        if one.problem in _COVERING and one.state is ConditionState.ACTIVE
    }
    if not above:
        return conditions
    return tuple(
        replace(one, covered_by=_cover_of(one, above, domain_of)) if one.problem in _SIGNS else one
        for one in conditions
    )


def _cover_of(
    sign: Condition, above: Mapping[str, Condition], domain_of: Mapping[str, str]
) -> str | None:
    if sign.state is ConditionState.NORMAL:
        return None
    for problem in _COVERING:
        cover = above.get(problem)
        if (
            cover is not None
            and sign.priority.rank <= cover.priority.rank
            and sign.problem in {domain_of[criterion] for criterion in cover.criteria}
        ):
            return problem
    return None
