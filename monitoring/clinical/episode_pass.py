"""Many stays judged at once: onset, waived fever, resolution and recurrence by columns.

Clinical reference C3-C7 (fever and its waiver), C20 (peak), C21 (resolution), C23 (missing data).
The stays lie one after the other on one axis of time, further apart than any window of the policy,
so that whatever looks back over an end finds it too long ago. Only episodes are walked, all stays
in step, never moments (docs/adr/0021).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

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
    QuietRuns,
    Times,
    followed,
    quiet_runs,
    quiet_since_us,
    states_at,
    turns,
)
from monitoring.clinical.grading import LOW_PRESSURE, NO_GRADE, OXYGEN, grade_table
from monitoring.clinical.rulebook_types import CrsRules
from monitoring.clinical.truths import HELD, UNKNOWN, YES
from monitoring.clinical.turning_columns import Levels, limits_of
from monitoring.clinical.turning_moments import Axis, Turning, axis_of

# So often a moment left out is added alone; then whatever follows it is judged too.
_SINGLE_ROUNDS = 3


@dataclass(frozen=True, slots=True, eq=False)
class TurningGrades:
    """What was judged at the turning moments; the columns are those of ``PassResult``."""

    truths: NDArray[np.int8]
    state: NDArray[np.uint8]
    entry: NDArray[np.uint16]
    grade: NDArray[np.int8]
    quiet: Bools
    recent: Bools


@dataclass(frozen=True, eq=False)
class PassResult:
    """Every moment judged, by the moments at which anything turned and how long each holds.

    ``found`` are the columns at ``turning``, ``spread`` makes one a column of all moments.
    ``rounds`` is how often the ages were guessed. What only records ask for is made when asked.
    """

    given: PassInput
    local: PassRules
    prior: Prior
    rules: CrsRules
    turning: Turning
    found: TurningGrades
    episodes: Episodes
    runs: QuietRuns
    rounds: int

    def spread(self, column: NDArray[Any]) -> NDArray[Any]:
        """A column of the turning moments as one of all moments."""
        return np.repeat(column, self.turning.lengths, axis=-1)

    @cached_property
    def grade(self) -> NDArray[np.int8]:
        """The grade of each moment, as in ``grading.GradeColumns``."""
        return self.spread(self.found.grade)

    @cached_property
    def truths(self) -> NDArray[np.int8]:
        """The criteria as used for grading, int8 (7, n)."""
        return self.spread(self.found.truths)

    @cached_property
    def state(self) -> NDArray[np.uint8]:
        """What the episode of each moment is: ``CLOSED``, ``OPEN``, ``WAIVED`` or ``AFTER``."""
        return self.spread(self.found.state)

    @cached_property
    def recent(self) -> Bools:
        """Whether a fever within the look-back belongs to an open episode."""
        return self.spread(self.found.recent)

    @cached_property
    def status(self) -> NDArray[np.int8]:
        """How far each grade can be trusted, a place in ``grading.STATUSES``."""
        return self.spread(grade_table(self.rules).status.take(self.found.entry))

    @cached_property
    def at_most(self) -> NDArray[np.int8]:
        """Each grade if every unknown criterion were met."""
        return self.spread(grade_table(self.rules).at_most.take(self.found.entry))

    @cached_property
    def limit_us(self) -> Times:
        """The age up to which a value counted as known at each moment."""
        limit_us = np.empty(len(self.grade), dtype=np.int64)
        limit_us[1:] = self.local.limit_us.take(_codes(self.grade, self.state)[:-1])
        limit_us[self.given.begins[:-1]] = self.local.limit_us.take(_first_codes(self.prior))
        return limit_us

    @cached_property
    def quiet_since_us(self) -> Times:
        """Since when each moment's episode has been quiet; before all time where it is not."""
        quiet = self.spread(self.found.quiet)
        return quiet_since_us(self.given, self.episodes, self.runs, quiet=quiet, state=self.state)


def judge_stays(given: PassInput, rules: CrsRules, local: PassRules, prior: Prior) -> PassResult:
    """Judge all moments of all stays.

    How long a value counts as known depends on the grade of the moment before. It is guessed, the
    whole is judged, and the guess is corrected from the grades until they agree. Since no moment
    depends on a later one, every round settles at least one more moment of each stay for good: the
    rounds end, and what they end at is the only answer and the one of walking.
    """
    limits = limits_of(local.limit_us, local.oxygen_at_least_us)
    axis = axis_of(given, local, limits)
    turning = axis.turning()
    first = limits.level_of.take(_first_codes(prior))
    level = np.full(len(turning.places), limits.level_of.max())
    level[turning.begins] = first
    rounds = 0
    while True:
        rounds += 1
        result, level = _judged(axis, rules, local, prior, turning, level, rounds)
        turning = result.turning
        after = limits.level_of.take(_codes(result.found.grade, result.found.state))
        right = np.empty_like(after)
        right[1:] = after[:-1]
        right[turning.begins] = first
        wrong = turning.differ(right, level)
        missed = _missed(turning, right, after, rounds)
        if missed.size or wrong.any():
            level = _corrected(right, wrong, turning)
        else:
            return result
        if missed.size:
            before = turning.places
            rows, turning = axis.with_more(turning, missed)
            is_new = before.take(rows) != turning.places
            level = np.where(is_new, after.take(rows), level.take(rows))


def _first_codes(prior: Prior) -> NDArray[np.int64]:
    return prior.grade * 2 + prior.is_open


def _codes(grade: NDArray[np.int8], state: NDArray[np.uint8]) -> NDArray[np.int8]:
    """A moment's grade and whether its episode is open: what the next one's limit depends on."""
    return (grade - np.int8(NO_GRADE)) * np.int8(2) + (state > CLOSED).view(np.int8)


def _missed(turning: Turning, right: Levels, after: Levels, rounds: int) -> Places:
    """Moments left out at which the age up to which a value counts is another all the same.

    It follows the grade, which is another only since the moment before.
    """
    unsettled = np.flatnonzero(turning.differ(right, after) & (turning.lengths > 1))
    begins = turning.places[unsettled] + 1
    if rounds <= _SINGLE_ROUNDS or not begins.size:
        return begins
    until = turning.until[unsettled]
    return np.concatenate(
        [np.arange(*stretch) for stretch in zip(begins.tolist(), until.tolist(), strict=True)]
    )


def _judged(
    axis: Axis,
    rules: CrsRules,
    local: PassRules,
    prior: Prior,
    turning: Turning,
    level: Levels,
    rounds: int,
) -> tuple[PassResult, Levels]:
    """The turning moments, if a value counts as known up to the given levels of age.

    Where an episode turns at a moment that was left out, that is judged too; so the levels are
    given back for all that were judged.
    """
    given, table, seen = axis.given, grade_table(rules), turning.seen
    truths = np.empty_like(seen.truths)
    fresh = seen.temperature_old <= level
    stale_pressure = seen.pressure_old > level
    stale_oxygen = seen.oxygen_old > turning.limits.oxygen_of.take(level)
    stale = {LOW_PRESSURE: stale_pressure} | dict.fromkeys(range(*OXYGEN.indices(99)), stale_oxygen)
    for row in range(LOW_PRESSURE, len(truths)):
        truth = seen.truths[row]
        if row in stale:
            truth = _unknown_where(truth, stale[row])
        truths[row] = _held(truth, turning.begins, prior.held[:, row])
    pressure = _packed(truths[LOW_PRESSURE : OXYGEN.start])
    oxygen = _packed(truths[OXYGEN])
    quiet = ((pressure | oxygen) == 0) & fresh & ~seen.is_febrile
    runs = quiet_runs(given, local, quiet=quiet, is_break=turning.is_break, places=turning.places)
    episodes = followed(given, local, prior, runs=runs, fever=axis.fever)
    found = turns(given, episodes)
    more = np.concatenate((found.ravel(), axis.fever.begin, axis.fever.until))
    rows, turning = axis.with_more(turning, more[more < turning.n])
    if len(turning.places) > len(seen.places):
        truths, level = truths.take(rows, axis=1), level.take(rows)
        pressure, oxygen = pressure.take(rows), oxygen.take(rows)
        quiet, fresh = quiet.take(rows), fresh.take(rows)
    state = states_at(turning.places, found)
    is_after = state == AFTER
    recent = turning.within(axis.fever) & (state != CLOSED)
    has_fever = (is_after & fresh & turning.seen.is_febrile) | (recent & ~is_after)
    truth = has_fever.view(np.int8) + (~(fresh | has_fever)).view(np.int8) * UNKNOWN
    truths[grading.FEVER] = _held(truth, turning.begins, prior.held[:, grading.FEVER])
    waiver = (state >= WAIVED).view(np.uint8) * np.uint8(YES)
    if not given.charts_treatments:
        # Where nobody charts treatments, one that hides the fever may have been given (C23).
        waiver += (state == OPEN).view(np.uint8) * np.uint8(UNKNOWN)
    low = truths[grading.FEVER].view(np.uint8) + (pressure << np.uint8(2))
    entry = low.astype(np.uint16)
    high = oxygen + (waiver << np.uint8(6))
    entry += high.astype(np.uint16) << np.uint16(8)
    result = PassResult(
        given=given,
        local=local,
        prior=prior,
        rules=rules,
        turning=turning,
        found=TurningGrades(truths, state, entry, table.grade.take(entry), quiet, recent),
        episodes=episodes,
        runs=runs,
        rounds=rounds,
    )
    return result, level


def _packed(truths: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Three criteria, two bits each."""
    first, second, third = truths.view(np.uint8)
    packed: NDArray[np.uint8] = first + (second << np.uint8(2)) + (third << np.uint8(4))
    return packed


def _unknown_where(truth: NDArray[np.int8], stale: Bools) -> NDArray[np.int8]:
    if not stale.any():
        return truth
    known: NDArray[np.int8] = truth * (~stale).view(np.int8)
    return known + stale.view(np.int8) * UNKNOWN


def _held(truth: NDArray[np.int8], firsts: Places, before: Bools) -> NDArray[np.int8]:
    """Unknown after yes is held: a criterion that was met when last known still counts as met."""
    unknown = truth == UNKNOWN
    if not unknown.any():
        return truth
    met = truth == YES
    known = ~unknown
    met[firsts] |= unknown[firsts] & before
    if not met.any():
        return truth
    known[firsts] = True
    last_known = np.maximum.accumulate(np.where(known, np.arange(len(truth)), 0))
    held = unknown & met.take(last_known)
    result: NDArray[np.int8] = truth + held.view(np.int8) * (HELD - UNKNOWN)
    return result


def _corrected(right: Levels, wrong: Bools, turning: Turning) -> Levels:
    """The next guess: what the grades say, and from each mistake on the same until it matters not.

    Up to the first mistake of a stay all is settled. Two answers can each feed themselves (a value
    counts, so the grade is low and asks for few values, so it counts); carrying the corrected limit
    through the doubtful moments after a mistake settles such a stretch at once.
    """
    place = np.arange(len(right))
    # The newest place that is a mistake or free of doubt; only from mistakes is anything carried.
    stops = wrong | ~turning.is_doubtful
    stops[turning.begins] = True
    source = np.maximum.accumulate(np.where(stops, place, 0))
    carried = wrong.take(source)
    return np.where(carried, right.take(source), right)
