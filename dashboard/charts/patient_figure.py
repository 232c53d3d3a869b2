"""The patient figure: every vital sign, what was given and the grade on one shared time axis.

Built as a plain dictionary with base64 columns and one list of shapes: a validated ``go.Figure`` of
the same data takes many times as long, and shapes added one by one longer still.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.charts import bands, encoding, vitals
from dashboard.charts.layout import (
    FONT,
    MARGIN,
    Panel,
    given_panel,
    grid,
    stacked,
    vital_panels,
    widened,
    y_axis,
)
from dashboard.charts.time_axis import TimeAxis
from dashboard.charts.tracks import Given, SpanKind, Track, Tracks
from dashboard.tokens import Palette

# Points a panel may draw; beyond it every extreme is still drawn (see thinning).
BUDGET = 560

_NAMES = {
    "grade": "CRS grade",
    "icans": "ICANS grade",
    "temperature": "T °C",
    "pressure": "BP mmHg",
    "heart_rate": "HR /min",
    "respiratory_rate": "RR /min",
    "spo2": "SpO2 %",
    "oxygen": "Oxygen",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientFigure:
    """A figure ready for the browser, and how much of the data it draws."""

    figure: dict[str, Any]
    drawn: int
    measured: int

    @property
    def thinned(self) -> str | None:
        """What to say under a figure that draws fewer points than were measured."""
        if self.drawn == self.measured:
            return None
        return (
            f"Showing {self.drawn:,} of {self.measured:,} readings; "
            "every highest and lowest value is drawn."
        )


def patient_figure(tracks: Tracks, axis: TimeAxis, palette: Palette) -> PatientFigure:
    """One patient's course in the window of ``axis``.

    Every quantity outside the fixed range of its panel opens the panel just enough to be seen.
    Design: shared axis, order and marks after the patient page of the product.
    """
    numeric = {
        "temperature": (vitals.within(tracks.temperature, axis), palette.temperature,
                        "T %{y:.1f} °C"),
        "heart_rate": (vitals.within(tracks.heart_rate, axis), palette.heart_rate, "HR %{y:.0f}"),
        "respiratory_rate": (vitals.within(tracks.respiratory_rate, axis), palette.respiration,
                             "RR %{y:.0f}"),
        "spo2": (vitals.within(tracks.spo2, axis), palette.oxygen, "SpO2 %{y:.0f} %"),
    }  # fmt: skip
    rows = given_rows(tracks.given, axis)
    panels = vital_panels() + ((given_panel(len(rows)),) if rows else ())
    domains, height_px = stacked(panels)
    ranges = _ranges(panels, tracks, axis, {name: track for name, (track, _, _) in numeric.items()})
    axes = {panel.name: panel.axis for panel in panels}

    data = bands.grade_strip(
        tracks.grades, axis, scale="CRS", y_axis=axes["grade"], palette=palette
    )
    data += bands.grade_strip(
        tracks.icans, axis, scale="ICANS", y_axis=axes["icans"], palette=palette
    )
    data += bands.masked_fever(
        tracks.masked_fever, axis, y_axis=axes["temperature"], limits=ranges["temperature"],
        palette=palette,
    )  # fmt: skip
    drawn = measured = 0
    for name, (track, colour, says) in numeric.items():
        if len(track):
            trace, points = vitals.line(
                track, axis, y_axis=axes[name], colour=colour, says=says, budget=BUDGET
            )
            data.append(trace)
            drawn, measured = drawn + points, measured + len(track)
    pressure = vitals.within_pressure(tracks.pressure, axis)
    bars, points = vitals.pressure(
        pressure, axis, y_axis=axes["pressure"], palette=palette, budget=BUDGET
    )
    data += bars
    drawn, measured = drawn + points, measured + len(pressure)
    for name in (*numeric, "pressure"):
        crossed = tuple(
            row for row in tracks.struck
            if row.concept == name and axis.from_us <= row.taken_us <= axis.to_us
        )  # fmt: skip
        if crossed:
            data.append(vitals.struck(crossed, axis, y_axis=axes[name], palette=palette))
    data += bands.oxygen_strip(tracks.oxygen, axis, y_axis=axes["oxygen"], palette=palette)
    if rows:
        data += bands.given(rows, axis, y_axis=axes["given"], palette=palette)

    labels = _names(panels, domains, rows, palette)
    labels += bands.dose_labels(axis, tracks.doses_us, palette)
    labels += bands.masked_labels(
        tracks.masked_fever, axis, y_axis=axes["temperature"], foot=ranges["temperature"][0],
        palette=palette,
    )  # fmt: skip
    labels += _last_values(
        {name: (track, colour) for name, (track, colour, _) in numeric.items()},
        tracks, axis, axes, palette,
    )  # fmt: skip
    layout = _layout(axis, panels, height_px, palette)
    lines = bands.limit_lines(tracks.limits, palette)
    for panel in panels:
        layout[panel.layout_key] = y_axis(
            panel, domains[panel.name], ranges[panel.name], lines, palette
        )
    layout |= {
        "shapes": grid(panels, palette)
        + bands.day_shapes(axis, tracks.doses_us, palette)
        + bands.limit_shapes(tracks.limits, ranges, axes, palette),
        "annotations": labels,
    }
    return PatientFigure(
        figure={"data": data or [_nothing()], "layout": layout}, drawn=drawn, measured=measured
    )


def given_rows(
    items: tuple[Given, ...], axis: TimeAxis
) -> tuple[tuple[str, tuple[Given, ...]], ...]:
    """What was given in the window, one row an agent: support, then therapy, then the rest."""
    order = {SpanKind.SUPPORT: 0, SpanKind.THERAPY: 1, SpanKind.OTHER: 2}
    shown = [
        item for item in items
        if item.from_us <= axis.to_us and (item.to_us is None or item.to_us >= axis.from_us)
    ]  # fmt: skip
    shown.sort(key=lambda item: (order[item.kind], item.from_us))
    rows: dict[str, list[Given]] = {}
    for item in shown:
        rows.setdefault(item.label, []).append(item)
    return tuple((label, tuple(each)) for label, each in rows.items())


def _ranges(
    panels: tuple[Panel, ...], tracks: Tracks, axis: TimeAxis, numeric: dict[str, Track]
) -> dict[str, tuple[float, float]]:
    pressure = vitals.within_pressure(tracks.pressure, axis)
    columns = {name: [track.value] for name, track in numeric.items()}
    columns["pressure"] = [pressure.systolic, pressure.diastolic, pressure.mean]
    for row in tracks.struck:
        if row.concept in columns and axis.from_us <= row.taken_us <= axis.to_us:
            columns[row.concept].append(np.array([row.value]))
    return {panel.name: widened(panel, *columns.get(panel.name, [])) for panel in panels}


def _names(
    panels: tuple[Panel, ...],
    domains: dict[str, tuple[float, float]],
    rows: tuple[tuple[str, tuple[Given, ...]], ...],
    palette: Palette,
) -> list[dict[str, Any]]:
    """The name of each panel and of each treatment, in the margin to the left."""
    found = [
        {
            "xref": "paper", "x": 0, "xanchor": "left", "xshift": -MARGIN["l"] + 2,
            "yref": "paper", "y": domains[panel.name][1], "yanchor": "top",
            "text": _NAMES[panel.name], "showarrow": False, "align": "left", "borderpad": 0,
            "font": {"size": 12, "color": _name_colour(panel.name, palette), "weight": 600},
        }
        for panel in panels
        if panel.name in _NAMES
    ]  # fmt: skip
    found += [
        {
            "xref": "paper", "x": 0, "xanchor": "left", "xshift": -MARGIN["l"] + 2, "yref": "y8",
            "y": len(rows) - 1 - place, "yanchor": "middle", "showarrow": False, "borderpad": 0,
            "text": encoding.text(_fitted(label)), "font": {"size": 12, "color": palette.text},
        }
        for place, (label, _) in enumerate(rows)
    ]  # fmt: skip
    return found


_LONGEST_NAME = 17


def _fitted(label: str) -> str:
    return label if len(label) <= _LONGEST_NAME else f"{label[: _LONGEST_NAME - 1]}…"


def _name_colour(name: str, palette: Palette) -> str:
    return {
        "temperature": palette.temperature,
        "pressure": palette.blood_pressure,
        "heart_rate": palette.heart_rate,
        "respiratory_rate": palette.respiration,
        "spo2": palette.oxygen,
        "oxygen": palette.oxygen,
    }.get(name, palette.text)


def _last_values(
    numeric: dict[str, tuple[Track, str]],
    tracks: Tracks,
    axis: TimeAxis,
    axes: dict[str, str],
    palette: Palette,
) -> list[dict[str, Any]]:
    """The last value of each panel beside its line, with the time it was taken."""
    found = [
        _last(axes[name], float(track.value[-1]), int(track.taken_us[-1]),
              f"{track.value[-1]:.1f}" if name == "temperature" else f"{track.value[-1]:.0f}",
              colour, axis)
        for name, (track, colour) in numeric.items()
        if len(track)
    ]  # fmt: skip
    pressure = vitals.within_pressure(tracks.pressure, axis)
    if len(pressure):
        high, low, mean = pressure.systolic[-1], pressure.diastolic[-1], pressure.mean[-1]
        parts = [f"{part:.0f}" for part in (high, low) if not np.isnan(part)]
        level = float(np.nanmean([high, low, mean]))
        words = "/".join(parts) or f"MAP {mean:.0f}"
        found.append(
            _last(axes["pressure"], level, int(pressure.taken_us[-1]), words,
                  palette.blood_pressure, axis)
        )  # fmt: skip
    return found


def _last(
    y_axis_name: str, level: float, taken_us: int, words: str, colour: str, axis: TimeAxis
) -> dict[str, Any]:
    return {
        "xref": "paper", "x": 1, "xanchor": "left", "xshift": 8, "yref": y_axis_name, "y": level,
        "yanchor": "middle", "showarrow": False, "align": "left", "borderpad": 0,
        "text": f"<b>{words}</b><br>{encoding.text(axis.short_label(taken_us))}",
        "font": {"size": 13, "color": colour},
    }  # fmt: skip


def _layout(
    axis: TimeAxis, panels: tuple[Panel, ...], height_px: int, palette: Palette
) -> dict[str, Any]:
    return {
        "height": height_px,
        "margin": MARGIN,
        "paper_bgcolor": palette.surface,
        "plot_bgcolor": palette.surface,
        "font": {"family": FONT, "size": 12, "color": palette.text},
        "showlegend": False,
        "barmode": "overlay",
        "dragmode": False,
        # On the night the clocks change each point carries its own time instead.
        "hovermode": "closest" if axis.spans_clock_change else "x unified",
        "hoversubplots": "axis",
        "hoverdistance": 30,
        "hoverlabel": {
            "bgcolor": palette.surface,
            "bordercolor": palette.muted,
            "font": {"family": FONT, "size": 13, "color": palette.text},
            "align": "left",
        },
        "xaxis": axis.layout()
        | {
            "fixedrange": True,
            "anchor": panels[-1].axis,
            "side": "bottom",
            "showgrid": True,
            "gridcolor": palette.line,
            "gridwidth": 0.5,
            "zeroline": False,
            "tickfont": {"size": 12, "color": palette.muted},
            "showspikes": True,
            "spikemode": "across",
            "spikesnap": "cursor",
            "spikethickness": 1,
            "spikedash": "solid",
            "spikecolor": palette.muted,
        },
    }


def _nothing() -> dict[str, Any]:
    """A trace without a point: the axes of a patient who has no observation yet."""
    return {"type": "scatter", "x": [], "y": [], "xaxis": "x", "yaxis": "y2", "showlegend": False}
