"""Many stays judged at once: onset, waived fever, resolution and recurrence by columns.

Clinical reference C3-C7 (fever and its waiver), C20 (peak), C21 (resolution), C23 (missing data).
The stays lie one after the other on one axis of time, further apart than any window of the policy,
so that whatever looks back over an end finds it too long ago. Only episodes are walked, all stays
in step, never moments (docs/adr/0021).
"""

from dataclasses import dataclass
from functools import cached_property

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
from monitoring.clinical.everywhere import is_everywhere
from monitoring.clinical.grading import LOW_PRESSURE, NO_GRADE, OXYGEN, GradeTable, grade_table
from monitoring.clinical.rulebook_types import CrsRules
from monitoring.clinical.truths import HELD, UNKNOWN, YES


@dataclass(frozen=True, eq=False)
class PassResult:
    """Every moment judged; ``truths`` int8 (7, n) as used for grading.

    ``grade``, ``status`` and ``at_most`` are as in ``grading.GradeColumns``. ``state`` is
    ``CLOSED``, ``OPEN``, ``WAIVED`` or ``AFTER``; ``limit_us`` the age up to which a value counted
    as known; ``recent`` whether a fever within the look-back belongs to an open episode;
    ``quiet_since_us`` since when nothing in it spoke for CRS (``NEVER_US`` where something does);
    ``rounds`` how often the ages were guessed. What only records ask for is made when asked.
    """

    given: PassInput
    local: PassRules
    prior: Prior
    rules: CrsRules
    truths: NDArray[np.int8]
    state: NDArray[np.uint8]
    entry: NDArray[np.uint16]
    grade: NDArray[np.int8]
    recent: Bools
    quiet: Bools
    episodes: Episodes
    rounds: int

    @cached_property
    def status(self) -> NDArray[np.int8]:
        """How far each grade can be trusted, a place in ``grading.STATUSES``."""
        return grade_table(self.rules).status.take(self.entry)

    @cached_property
    def at_most(self) -> NDArray[np.int8]:
        """Each grade if every unknown criterion were met."""
        return grade_table(self.rules).at_most.take(self.entry)

    @cached_property
    def limit_us(self) -> Times:
        """The age up to which a value counted as known at each moment."""
        return _limits(self.given, self.local, self.prior, self.grade, self.state)

    @cached_property
    def quiet_since_us(self) -> Times:
        """Since when each moment's episode has been quiet."""
        return quiet_since_us(self.given, self.local, self.episodes, self.quiet, self.state)


def judge_stays(given: PassInput, rules: CrsRules, local: PassRules, prior: Prior) -> PassResult:
    """Judge all moments of all stays.

    How long a value counts as known depends on the grade of the moment before. It is guessed, the
    whole is judged, and the guess is corrected from the grades until they agree. Since no moment
    depends on a later one, every round settles at least one more moment of each stay for good: the
    rounds end, and what they end at is the only answer and the one of walking.
    """
    table = grade_table(rules)
    doubtful = _depends_on_limit(given, local)
    limit_us = np.broadcast_to(local.limit_us.max(), len(given.at_us))
    if doubtful.any():
        limit_us = limit_us.copy()
        limit_us[given.begins[:-1]] = _first_limits(local, prior)
    rounds = 0
    while True:
        rounds += 1
        result = _judged(given, rules, local, prior, limit_us, table, rounds)
        if not doubtful.any():
            return result
        right = result.limit_us
        wrong = doubtful & (right != limit_us)
        if not wrong.any():
            return result
        limit_us = _corrected(right, wrong, doubtful, given.begins)


def _first_limits(local: PassRules, prior: Prior) -> Times:
    first: Times = local.limit_us[prior.grade, prior.is_open.astype(np.intp)]
    return first


def _limits(
    given: PassInput,
    local: PassRules,
    prior: Prior,
    grade: NDArray[np.int8],
    state: NDArray[np.uint8],
) -> Times:
    """How old a value may be at each moment, by the grade of the moment before."""
    code = (grade - np.int8(NO_GRADE)) * np.int8(2) + (state > CLOSED).view(np.int8)
    limit_us = np.empty(len(grade), dtype=np.int64)
    limit_us[1:] = local.limit_us.take(code[:-1])
    limit_us[given.begins[:-1]] = _first_limits(local, prior)
    return limit_us


def _judged(
    given: PassInput,
    rules: CrsRules,
    local: PassRules,
    prior: Prior,
    limit_us: Times,
    table: GradeTable,
    rounds: int,
) -> PassResult:
    """All moments, if a value counts as known up to the given ages."""
    truths = np.empty_like(given.truths)
    fresh = given.temperature_age_us <= limit_us
    stale_pressure = given.pressure_age_us > limit_us
    stale_oxygen = given.oxygen_age_us > np.maximum(limit_us, local.oxygen_at_least_us)
    stale = {LOW_PRESSURE: stale_pressure} | dict.fromkeys(range(*OXYGEN.indices(99)), stale_oxygen)
    for row in range(LOW_PRESSURE, len(truths)):
        truth = given.truths[row]
        if row in stale:
            truth = _unknown_where(truth, stale[row])
        truths[row] = _held(truth, given.begins, prior.held[:, row])
    pressure = _packed(truths[LOW_PRESSURE : OXYGEN.start])
    oxygen = _packed(truths[OXYGEN])
    quiet = ((pressure | oxygen) == 0) & fresh & ~given.is_febrile
    in_lookback = given.last_fever_us >= given.at_us - local.lookback_us
    episodes = followed(given, local, prior, quiet=quiet, in_lookback=in_lookback)
    state = episode_states(given, episodes)
    is_after = state == AFTER
    recent = in_lookback & (state != CLOSED)
    fever = (is_after & fresh & given.is_febrile) | (recent & ~is_after)
    truth = fever.view(np.int8) + (~(fresh | fever)).view(np.int8) * UNKNOWN
    truths[grading.FEVER] = _held(truth, given.begins, prior.held[:, grading.FEVER])
    waiver = (state >= WAIVED).view(np.uint8) * np.uint8(YES)
    if not given.charts_treatments:
        # Where nobody charts treatments, one that hides the fever may have been given (C23).
        waiver += (state == OPEN).view(np.uint8) * np.uint8(UNKNOWN)
    low = truths[grading.FEVER].view(np.uint8) + (pressure << np.uint8(2))
    entry = low.astype(np.uint16)
    high = oxygen + (waiver << np.uint8(6))
    entry += high.astype(np.uint16) << np.uint16(8)
    grade = table.grade.take(entry)
    return PassResult(
        given=given,
        local=local,
        prior=prior,
        rules=rules,
        truths=truths,
        state=state,
        entry=entry,
        grade=grade,
        recent=recent,
        quiet=quiet,
        episodes=episodes,
        rounds=rounds,
    )


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
    for age_us, from_us in (
        (given.temperature_age_us, least),
        (given.pressure_age_us, least),
        (given.oxygen_age_us, max(least, local.oxygen_at_least_us)),
    ):
        if not (is_everywhere(age_us) and age_us[0] <= from_us):
            doubtful |= (age_us > from_us) & (age_us <= most)
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
