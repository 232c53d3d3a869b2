"""The evaluations of many moments, kept where something turned and repeated in between.

A month of minutes is forty thousand moments, of which some thousands say something else than the
one before (docs/adr/0025).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import overload

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.facts import Dose
from monitoring.clinical.results import EpisodeState, Evaluation
from monitoring.clinical.timeline import US_PER_S

HOUR_US = 3600 * US_PER_S


class Turns(Sequence[Evaluation]):
    """As many evaluations as moments; between ``places`` the one before is repeated.

    A repeated one has its own time, episode and hours since the dose; the values and ages that it
    shows as evidence are those of the turn.
    """

    def __init__(
        self,
        at_us: NDArray[np.int64],
        places: Sequence[int],
        turned: Sequence[Evaluation],
        *,
        doses: Sequence[Dose],
        episodes: Callable[[], Sequence[EpisodeState]],
    ) -> None:
        """``turned`` are the evaluations at ``places`` (ascending, the first 0)."""
        self.at_us = at_us
        self.places = np.array(places, dtype=np.intp)
        self.turned = turned
        self._doses = doses
        self._episodes_of = episodes

    @classmethod
    def of(cls, evaluations: Sequence[Evaluation]) -> "Turns":
        """Evaluations of which each is a turn; those that are turns already as they are."""
        if isinstance(evaluations, Turns):
            return evaluations
        at_us = np.array([one.at_us for one in evaluations], dtype=np.int64)
        return _EveryMoment(at_us, range(len(at_us)), evaluations, doses=(), episodes=tuple)

    @cached_property
    def hours_since_dose(self) -> NDArray[np.float64]:
        """Hours since the newest dose at each moment, NaN before any."""
        infused_us = np.sort(np.array([one.infused_us for one in self._doses], dtype=np.int64))
        hours = np.full(len(self.at_us), np.nan)
        newest = infused_us.searchsorted(self.at_us, side="right") - 1
        given = newest >= 0
        hours[given] = (self.at_us[given] - infused_us[newest[given]]) / HOUR_US
        return hours

    @cached_property
    def runs(self) -> NDArray[np.intp]:
        """For each moment the turn that it repeats, as a place in ``turned``."""
        return np.repeat(
            np.arange(len(self.places)), np.diff(np.append(self.places, len(self.at_us)))
        )

    def near(self, place: int) -> Evaluation:
        """The evaluation of a moment, but for how long its episode has been quiet."""
        hours = float(self.hours_since_dose[place])
        turn = self.turned[int(self.runs[place])]
        return replace(
            turn,
            at_us=int(self.at_us[place]),
            hours_since_dose=None if np.isnan(hours) else hours,
        )

    @cached_property
    def _episodes(self) -> Sequence[EpisodeState]:
        return self._episodes_of()

    def __len__(self) -> int:
        return len(self.at_us)

    @overload
    def __getitem__(self, place: int) -> Evaluation: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Evaluation]: ...

    def __getitem__(self, place: int | slice) -> Evaluation | Sequence[Evaluation]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        place = range(len(self))[place]
        return replace(self.near(place), episode=self._episodes[place])

    def __iter__(self) -> Iterator[Evaluation]:
        return map(self.__getitem__, range(len(self)))


class _EveryMoment(Turns):
    """Each moment a turn of its own."""

    @cached_property
    def hours_since_dose(self) -> NDArray[np.float64]:
        hours = (one.hours_since_dose for one in self.turned)
        return np.array([np.nan if one is None else one for one in hours], dtype=np.float64)

    @cached_property
    def _episodes(self) -> Sequence[EpisodeState]:
        return [one.episode for one in self.turned]
