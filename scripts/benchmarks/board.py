"""The ward board's data: after every bed changed, and when nothing did."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median
from typing import Any

import pandas as pd

from db.engine import Store
from monitoring.services.board import WardBoard
from monitoring.services.record import record_set
from scripts.benchmarks.line import Line
from scripts.benchmarks.timing import RUNS, seconds
from scripts.benchmarks.ward import (
    BEDS,
    NURSE,
    WARD_CODE,
    BenchWard,
    admit_all,
    chart_hourly,
    fresh_url,
    full_set,
    opened,
)

HOURS = 72
ROUNDS = 4
UNCHANGED_CALLS = 200
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def board() -> Iterator[Line]:
    """Thirty beds with three days of hourly sets; each round every patient gets a set."""
    url = fresh_url("board")
    with opened(url) as store:
        ward = admit_all(store, now=NOW, hours=HOURS + 1)
        chart_hourly(store, ward, now=NOW, hours=HOURS)
        memory = WardBoard(store, WARD_CODE)
        memory.payload(now=NOW)
        changed: list[float] = []
        unchanged: list[float] = []
        framed: list[float] = []
        at = NOW
        for run in range(-1, RUNS):
            run_changed, run_unchanged, run_framed = [], [], []
            for number in range(ROUNDS):
                at += timedelta(minutes=10)
                _chart_every_bed(store, ward, at, seed=run * ROUNDS + number)
                run_changed.append(_seconds_of_payload(memory, at))
                run_framed.append(seconds(lambda: _by_frames(store, ward)))
            run_unchanged = [_seconds_of_payload(memory, at) for _ in range(UNCHANGED_CALLS)]
            if run >= 0:
                changed.append(median(run_changed))
                unchanged.append(median(run_unchanged))
                framed.append(median(run_framed))
    baseline_name = "every tick: the last 24 h of all beds into pandas, newest value a concept"
    common: dict[str, Any] = {
        "baseline": 1000 * median(framed),
        "baseline_name": baseline_name,
        "judged": "ours_at_most",
        "unit": "ms",
        "runs": RUNS,
        "detail": {"history_hours": HOURS, "beds": BEDS},
    }
    yield Line(name="board_changed", ours=1000 * median(changed), limit=2, n=BEDS, **common)
    yield Line(name="board_unchanged", ours=1000 * median(unchanged), limit=0.1, n=BEDS, **common)


def _chart_every_bed(store: Store, ward: BenchWard, at: datetime, *, seed: int) -> None:
    random = Random(seed)
    for place, encounter_id in enumerate(ward.encounter_ids):
        record_set(
            store,
            encounter_id=encounter_id,
            values=full_set(random, feverish=random.random() < 0.2),
            taken_at=at,
            source="bench",
            source_id=f"round-{seed}-{place}",
            actor=NURSE,
            now=at,
        )


def _seconds_of_payload(memory: WardBoard, at: datetime) -> float:
    start = time.perf_counter()
    memory.payload(now=at)
    return time.perf_counter() - start


def _by_frames(store: Store, ward: BenchWard) -> int:
    """What a dashboard without memory does at each tick, and only for the observations."""
    with store.read() as session:
        connection = session.connection()
        frame = pd.DataFrame(
            connection.exec_driver_sql(
                "SELECT encounter_id, concept, taken_at, value_num, value_code FROM observation "
                "WHERE ward_id = ? AND taken_at > (SELECT max(taken_at) FROM observation) - ?",
                (ward.ward_id, 24 * 3_600_000_000),
            ).all(),
            columns=["encounter_id", "concept", "taken_at", "value_num", "value_code"],
        )
    newest = frame.sort_values("taken_at").groupby(["encounter_id", "concept"]).tail(1)
    lines = frame[frame["concept"] == "body_temperature"].groupby("encounter_id")["value_num"]
    return len(newest) + len(lines.apply(list))
