"""How a thing and its baseline are timed: turn by turn in one run, and the median of each taken."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

RUNS = 5


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes by the wall clock."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def interleaved(*works: Callable[[], object], runs: int = RUNS) -> list[float]:
    """The median seconds of each work; they take turns, so a busy moment falls on all alike.

    Each is called once before, untimed: what is loaded or cached on first use is not measured.
    """
    for work in works:
        work()
    taken: list[list[float]] = [[] for _ in works]
    with _collector_at_rest():
        for _ in range(runs):
            for place, work in enumerate(works):
                taken[place].append(seconds(work))
    return [median(one) for one in taken]


def processor_seconds(work: Callable[[], object], runs: int = RUNS) -> float:
    """The median seconds of processor time of a work: what it takes on a core of its own.

    A busy machine makes a work wait, and its wall clock with it; this goes on counting work alone.
    """
    taken = []
    with _collector_at_rest():
        for _ in range(runs):
            start = time.process_time()
            work()
            taken.append(time.process_time() - start)
    return median(taken)


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least ``share`` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)]


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
