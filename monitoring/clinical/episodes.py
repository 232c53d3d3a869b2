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
from monitoring.clinical.criteria import CriteriaColumns
from monitoring.clinical.episode_pass import PassResult, judge_stays
from monitoring.clinical.episode_spans import CLOSED, WAIVED, PassInput, PassRules, Prior
from monitoring.clinical.episode_walk import Before, Moment, walk
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.results import EpisodeState
from monitoring.clinical.rulebook_types import CrsRules
from monitoring.clinical.schedule import crs_state
from monitoring.clinical.timeline import NEVER_US, US_PER_S, Timeline
from monitoring.clinical.truths import HELD, YES

__all__ = ["Before", "Moment", "StayGrades", "follow", "follow_stays", "moments_of", "pass_rules"]

_MET = (int(YES), int(HELD))
_NO_TIMES = np.empty(0, dtype=np.int64)
_STEP = 8
# Up to so many moments walking is quicker than laying out columns.
_FEW_MOMENTS = 32


@dataclass(frozen=True, slots=True, eq=False)
class StayGrades:
    """All moments of some stays, judged; ``priors`` stood before the first moment of each.

    ``begins`` (stays + 1) are the places at which the stays begin, and the end. All times are on
    one axis: ``shifts_us`` is by how much each stay lies later on it. ``peak`` is the highest grade
    of the current or last episode, ``grading.NO_GRADE`` for none.
    """

    at_us: NDArray[np.int64]
    begins: NDArray[np.intp]
    shifts_us: NDArray[np.int64]
    judged: PassResult
    peak: NDArray[np.int8]
    priors: tuple[EpisodeState, ...]


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
    grades = follow_stays([(timeline, columns)], rules, policy, priors=(prior,), befores=(before,))
    return moments_of(grades, 0, columns, rules)


def follow_stays(
    stays: Sequence[tuple[Timeline, CriteriaColumns]],
    rules: CrsRules,
    policy: Policy,
    *,
    priors: Sequence[EpisodeState] | None = None,
    befores: Sequence[Before | None] | None = None,
) -> StayGrades:
    """Judge every moment of many stays at once, each from its ``prior`` on; none is a new stay."""
    priors = tuple(priors) if priors is not None else (EpisodeState(),) * len(stays)
    befores = befores if befores is not None else (None,) * len(stays)
    local = pass_rules(policy)
    apart_us = 2 * (local.lookback_us + local.resolution_us + local.gap_us)
    given, shifts_us = _on_one_axis(stays, rules, priors, apart_us)
    prior = _prior(priors, befores, shifts_us, rules)
    judged = judge_stays(given, rules, local, prior)
    peak = _peak(given, judged, prior)
    return StayGrades(given.at_us, given.begins, shifts_us, judged, peak, priors)


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


def _on_one_axis(
    stays: Sequence[tuple[Timeline, CriteriaColumns]],
    rules: CrsRules,
    priors: Sequence[EpisodeState],
    apart_us: int,
) -> tuple[PassInput, NDArray[np.int64]]:
    """The stays one after the other, and by how much each was shifted in time."""
    shifts_us = np.zeros(len(stays), dtype=np.int64)
    masking: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    free_us = None
    for place, ((timeline, columns), prior) in enumerate(zip(stays, priors, strict=True)):
        first_us = min(timeline.at_us[:1].tolist() + columns.fever.fever_us[:1].tolist())
        if prior.is_open and prior.onset_us is not None:
            first_us = min(first_us, prior.onset_us)
        last_us = int(timeline.at_us[-1])
        shift_us = 0 if free_us is None else free_us - first_us
        shifts_us[place] = shift_us
        free_us = last_us + shift_us + apart_us
        masking.append(_masking(timeline, rules, first_us, shift_us))
    if len(stays) == 1:
        ((timeline, columns),) = stays
        fever = columns.fever
        given = PassInput(
            at_us=timeline.at_us,
            begins=np.array([0, len(timeline.at_us)]),
            truths=columns.truths,
            temperature_age_us=fever.newest_age_us,
            pressure_age_us=columns.pressure_age_us,
            oxygen_age_us=columns.oxygen_age_us,
            is_febrile=fever.is_febrile,
            fever_us=fever.fever_us,
            last_fever_us=fever.last_fever_us,
            masking_from_us=masking[0][0],
            masking_until_us=masking[0][1],
            charts_treatments=np.array([timeline.facts.treatments_charted]),
        )
        return given, shifts_us
    shifted = [
        (
            timeline.at_us + shift_us,
            columns.fever.fever_us + shift_us,
            columns.fever.last_fever_us + shift_us,
        )
        for (timeline, columns), shift_us in zip(stays, shifts_us.tolist(), strict=True)
    ]
    at_us, fever_us, last_fever_us = (np.concatenate(one) for one in zip(*shifted, strict=True))
    all_columns = [columns for _, columns in stays]
    given = PassInput(
        at_us=at_us,
        begins=np.cumsum([0, *(len(timeline.at_us) for timeline, _ in stays)]),
        truths=np.concatenate([one.truths for one in all_columns], axis=1),
        temperature_age_us=np.concatenate([one.fever.newest_age_us for one in all_columns]),
        pressure_age_us=np.concatenate([one.pressure_age_us for one in all_columns]),
        oxygen_age_us=np.concatenate([one.oxygen_age_us for one in all_columns]),
        is_febrile=np.concatenate([one.fever.is_febrile for one in all_columns]),
        fever_us=fever_us,
        last_fever_us=np.maximum.accumulate(last_fever_us),
        masking_from_us=np.concatenate([one[0] for one in masking]),
        masking_until_us=np.concatenate([one[1] for one in masking]),
        charts_treatments=np.array([timeline.facts.treatments_charted for timeline, _ in stays]),
    )
    return given, shifts_us


def _masking(
    timeline: Timeline, rules: CrsRules, first_us: int, shift_us: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Beginning and end of what hides fever, kept within the stay's part of the axis."""
    last_us = int(timeline.at_us[-1])
    spans = sorted(
        (
            max(span.started_us, first_us - 1),
            last_us if span.ended_us is None else min(span.ended_us, last_us),
        )
        for span in timeline.facts.treatments
        if span.kind in rules.waived_by and span.started_us <= last_us
    )
    if not spans:
        return _NO_TIMES, _NO_TIMES
    from_us, until_us = np.array(spans, dtype=np.int64).T
    return from_us + shift_us, until_us + shift_us


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


def _peak(given: PassInput, judged: PassResult, prior: Prior) -> NDArray[np.int8]:
    """The highest grade so far of the current or last episode (C20)."""
    begins, episodes = given.begins[:-1], judged.episodes
    new = episodes.opened[~episodes.goes_on]
    starts = np.union1d(begins, new)
    # Each episode counts in a step of its own, so that one running maximum serves all.
    step = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(given.at_us))) * _STEP
    code = np.where(judged.state > CLOSED, judged.grade - np.int8(grading.NO_GRADE), 0)
    step += code
    carried = ~np.isin(begins, new)
    first = begins[carried]
    step[first] += np.maximum(prior.peak[carried] - code[first], 0)
    highest = np.maximum.accumulate(step) % _STEP
    return (highest + grading.NO_GRADE).astype(np.int8)


def moments_of(
    grades: StayGrades, stay: int, columns: CriteriaColumns, rules: CrsRules
) -> list[Moment]:
    """The moments of one of the stays as records; ``columns`` are its criteria."""
    judged, prior = grades.judged, grades.priors[stay]
    shift_us = int(grades.shifts_us[stay])
    begin, end = grades.begins[stay : stay + 2].tolist()
    episodes = judged.episodes
    own = slice(*episodes.stay.searchsorted((stay, stay + 1)).tolist())
    ids = [criterion.id for criterion in rules.criteria]
    at_us = (grades.at_us[begin:end] - shift_us).tolist()
    onsets_us = (episodes.onset_us[own] - shift_us).tolist()
    waived_us = (episodes.waived_us[own] - shift_us).tolist()
    numbers = episodes.number[own].tolist()
    until = (episodes.until[own] - begin).tolist()
    places = np.arange(begin, end)
    newest = (episodes.opened[own].searchsorted(places, side="right") - 1).tolist()
    fever_rows = np.where(judged.recent[begin:end], columns.fever.last_fever_row, -1).tolist()
    rows = zip(
        judged.truths[:, begin:end].T.tolist(),
        judged.state[begin:end].tolist(),
        judged.grade[begin:end].tolist(),
        judged.status[begin:end].tolist(),
        judged.at_most[begin:end].tolist(),
        judged.limit_us[begin:end].tolist(),
        grades.peak[begin:end].tolist(),
        judged.quiet_since_us[begin:end].tolist(),
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
    ) in enumerate(rows):
        held = tuple(name for name, truth in zip(ids, truths, strict=True) if truth in _MET)
        peak_or_none = None if peak == grading.NO_GRADE else peak
        if episode < 0:
            now = replace(prior, peak=peak_or_none, waived_since_us=None, held=held)
        elif state == CLOSED:
            now = EpisodeState(
                number=numbers[episode],
                onset_us=onsets_us[episode],
                peak=peak_or_none,
                resolved_us=at_us[until[episode]],
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
