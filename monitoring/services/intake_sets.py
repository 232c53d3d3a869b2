"""The sets of an import on their way to the store, and back where they could not be judged."""

from collections.abc import Iterable
from datetime import timedelta

from monitoring.feeds.assembling import MeasuredSet
from monitoring.feeds.raw import Unusable, unusable_value
from monitoring.services.history import PastSet
from monitoring.services.record import NewValue

_NOT_JUDGED = (
    "Stormwatch could not judge the patient with what came now, and stores nothing that it cannot "
    "judge. Tell the person who runs it; import the file again once that is mended."
)


def past_set(one: MeasuredSet, shift: timedelta) -> PastSet:
    """A set of the file as the store takes it; ``shift`` is the patient's constant."""
    return PastSet(
        source_id=one.source_id,
        taken_at=one.taken_at + shift,
        taken_at_sent=one.taken_at_sent,
        values=[
            NewValue(
                concept=value.concept,
                value=value.value,
                code=value.code,
                value_sent=value.raw.value_sent,
                unit_sent=value.raw.unit,
                method=value.raw.method,
                queried=value.queried,
                source_id=value.raw.source_id,
            )
            for value in one.values
        ],
    )


def not_judged(sets: Iterable[MeasuredSet]) -> list[Unusable]:
    """Every value of one patient's sets for quarantine: none of them was stored (ADR 7)."""
    return [
        unusable_value(value.raw, reason_code="not_judged", reason=_NOT_JUDGED, column="row")
        for one in sets
        for value in one.values
    ]
