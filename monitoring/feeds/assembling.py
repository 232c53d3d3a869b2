"""Raw observations of one patient, checked and put together into the sets they were measured in.

What the store knows from the same source is taken into account, so that a file may come again,
grow, or come in pieces: the first value for a moment and a name stands, an equal one is known,
another one is a conflict and goes to quarantine.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitoring.clinical.agreement import check_set
from monitoring.clinical.checking import Checked, Refused, check_value
from monitoring.feeds.raw import RawObservation, Unusable, unusable_value


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownValue:
    """What the store holds of this source; ``taken_at`` is on the source's clock."""

    concept: str
    method: str | None
    taken_at: datetime
    value: float | None
    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsableValue:
    """A raw observation with what it means in the concept's unit."""

    raw: RawObservation
    value: float | None
    code: str | None
    queried: bool

    @property
    def concept(self) -> str:
        """The concept that was observed."""
        return self.raw.concept


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredSet:
    """Values of one moment; ``source_id`` is the same whenever and wherever the moment comes."""

    source_id: str
    taken_at: datetime
    taken_at_sent: str
    values: tuple[UsableValue, ...]


@dataclass(slots=True, kw_only=True)
class Assembled:
    """New sets by time, what cannot be used, and what was known or said twice."""

    sets: list[MeasuredSet] = field(default_factory=list)
    unusable: list[Unusable] = field(default_factory=list)
    known: int = 0
    repeated: int = 0


def assemble(observations: Iterable[RawObservation], known: Mapping[str, KnownValue]) -> Assembled:
    """Check one patient's observations; ``known`` is keyed by the source's identifier."""
    result = Assembled()
    fresh: dict[str, UsableValue] = {}
    for raw in observations:
        checked = check_value(raw.concept, raw.value, raw.unit)
        if isinstance(checked, Refused):
            result.unusable.append(_refused(raw, checked.reason_code.value, checked.message))
            continue
        if raw.source_id in known:
            before: KnownValue | UsableValue = known[raw.source_id]
        elif raw.source_id in fresh:
            before = fresh[raw.source_id]
        else:
            fresh[raw.source_id] = _usable(raw, checked)
            continue
        if (before.value, before.code) != (checked.value, checked.code):
            words = (
                "The same source gives another value for this name and moment. "
                "The first one stands; correct the source."
            )
            result.unusable.append(_refused(raw, "conflict", words))
        elif raw.source_id in known:
            result.known += 1
        else:
            result.repeated += 1
    _add_sets(result, fresh, known)
    return result


def _usable(raw: RawObservation, checked: Checked) -> UsableValue:
    return UsableValue(raw=raw, value=checked.value, code=checked.code, queried=checked.queried)


def _refused(raw: RawObservation, reason_code: str, reason: str) -> Unusable:
    return unusable_value(raw, reason_code=reason_code, reason=reason, column=raw.name)


def _add_sets(
    result: Assembled, fresh: Mapping[str, UsableValue], known: Mapping[str, KnownValue]
) -> None:
    known_at: dict[datetime, list[KnownValue]] = {}
    for value in known.values():
        known_at.setdefault(value.taken_at, []).append(value)
    by_moment: dict[datetime, list[UsableValue]] = {}
    for usable in fresh.values():
        by_moment.setdefault(usable.raw.taken_at, []).append(usable)
    for taken_at in sorted(by_moment):
        agreeing = _agreeing(result, by_moment[taken_at], known_at.get(taken_at, ()))
        if not agreeing:
            continue
        # Of two values of one moment the later row is the newer one; the arterial line knows best.
        agreeing.sort(key=lambda one: (one.raw.method == "arterial_line", one.raw.name))
        first = agreeing[0].raw
        result.sets.append(
            MeasuredSet(
                source_id=first.source_id.rpartition("/")[0],
                taken_at=taken_at,
                taken_at_sent=first.taken_at_sent,
                values=tuple(agreeing),
            )
        )


def _agreeing(
    result: Assembled, values: Sequence[UsableValue], known: Sequence[KnownValue]
) -> list[UsableValue]:
    """The values that can stand beside each other, marked where they ought to be asked about."""
    kept: list[UsableValue] = []
    for method in dict.fromkeys(one.raw.method for one in values):
        group = [one for one in values if one.raw.method == method]
        beside: list[KnownValue | UsableValue] = [old for old in known if old.method == method]
        beside += group
        concerns = {
            concern.concept: concern
            for concern in check_set(
                {one.concept: one.value if one.code is None else one.code for one in beside}
            )
        }
        came = {one.concept for one in group}
        for one in group:
            concern = concerns.get(one.concept)
            if concern is None and one.concept == "systolic_bp" and "diastolic_bp" not in came:
                # The diastolic pressure it does not fit is stored already: this one is asked about.
                concern = concerns.get("diastolic_bp")
            if concern is None:
                kept.append(one)
            elif concern.refused and concern.concept == one.concept:
                code = concern.reason_code.value
                result.unusable.append(_refused(one.raw, code, concern.message))
            else:
                kept.append(replace(one, queried=True))
    return kept
