"""What a clinician's word on a grade does to the grade that is shown.

Clinical reference, 9 (items 2 and 5): a grade never falls below the last one that a clinician
confirmed without a clinician saying so; a higher computed grade shows at once; grade 5 is only ever
a clinician's statement. What lets a lower word lapse is local policy.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from monitoring.clinical.facts import GradeStatement
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.results import Condition, ConditionState, ConfirmedGrade

CRS, ICANS = "astct_crs", "astct_icans"
SCALES = (CRS, ICANS)
HIGHEST_SUGGESTED = 4
DEATH = 5
# The problem that speaks of each scale's grade, and the name it is called by.
_PROBLEMS = {CRS: ("crs_grade", "CRS"), ICANS: ("icans_grade", "ICANS")}


def confirmed_grades(
    statements: tuple[GradeStatement, ...],
    computed: Mapping[str, int | None],
    *,
    at_us: int,
    before: tuple[ConfirmedGrade, ...],
) -> tuple[ConfirmedGrade, ...]:
    """The words that stand at a moment, by the computed grade of each scale; see the next."""
    if not statements:
        return ()
    words = (
        confirmed_grade(statements, scale, computed=grade, at_us=at_us, before=before)
        for scale, grade in computed.items()
    )
    return tuple(word for word in words if word is not None)


def heard(
    conditions: tuple[Condition, ...], words: tuple[ConfirmedGrade, ...], policy: Policy
) -> tuple[Condition, ...]:
    """The problems, those of a grade as the shown one has it.

    A grade that a clinician confirmed keeps its alert when the computed one falls, and one that a
    clinician set lower rests at that until it lapses.
    """
    if not words:
        return conditions
    by_problem = {_PROBLEMS[word.scale][0]: word for word in words}
    return tuple(
        one if one.problem not in by_problem else _as_shown(one, by_problem[one.problem], policy)
        for one in conditions
    )


def _as_shown(condition: Condition, word: ConfirmedGrade, policy: Policy) -> Condition:
    if condition.severity == word.shown and condition.state is not ConditionState.NO_DATA:
        return condition
    problem, name = _PROBLEMS[word.scale]
    label = f"{name} grade {word.shown} confirmed by a clinician"
    if word.shown == 0:
        return replace(
            condition,
            state=ConditionState.NORMAL,
            priority=policy.priority[f"{problem}_1"],
            severity=0,
            label=label,
            criteria=(),
            action=None,
        )
    return replace(
        condition,
        state=ConditionState.ACTIVE,
        priority=policy.priority[f"{problem}_{min(word.shown, HIGHEST_SUGGESTED)}"],
        severity=word.shown,
        label=label,
        action="A lower grade has to be confirmed by a clinician.",
    )


def confirmed_grade(
    statements: Iterable[GradeStatement],
    scale: str,
    *,
    computed: int | None,
    at_us: int,
    before: Iterable[ConfirmedGrade],
) -> ConfirmedGrade | None:
    """The newest word on a scale at a moment and what is shown by it; None where nobody spoke.

    ``computed`` is the rules' grade now. ``before`` holds the words as they stood at the moment
    before: that a computed grade rose since one was said is not forgotten when it falls again.

    * A word at or above what was computed is a floor until a clinician says less.
    * A word below what was computed holds until it runs out, or until the computed grade rises
      above what it was then. After that the computed grade counts again, the word as its floor.
    """
    said = [one for one in statements if one.scale == scale and one.stated_us <= at_us]
    if not said:
        return None
    word = max(said, key=lambda one: (one.stated_us, one.row_id))
    stood = next((one for one in before if one.row_id == word.row_id), None)
    then = word.grade if word.computed_grade is None else word.computed_grade
    rose = (stood is not None and stood.rose) or (
        computed is not None and computed > max(word.grade, then)
    )
    expired = at_us >= word.valid_until_us
    return ConfirmedGrade(
        scale=scale,
        grade=word.grade,
        computed_then=word.computed_grade,
        stated_us=word.stated_us,
        by=word.by,
        row_id=word.row_id,
        rose=rose,
        expired=expired,
        shown=_shown(word.grade, then, computed, lapsed=rose or expired),
    )


def _shown(said: int, then: int, computed: int | None, *, lapsed: bool) -> int:
    if said == DEATH or (said < then and not lapsed):
        return said
    # Where the rules cannot say any more, what they said when they were overruled is not forgotten.
    return max(said, then if computed is None else computed)
