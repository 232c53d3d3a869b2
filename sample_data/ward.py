"""The sample ward at a moment: every bed's patients, past and to come, from one seed.

The same seed and the same minute give the same ward, event for event. What lies after the anchor
comes from the same streams, so a ward that was loaded goes on as it would have.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from sample_data.course import stay_events
from sample_data.events import Event
from sample_data.plan import ward_plan
from sample_data.stay import first_stay, next_stay


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleWard:
    """The ward of a seed, anchored to the minute at which its stories stand where they should.

    ``events`` are those up to the anchor, in order of time.
    """

    seed: int
    anchor: datetime
    events: tuple[Event, ...]


def build_ward(seed: int, now: datetime) -> SampleWard:
    """The ward of ``seed`` as it is at ``now`` (aware; rounded down to the minute)."""
    anchor = now.replace(second=0, microsecond=0)
    events = []
    for event in ward_events(seed, anchor):
        if event.at > anchor:
            break
        events.append(event)
    return SampleWard(seed=seed, anchor=anchor, events=tuple(events))


def _bed_events(seed: int, anchor: datetime, bed: int) -> Iterator[Event]:
    stay = first_stay(seed, anchor, bed)
    for _ in count():
        yield from stay_events(stay)
        stay = next_stay(stay)


def ward_events(seed: int, anchor: datetime) -> Iterator[Event]:
    """All events of a ward in order of time, without end: who goes home is followed by another."""
    beds = range(len(ward_plan().occupied))
    return heapq.merge(
        *(_bed_events(seed, anchor, bed) for bed in beds), key=lambda event: event.at
    )
