"""Strips, spans and limits: the grade, oxygen, what was given, and the lines of the rules."""

from dataclasses import dataclass
from typing import Any

from dashboard.charts import encoding
from dashboard.charts.time_axis import TimeAxis
from dashboard.charts.tracks import Given, GradeSpan, Limits, OxygenSpan, SpanKind
from dashboard.tokens import Fill, Palette

_INK_PX = 1
# A label inside a span is drawn when the span is at least this share of the window.
_LABEL_SHARE = 0.018
# Room for one letter, as a share of the window, in a figure of a tablet's width.
_LETTER_SHARE = 0.0115


def grade_strip(
    spans: tuple[GradeSpan, ...], axis: TimeAxis, *, scale: str, y_axis: str, palette: Palette
) -> list[dict[str, Any]]:
    """The grade over time: its number on its colour; hatched "?" when unknown.

    A grade that a clinician confirmed has a tick; what was computed is in its hover.
    ``scale`` is the name of the grade: no number stands without it.
    """
    known = tuple(span for span in spans if span.grade is not None)
    unknown = tuple(span for span in spans if span.grade is None)
    return [
        *_grade_bars(known, axis, scale=scale, y_axis=y_axis, palette=palette),
        *_grade_bars(unknown, axis, scale=scale, y_axis=y_axis, palette=palette),
    ]


def _grade_bars(
    spans: tuple[GradeSpan, ...], axis: TimeAxis, *, scale: str, y_axis: str, palette: Palette
) -> list[dict[str, Any]]:
    shown = [
        (clipped, span)
        for span in spans
        if (clipped := axis.clip(span.from_us, span.to_us)) is not None
    ]
    if not shown:
        return []
    fills = [_grade_fill(span.grade, palette) for _, span in shown]
    words = [span.word for _, span in shown]
    trace = _spans([clipped for clipped, _ in shown], axis, y_axis=y_axis, level=0.5, width=0.94)
    marker: dict[str, Any] = {
        "color": [pair.fill for pair in fills],
        "line": {"color": [pair.ink for pair in fills], "width": _INK_PX},
    }
    if shown[0][1].grade is None:
        marker = {
            "color": palette.muted,
            "line": {"color": palette.muted, "width": _INK_PX},
            "pattern": {"shape": "/", "bgcolor": palette.surface, "size": 8, "solidity": 0.15},
        }
    trace |= {
        "marker": marker,
        "text": [
            word if (end - start) / (axis.to_us - axis.from_us) >= _LABEL_SHARE else ""
            for word, ((start, end), _) in zip(words, shown, strict=True)
        ],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "constraintext": "none",
        "insidetextfont": {"size": 15, "color": [pair.ink for pair in fills], "weight": 600},
        "hovertext": [
            encoding.text(
                f"{scale} {word}, {axis.label(span.from_us)} to {axis.label(span.to_us)}. "
                f"{span.note}"
            )
            for word, (_, span) in zip(words, shown, strict=True)
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    return [trace]


def _grade_fill(grade: int | None, palette: Palette) -> Fill:
    if grade is None:
        return Fill(fill=palette.surface, ink=palette.text)
    return palette.grade[min(grade, len(palette.grade) - 1)]


def masked_fever(
    spans: tuple[tuple[int, int], ...],
    axis: TimeAxis,
    *,
    y_axis: str,
    limits: tuple[float, float],
    palette: Palette,
) -> list[dict[str, Any]]:
    """Hours in which a normal temperature says little, hatched behind the temperature line."""
    shown = [c for span in spans if (c := axis.clip(*span)) is not None]
    if not shown:
        return []
    low, high = limits
    trace = _spans(shown, axis, y_axis=y_axis, level=(low + high) / 2, width=high - low)
    trace |= {
        "marker": {
            "color": "rgba(0,0,0,0)",
            "pattern": {"shape": "/", "fgcolor": palette.line, "size": 9, "solidity": 0.16},
        },
        "hoverinfo": "skip",
    }
    return [trace]


def masked_labels(
    spans: tuple[tuple[int, int], ...],
    axis: TimeAxis,
    *,
    y_axis: str,
    foot: float,
    palette: Palette,
) -> list[dict[str, Any]]:
    """What the hatching means, at the foot of its panel where there is room for the words."""
    words = "fever may be masked"
    window = axis.to_us - axis.from_us
    return [
        {
            "xref": "x", "x": axis.position(clipped[0]), "xanchor": "left", "xshift": 4,
            "yref": y_axis, "y": foot, "yanchor": "bottom", "text": words, "showarrow": False,
            "borderpad": 1, "bgcolor": palette.surface,
            "font": {"size": 12, "color": palette.muted},
        }
        for span in spans
        if (clipped := axis.clip(*span)) is not None
        and (clipped[1] - clipped[0]) / window >= len(words) * _LETTER_SHARE
    ]  # fmt: skip


def oxygen_strip(
    spans: tuple[OxygenSpan, ...], axis: TimeAxis, *, y_axis: str, palette: Palette
) -> list[dict[str, Any]]:
    """What the patient breathed through, in words; more support is a stronger fill."""
    shown = [
        (clipped, span)
        for span in spans
        if (clipped := axis.clip(span.from_us, span.to_us)) is not None
    ]
    if not shown:
        return []
    window = axis.to_us - axis.from_us
    trace = _spans([clipped for clipped, _ in shown], axis, y_axis=y_axis, level=0.5, width=0.9)
    trace |= {
        "marker": {
            "color": [_mixed(palette.oxygen, palette.surface, span.level / 4) for _, span in shown],
            "line": {"color": palette.oxygen, "width": _INK_PX},
        },
        "text": [
            encoding.text(_fitting((span.label, span.short), (end - start) / window))
            for (start, end), span in shown
        ],
        "textposition": "inside",
        "insidetextanchor": "start",
        "textangle": 0,
        "constraintext": "none",
        "insidetextfont": {
            "size": 12,
            "color": [palette.text if span.level < 3 else palette.surface for _, span in shown],
        },
        "hovertext": [
            encoding.text(f"{span.label} from {axis.label(span.from_us)}") for _, span in shown
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    return [trace]


def _fitting(words: tuple[str, ...], share: float) -> str:
    """The first of the words that has room in this share of the window; none where none has."""
    return next((one for one in words if share >= len(one) * _LETTER_SHARE), "")


def _mixed(colour: str, ground: str, share: float) -> str:
    """``colour`` laid on ``ground``, as ``#RRGGBB``; the full tone only for the highest support."""
    share = 0.06 + 0.94 * share**1.6
    pairs = zip(_channels(colour), _channels(ground), strict=True)
    return "#" + "".join(f"{round(one * share + two * (1 - share)):02X}" for one, two in pairs)


def _channels(colour: str) -> list[int]:
    return [int(colour[start : start + 2], 16) for start in (1, 3, 5)]


def given(
    rows: tuple[tuple[str, tuple[Given, ...]], ...],
    axis: TimeAxis,
    *,
    y_axis: str,
    palette: Palette,
) -> list[dict[str, Any]]:
    """Treatments, one row an agent: a diamond for a dose, a bar for a span, an arrow if running."""
    spans: list[tuple[tuple[int, int], int, Given]] = []
    marks: list[tuple[int, int, Given]] = []
    for level, (_, items) in enumerate(reversed(rows)):
        for item in items:
            if item.to_us == item.from_us:
                if axis.from_us <= item.from_us <= axis.to_us:
                    marks.append((item.from_us, level, item))
                continue
            clipped = axis.clip(item.from_us, item.to_us or axis.to_us)
            if clipped is not None:
                spans.append((clipped, level, item))
    traces = []
    if spans:
        trace = _spans([c for c, _, _ in spans], axis, y_axis=y_axis, level=0, width=0.46)
        trace |= {
            "y": [level for _, level, _ in spans],
            "marker": {
                "color": [_given_colour(item, palette) for _, _, item in spans],
                "line": {"width": 0},
            },
            "hovertext": [encoding.text(item.detail) for _, _, item in spans],
            "hovertemplate": "%{hovertext}<extra></extra>",
        }
        traces.append(trace)
    marks += [
        (axis.to_us, level, item) for (_, end), level, item in spans
        if item.to_us is None and end == axis.to_us
    ]  # fmt: skip
    if marks:
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [axis.position(at) for at, _, _ in marks],
                "y": [level for _, level, _ in marks],
                "xaxis": "x",
                "yaxis": y_axis,
                "marker": {
                    "symbol": [
                        "diamond" if item.to_us == item.from_us else "triangle-right"
                        for _, _, item in marks
                    ],
                    "size": 12,
                    "color": [_given_colour(item, palette) for _, _, item in marks],
                },
                "text": [encoding.text(item.detail) for _, _, item in marks],
                "hovertemplate": "%{text}<extra></extra>",
                "showlegend": False,
                "cliponaxis": False,
            }
        )
    return traces


def _given_colour(item: Given, palette: Palette) -> str:
    return palette.muted if item.kind is SpanKind.OTHER else palette.text


def _spans(
    spans: list[tuple[int, int]], axis: TimeAxis, *, y_axis: str, level: float, width: float
) -> dict[str, Any]:
    starts = [axis.position(start) for start, _ in spans]
    return {
        "type": "bar",
        "orientation": "h",
        "base": starts,
        "x": [axis.position(end) - start for start, (_, end) in zip(starts, spans, strict=True)],
        "y": [level] * len(spans),
        "width": width,
        "xaxis": "x",
        "yaxis": y_axis,
        "showlegend": False,
        "cliponaxis": True,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLine:
    """One line of a rule or policy, and how it is written beside the scale."""

    panel: str
    level: float
    words: str
    colour: str
    dash: str


def limit_lines(limits: Limits, palette: Palette) -> tuple[LimitLine, ...]:
    """The lines in force for this patient; what has no limit has no line."""
    lines = (
        ("temperature", limits.fever_c, "fever {:.1f}", palette.temperature, "dash"),
        ("pressure", limits.systolic_mmhg, "SBP {:.0f}", palette.blood_pressure, "dash"),
        ("pressure", limits.mean_mmhg, "MAP {:.0f}", palette.muted, "dash"),
        ("pressure", limits.baseline_systolic_mmhg, "usual {:.0f}", palette.text, "dot"),
        ("spo2", limits.spo2_percent, "limit {:.0f}", palette.oxygen, "dash"),
    )
    return tuple(
        LimitLine(panel=panel, level=level, words=words.format(level), colour=colour, dash=dash)
        for panel, level, words, colour, dash in lines
        if level is not None
    )


def limit_shapes(
    limits: Limits, ranges: dict[str, tuple[float, float]], axes: dict[str, str], palette: Palette
) -> list[dict[str, Any]]:
    """The lines and bands of the rules; ``ranges`` and ``axes`` are by the panel's name."""
    shapes: list[dict[str, Any]] = [
        {
            "type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": axes[line.panel],
            "y0": line.level, "y1": line.level, "layer": "between",
            "line": {"color": line.colour, "width": 1.25, "dash": line.dash},
        }
        for line in limit_lines(limits, palette)
    ]  # fmt: skip
    for panel, bands in (
        ("heart_rate", limits.heart_rate_bands),
        ("respiratory_rate", limits.respiratory_rate_bands),
    ):
        low, high = ranges[panel]
        ends = [(low if a is None else a, high if b is None else b) for a, b in bands]
        path = "".join(f"M0,{a}L1,{a}L1,{b}L0,{b}Z" for a, b in ends if a < b)
        if path:
            shapes.append(
                {
                    "type": "path", "path": path, "xref": "paper", "yref": axes[panel],
                    "layer": "between", "line": {"width": 0}, "fillcolor": palette.line,
                    "opacity": 0.45,
                }
            )  # fmt: skip
    return shapes


def day_shapes(axis: TimeAxis, doses_us: tuple[int, ...], palette: Palette) -> list[dict[str, Any]]:
    """Each local midnight as a hairline and each infusion as a dotted one, through all panels."""
    lines = [(at, palette.line, "solid") for at in axis.midnights()]
    lines += [(at, palette.text, "dot") for at in doses_us if axis.from_us <= at <= axis.to_us]
    return [
        {
            "type": "line", "xref": "x", "x0": axis.position(at), "x1": axis.position(at),
            "yref": "paper", "y0": 0, "y1": 1, "layer": "between",
            "line": {"color": colour, "width": 1, "dash": dash},
        }
        for at, colour, dash in lines
    ]  # fmt: skip


def dose_labels(
    axis: TimeAxis, doses_us: tuple[int, ...], palette: Palette
) -> list[dict[str, Any]]:
    """What each dotted line is: the infusion, or which dose of several."""
    return [
        {
            "xref": "x", "x": axis.position(at), "yref": "paper", "y": 1, "yanchor": "bottom",
            "yshift": 1, "text": "infusion" if len(doses_us) == 1 else f"dose {number}",
            "showarrow": False, "borderpad": 0, "font": {"size": 12, "color": palette.muted},
        }
        for number, at in enumerate(sorted(doses_us), start=1)
        if axis.from_us <= at <= axis.to_us
    ]  # fmt: skip
