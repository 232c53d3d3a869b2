"""The episodes of many stays, found all stays in step: where each opens, is waived and resolves.

Clinical reference C3 (onset), C6 (waiver), C21 (resolution). A round handles the next episode of
every stay by a few binary searches on the one axis of time, so the work grows with the episodes of
the stay that has most and not with the moments.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.timeline import NEVER_US
from monitoring.clinical.turning_columns import Seen

# What an episode is at a moment. AFTER: fever is waived and the newest temperature is later.
CLOSED, OPEN, WAIVED, AFTER = range(4)
_FAR_US = 2**62
Bools = NDArray[np.bool_]
Times = NDArray[np.int64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class PassRules:
    """The policy as the pass needs it, times in microseconds.

    ``limit_us`` is how old a value may be, by the grade before (0 unknown, k + 1 for grade k) and
    whether an episode was open then.
    """

    limit_us: NDArray[np.int64]
    oxygen_at_least_us: int
    lookback_us: int
    resolution_us: int
    gap_us: int


@dataclass(frozen=True, slots=True, eq=False)
class PassInput:
    """The criteria of the moments of all stays, on the one axis.

    ``at_us`` are all moments, ``begins`` (stays + 1) the places at which the stays begin, and the
    end, ``breaks`` those at which one begins or the chart had a gap; ``seen`` is what is charted.
    ``temperature_us`` are the times of all temperatures in order, ``fever_us`` those of all fevers.
    ``masking_from_us`` and ``masking_until_us`` are the treatments that hide fever, by stay and
    beginning, none beyond its stay's end.
    """

    at_us: Times
    begins: Places
    breaks: Places
    seen: Seen
    temperature_us: Times
    fever_us: Times
    masking_from_us: Times
    masking_until_us: Times
    charts_treatments: bool


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """What stands before the first moment of each stay.

    ``grade`` is coded as in ``PassRules``; ``peak`` likewise, 0 for none; ``held`` bool (stays, 7).
    ``since_us`` is when an open episode's quiet began, ``last_quiet_us`` when it was last seen;
    both before all time where it has not begun. ``resolved_us`` likewise.
    """

    number: NDArray[np.int64]
    is_open: Bools
    grade: NDArray[np.int64]
    peak: NDArray[np.int64]
    onset_us: Times
    since_us: Times
    last_quiet_us: Times
    resolved_us: Times
    held: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Episodes:
    """The episodes of all stays in order: (episodes,) each.

    An episode is open at the moments from ``opened`` up to, not including, ``until``; there it
    resolved if ``is_resolved``, else the stay ended. ``goes_on`` says that it was open before the
    stay's first moment. ``waived_us`` is far ahead where fever was never waived.
    """

    stay: Places
    number: NDArray[np.int64]
    opened: Places
    until: Places
    is_resolved: Bools
    onset_us: Times
    waived_us: Times
    goes_on: Bools
    # Since when an episode that goes on was quiet before the first moment; else far ahead.
    began_us: Times


def followed(
    given: PassInput, local: PassRules, prior: Prior, *, runs: "QuietRuns", fever: "FeverSpans"
) -> Episodes:
    """Every episode of every stay."""
    at_us, ends = given.at_us, given.begins[1:]
    stay = np.arange(len(ends))
    place = given.begins[:-1].copy()
    resolved_us = prior.resolved_us
    number = prior.number.copy()
    found: list[tuple[NDArray[Any], ...]] = []
    going_on = prior.is_open
    began_us = _went_on_quiet(given, local, prior)
    while stay.size:
        opened = place.copy()
        onset_us = np.full(len(stay), _FAR_US)
        onset_us[going_on] = prior.onset_us[stay[going_on]]
        new = np.flatnonzero(~going_on)
        if new.size:
            opened[new] = _next_opening(given, fever, place[new], resolved_us[new])
            exists = opened < ends[stay]
            stay, opened, onset_us = stay[exists], opened[exists], onset_us[exists]
            resolved_us, number = resolved_us[exists], number[exists]
            going_on, began_us = going_on[exists], began_us[exists]
            new = np.flatnonzero(~going_on)
            earliest_us = np.maximum(at_us[opened[new]] - local.lookback_us, resolved_us[new] + 1)
            onset_us[new] = given.fever_us[given.fever_us.searchsorted(earliest_us)]
        number = number + ~going_on
        # Whether it is quiet is asked from the moment after the opening.
        asked = opened + ~going_on
        until = _next_resolution(given, local, runs, asked, began_us, ends[stay])
        is_resolved = until < ends[stay]
        found.append((stay, number, opened, until, is_resolved, onset_us, going_on, began_us))
        stay, number, until = stay[is_resolved], number[is_resolved], until[is_resolved]
        resolved_us = at_us[until]
        place = until + 1
        going_on = np.zeros(len(stay), dtype=np.bool_)
        began_us = np.full(len(stay), _FAR_US)
    return _in_order(given, found)


@dataclass(frozen=True, slots=True, eq=False)
class FeverSpans:
    """From which places up to which, not included, a fever lies within the look-back."""

    begin: Places
    until: Places


@dataclass(frozen=True, slots=True, eq=False)
class QuietRuns:
    """Stretches without sign and without a gap in the chart; ``ripe`` are the places at which one
    has lasted long enough to resolve an episode that was open all the while.

    ``end`` has a 0 more, that of the run before the first, and ``ripe`` ends with the number of
    moments.
    """

    begin: Places
    end: Places
    ripe: Places


def quiet_runs(
    given: PassInput, local: PassRules, *, quiet: Bools, is_break: Bools, places: Places
) -> QuietRuns:
    """The stretches of quiet, from columns that speak of the moments from each place to the next.

    ``is_break`` says that a stretch ends before a place, whatever is there.
    """
    at_us = given.at_us
    joined = quiet[1:] & quiet[:-1] & ~is_break[1:]
    starts, stops = quiet.copy(), quiet.copy()
    starts[1:] &= ~joined
    stops[:-1] &= ~joined
    begin, end = places[starts], np.append(places[1:], len(at_us))[stops]
    ripe = at_us.searchsorted(at_us[begin] + local.resolution_us)
    return QuietRuns(begin, np.append(end, 0), np.append(ripe[ripe < end], len(at_us)))


def _next_opening(given: PassInput, fever: FeverSpans, place: Places, resolved_us: Times) -> Places:
    """The first moment from ``place`` on with a fever that is later than the last resolution."""
    at_us = given.at_us
    later_us = _next_us(given.fever_us, resolved_us)
    later = np.maximum(place, at_us.searchsorted(later_us))
    begin = np.append(fever.begin, len(at_us))[fever.until.searchsorted(later, side="right")]
    result: Places = np.maximum(later, begin)
    return result


def _next_resolution(
    given: PassInput,
    local: PassRules,
    runs: QuietRuns,
    asked: Places,
    began_us: Times,
    ends: Places,
) -> Places:
    """The first moment from ``asked`` on at which the episode has been quiet long enough (C21).

    Quiet is counted from ``asked`` on, or from ``began_us`` where it goes on from before the stay's
    first moment. The end of the stay where it does not resolve.
    """
    run_end = runs.end[runs.begin.searchsorted(asked, side="right") - 1]
    inside = asked < run_end
    # Asked beyond the last moment is inside of no run.
    since_us = np.minimum(given.at_us.take(asked, mode="clip"), began_us)
    ripe = np.maximum(given.at_us.searchsorted(since_us + local.resolution_us), asked)
    resolves = inside & (ripe < run_end)
    next_ripe = runs.ripe[runs.ripe.searchsorted(np.where(inside, run_end, asked))]
    result: Places = np.minimum(np.where(resolves, ripe, next_ripe), ends)
    return result


def _went_on_quiet(given: PassInput, local: PassRules, prior: Prior) -> Times:
    """Since when an episode that goes on has been quiet, where its quiet goes on too."""
    first_us = given.at_us[given.begins[:-1]]
    goes_on = prior.is_open & (first_us - prior.last_quiet_us <= local.gap_us)
    result: Times = np.where(goes_on, prior.since_us, _FAR_US)
    return result


def _in_order(given: PassInput, found: list[tuple[NDArray[Any], ...]]) -> Episodes:
    columns = [np.concatenate(column) for column in zip(*found, strict=True)]
    # A stay's episodes are found one after the other.
    order = np.argsort(columns[2], kind="stable")
    stay, number, opened, until, is_resolved, onset_us, goes_on, began_us = (
        one[order] for one in columns
    )
    return Episodes(
        stay=stay,
        number=number,
        opened=opened,
        until=until,
        is_resolved=is_resolved,
        onset_us=onset_us,
        waived_us=_waived_us(given, onset_us),
        goes_on=goes_on,
        began_us=began_us,
    )


def _waived_us(given: PassInput, onset_us: Times) -> Times:
    """When the first treatment that hides fever was given at or after the onset (C6).

    One that was running at the onset counts from the onset.
    """
    if not given.masking_from_us.size:
        return np.full(len(onset_us), _FAR_US)
    longest_us = np.maximum.accumulate(given.masking_until_us)
    after = given.masking_from_us.searchsorted(onset_us, side="right")
    running = (after > 0) & (longest_us[after - 1] >= onset_us)
    next_us = np.append(given.masking_from_us, _FAR_US)[after]
    result: Times = np.where(running, onset_us, next_us)
    return result


def _next_us(times_us: Times, after_us: Times) -> Times:
    """The first of some times after each of others, far ahead where there is none."""
    place = times_us.searchsorted(after_us, side="right")
    if not times_us.size:
        return np.full(len(place), _FAR_US)
    result: Times = np.where(place < len(times_us), times_us.take(place, mode="clip"), _FAR_US)
    return result


def turns(given: PassInput, episodes: Episodes) -> Places:
    """Where each opens, is waived, has a temperature after that, and ends: (episodes, 4)."""
    at_us = given.at_us
    waived = np.clip(at_us.searchsorted(episodes.waived_us), episodes.opened, episodes.until)
    after_us = _next_us(given.temperature_us, episodes.waived_us)
    after = np.clip(at_us.searchsorted(after_us), waived, episodes.until)
    found = np.empty((len(episodes.opened), 4), dtype=np.intp)
    found.T[:] = episodes.opened, waived, after, episodes.until
    return found


def states_at(places: Places, found: Places) -> NDArray[np.uint8]:
    """What the episode of each place is, ``CLOSED`` to ``AFTER``, by ``turns``."""
    lengths = np.diff(places.searchsorted(found.ravel()), prepend=0, append=len(places))
    states = np.tile(np.array([CLOSED, OPEN, WAIVED, AFTER], dtype=np.uint8), len(found))
    return np.repeat(np.append(states, np.uint8(CLOSED)), lengths)


def quiet_since_us(
    given: PassInput, episodes: Episodes, runs: QuietRuns, *, quiet: Bools, state: NDArray[np.uint8]
) -> Times:
    """Since when the episode of each moment has been quiet; before all time where it is not."""
    result = np.full(len(quiet), NEVER_US)
    place = np.flatnonzero(quiet & (state != CLOSED))
    episode = episodes.opened.searchsorted(place, side="right") - 1
    goes_on = episodes.goes_on[episode]
    # The moment at which an episode opens is not yet asked.
    asked = episodes.opened[episode] + ~goes_on
    counted = place >= asked
    place, episode, asked = place[counted], episode[counted], asked[counted]
    begin = runs.begin[runs.begin.searchsorted(place, side="right") - 1]
    since_us = given.at_us[np.maximum(begin, asked)]
    from_start = begin == given.begins[episodes.stay[episode]]
    result[place] = np.where(from_start, np.minimum(since_us, episodes.began_us[episode]), since_us)
    return result
