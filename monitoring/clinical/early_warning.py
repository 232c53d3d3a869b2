"""NEWS2 of one patient at each moment: which values make one set, and what is missing.

Values taken within the set window before the newest one count as one set (local policy); oxygen
support lasts until it is changed. Source: RCP 2017; clinical reference, section 4.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.concepts import CONSCIOUSNESS
from monitoring.clinical.evidence import EvidenceBook
from monitoring.clinical.news2_counting import CountingColumns, counting_of, readings_before
from monitoring.clinical.oxygen import SupportColumns
from monitoring.clinical.policy_types import Freshness, Policy
from monitoring.clinical.results import InputEvidence, News2Score, ScorePart
from monitoring.clinical.rulebook_types import News2Rules
from monitoring.clinical.scoring import (
    NOT_ASSESSED,
    ON_OXYGEN,
    OXYGEN_UNKNOWN,
    PARAMETERS,
    News2Columns,
    points_and_band,
    score_news2_columns,
)
from monitoring.clinical.timeline import US_PER_S, Timeline

_MEASURED = (
    "respiratory_rate",
    "spo2",
    "systolic_bp",
    "heart_rate",
    "consciousness",
    "body_temperature",
)
_AIR_PERCENT = 21.0
NOTE_AGE_UNKNOWN = "Age not known: NEWS2 holds from 16 years on."
NOTE_CHILD = "NEWS2 is not for people under 16."


@dataclass(frozen=True, slots=True, eq=False)
class SetColumns:
    """The sets as scored: per parameter whether its newest value belongs to the newest set.

    ``cells`` are ``scored.cells`` made once, a list a parameter; ``counting`` is what an alert may
    speak of.
    """

    scored: News2Columns
    counting: CountingColumns
    cells: list[list[int]]
    in_set: dict[str, list[bool]]
    spo2_scale: list[int]
    on_oxygen: list[int]


def set_columns(
    timeline: Timeline,
    support: SupportColumns,
    rules: News2Rules,
    policy: Policy,
    limits_s: NDArray[np.float64],
) -> SetColumns:
    """Score the newest set at each moment; ``limits_s`` is the age up to which it is known."""
    freshness = policy.freshness
    by_support = oxygen_given(support, freshness, limits_s)
    scored, in_set, scale, on_oxygen = _scored(timeline, by_support, rules, freshness, limits_s)
    return SetColumns(
        scored,
        counting_of(scored, readings_before(timeline, in_set, policy.news2)),
        scored.cells.tolist(),
        {concept: mask.tolist() for concept, mask in in_set.items()},
        scale.tolist(),
        on_oxygen.tolist(),
    )


def oxygen_given(
    support: SupportColumns, freshness: Freshness, limits_s: NDArray[np.float64]
) -> NDArray[np.int8]:
    """Air or oxygen by the support in force, ``OXYGEN_UNKNOWN`` where that is too old."""
    known_s = np.maximum(limits_s, freshness.oxygen_support_s_at_least)
    known = support.support_age_us <= known_s * US_PER_S
    return np.where(known, support.on_oxygen, OXYGEN_UNKNOWN).astype(np.int8)


def counting_columns(
    timeline: Timeline,
    by_support: NDArray[np.int8],
    rules: News2Rules,
    policy: Policy,
    limits_s: NDArray[np.float64],
) -> CountingColumns:
    """What counts of the set at each moment; ``by_support`` is what ``oxygen_given`` says."""
    scored, in_set, _, _ = _scored(timeline, by_support, rules, policy.freshness, limits_s)
    return counting_of(scored, readings_before(timeline, in_set, policy.news2))


def risks_of(scored: News2Columns | CountingColumns, rules: News2Rules) -> NDArray[np.int8]:
    """The row of Chart 2 that applies to each set: its place in the rules + 1, 0 incomplete."""
    risks = np.zeros(len(scored.minimum), dtype=np.int8)
    for place, threshold in reversed(list(enumerate(rules.thresholds, start=1))):
        least = threshold.total_from
        reached = scored.any_three if least is None else scored.minimum >= least
        risks[reached & scored.complete if least == 0 else reached] = place
    return risks


def deadbands_of(counting: CountingColumns, rules: News2Rules, points: int) -> NDArray[np.int8]:
    """The highest row of Chart 2 that each set is not known to be clearly below.

    Its place in the rules + 1, 0 where none; the first row where the set is incomplete.
    """
    rows = np.zeros(len(counting.standing), dtype=np.int8)
    for place, threshold in reversed(list(enumerate(rules.thresholds, start=1))):
        if threshold.total_from is None:
            rows[counting.standing_three & (rows == 0)] = place
        elif threshold.total_from:
            rows[counting.standing + points >= threshold.total_from] = place
    rows[~counting.complete] = 1
    return rows


def _scored(
    timeline: Timeline,
    by_support: NDArray[np.int8],
    rules: News2Rules,
    freshness: Freshness,
    limits_s: NDArray[np.float64],
) -> tuple[News2Columns, dict[str, NDArray[np.bool_]], NDArray[np.int64], NDArray[np.int8]]:
    """The scores, which values belong to the sets, the SpO2 scale and whether on oxygen."""
    taken = {concept: timeline.taken_us(concept) for concept in _MEASURED}
    newest_us = np.maximum.reduce(list(taken.values()))
    too_old = (timeline.at_us - newest_us) / US_PER_S > limits_s
    of_set_us = np.where(
        too_old,
        np.iinfo(np.int64).max,
        newest_us - int(freshness.set_window_s * US_PER_S),
    )
    in_set = {concept: taken[concept] >= of_set_us for concept in _MEASURED}
    on_oxygen = _on_oxygen(timeline, by_support, of_set_us)
    scale = _scale(timeline)

    def column(concept: str) -> NDArray[np.float64]:
        return np.where(in_set[concept], timeline.value(concept), np.nan)

    conscious = np.where(in_set["consciousness"], timeline.value("consciousness"), NOT_ASSESSED)
    scored = score_news2_columns(
        rules,
        respiratory_rate=column("respiratory_rate"),
        spo2=column("spo2"),
        on_oxygen=on_oxygen,
        systolic_bp=column("systolic_bp"),
        heart_rate=column("heart_rate"),
        consciousness=conscious.astype(np.intp),
        body_temperature=column("body_temperature"),
        spo2_scale=scale if (scale != 1).any() else 1,
    )
    return scored, in_set, scale, on_oxygen


def news2_score(
    sets: SetColumns,
    place: int,
    *,
    rules: News2Rules,
    book: EvidenceBook,
    age_years: float | None,
    limit_s: float,
) -> News2Score:
    """The score of one moment with the band and the row behind each parameter."""
    applicable = age_years is None or age_years >= rules.lowest_age_years
    parts = []
    for row, parameter in enumerate(PARAMETERS):
        hit = points_and_band(sets.cells[row][place])
        shown = _evidence(sets, parameter, place, book, limit_s)
        if hit is None or not applicable:
            parts.append(ScorePart(parameter=parameter, points=None, band=None, evidence=shown))
            continue
        points, number = hit
        band = _band(sets, parameter, place, number, rules)
        parts.append(ScorePart(parameter=parameter, points=points, band=band, evidence=shown))
    if not applicable:
        return News2Score(
            total=None,
            minimum=0,
            any_three=False,
            complete=False,
            applicable=False,
            risk="not_applicable",
            parts=tuple(parts),
            missing=(),
            notes=(NOTE_CHILD,),
        )
    complete = bool(sets.scored.complete[place])
    minimum = int(sets.scored.minimum[place])
    any_three = bool(sets.scored.any_three[place])
    return News2Score(
        total=minimum if complete else None,
        minimum=minimum,
        any_three=any_three,
        complete=complete,
        applicable=True,
        risk=risk_of(rules, minimum=minimum, any_three=any_three, complete=complete),
        parts=tuple(parts),
        missing=tuple(part.parameter for part in parts if part.points is None),
        notes=(NOTE_AGE_UNKNOWN,) if age_years is None else (),
    )


def risk_of(rules: News2Rules, *, minimum: int, any_three: bool, complete: bool) -> str:
    """The row of Chart 2 that applies; a partial score can only reach a row by what is known."""
    for threshold in rules.thresholds:
        reached = any_three if threshold.total_from is None else minimum >= threshold.total_from
        if reached and (complete or threshold.total_from != 0):
            return threshold.risk
    return "incomplete"


def _on_oxygen(
    timeline: Timeline, by_support: NDArray[np.int8], of_set_us: NDArray[np.int64]
) -> NDArray[np.int8]:
    """Air or oxygen: by the support in force, else by the charted fraction of the newest set."""
    if not timeline.is_charted("inhaled_oxygen"):
        return by_support
    percent = timeline.value("inhaled_oxygen")
    of_set = timeline.taken_us("inhaled_oxygen") >= of_set_us
    by_fraction = np.where(of_set, np.where(percent > _AIR_PERCENT, ON_OXYGEN, 0), OXYGEN_UNKNOWN)
    return np.where(by_support == OXYGEN_UNKNOWN, by_fraction, by_support).astype(np.int8)


def _scale(timeline: Timeline) -> NDArray[np.int64]:
    scales = np.array([b.spo2_scale for b in timeline.facts.baselines] + [1], dtype=np.int64)
    result: NDArray[np.int64] = scales[timeline.baseline_rows]
    return result


def _evidence(
    sets: SetColumns, parameter: str, place: int, book: EvidenceBook, limit_s: float
) -> InputEvidence | None:
    if parameter == "supplemental_oxygen":
        return book.newest("oxygen_device", place, limit_s) or book.newest(
            "inhaled_oxygen", place, limit_s
        )
    return book.newest(parameter, place, limit_s) if sets.in_set[parameter][place] else None


def _band(sets: SetColumns, parameter: str, place: int, number: int, rules: News2Rules) -> str:
    if parameter == "consciousness":
        return CONSCIOUSNESS[number]
    if parameter == "supplemental_oxygen":
        return ("air", "oxygen")[number]
    name = parameter
    if parameter == "spo2":
        on_air = sets.on_oxygen[place] == 0
        name = "spo2_scale_2_on_air" if on_air else "spo2_scale_2_on_oxygen"
        name = "spo2_scale_1" if sets.spo2_scale[place] == 1 else name
    return rules.banded[name].bands[number].text
