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

    A reading of which only one part is known is a mark at that part.
    """
    shown = within_pressure(track, axis)
    colour = palette.blood_pressure
    traces, drawn = [], 0
    has_high, has_low = ~np.isnan(shown.systolic), ~np.isnan(shown.diastolic)
    whole = _part(shown, has_high & has_low)
    if len(whole):
        kept = _kept_bars(whole, budget=budget)
        traces.append(_bars(_part(whole, kept), axis, y_axis=y_axis, colour=colour))
        drawn += len(kept)
    for column, known, symbol, says in (
        (shown.systolic, has_high & ~has_low, "arrow-bar-down", "SBP %{y:.0f}, no diastolic"),
        (shown.mean, ~has_high & ~np.isnan(shown.mean), "circle", "MAP %{y:.0f} alone"),
        (
            shown.diastolic,
            ~has_high & has_low & np.isnan(shown.mean),
            "arrow-bar-up",
            "DBP %{y:.0f}, no systolic",
        ),
    ):
        if not known.any():
            continue
        taken_us, value = shown.taken_us[known], column[known]
        chosen = thinning.kept(taken_us, value, budget=budget)
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": axis.column(taken_us[chosen]),
                "y": encoding.values(value[chosen]),
                "xaxis": "x",
                "yaxis": y_axis,
                "marker": {"symbol": symbol, "color": colour, "size": 8},
                "showlegend": False,
                **_hover(axis, taken_us[chosen], says),
            }
        )
        drawn += len(chosen)
    return traces, drawn


def within_pressure(track: PressureTrack, axis: TimeAxis) -> PressureTrack:
    """The readings of the window of which anything is known."""
    inside = (track.taken_us >= axis.from_us) & (track.taken_us <= axis.to_us)
    known = ~(np.isnan(track.systolic) & np.isnan(track.diastolic) & np.isnan(track.mean))
    return _part(track, inside & known)


def _part(track: PressureTrack, chosen: NDArray[Any]) -> PressureTrack:
    return PressureTrack(
        taken_us=track.taken_us[chosen],
        systolic=track.systolic[chosen],
        diastolic=track.diastolic[chosen],
        mean=track.mean[chosen],
    )


def _kept_bars(track: PressureTrack, *, budget: int) -> NDArray[np.int64]:
    """The readings to draw: what either end of the bar needs to keep its extremes."""
    if len(track) <= budget:
        return np.arange(len(track), dtype=np.int64)
    ends = (
        thinning.kept(track.taken_us, end, budget=budget)
        for end in (track.systolic, track.diastolic)
    )
    return np.union1d(*ends).astype(np.int64)


def _bars(track: PressureTrack, axis: TimeAxis, *, y_axis: str, colour: str) -> dict[str, Any]:
    taken_us = track.taken_us
    systolic, diastolic, mean = track.systolic, track.diastolic, track.mean
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
