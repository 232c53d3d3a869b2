"""Of the moments of many stays those at which anything can differ from the moment before.

Between two of them every criterion, every age as far as a limit asks, and the look-back stay as
they were, so that the grade does too: what is judged there holds for all up to the next one
(docs/adr/0021). A moment that turns out to differ all the same is added.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from monitoring.clinical.criteria import CriteriaColumns
from monitoring.clinical.episode_spans import Bools, FeverSpans, PassInput, PassRules, Places, Times
from monitoring.clinical.everywhere import everywhere, is_everywhere
from monitoring.clinical.grading import FEVER
from monitoring.clinical.turning_columns import Levels, Limits, Seen, mark_turns


def breaks_of(at_us: Times, gap_us: int) -> Places:
    """The moments that a stretch of quiet cannot reach: the first, and those after a gap.

    Those at which another stay begins are among them, since stays lie further apart.
    """
    gaps = np.flatnonzero(at_us[1:] - at_us[:-1] > gap_us)
    return np.append(0, gaps + 1)


def seen(columns: CriteriaColumns, places: Places | int, breaks: Places, limits: Limits) -> Seen:
    """The rows at which a criterion or an age turns, and ``breaks`` besides.

    ``places`` says of which moment each row speaks, or of which the first where none is left out.
    """
    fever = columns.fever
    ages = (
        _beyond(fever.newest_age_us, limits.levels_us),
        _beyond(columns.pressure_age_us, limits.levels_us),
        _beyond(columns.oxygen_age_us, limits.oxygen_us),
    )
    turns = np.zeros(len(fever.is_febrile), dtype=np.bool_)
    turns[breaks] = True
    every = (*columns.truths[FEVER + 1 :], fever.is_febrile, *ages)
    mark_turns(turns, (column for column in every if not is_everywhere(column)))
    rows = np.flatnonzero(turns)
    return Seen(
        rows + places if isinstance(places, int) else places.take(rows),
        columns.truths.take(rows, axis=1),
        fever.is_febrile.take(rows),
        *(age.take(rows) for age in ages),
    )


def joined(parts: Sequence[Seen]) -> Seen:
    """What was seen of some stays and of those after them."""
    if len(parts) == 1:
        return parts[0]
    return Seen(
        np.concatenate([part.places for part in parts]),
        np.concatenate([part.truths for part in parts], axis=1),
        np.concatenate([part.is_febrile for part in parts]),
        np.concatenate([part.temperature_old for part in parts]),
        np.concatenate([part.pressure_old for part in parts]),
        np.concatenate([part.oxygen_old for part in parts]),
    )


@dataclass(frozen=True, eq=False)
class Turning:
    """The moments judged, and what is there.

    ``seen`` are the columns at them, of ``n`` moments in all; ``begins`` says which are the first
    of a stay. ``is_break`` marks what a stretch of quiet cannot reach across: where a stay begins
    and where the chart has a gap.
    """

    n: int
    seen: Seen
    limits: Limits
    begins: Places
    is_break: Bools

    def within(self, spans: FeverSpans) -> Bools:
        """Which lie in one of the spans, whose ends are all among the moments judged."""
        found = np.stack((spans.begin, spans.until), axis=1).ravel()
        lengths = np.diff(self.places.searchsorted(found), prepend=0, append=len(self.places))
        result: Bools = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)
        return result

    @property
    def places(self) -> Places:
        """Which of all moments they are."""
        return self.seen.places

    @cached_property
    def until(self) -> Places:
        """Up to where, not included, each holds."""
        return np.append(self.places[1:], self.n)

    @cached_property
    def lengths(self) -> Places:
        """For how many moments each holds."""
        return self.until - self.places

    @cached_property
    def is_doubtful(self) -> Bools:
        """Where the age up to which a value counts can make a difference at all."""
        own, levels = self.seen, len(self.limits.levels_us)
        doubtful: Bools = (own.temperature_old > 0) & (own.temperature_old < levels)
        doubtful |= (own.pressure_old > 0) & (own.pressure_old < levels)
        doubtful |= (own.oxygen_old > 0) & (own.oxygen_old < len(self.limits.oxygen_us))
        return doubtful

    def differ(self, first: Levels, second: Levels) -> Bools:
        """Where two levels of the limit would not leave the same values known."""
        own, of = self.seen, self.limits.oxygen_of
        differ: Bools = (own.temperature_old > first) != (own.temperature_old > second)
        differ |= (own.pressure_old > first) != (own.pressure_old > second)
        differ |= (own.oxygen_old > of.take(first)) != (own.oxygen_old > of.take(second))
        return differ

    def index(self, places: Places) -> Places:
        """Which of the moments judged speaks for each place."""
        found: Places = self.places.searchsorted(places, side="right") - 1
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """What lies on the one axis of time beside the columns, of which moments are picked."""

    given: PassInput
    limits: Limits
    fever: FeverSpans

    def turning(self) -> Turning:
        """The moments at which a column turns."""
        return self._at(self.given.seen.places, self.given.seen)

    def with_more(self, turning: Turning, more: Places) -> tuple[Places, Turning]:
        """Some moments more; and of which of those before each is the same so far."""
        rows, places = with_more(turning.places, more)
        return rows, self._at(places, turning.seen.at(places, rows))

    def _at(self, places: Places, own: Seen) -> Turning:
        is_break = np.zeros(len(places), dtype=np.bool_)
        is_break[places.searchsorted(self.given.breaks)] = True
        return Turning(
            n=len(self.given.at_us),
            seen=own,
            limits=self.limits,
            begins=places.searchsorted(self.given.begins[:-1]),
            is_break=is_break,
        )


def axis_of(given: PassInput, local: PassRules, limits: Limits) -> Axis:
    """Find where a fever is near enough."""
    return Axis(given, limits, _within_lookback(given, local))


def with_more(places: Places, more: Places) -> tuple[Places, Places]:
    """Both, ascending, each place once, and which of the first comes last up to each.

    The first ascend, each once, and none of the others lies before them.
    """
    more = np.unique(more)
    row = places.searchsorted(more, side="right") - 1
    is_new = places.take(row) != more
    more, row = more[is_new], row[is_new]
    if not more.size:
        return np.arange(len(places)), places
    # Each place is followed by what is new after it.
    rows = np.insert(np.arange(len(places)), row + 1, row)
    return rows, np.insert(places, row + 1, more)


def _beyond(age_us: Times, levels_us: Times) -> Levels:
    """How many levels each age lies beyond."""
    if is_everywhere(age_us):
        level = np.count_nonzero(levels_us < age_us[0])
        return everywhere(np.array([level], dtype=np.uint8), len(age_us))
    beyond = np.zeros(len(age_us), dtype=np.uint8)
    for level_us in levels_us.tolist():
        beyond += (age_us > level_us).view(np.uint8)
    return beyond


def _within_lookback(given: PassInput, local: PassRules) -> FeverSpans:
    """Where a fever lies within the look-back."""
    fever_us = given.fever_us
    if not fever_us.size:
        nowhere = np.empty(0, dtype=np.intp)
        return FeverSpans(nowhere, nowhere)
    apart = np.flatnonzero(fever_us[1:] - fever_us[:-1] > local.lookback_us)
    firsts_us = fever_us[np.append(0, apart + 1)]
    lasts_us = fever_us[np.append(apart, len(fever_us) - 1)]
    begin = given.at_us.searchsorted(firsts_us)
    until = given.at_us.searchsorted(lasts_us + local.lookback_us, side="right")
    is_seen = begin < until
    return FeverSpans(begin[is_seen], until[is_seen])
