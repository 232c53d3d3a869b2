"""The patient figure of three days at one-minute data, against a plain ``go.Figure``."""

import base64
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import plotly.graph_objects as go
import plotly.io
import plotly.tools
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from dashboard.charts.patient_figure import PatientFigure, patient_figure
from dashboard.charts.time_axis import TimeAxis
from dashboard.charts.tracks import Limits, PressureTrack, Track, Tracks
from dashboard.tokens import PALETTES, Theme
from scripts.benchmarks.line import Line
from scripts.benchmarks.timing import interleaved

HOURS = 72
MINUTES = HOURS * 60
MINUTE_US = 60_000_000
START_US = 1_764_000_000_000_000
# A reading that is the highest or the lowest of the half hour before and after it must be drawn.
NEIGHBOURHOOD_MINUTES = 30

Column = NDArray[np.float64]


def patient_figure_lines() -> Iterator[Line]:
    """Time to JSON, size of the JSON, and whether the extremes are in it."""
    taken_us = START_US + MINUTE_US * np.arange(MINUTES, dtype=np.int64)
    columns = _columns()
    tracks = _tracks(taken_us, columns)
    axis = TimeAxis(
        from_us=START_US, to_us=int(taken_us[-1]), zone=ZoneInfo("Europe/Berlin"), infused_us=None
    )
    palette = PALETTES[Theme.DAY]

    def drawn() -> PatientFigure:
        return patient_figure(tracks, axis, palette)

    def ours() -> str:
        # What st.plotly_chart does with a figure: check it, then write it as JSON.
        checked = plotly.tools.return_figure_from_figure_or_data(
            drawn().figure, validate_figure=True
        )
        return _to_json(checked)

    def plain() -> str:
        return _to_json(_plain(taken_us, columns))

    ours_s, plain_s, unchecked_s = interleaved(ours, plain, lambda: _to_json(drawn().figure))
    figure = drawn().figure
    kept = _extremes(figure, taken_us, columns)
    yield Line(
        name="patient_figure",
        ours=1000 * ours_s,
        baseline=1000 * plain_s,
        baseline_name="go.Figure of the same six series with every point, to JSON",
        limit=30,
        judged="ours_at_most",
        unit="ms",
        n=6 * MINUTES,
        runs=5,
        detail={"without_plotly_checking_it_ms": 1000 * unchecked_s},
    )
    yield Line(
        name="patient_figure_size",
        ours=len(ours().encode()) / 1000,
        baseline=len(plain().encode()) / 1000,
        baseline_name="go.Figure of the same six series with every point",
        limit=100,
        judged="ours_at_most",
        unit="kB",
        n=6 * MINUTES,
        runs=1,
        detail={"points_drawn": drawn().drawn, "points_measured": drawn().measured},
    )
    peaks = sum(wanted for wanted, _ in kept.values())
    yield Line(
        name="patient_figure_extremes",
        ours=sum(found for _, found in kept.values()) / peaks,
        baseline=None,
        baseline_name=None,
        limit=1.0,
        judged="ours_at_least",
        unit="share of extremes drawn",
        n=peaks,
        runs=1,
        detail={
            "highest_or_lowest_within_minutes": NEIGHBOURHOOD_MINUTES,
            **{name: f"{found} of {wanted}" for name, (wanted, found) in kept.items()},
        },
    )


def _to_json(figure: Any) -> str:
    written: str = plotly.io.to_json(figure, validate=False)
    return written


def _columns() -> dict[str, Column]:
    """Six vital signs with a day's rhythm, noise, fevers, and a few spikes of a single minute."""
    random = np.random.default_rng(72)
    hours = np.arange(MINUTES) / 60
    day = np.sin(2 * np.pi * (hours - 10) / 24)
    fever = np.exp(-(((hours - 30) / 5) ** 2)) + 0.7 * np.exp(-(((hours - 55) / 4) ** 2))

    def column(mean: float, rhythm: float, rise: float, noise: float, decimals: int = 0) -> Column:
        return np.round(
            mean + rhythm * day + rise * fever + random.normal(0, noise, MINUTES), decimals
        )

    columns = {
        "body_temperature": column(36.7, 0.3, 2.6, 0.08, 1),
        "heart_rate": column(78, 6, 38, 2.5),
        "respiratory_rate": column(15, 1, 9, 1.1),
        "systolic_bp": column(122, 5, -34, 3),
        "spo2": np.minimum(100, column(97, 0.4, -5, 0.7)),
    }
    columns["diastolic_bp"] = np.round(columns["systolic_bp"] * 0.62 + random.normal(0, 2, MINUTES))
    for minute in random.choice(MINUTES, 24, replace=False):
        columns["heart_rate"][minute] += 45
        columns["spo2"][minute] -= 11
    return columns


def _tracks(taken_us: NDArray[np.int64], columns: dict[str, Column]) -> Tracks:
    def track(name: str) -> Track:
        return Track(taken_us=taken_us, value=columns[name])

    systolic, diastolic = columns["systolic_bp"], columns["diastolic_bp"]
    return Tracks(
        temperature=track("body_temperature"),
        pressure=PressureTrack(
            taken_us=taken_us,
            systolic=systolic,
            diastolic=diastolic,
            mean=diastolic + (systolic - diastolic) / 3,
        ),
        heart_rate=track("heart_rate"),
        respiratory_rate=track("respiratory_rate"),
        spo2=track("spo2"),
        oxygen=(),
        grades=(),
        icans=(),
        masked_fever=(),
        given=(),
        struck=(),
        limits=Limits(
            fever_c=38.0,
            systolic_mmhg=90,
            mean_mmhg=65,
            baseline_systolic_mmhg=122,
            spo2_percent=92,
        ),
        doses_us=(START_US,),
    )


def _plain(taken_us: NDArray[np.int64], columns: dict[str, Column]) -> go.Figure:
    """As anybody would first write it: a row a series, every point of it."""
    at = taken_us.astype("datetime64[us]")
    figure = make_subplots(rows=6, cols=1, shared_xaxes=True, vertical_spacing=0.02)
    for row, (name, column) in enumerate(columns.items(), start=1):
        figure.add_trace(go.Scatter(x=at, y=column, name=name, mode="lines"), row=row, col=1)
    figure.update_layout(height=900, showlegend=False)
    return figure


def _extremes(
    figure: dict[str, Any], taken_us: NDArray[np.int64], columns: dict[str, Column]
) -> dict[str, tuple[int, int]]:
    """Of each series: how many extremes of their neighbourhood there are, and how many drawn."""
    drawn = _drawn(figure)
    found: dict[str, tuple[int, int]] = {}
    for name, column in columns.items():
        values = drawn[name]
        wanted = 0
        hit = 0
        for pick in (np.max, np.min):
            for places in _extreme_runs(column, pick):
                wanted += 1
                # Any of the equal readings of one neighbourhood shows the extreme.
                hit += any(
                    values.get(round(taken_us[place] / 1000)) == np.float32(column[place])
                    for place in places
                )
        found[name] = (wanted, hit)
    return found


def _extreme_runs(column: Column, pick: Callable[[Column], np.float64]) -> Iterator[list[int]]:
    """Each extreme of its neighbourhood, with the readings near it that are equal."""
    last = -MINUTES
    for place in range(len(column)):
        low = max(0, place - NEIGHBOURHOOD_MINUTES)
        around = column[low : place + NEIGHBOURHOOD_MINUTES + 1]
        if column[place] != pick(around) or place - last <= NEIGHBOURHOOD_MINUTES:
            continue
        last = place
        yield [low + int(at) for at in np.flatnonzero(around == column[place])]


def _drawn(figure: dict[str, Any]) -> dict[str, dict[int, np.float32]]:
    """The drawn values of each series by instant in milliseconds, read back from the figure."""
    zone_ms = 3_600_000  # the axis shows the ward's clock, one hour before UTC in winter
    lines: dict[str, dict[int, np.float32]] = {}
    for trace in figure["data"]:
        if "bdata" not in trace.get("y", {}):
            continue
        at = [round(ms) - zone_ms for ms in _unpacked(trace["x"])]
        y = _unpacked(trace["y"])
        if "error_y" in trace:
            table = _unpacked(trace["customdata"]).reshape(-1, 2)
            lines["systolic_bp"] = dict(zip(at, table[:, 0], strict=True))
            lines["diastolic_bp"] = dict(zip(at, table[:, 1], strict=True))
            continue
        name = {
            "T ": "body_temperature",
            "HR": "heart_rate",
            "RR": "respiratory_rate",
            "Sp": "spo2",
        }[trace["hovertemplate"][:2]]
        lines[name] = dict(zip(at, y, strict=True))
    return lines


def _unpacked(packed: dict[str, Any]) -> NDArray[Any]:
    return np.frombuffer(base64.b64decode(packed["bdata"]), dtype="<" + packed["dtype"])
