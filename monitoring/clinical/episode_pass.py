"""Many stays judged at once: onset, waived fever, resolution and recurrence by columns.

Clinical reference C3-C7 (fever and its waiver), C20 (peak), C21 (resolution), C23 (missing data).
The stays lie one after the other on one axis of time, further apart than any window of the policy,
so that whatever looks back over an end finds it too long ago. Only episodes are walked, all stays
in step, never moments (docs/adr/0018).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical import grading
from monitoring.clinical.episode_spans import (
    AFTER,
    CLOSED,
    OPEN,
    WAIVED,
    Bools,
    Episodes,
    PassInput,
    PassRules,
    Places,
    Prior,
    Times,
    episode_states,
    followed,
    quiet_since_us,
)
from monitoring.clinical.grading import LOW_PRESSURE, NO_GRADE, OXYGEN, grade_table
from monitoring.clinical.rulebook_types import CrsRules
from monitoring.clinical.truths import HELD, NO, UNKNOWN, YES


@dataclass(frozen=True, slots=True, eq=False)
class PassResult:
    """Every moment judged; columns as in ``grading.GradeColumns``, ``truths`` as used for grading.

    ``state`` is ``CLOSED``, ``OPEN``, ``WAIVED`` or ``AFTER``; ``limit_us`` the age up to which a
    value counted as known; ``recent`` whether a fever within the look-back belongs to an open
    episode; ``quiet_since_us`` since when nothing in it spoke for CRS (``NEVER_US`` where something
    does); ``rounds`` how often the ages were guessed.
    """

    truths: NDArray[np.int8]
    state: NDArray[np.uint8]
    grade: NDArray[np.int8]
    status: NDArray[np.int8]
    at_most: NDArray[np.int8]
    limit_us: Times
    recent: Bools
    quiet_since_us: Times
    episodes: Episodes
    rounds: int


def judge_stays(given: PassInput, rules: CrsRules, local: PassRules, prior: Prior) -> PassResult:
    """Judge all moments of all stays.

    How long a value counts as known depends on the grade of the moment before. It is guessed, the
    whole is judged, and the guess is corrected from the grades until they agree. Since no moment
    depends on a later one, every round settles at least one more moment of each stay for good: the
    rounds end, and what they end at is the only answer and the one of walking.
    """
    table = grade_table(rules)
    first = local.limit_us[prior.grade, prior.is_open.astype(np.intp)]
    doubtful = _depends_on_limit(given, local)
    limit_us = np.full(len(given.at_us), local.limit_us.max())
    limit_us[given.begins[:-1]] = first
    rounds = 0
    while True:
        rounds += 1
        judged = _judged(given, local, prior, limit_us)
        code = table.grade.take(judged.entry) - NO_GRADE
        right = local.limit_us.take(2 * code + (judged.state > CLOSED))
        right[1:] = right[:-1]
        right[given.begins[:-1]] = first
        wrong = doubtful & (right != limit_us)
        if not wrong.any():
            break
        limit_us = _corrected(right, wrong, doubtful, given.begins)
    return PassResult(
        truths=judged.truths,
        state=judged.state,
        grade=table.grade.take(judged.entry),
        status=table.status.take(judged.entry),
        at_most=table.at_most.take(judged.entry),
        limit_us=right,
        recent=judged.recent,
        quiet_since_us=quiet_since_us(given, local, judged.episodes, judged.quiet, judged.state),
        episodes=judged.episodes,
        rounds=rounds,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    truths: NDArray[np.int8]
    state: NDArray[np.uint8]
    entry: NDArray[np.uint16]
    recent: Bools
    quiet: Bools
    episodes: Episodes


def _judged(given: PassInput, local: PassRules, prior: Prior, limit_us: Times) -> _Judged:
    """All moments, if a value counts as known up to the given ages."""
    truths = np.empty_like(given.truths)
    fresh = given.temperature_age_us <= limit_us
    stale_pressure = given.pressure_age_us > limit_us
    stale_oxygen = given.oxygen_age_us > np.maximum(limit_us, local.oxygen_at_least_us)
    entry = np.zeros(len(limit_us), dtype=np.uint16)
    met = np.zeros(len(limit_us), dtype=np.uint8)
    for row in range(LOW_PRESSURE, len(truths)):
        truth = given.truths[row]
        if row == LOW_PRESSURE:
            truth = _unknown_where(truth, stale_pressure)
        elif OXYGEN.start <= row < OXYGEN.stop:
            truth = _unknown_where(truth, stale_oxygen)
        truth = _held(truth, given.begins, prior.held[:, row])
        truths[row] = truth
        met |= truth.view(np.uint8)
        entry += truth.astype(np.uint16) << np.uint16(2 * row)
    quiet = (met == NO) & fresh & ~given.is_febrile
    in_lookback = given.last_fever_us >= given.at_us - local.lookback_us
    episodes = followed(given, local, prior, quiet=quiet, in_lookback=in_lookback)
    state = episode_states(given, episodes)
    is_after = state == AFTER
    recent = in_lookback & (state != CLOSED)
    fever = np.where(is_after, fresh & given.is_febrile, recent)
    truth = fever.view(np.int8) + (~(fresh | fever)).view(np.int8) * UNKNOWN
    truths[grading.FEVER] = _held(truth, given.begins, prior.held[:, grading.FEVER])
    entry += truths[grading.FEVER].astype(np.uint16)
    is_waived = state >= WAIVED
    waiver = is_waived.view(np.uint8) * np.uint8(YES)
    if not given.charts_treatments.all():
        # Where nobody charts treatments, one that hides the fever may have been given (C23).
        silent = np.repeat(~given.charts_treatments, np.diff(given.begins))
        waiver += (silent & (state == OPEN)).view(np.uint8) * np.uint8(UNKNOWN)
    entry += waiver.astype(np.uint16) << np.uint16(2 * len(truths))
    return _Judged(truths, state, entry, recent, quiet, episodes)


def _unknown_where(truth: NDArray[np.int8], stale: Bools) -> NDArray[np.int8]:
    if not stale.any():
        return truth
    known: NDArray[np.int8] = truth * (~stale).view(np.int8)
    return known + stale.view(np.int8) * UNKNOWN


def _held(truth: NDArray[np.int8], begins: Places, before: Bools) -> NDArray[np.int8]:
    """Unknown after yes is held: a criterion that was met when last known still counts as met."""
    unknown = truth == UNKNOWN
    if not unknown.any():
        return truth
    met = truth == YES
    known = ~unknown
    firsts = begins[:-1]
    met[firsts] |= unknown[firsts] & before
    if not met.any():
        return truth
    known[firsts] = True
    last_known = np.maximum.accumulate(np.where(known, np.arange(len(truth)), 0))
    held = unknown & met.take(last_known)
    result: NDArray[np.int8] = truth + held.view(np.int8) * (HELD - UNKNOWN)
    return result


def _depends_on_limit(given: PassInput, local: PassRules) -> Bools:
    """Where the age up to which a value counts can make a difference at all."""
    least, most = int(local.limit_us.min()), int(local.limit_us.max())
    doubtful: Bools = np.zeros(len(given.at_us), dtype=np.bool_)
    for age_us in (given.temperature_age_us, given.pressure_age_us):
        doubtful |= (age_us > least) & (age_us <= most)
    at_least = local.oxygen_at_least_us
    if most > at_least:
        age_us = given.oxygen_age_us
        doubtful |= (age_us > max(least, at_least)) & (age_us <= most)
    return doubtful


def _corrected(right: Times, wrong: Bools, doubtful: Bools, begins: Places) -> Times:
    """The next guess: what the grades say, and from each mistake on the same until it matters not.

    Up to the first mistake of a stay all is settled. Two answers can each feed themselves (a value
    counts, so the grade is low and asks for few values, so it counts); carrying the corrected limit
    through the doubtful moments after a mistake settles such a stretch at once.
    """
    place = np.arange(len(right))
    # The newest place that is a mistake or free of doubt; only from mistakes is anything carried.
    stops = wrong | ~doubtful
    stops[begins[:-1]] = True
    source = np.maximum.accumulate(np.where(stops, place, 0))
    carried = wrong.take(source)
    return np.where(carried, right.take(source), right)
