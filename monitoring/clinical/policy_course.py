"""The policies of one patient over time: what was true then is judged by the limits of then."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Self

from monitoring.clinical.policy_types import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyCourse:
    """Which policy held from which moment on (microseconds since the epoch, ascending).

    The first one holds for all time before the second.
    """

    from_us: tuple[int, ...]
    policies: tuple[Policy, ...]

    @classmethod
    def of(cls, spans: Sequence[tuple[int, Policy]]) -> Self:
        """A course from at least one span; the begin of the first makes no difference."""
        starts, policies = zip(*spans, strict=True)
        return cls(from_us=starts, policies=policies)

    @property
    def newest(self) -> Policy:
        """The one that holds at the end: what is asked now goes by it."""
        return self.policies[-1]

    def at(self, at_us: int) -> Policy:
        """The policy in force at a moment; one that begins at it holds already."""
        return self.policies[max(0, bisect_right(self.from_us, at_us) - 1)]

    def spans(self, at_us: Iterable[int]) -> list[tuple[Policy, list[int]]]:
        """The moments in the order of time, those under one policy together."""
        grouped = groupby(sorted(at_us), key=lambda one: id(self.at(one)))
        return [(self.at(moments[0]), moments) for _, group in grouped if (moments := list(group))]
