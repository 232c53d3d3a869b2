"""The technical problem of a patient of whom Stormwatch itself cannot say anything now.

The rules failed on what is stored of this patient, or a row could not be read. The grade that is
shown is then the one of an earlier look, and nobody may take it for the present one.
"""

from monitoring.clinical.conditions import normal
from monitoring.clinical.results import Condition, ConditionState, Priority

NOT_JUDGED = "not_judged"


def not_judged_condition(*, is_failing: bool) -> Condition:
    """Active while the newest look at the patient failed; over with the first that succeeds.

    Always technical (clinical reference 8.2): it says nothing of how the patient is. Local.
    """
    if not is_failing:
        return normal(NOT_JUDGED, Priority.TECHNICAL, "Judged")
    return Condition(
        problem=NOT_JUDGED,
        state=ConditionState.ACTIVE,
        priority=Priority.TECHNICAL,
        severity=1,
        label="Not judged: the grade here may be old. Look at the patient; "
        "tell the person who runs Stormwatch",
        criteria=("failed",),
        action="Look at the patient and go by what you see; tell the person who runs Stormwatch.",
    )
