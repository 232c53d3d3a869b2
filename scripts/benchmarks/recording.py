"""One set recorded for good, with grade, alerts and audit, as a multiple of a plain fdatasync."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median

from db.engine import Store
from monitoring.services.record import record_set
from scripts.benchmarks.line import Line
from scripts.benchmarks.timing import RUNS, percentile
from scripts.benchmarks.ward import (
    FOLDER,
    NURSE,
    BenchWard,
    admit_all,
    chart_hourly,
    fresh_url,
    full_set,
    opened,
)

HOURS_A_RUN = 2
HOURS = 72
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
# What the commit of one set writes into the write-ahead log: 38 pages in the median of 23 sets.
_WRITTEN_BYTES = 38 * 4096


def recording() -> Iterator[Line]:
    """Sets for a full ward of patients with three days of hourly sets behind them."""
    url = fresh_url("recording")
    with opened(url) as store:
        ward = admit_all(store, now=NOW, hours=HOURS + 1)
        chart_hourly(store, ward, now=NOW, hours=HOURS)
        _record(store, ward, run=-1)
        ours: list[list[float]] = []
        synced: list[list[float]] = []
        cpu_s = 0.0
        for run in range(RUNS):
            began_s = time.process_time()
            ours.append(_record(store, ward, run=run))
            cpu_s += time.process_time() - began_s
            synced.append(_sync(len(ours[-1])))
    sets = len(ours[0])
    yield Line(
        name="record_set",
        ours=1000 * median(percentile(one, 0.95) for one in ours),
        baseline=1000 * median(percentile(one, 0.95) for one in synced),
        baseline_name=f"write {_WRITTEN_BYTES // 1024} KiB and fdatasync, same file system, p95",
        limit=10,
        judged="ours_at_most",
        ratio_of="ours/baseline",
        unit="ms",
        n=sets,
        runs=RUNS,
        detail={
            "figure": "median over the runs of each run's p95",
            "ours_median_ms": 1000 * median(median(one) for one in ours),
            "fdatasync_median_ms": 1000 * median(median(one) for one in synced),
            "processor_ms_a_set": 1000 * cpu_s / (RUNS * sets),
            "history_hours": HOURS,
            "values_a_set": len(full_set(Random(0))),
        },
    )


def _record(store: Store, ward: BenchWard, *, run: int) -> list[float]:
    """Seconds from the call to its return, which is after the durable commit.

    Every patient gets a set at the next two hours; one in four is feverish, so that alerts are
    raised, worsen and resolve on the way.
    """
    random = Random(run)
    taken: list[float] = []
    for number in range(HOURS_A_RUN):
        at = NOW + timedelta(hours=(run + 1) * HOURS_A_RUN + number)
        for place, encounter_id in enumerate(ward.encounter_ids):
            values = full_set(random, feverish=random.random() < 0.25)
            start = time.perf_counter()
            record_set(
                store,
                encounter_id=encounter_id,
                values=values,
                taken_at=at,
                source="bench",
                source_id=f"run-{run}-{number}-{place}",
                actor=NURSE,
                now=at,
            )
            taken.append(time.perf_counter() - start)
    return taken


def _sync(times: int) -> list[float]:
    """Seconds of each write and fdatasync, into room that exists already as in a log in use."""
    path = Path(FOLDER / "fdatasync")
    block = os.urandom(_WRITTEN_BYTES)
    taken: list[float] = []
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, block * times)
        os.fsync(descriptor)
        for number in range(times):
            start = time.perf_counter()
            os.pwrite(descriptor, block, number * _WRITTEN_BYTES)
            os.fdatasync(descriptor)
            taken.append(time.perf_counter() - start)
    finally:
        os.close(descriptor)
        path.unlink()
    return taken
