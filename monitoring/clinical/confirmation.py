"""What a clinician's word on a grade does to the grade that is shown.

Clinical reference, 9 (items 2 and 5): a grade never falls below the last one that a clinician
confirmed without a clinician saying so; a higher computed grade shows at once; grade 5 is only ever
a clinician's statement. What lets a lower word lapse is local policy.
"""

from collections.abc import Iterable

from monitoring.clinical.facts import GradeStatement
from monitoring.clinical.results import ConfirmedGrade

CRS, ICANS = "astct_crs", "astct_icans"
SCALES = (CRS, ICANS)
HIGHEST_SUGGESTED = 4
DEATH = 5


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
