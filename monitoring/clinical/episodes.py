"""CRS episodes of one stay or of many: onset, waived fever, resolution, recurrence.

Clinical reference C3-C7 (fever and its waiver), C20 (peak), C21 (resolution), C23 (missing data).
What must be carried from one moment to the next is an ``EpisodeState`` and the grade before, so
that judging a whole stay at once and judging each moment as it comes give the same answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical import grading
from monitoring.clinical.criteria import CriteriaColumns, FeverReadings
from monitoring.clinical.episode_pass import PassResult, judge_stays
from monitoring.clinical.episode_spans import CLOSED, WAIVED, PassInput, PassRules, Prior
from monitoring.clinical.episode_walk import Before, Moment, walk
from monitoring.clinical.facts import TreatmentSpan
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.results import EpisodeState
from monitoring.clinical.rulebook_types import CrsRules
from monitoring.clinical.schedule import crs_state
from monitoring.clinical.timeline import NEVER_US, US_PER_S, Timeline
from monitoring.clinical.truths import HELD, YES
from monitoring.clinical.turning_columns import Limits, Seen, limits_of
from monitoring.clinical.turning_moments import breaks_of, joined, seen

__all__ = [
    "Before",
    "Moment",
    "StayGrades",
    "follow",
    "follow_one",
    "follow_stays",
    "moments_of",
    "pass_rules",
]

_MET = (int(YES), int(HELD))
_NO_TIMES = np.empty(0, dtype=np.int64)
_ZERO = np.zeros(1, dtype=np.int64)
_STEP = 8
# Up to so many moments walking is quicker than laying out columns.
_FEW_MOMENTS = 32


def follow(
    timeline: Timeline,
    columns: CriteriaColumns,
    rules: CrsRules,
    policy: Policy,
    *,
    prior: EpisodeState,
    before: Before | None,
) -> list[Moment]:
    """Judge each asked moment in turn, going on from ``prior`` and the grade ``before`` it."""
    if len(timeline.at_us) <= _FEW_MOMENTS:
        return walk(timeline, columns, rules, policy, prior=prior, before=before)
    return moments_of(
        follow_one(timeline, columns, rules, policy, prior=prior, before=before), 0, rules
    )


def follow_one(
    timeline: Timeline,
    columns: CriteriaColumns,
    rules: CrsRules,
    policy: Policy,
    *,
    prior: EpisodeState,
    before: Before | None,
) -> "StayGrades":
    """``follow`` as columns."""
    axis = Axis(np.array([0, len(timeline.at_us)]), np.zeros(1, dtype=np.int64))
    return follow_stays(timeline, columns, axis, rules, policy, priors=(prior,), befores=(before,))


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """Where stays lie on the one axis of time.

    ``begins`` (stays + 1) are the places at which they begin, and the end; ``shifts_us`` is by how
    much each lies later than it was.
    """

    begins: NDArray[np.intp]
    shifts_us: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class StayGrades:
    """All moments of some stays, judged; ``priors`` stood before the first moment of each.

    ``peak`` is the highest grade of the current or last episode, ``grading.NO_GRADE`` for none.
    ``fever`` has the readings that made it, None where no evidence is kept.
    """

    at_us: NDArray[np.int64]
    axis: Axis
    judged: PassResult
    peak: NDArray[np.int8]
    fever: FeverReadings | None
    priors: tuple[EpisodeState, ...]


@dataclass(frozen=True, slots=True, eq=False)
class StayColumns:
    """What a pass takes of some stays that lie one after the other, ``seen`` by place on the axis.

    ``breaks`` are the places at which one begins or the chart had a gap. ``temperature_us`` and
    ``fever_us`` are the times of all temperatures and of all fevers; None for a temperature at
    every moment on the axis.
    """

    seen: Seen
    breaks: NDArray[np.intp]
    temperature_us: NDArray[np.int64] | None
    fever_us: NDArray[np.int64]
    treatments: tuple[TreatmentSpan, ...]


def stay_columns(
    timeline: Timeline,
    columns: CriteriaColumns,
    limits: Limits,
    *,
    breaks: NDArray[np.intp],
    places: NDArray[np.intp] | int = 0,
) -> StayColumns:
    """Those of the stays in one timeline; at its rows ``breaks`` one begins or there was a gap.

    ``places`` says of which moment on the axis each row speaks, or of which the first. What is
    charted turns at none that is left out.
    """
    is_at_each = "body_temperature" in timeline.at_every_moment
    return StayColumns(
        seen(columns, places, breaks, limits),
        breaks + places if isinstance(places, int) else places[breaks],
        None if is_at_each else timeline.series["body_temperature"].taken_us[:-1],
        columns.fever.fever_us,
        timeline.facts.treatments,
    )


def follow_stays(
    timeline: Timeline,
    columns: CriteriaColumns,
    axis: Axis,
    rules: CrsRules,
    policy: Policy,
    *,
    priors: Sequence[EpisodeState],
    befores: Sequence[Before | None],
) -> StayGrades:
    """Judge every moment of the stays that lie in a timeline, each going on from its prior."""
    breaks = breaks_of(timeline.at_us, pass_rules(policy).gap_us)
    own = stay_columns(timeline, columns, limits_of_policy(policy), breaks=breaks)
    charts_treatments = timeline.facts.treatments_charted
    grades = follow_columns(
        [own],
        timeline.at_us,
        axis,
        rules,
        policy,
        charts_treatments=charts_treatments,
        priors=priors,
        befores=befores,
    )
    return replace(grades, fever=columns.fever)


def follow_columns(
    parts: Sequence[StayColumns],
    at_us: NDArray[np.int64],
    axis: Axis,
    rules: CrsRules,
    policy: Policy,
    *,
    charts_treatments: bool,
    priors: Sequence[EpisodeState],
    befores: Sequence[Before | None],
) -> StayGrades:
    """Judge the stays whose columns follow each other in ``parts``, without evidence."""
    spans = sorted(
        (span.started_us, int(at_us[-1]) if span.ended_us is None else span.ended_us)
        for part in parts
        for span in part.treatments
        if span.kind in rules.waived_by
    )
    masking = np.array(spans, dtype=np.int64).reshape(-1, 2)
    given = PassInput(
        at_us=at_us,
        begins=axis.begins,
        breaks=_one_after_another([part.breaks for part in parts]),
        seen=joined([part.seen for part in parts]),
        temperature_us=_temperature_us(parts, at_us),
        fever_us=_one_after_another([part.fever_us for part in parts]),
        masking_from_us=masking[:, 0],
        masking_until_us=masking[:, 1],
        charts_treatments=charts_treatments,
    )
    prior = _prior(priors, befores, axis.shifts_us, rules)
    judged = judge_stays(given, rules, pass_rules(policy), prior)
    return StayGrades(at_us, axis, judged, _peak(judged, prior), None, tuple(priors))


def _temperature_us(parts: Sequence[StayColumns], at_us: NDArray[np.int64]) -> NDArray[np.int64]:
    if all(part.temperature_us is None for part in parts):
        return at_us
    begins = [int(part.seen.places[0]) for part in parts]
    return _one_after_another(
        [
            at_us[begin:end] if part.temperature_us is None else part.temperature_us
            for part, begin, end in zip(parts, begins, [*begins[1:], len(at_us)], strict=True)
        ]
    )


def _one_after_another(parts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def limits_of_policy(policy: Policy) -> Limits:
    """How old a value may be under a policy."""
    local = pass_rules(policy)
    return limits_of(local.limit_us, local.oxygen_at_least_us)


def pass_rules(policy: Policy) -> PassRules:
    """The policy as the pass needs it.

    A value counts up to twice the interval at which the state before asked for one.
    """
    grades = (None, *range(grading.HIGHEST_GRADE + 1))
    states, expected = policy.schedule.states, policy.freshness.expected_intervals

    def us(seconds: float) -> int:
        return int(seconds * US_PER_S)

    def limit_us(grade: int | None, *, is_open: bool) -> int:
        return us(expected * states[crs_state(grade, is_open=is_open)].interval_s)

    return PassRules(
        limit_us=np.array(
            [[limit_us(grade, is_open=is_open) for is_open in (False, True)] for grade in grades]
        ),
        oxygen_at_least_us=us(policy.freshness.oxygen_support_s_at_least),
        lookback_us=us(policy.grading.fever_lookback_s),
        resolution_us=us(policy.grading.resolution_s),
        gap_us=us(expected * states["resolving"].interval_s),
    )


def _prior(
    priors: Sequence[EpisodeState],
    befores: Sequence[Before | None],
    shifts_us: NDArray[np.int64],
    rules: CrsRules,
) -> Prior:
    ids = [criterion.id for criterion in rules.criteria]

    def times(name: str) -> NDArray[np.int64]:
        given = [getattr(one, name) for one in priors]
        return np.array(
            [
                NEVER_US if us is None else us + shift_us
                for us, shift_us in zip(given, shifts_us.tolist(), strict=True)
            ],
            dtype=np.int64,
        )

    def code(grade: int | None) -> int:
        return 0 if grade is None else min(grade, grading.HIGHEST_GRADE) + 1

    quiet_us = times("quiet_since_us")
    last_quiet_us = times("last_quiet_us")
    return Prior(
        number=np.array([one.number for one in priors]),
        is_open=np.array([one.is_open for one in priors]),
        grade=np.array([code(0 if one is None else one.grade) for one in befores]),
        peak=np.array([code(one.peak) for one in priors]),
        onset_us=times("onset_us"),
        since_us=quiet_us,
        last_quiet_us=np.where(quiet_us == NEVER_US, NEVER_US, last_quiet_us),
        resolved_us=times("resolved_us"),
        held=np.array([[name in one.held for name in ids] for one in priors]),
    )


def _peak(judged: PassResult, prior: Prior) -> NDArray[np.int8]:
    """The highest grade so far of the current or last episode (C20)."""
    turning, found, episodes = judged.turning, judged.found, judged.episodes
    begins = turning.begins
    new = turning.index(episodes.opened[~episodes.goes_on])
    # Each episode counts in a step of its own, so that one running maximum serves all.
    starts = np.zeros(len(turning.places), dtype=np.bool_)
    starts[begins] = True
    starts[new] = True
    is_open = (found.state > CLOSED).view(np.int8)
    code = (found.grade - np.int8(grading.NO_GRADE)) * is_open
    step = np.cumsum(starts) * _STEP + code
    carried = ~np.isin(begins, new)
    first = begins[carried]
    step[first] += np.maximum(prior.peak[carried] - code[first], 0)
    highest = np.maximum.accumulate(step) & (_STEP - 1)
    return judged.spread((highest + grading.NO_GRADE).astype(np.int8))


def moments_of(
    grades: StayGrades, stay: int, rules: CrsRules, places: Sequence[int] | None = None
) -> list[Moment]:
    """The moments of one of the stays as records; of ``places`` in it, or all."""
    judged, prior = grades.judged, grades.priors[stay]
    shift_us = int(grades.axis.shifts_us[stay])
    begin, end = grades.axis.begins[stay : stay + 2].tolist()
    own = np.arange(begin, end) if places is None else begin + np.array(places, dtype=np.intp)
    episodes = judged.episodes
    of_stay = slice(*episodes.stay.searchsorted((stay, stay + 1)).tolist())
    ids = [criterion.id for criterion in rules.criteria]
    at_us = (grades.at_us[own] - shift_us).tolist()
    onsets_us = (episodes.onset_us[of_stay] - shift_us).tolist()
    waived_us = (episodes.waived_us[of_stay] - shift_us).tolist()
    numbers = episodes.number[of_stay].tolist()
    until = episodes.until[of_stay]
    # An episode that goes on to the end of the stay has no moment at which it was resolved.
    resolved_us = (grades.at_us[np.minimum(until, end - 1)] - shift_us).tolist()
    newest = (episodes.opened[of_stay].searchsorted(own, side="right") - 1).tolist()
    last_fever_row = np.full(len(own), -1)
    if grades.fever is not None:
        last_fever_row = grades.fever.last_fever_row()[own]
    fever_rows = np.where(judged.recent[own], last_fever_row, -1).tolist()
    columns = zip(
        judged.truths[:, own].T.tolist(),
        judged.state[own].tolist(),
        judged.grade[own].tolist(),
        judged.status[own].tolist(),
        judged.at_most[own].tolist(),
        judged.limit_us[own].tolist(),
        grades.peak[own].tolist(),
        judged.quiet_since_us[own].tolist(),
        fever_rows,
        newest,
        strict=True,
    )
    moments = []
    for place, (
        truths,
        state,
        grade,
        status,
        at_most,
        limit_us,
        peak,
        quiet_us,
        fever_row,
        episode,
    ) in enumerate(columns):
        held = tuple(name for name, truth in zip(ids, truths, strict=True) if truth in _MET)
        peak_or_none = None if peak == grading.NO_GRADE else peak
        if episode < 0:
            now = replace(prior, peak=peak_or_none, waived_since_us=None, held=held)
        elif state == CLOSED:
            now = EpisodeState(
                number=numbers[episode],
                onset_us=onsets_us[episode],
                peak=peak_or_none,
                resolved_us=resolved_us[episode],
                held=held,
            )
        else:
            now = EpisodeState(
                number=numbers[episode],
                is_open=True,
                onset_us=onsets_us[episode],
                peak=peak_or_none,
                waived_since_us=waived_us[episode] if state >= WAIVED else None,
                quiet_since_us=None if quiet_us == NEVER_US else quiet_us - shift_us,
                last_quiet_us=None if quiet_us == NEVER_US else at_us[place],
                held=held,
            )
        moments.append(
            Moment(
                truths=truths,
                waived=state >= WAIVED,
                grade=None if grade == grading.NO_GRADE else grade,
                status=grading.STATUSES[status],
                at_most=at_most,
                limit_s=limit_us / US_PER_S,
                fever_row=fever_row if fever_row >= 0 and truths[grading.FEVER] in _MET else None,
                episode=now,
            )
        )
    return moments
