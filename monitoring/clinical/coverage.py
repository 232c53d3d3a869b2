"""Which problem says what another one says already, so that a ward hears of it once.

A fever that is part of CRS grade 1 is no second alert. Local policy (clinical reference 8.3,
"deduplicate"): a sign is covered by the grade that was suggested because of it, and by "hypotension
without fever"; a grade of 3 and more mutes the fever, and any grade a sign that is only not clearly
gone; NEWS2 is covered by the grade. Reduced consciousness and a fall of ICE are covered by the
ICANS grade. Always as long as it is not more urgent than what covers it.
"""

from collections.abc import Mapping
from dataclasses import replace

from monitoring.clinical.results import Condition, ConditionState
from monitoring.clinical.rulebook_types import Rulebook

_SIGNS = frozenset({"fever", "hypotension", "hypoxia"})
_GRADE = "crs_grade"
_ICANS = "icans_grade"
# In this order each is asked whether it says what another says; none of them is covered itself.
_COVERING = (_GRADE, "hypotension_without_fever", "possible_masked_crs", _ICANS)
# Every problem that covers another, each before what it covers: these too are covered by the clock
# alone (``schedule``, ``by_the_clock``).
COVERS = (*_COVERING, "new_confusion", "symptom_confusion")
_NEUROLOGIC = frozenset({"new_confusion", "ice_fall"})
_COVERED = _SIGNS | _NEUROLOGIC | {"news2"}
_MUTES_FEVER_FROM = 3


def covered(conditions: tuple[Condition, ...], rulebook: Rulebook) -> tuple[Condition, ...]:
    """The conditions, with ``covered_by`` set where a problem above says the same already."""
    domain_of = {criterion.id: criterion.domain for criterion in rulebook.crs.criteria}
    above = {
        one.problem: one
        for one in conditions
        if one.problem in _COVERING and one.state is ConditionState.ACTIVE
    }
    if not above:
        return conditions
    covers = [_cover_of(one, above, domain_of) for one in conditions]
    return tuple(
        one if cover is None else replace(one, covered_by=cover)
        for one, cover in zip(conditions, covers, strict=True)
    )


def _cover_of(
    below: Condition, above: Mapping[str, Condition], domain_of: Mapping[str, str]
) -> str | None:
    is_over = below.state is ConditionState.NORMAL and not below.deadband_severity
    if below.problem not in _COVERED or is_over:
        return None
    for problem in _COVERING:
        cover = above.get(problem)
        if (
            cover is not None
            and below.priority.rank <= cover.priority.rank
            and _includes(cover, below, domain_of)
        ):
            return problem
    return None


def _includes(cover: Condition, below: Condition, domain_of: Mapping[str, str]) -> bool:
    """Whether the cover speaks of what is below it."""
    if cover.problem == _ICANS or below.problem in _NEUROLOGIC:
        return cover.problem == _ICANS and below.problem in _NEUROLOGIC
    if below.problem in {domain_of[criterion] for criterion in cover.criteria}:
        return True
    if cover.problem != _GRADE:
        return False
    is_leaving = below.state is ConditionState.ACTIVE and not below.criteria
    is_muted = below.problem == "fever" and cover.severity >= _MUTES_FEVER_FROM
    return below.problem == "news2" or is_leaving or is_muted
