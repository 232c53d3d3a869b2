"""One set recorded for good, with grade, alerts and audit, as a multiple of a plain fdatasync."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from db.engine import Store
from monitoring.services.history import History, PastSet, record_history
from monitoring.services.record import NewValue, record_set
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
STREAMED_BEDS = 5
MINUTES_A_RUN = 12
STREAMED_HOURS = 24
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
# What the commit of one set writes into the write-ahead log: 38 pages in the median of 23 sets.
_WRITTEN_BYTES = 38 * 4096
_SENT = ("heart_rate", "respiratory_rate", "spo2", "systolic_bp", "diastolic_bp")


def recording() -> Iterator[Line]:
    """Sets by hand for a full ward, and sets of monitors, with days of the same behind them."""
    with opened(fresh_url("recording")) as store:
        ward = admit_all(store, now=NOW, hours=HOURS + 1)
        chart_hourly(store, ward, now=NOW, hours=HOURS)
        yield _line(
            "record_set",
            lambda run: _record(store, ward, run=run),
            {"history_hours": HOURS, "values_a_set": len(full_set(Random(0)))},
        )
    with opened(fresh_url("recording_streams")) as store:
        ward = admit_all(store, now=NOW, hours=STREAMED_HOURS + 2, beds=STREAMED_BEDS)
        chart_hourly(store, ward, now=NOW, hours=STREAMED_HOURS)
        for place, encounter_id in enumerate(ward.encounter_ids):
            _stream(store, encounter_id, place)
        yield _line(
            "record_set_streamed",
            lambda run: _record_minutes(store, ward, run=run),
            {"history_minutes": 60 * STREAMED_HOURS, "values_a_set": len(sent(Random(0)))},
        )


def sent(random: Random, *, feverish: bool = False) -> list[NewValue]:
    """What a monitor sends each minute: heart rate, breathing, SpO2 and blood pressure."""
    return [one for one in full_set(random, feverish=feverish) if one.concept in _SENT]


def _line(name: str, record: Callable[[int], list[float]], detail: dict[str, Any]) -> Line:
    """A record and the disk alone, turn by turn; ``record`` gives the seconds of each set."""
    record(-1)
    ours: list[list[float]] = []
    synced: list[list[float]] = []
    cpu_s = 0.0
    for run in range(RUNS):
        began_s = time.process_time()
        ours.append(record(run))
        cpu_s += time.process_time() - began_s
        synced.append(_sync(len(ours[-1])))
    sets = len(ours[0])
    return Line(
        name=name,
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
            **detail,
        },
    )


def _record(store: Store, ward: BenchWard, *, run: int) -> list[float]:
    """Every patient gets a set by hand at the next two hours.

    One in four is feverish, so that alerts are raised, worsen and resolve on the way.
    """
    random = Random(run)
    return [
        _seconds(
            store,
            encounter_id,
            full_set(random, feverish=random.random() < 0.25),
            at=NOW + timedelta(hours=(run + 1) * HOURS_A_RUN + number),
            source="bench",
            source_id=f"run-{run}-{number}-{place}",
        )
        for number in range(HOURS_A_RUN)
        for place, encounter_id in enumerate(ward.encounter_ids)
    ]


def _stream(store: Store, encounter_id: int, place: int) -> None:
    """A monitor that has sent every minute up to now, feverish for some hours."""
    random = Random(2000 + place)
    minutes = 60 * STREAMED_HOURS
    taken = [NOW - timedelta(minutes=back) for back in range(minutes, 0, -1)]
    sets = [
        PastSet(
            source_id=f"minutes-{place}-{number}",
            taken_at=at,
            recorded_at=at,
            values=sent(random, feverish=(number // 60 + 7 * place) % 30 < 8),
        )
        for number, at in enumerate(taken)
    ]
    history = History(source=_monitor(place), sets=sets)
    record_history(store, encounter_id=encounter_id, history=history, actor=NURSE, now=NOW)


def _record_minutes(store: Store, ward: BenchWard, *, run: int) -> list[float]:
    """The monitor of every patient sends at the next minutes, one value in four ill."""
    random = Random(run)
    return [
        _seconds(
            store,
            encounter_id,
            sent(random, feverish=random.random() < 0.25),
            at=NOW + timedelta(minutes=(run + 1) * MINUTES_A_RUN + number),
            source=_monitor(place),
            source_id=f"minute-{run}-{number}-{place}",
        )
        for number in range(MINUTES_A_RUN)
        for place, encounter_id in enumerate(ward.encounter_ids)
    ]


def _monitor(place: int) -> str:
    return f"monitor:bed-{place}"


def _seconds(
    store: Store,
    encounter_id: int,
    values: list[NewValue],
    *,
    at: datetime,
    source: str,
    source_id: str,
) -> float:
    """Seconds from the call to its return, which is after the durable commit."""
    start = time.perf_counter()
    record_set(
        store,
        encounter_id=encounter_id,
        values=values,
        taken_at=at,
        source=source,
        source_id=source_id,
        actor=NURSE,
        now=at,
    )
    return time.perf_counter() - start


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
