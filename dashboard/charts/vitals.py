"""The lines, bars and marks of the vital-sign panels."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.charts import encoding, thinning
from dashboard.charts.time_axis import TimeAxis
from dashboard.charts.tracks import PressureTrack, Struck, Track
from dashboard.tokens import Palette

# Up to here every point has a mark of its own; beyond it the marks would hide the line.
_MARKED_POINTS = 220
_MARKER_PX = 5


def within(track: Track, axis: TimeAxis) -> Track:
    """The readings of the window, those without a value left out."""
    inside = (
        (track.taken_us >= axis.from_us)
        & (track.taken_us <= axis.to_us)
        & ~np.isnan(track.value)
    )  # fmt: skip
    return Track(taken_us=track.taken_us[inside], value=track.value[inside])


def line(
    track: Track, axis: TimeAxis, *, y_axis: str, colour: str, says: str, budget: int
) -> tuple[dict[str, Any], int]:
    """A line with its points, broken at gaps, and how many points are drawn.

    ``says`` is what a tooltip reads, with plotly's ``%{y}`` for the value.
    """
    chosen = thinning.kept(track.taken_us, track.value, budget=budget)
    taken_us, value = track.taken_us[chosen], track.value[chosen]
    at = thinning.breaks(track.taken_us)
    at = np.searchsorted(chosen, at)
    marked = len(chosen) <= _MARKED_POINTS
    drawn_us, drawn = _with_gaps(taken_us, value, at)
    trace = {
        "type": "scatter",
        "mode": "lines+markers" if marked else "lines",
        "x": axis.column(drawn_us),
        "y": encoding.values(drawn),
        "xaxis": "x",
        "yaxis": y_axis,
        "connectgaps": False,
        "line": {"color": colour, "width": 2 if marked else 1.25, "shape": "linear"},
        "marker": {"color": colour, "size": _MARKER_PX},
        "showlegend": False,
        **_hover(axis, drawn_us, says),
    }
    return trace, len(chosen)


def _with_gaps(
    taken_us: NDArray[np.int64], value: NDArray[np.float64], at: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    if not len(at):
        return taken_us, value
    return np.insert(taken_us, at, taken_us[at]), np.insert(value, at, np.nan)


def pressure(
    track: PressureTrack, axis: TimeAxis, *, y_axis: str, palette: Palette, budget: int
) -> tuple[list[dict[str, Any]], int]:
    """Bars from diastolic to systolic with a mark at the mean, and how many readings are drawn.

    A reading without a diastolic value is a mark at the systolic one.
    """
    inside = (
        (track.taken_us >= axis.from_us)
        & (track.taken_us <= axis.to_us)
        & ~np.isnan(track.systolic)
    )  # fmt: skip
    taken_us = track.taken_us[inside]
    systolic, diastolic, mean = (
        column[inside] for column in (track.systolic, track.diastolic, track.mean)
    )
    chosen = _kept_pressure(taken_us, systolic, diastolic, budget=budget)
    whole = chosen[~np.isnan(diastolic[chosen])]
    alone = chosen[np.isnan(diastolic[chosen])]
    traces = []
    if len(whole):
        traces.append(_bars(axis, taken_us[whole], systolic[whole], diastolic[whole], mean[whole],
                            y_axis=y_axis, colour=palette.blood_pressure))  # fmt: skip
    if len(alone):
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": axis.column(taken_us[alone]),
                "y": encoding.values(systolic[alone]),
                "xaxis": "x",
                "yaxis": y_axis,
                "marker": {"symbol": "arrow-bar-down", "color": palette.blood_pressure, "size": 9},
                "showlegend": False,
                **_hover(axis, taken_us[alone], "SBP %{y:.0f}, no diastolic"),
            }
        )
    return traces, len(chosen)


def _kept_pressure(
    taken_us: NDArray[np.int64],
    systolic: NDArray[np.float64],
    diastolic: NDArray[np.float64],
    *,
    budget: int,
) -> NDArray[np.int64]:
    """The readings to draw: what either end of the bar needs to keep its extremes."""
    if len(taken_us) <= budget:
        return np.arange(len(taken_us), dtype=np.int64)
    half = budget // 2
    measured = np.flatnonzero(~np.isnan(diastolic))
    upper = thinning.kept(taken_us, systolic, budget=half)
    lower = measured[thinning.kept(taken_us[measured], diastolic[measured], budget=half)]
    return np.union1d(upper, lower).astype(np.int64)


def _bars(
    axis: TimeAxis,
    taken_us: NDArray[np.int64],
    systolic: NDArray[np.float64],
    diastolic: NDArray[np.float64],
    mean: NDArray[np.float64],
    *,
    y_axis: str,
    colour: str,
) -> dict[str, Any]:
    few = len(taken_us) <= _MARKED_POINTS
    return {
        "type": "scatter",
        "mode": "markers",
        "x": axis.column(taken_us),
        "y": encoding.values(mean),
        "xaxis": "x",
        "yaxis": y_axis,
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": encoding.values(systolic - mean),
            "arrayminus": encoding.values(mean - diastolic),
            "color": colour,
            "thickness": 2.5 if few else 1,
            "width": 3 if few else 0,
        },
        "marker": {"symbol": "circle", "color": colour, "size": 6 if few else 2},
        "customdata": encoding.table(systolic, diastolic),
        "showlegend": False,
        **_hover(
            axis, taken_us, "BP %{customdata[0]:.0f}/%{customdata[1]:.0f}, MAP %{y:.0f}"
        ),
    }  # fmt: skip


def struck(
    rows: tuple[Struck, ...], axis: TimeAxis, *, y_axis: str, palette: Palette
) -> dict[str, Any]:
    """Values that were amended or struck out: open, crossed, and with their reason."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": axis.column(np.array([row.taken_us for row in rows], dtype=np.int64)),
        "y": encoding.values(np.array([row.value for row in rows])),
        "xaxis": "x",
        "yaxis": y_axis,
        "marker": {
            "symbol": "circle-x-open", "color": palette.muted, "size": 10, "line": {"width": 1.5},
        },
        "text": [encoding.text(row.note) for row in rows],
        "hovertemplate": "%{text}<extra></extra>",
        "showlegend": False,
    }  # fmt: skip


def _hover(axis: TimeAxis, taken_us: NDArray[np.int64], says: str) -> dict[str, Any]:
    """What a tooltip says. On the night the clocks change, each point carries its own time."""
    if axis.spans_clock_change and axis.infused_us is None:
        return {
            "text": [axis.label(int(at)) for at in taken_us],
            "hovertemplate": f"%{{text}}: {says}<extra></extra>",
        }
    return {"hovertemplate": f"{says}<extra></extra>"}
