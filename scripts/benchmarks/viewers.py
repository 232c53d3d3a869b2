"""A hundred viewers of one live board on one process, beside a naive board and one in Dash."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from scripts.benchmarks import serving
from scripts.benchmarks.line import Line
from scripts.benchmarks.serving import ROOT
from scripts.benchmarks.timing import percentile
from scripts.benchmarks.ward import admit_all, chart_hourly, fresh_url, opened
from scripts.benchmarks.watching import Watched, watch

VIEWERS, SECONDS, TICK_S = 100, 25.0, 5.0
# The naive board takes a second or more of processor time a tick: more viewers never finish one.
NAIVE_VIEWERS = 2
HOURS = 26
RUNS = 5


def viewers() -> Iterator[Line]:
    """Our board five times, and between the runs the two others once.

    Each run begins with the same ward, so that what one run's feed recorded weighs on no other.
    """
    ward = Path(bench_ward("viewers").removeprefix("sqlite:///"))

    def again() -> str:
        path = ward.with_name("viewers-run.db")
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(ward, path)
        return f"sqlite:///{path}"

    runs: list[Watched] = []
    naive: Watched | None = None
    dash: tuple[list[list[float]], float] = ([], 0.0)
    for number in range(RUNS):
        url = again()
        with serving.dashboard(url) as server:
            runs.append(
                watch(server, store_url=url, viewers=VIEWERS, seconds=SECONDS, tick_s=TICK_S)
            )
        if number == 0:
            url = again()
            with serving.naive_streamlit(url) as server:
                naive = watch(
                    server,
                    store_url=url,
                    viewers=NAIVE_VIEWERS,
                    seconds=SECONDS,
                    tick_s=TICK_S,
                    cookie=None,
                )
        if number == 1:
            with serving.dash_board(again()) as server:
                dash = _watch_dash(server)
    assert naive is not None
    _refuse_broken([*runs, naive])
    yield from _lines(runs, naive, dash)


def bench_ward(name: str) -> str:
    """A full ward that was charted hourly up to now; its store's address."""
    url = fresh_url(name)
    now = datetime.now(UTC)
    with opened(url) as store:
        ward = admit_all(store, now=now, hours=HOURS + 1)
        chart_hourly(store, ward, now=now, hours=HOURS)
    return url


def _lines(
    runs: list[Watched], naive: Watched, dash: tuple[list[list[float]], float]
) -> Iterator[Line]:
    dash_ticks, dash_s = dash
    common: dict[str, Any] = {
        "n": len(runs[0].all_ticks),
        "runs": RUNS,
        "judged": "ours_at_most",
    }
    naive_name = f"Streamlit with a Plotly figure a bed, {NAIVE_VIEWERS} viewers"
    dash_name = f"the same board in Dash, {VIEWERS} viewers"
    p95 = [1000 * percentile(_of(run, "latency_s"), 0.95) for run in runs]
    processor = [1000 * run.processor_s / len(run.all_ticks) for run in runs]
    yield Line(
        name="viewers_p95",
        ours=median(p95),
        baseline=1000 * percentile(_of(naive, "latency_s"), 0.95),
        baseline_name=naive_name,
        limit=60,
        unit="ms",
        detail={
            "each_run": [round(value, 1) for value in p95],
            "p50_ms": median(1000 * percentile(_of(run, "latency_s"), 0.5) for run in runs),
            "dash_p95_ms": 1000 * percentile([tick[0] for tick in dash_ticks], 0.95),
        },
        **common,
    )
    for name, limit_ms, baseline_ms, baseline_name in (
        (
            "viewers_processor",
            15.0,
            1000 * naive.processor_s / len(naive.all_ticks),
            naive_name,
        ),
        ("viewers_processor_beside_dash", None, 1000 * dash_s / len(dash_ticks), dash_name),
    ):
        yield Line(
            name=name,
            ours=median(processor),
            baseline=baseline_ms,
            baseline_name=baseline_name,
            limit=limit_ms,
            unit="ms a tick",
            detail={"each_run": [round(value, 2) for value in processor]},
            **{**common, "judged": common["judged"] if limit_ms else None},
        )
    for name, has_news, limit_kb in (
        ("viewers_changed_size", True, 40.0),
        ("viewers_unchanged_size", False, 1.5),
    ):
        sizes = [max(_sizes(run, has_news=has_news)) for run in runs]
        naive_sizes = _sizes(naive, has_news=has_news)
        yield Line(
            name=name,
            ours=median(sizes) / 1000,
            baseline=(max(naive_sizes) / 1000) if naive_sizes else None,
            baseline_name=naive_name,
            limit=limit_kb,
            unit="kB a tick",
            detail={
                "figure": "median over the runs of each run's largest tick",
                "each_run": [size / 1000 for size in sizes],
                "ticks_of_this_kind": [len(_sizes(run, has_news=has_news)) for run in runs],
                "dash_kb": max(tick[1] for tick in dash_ticks) / 1000,
            },
            **common,
        )
    yield Line(
        name="viewers_late_ticks",
        ours=float(sum(tick["is_late"] for run in runs for tick in run.all_ticks)),
        baseline=float(sum(tick["is_late"] for tick in naive.all_ticks)),
        baseline_name=naive_name,
        limit=0,
        unit="ticks",
        ratio_of="ours/baseline",
        detail={
            "figure": "sum over the runs",
            "naive_ticks": len(naive.all_ticks),
            "dash_late": sum(tick[0] > TICK_S for tick in dash_ticks),
        },
        **common,
    )


def _refuse_broken(runs: list[Watched]) -> None:
    errors = sorted({error for run in runs for error in run.errors})
    if errors:
        message = f"A board showed an error ({errors[0]}); no time is worth measuring."
        raise AssertionError(message)


def _of(watched: Watched, what: str) -> list[float]:
    return [tick[what] for tick in watched.all_ticks]


def _sizes(watched: Watched, *, has_news: bool) -> list[int]:
    return [
        tick["received_bytes"]
        for tick in watched.all_ticks
        if (tick["version"] is not None) == has_news
    ]


def _watch_dash(server: serving.Server) -> tuple[list[list[float]], float]:
    before_s = server.processor_s()
    command = [sys.executable, "-m", "scripts.benchmarks.dash_client", str(server.port)]
    done = subprocess.run(
        [*command, str(VIEWERS), str(SECONDS), str(TICK_S)],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    ticks: list[list[float]] = json.loads(done.stdout)
    return ticks, server.processor_s() - before_s
