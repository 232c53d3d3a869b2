"""The doses of the vasopressors that run at a moment, and for how long they have been high.

Lee 2014 asks for a high dose required for 3 hours (clinical reference 3.2). A dose that was not
charted, or that cannot be brought to the table's unit, is unknown.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from monitoring.clinical.facts import ObservationColumns, TreatmentSpan
from monitoring.clinical.rulebook_types import CrsRules
from monitoring.clinical.scales import lee_2014, registry
from monitoring.clinical.timeline import US_PER_S
from monitoring.clinical.vasopressors import own_name

HIGH_DOSE = "high_dose_vasopressor"
_HOUR_US = 3600 * US_PER_S
# Longer than the table asks for, to ask whether the dose alone is high.
_LONG_HOURS = 1_000.0


def newest_weight_kg(observations: ObservationColumns, at_us: int) -> float | None:
    """The weight charted last at or before a moment, in kg."""
    own = (observations.concept == "body_weight") & (observations.taken_us <= at_us)
    found = observations.value[own]
    return float(found[-1]) if len(found) else None


def doses(
    running: Iterable[TreatmentSpan], rules: CrsRules, weight_kg: float | None
) -> dict[str, float]:
    """The doses of Lee's table by field; an agent with any unknown dose is left out."""
    found: dict[str, float] = {}
    for row in lee_2014.load_lee().high_dose.alone:
        own = [
            _dose(span, row.unit, weight_kg)
            for span in running
            if own_name(span.agent, rules) == row.agent
        ]
        known = [one for one in own if one is not None]
        if own and len(known) == len(own):
            found[row.field] = sum(known)
    return found


def high_for_hours(
    spans: Sequence[TreatmentSpan], rules: CrsRules, *, at_us: int, weight_kg: float | None
) -> float | None:
    """For how many hours the dose has been as it counts at ``at_us``.

    Over a high dose: since it has been high without a break. Over doses that are unknown: since any
    vasopressor has run without a break, for no dose was required longer. None where nothing runs,
    or where it is not known for how long.
    """
    infusions = [span for span in spans if span.ended_us != span.started_us]
    edges = {span.started_us for span in infusions} | {
        span.ended_us for span in infusions if span.ended_us is not None
    }
    begins = sorted((edge for edge in edges if edge <= at_us), reverse=True)
    segments = [[span for span in infusions if runs_at(span, begin)] for begin in begins]
    if not segments or not segments[0]:
        return None
    high = _are_high([_record(one, rules, weight_kg) for one in segments])
    since_us: int | None = None
    for begin, running, is_high in zip(begins, segments, high, strict=True):
        if not running or (high[0] and not is_high):
            break
        since_us = begin
    if since_us is None:
        return None
    hours = (at_us - since_us) / _HOUR_US
    before = begins.index(since_us) + 1
    is_known = before == len(segments) or _all_known(segments[before], rules, weight_kg)
    limit = lee_2014.load_lee().high_dose.at_least_hours
    if high[0]:
        return hours if is_known or hours >= limit else None
    return hours if _all_known(segments[0], rules, weight_kg) or hours < limit else None


def runs_at(span: TreatmentSpan, at_us: int) -> bool:
    """Whether a treatment runs at a moment: its start is inside, its end is not."""
    return span.started_us <= at_us and (span.ended_us is None or at_us < span.ended_us)


def _are_high(records: list[dict[str, Any]]) -> list[bool]:
    answers = registry.scale(lee_2014.NAME).of(records)
    return [any(one.id == HIGH_DOSE for one in answer.evidence) for answer in answers]


def _record(
    running: Sequence[TreatmentSpan], rules: CrsRules, weight_kg: float | None
) -> dict[str, Any]:
    listed = rules.counted | rules.not_multiple
    agents = {own_name(span.agent, rules) for span in running} & listed
    return {
        "vasopressors": sorted(agents),
        **doses(running, rules, weight_kg),
        "vasopressor_hours": _LONG_HOURS,
    }


def _all_known(running: Sequence[TreatmentSpan], rules: CrsRules, weight_kg: float | None) -> bool:
    with_limit = {row.agent for row in lee_2014.load_lee().high_dose.alone}
    agents = {own_name(span.agent, rules) for span in running} - rules.not_multiple
    return agents <= with_limit and len(doses(running, rules, weight_kg)) == len(agents)


def _dose(span: TreatmentSpan, unit: str, weight_kg: float | None) -> float | None:
    value, charted = span.dose_value, span.dose_unit
    if value is None or value <= 0 or charted is None:
        return None
    if charted == unit:
        return value
    if weight_kg is None:
        return None
    if (charted, unit) == ("ug/kg/min", "ug/min"):
        return value * weight_kg
    if (charted, unit) == ("ug/min", "ug/kg/min"):
        return value / weight_kg
    return None
